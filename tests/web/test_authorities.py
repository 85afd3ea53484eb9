"""Letting others act, in pages: giving, claiming by a document, confirming, ending, and what each side reads of it."""

import re
from hashlib import sha256

import pytest

from tests.api.bodies import answers_to, subject_of
from tests.api.test_authorities import (
    WAITS_FOR_A_NAME,
    Person,
    a_promise_that_waited_in_vain,
    a_promise_that_waits_for_a_name,
)
from tests.authorities import let_act
from tests.cloud import PERSONAS, TokenOf
from tests.device import Device
from tests.web.cases import enrol, promise, sign
from tests.web.filling import drafted
from tests.web.visitor import Come, Seen, Visitor

PAPER = b"%PDF power of attorney"


def named(who: str, persona: str) -> dict[str, str]:
    """The fields that name somebody."""
    return {f"{who}-{part}": value for part, value in subject_of(persona).items()}


GRANT: dict[str, str | list[str]] = {"acts": ["file", "promise"], "until": "2026-12-31"}


def give(li: Visitor, **fields: str | list[str]) -> Seen:
    page = li.open("/authorities/new?item=plate-replacement")
    wish = {**named("agent", "agent"), "items": "plate-replacement", **GRANT} | fields
    return li.send(page, "authorities/new", wish)


def claim(agent: Visitor, **fields: str | list[str]) -> Seen:
    page = agent.open("/authorities/claim?item=plate-replacement")
    wish = {**named("principal", "applicant"), **GRANT} | fields
    return agent.send(page, "authorities/claim", wish, files={"document": ("授权委托书.pdf", PAPER)})


def link_to(seen: Seen, pattern: str) -> str:
    """The one link of a page that looks so, from the portal's root."""
    (found,) = {link["href"] for link in seen.page.named("a") if re.search(pattern, link["href"] or "")}
    return "/" + str(found).lstrip("./")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_somebody_lets_an_agent_act_and_ends_it(visitor: Come, language: str) -> None:
    li, agent = visitor("applicant", language=language), visitor("agent", language=language)

    given = give(li)
    held = agent.open("/authorities")
    apply = agent.open("/items/plate-replacement/apply")
    end = li.open(link_to(given, r"authorities/\w+/end$"))
    ended = li.send(end, "/end")

    assert given.path == "/authorities?done=given"
    assert ("孙*" in given.text, "李*" in held.text) == (True, True)
    assert "李*" in apply.text
    assert ended.path == "/authorities?done=ended"
    assert ("已终止" if language == "zh-CN" else "Ended") in ended.text
    assert "李*" not in agent.open("/items/plate-replacement/apply").text


def test_everything_may_be_given_and_the_item_be_left_out(visitor: Come) -> None:
    li = visitor("applicant")

    page = li.open("/authorities/new")
    given = li.send(page, "authorities/new", {**named("agent", "agent"), "items": "*", **GRANT})

    assert (given.path, "所有事项" in given.text) == ("/authorities?done=given", True)


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        ({"acts": []}, "acts"),
        ({"until": ""}, "until"),
        ({"until": "2026-09-27"}, "until"),
        ({"items": []}, "items"),
        ({"agent-number": "330782199411090006"}, "agent-number"),
        ({"agent-number": ""}, "agent-number"),
        ({"agent-name": ""}, "agent-name"),
        (named("agent", "applicant"), "agent-number"),
    ],
)
def test_what_is_wrong_with_it_is_said_at_its_field(
    visitor: Come, spoilt: dict[str, str | list[str]], field: str
) -> None:
    seen = give(visitor("applicant"), **spoilt)

    assert seen.status in {400, 422}
    assert {"href": f"#{field}"} in seen.page.named("a")
    assert "plate-replacement" in str(seen.page.named("input"))


def test_a_claim_goes_to_an_officer_and_comes_back_confirmed(visitor: Come) -> None:
    agent, officer = visitor("agent"), visitor("officer.traffic")

    claimed = claim(agent)
    one = officer.open(link_to(officer.open("/claims"), r"claims/\w+$"))
    wrong = officer.send(one, one.path, named("principal", "applicant2"))
    confirmed = officer.send(wrong, one.path, named("principal", "applicant"))

    assert (claimed.path, "等部门核对委托书" in claimed.text) == ("/authorities?done=claimed", True)
    assert sha256(PAPER).hexdigest() in one.text
    assert ("李*" in one.text, subject_of("applicant")["name"] in one.text) == (True, False)
    assert (wrong.status, {"href": "#principal-number"} in wrong.page.named("a")) == (400, True)
    assert (confirmed.path, "授权委托书.pdf" in confirmed.text) == ("/claims?done=confirmed", False)
    assert "李*" in agent.open("/items/plate-replacement/apply").text
    assert "凭委托书“授权委托书.pdf”" in visitor("applicant").open("/authorities").text
    assert "已经处理" in officer.open(one.path).text


def test_a_claim_that_is_refused_says_why_to_both(visitor: Come) -> None:
    agent, officer = visitor("agent"), visitor("officer.traffic")
    claim(agent)
    one = officer.open(link_to(officer.open("/claims"), r"claims/\w+$"))

    asked = officer.open(f"{one.path}/refusal")
    unanswered = officer.send(asked, "/refusal", {"reason": ""})
    refused = officer.send(asked, "/refusal", {"reason": "委托书没有签名。"})
    again = officer.send(asked, "/refusal", {"reason": "委托书没有签名。"})

    assert {"href": "#reason"} in unanswered.page.named("a")
    assert refused.path == again.path == "/claims?done=refused"
    for who in (agent, visitor("applicant")):
        assert "委托书没有签名。" in who.open("/authorities").text


def test_a_claim_names_its_item_its_acts_and_its_document(visitor: Come) -> None:
    agent = visitor("agent")

    nowhere = agent.open("/authorities/claim?item=no-such-item")
    page = agent.open("/authorities/claim?item=plate-replacement")
    bare = agent.send(page, "authorities/claim", named("principal", "applicant"))

    assert "principal-number" not in nowhere.text
    faults = {link["href"] for link in bare.page.named("a")}
    assert {"#acts", "#until", "#document"} <= faults
    assert subject_of("applicant")["number"] in str(bare.page.named("input"))


def test_the_agent_gives_it_back(visitor: Come, token: TokenOf) -> None:
    agent = visitor("agent")
    let_act(agent.client, token("applicant"))

    end = agent.open(link_to(agent.open("/authorities"), r"authorities/\w+/end$"))
    ended = agent.send(end, "/end")
    late = agent.open(end.path)

    assert ("交还委托" in end.text, ended.path) == (True, "/authorities?done=ended")
    assert [form for form in late.page.forms if form.action.endswith("/end")] == []
    assert "交还委托" not in ended.text


def test_lists_go_on_page_by_page(visitor: Come, token: TokenOf) -> None:
    li = visitor("applicant")
    for _ in range(21):
        let_act(li.client, token("applicant"))

    first = li.open("/authorities")
    second = li.open(link_to(first, "principal_after="))

    counts = [len([a for a in seen.page.named("a") if (a["href"] or "").endswith("/end")]) for seen in (first, second)]
    assert counts == [20, 1]


def test_the_principal_reads_which_agent_looked_at_what(visitor: Come, token: TokenOf) -> None:
    agent = visitor("agent")
    let_act(agent.client, token("applicant"))
    drafted(agent, "plate-replacement", way="certificate")

    asked = visitor("applicant").open("/credit/queries")

    assert "代办人 孙*" in asked.text
    assert "看了草稿" in asked.text


def test_an_agent_reads_that_a_promise_was_not_open_and_the_principal_why(visitor: Come, token: TokenOf) -> None:
    li, agent = (
        Person(visitor("agent").client, token(who), answers=answers_to("plate-replacement")).enrol()
        for who in ("applicant", "agent")
    )
    case_no = a_promise_that_waited_in_vain(li, agent)

    seen, own = (visitor(who).open(f"/cases/{case_no}").text for who in ("agent", "applicant"))

    assert ("委托人这次不能以告知承诺方式办理" in seen, "限制享受优惠政策" in seen) == (True, False)
    assert ("委托人这次不能以告知承诺方式办理" in own, "限制享受优惠政策" in own) == (False, True)


def test_who_signs_for_an_organisation_stands_on_page_receipt_desk_and_timeline(visitor: Come) -> None:
    device = Device()
    us, officer = visitor("company"), visitor("officer.traffic")
    enrol(us, device)
    draft = promise(us)

    receipt = sign(us, draft, device)
    case = receipt.path.removesuffix("/receipt")

    line = "赵示例 · 3****************6 · 法定代表人"
    assert "赵示例 · 法定代表人" in draft.text
    seen = [receipt, us.open(case), officer.open(case.replace("/cases/", "/desk/"))]
    assert [line in each.text for each in seen] == [True, True, True]
    assert not [each for each in seen if PERSONAS["company"]["claims"]["representative"]["number"] in each.text]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_agent_reads_nowhere_that_a_promise_waits_for_a_name(visitor: Come, token: TokenOf, language: str) -> None:
    agent = visitor("agent", language=language)
    client = agent.client
    li = Person(client, token("applicant"))
    acting = Person(client, token("agent"), answers=answers_to("plate-replacement")).enrol()
    case_no = a_promise_that_waits_for_a_name(li, acting, token)["case_no"]

    for page in (f"/cases/{case_no}", f"/cases/{case_no}/receipt", "/cases"):
        text = agent.open(page).text

        assert case_no in text
        assert not [word for word in (*WAITS_FOR_A_NAME, "number and name") if word in text]
