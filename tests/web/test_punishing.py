"""A flag goes its whole way by pages and forms: proposed, served, answered, confirmed by another, lifted."""

from datetime import timedelta

import pytest

from chalicelib import aws
from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.settings import settings
from chalicelib.web.core import dispatch
from tests.api.bodies import AFTER_DEFENCE, COMPANY, a_list
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock
from tests.web.flags import links, noon, office, place_of, proposed
from tests.web.forms import FORM, PROPOSAL, SERVICE
from tests.web.visitor import Come, Seen, Visitor

__all__ = ["noon", "office", "proposed"]


@pytest.fixture
def served(office: Visitor, proposed: Seen) -> Seen:
    """A flag whose notice was delivered."""
    turn_clock(NOON + timedelta(minutes=1))
    place = f"{place_of(proposed)}/acts/service"
    return office.send(office.open(place), place, SERVICE)


def test_a_flag_goes_all_the_way_by_clicks(visitor: Come, office: Visitor, proposed: Seen) -> None:
    place = place_of(proposed)
    assert "已提出。下一步是把告知书送达当事人。" in proposed.text
    assert links(proposed) & {
        f"{place[1:]}/acts/service",
        f"{place[1:]}/confirmation",
        f"{place[1:]}/acts/lifting",
    } == {
        f"{place[1:]}/acts/service",
        f"{place[1:]}/acts/lifting",
    }

    turn_clock(NOON + timedelta(minutes=1))
    form = f"{place}/acts/service"
    served = office.send(office.open(form), form, SERVICE)
    second = visitor("credit2")
    assert "10月8日(周四)23:59" in served.text
    assert "要由另一个人确认" in served.text
    assert f"{place[1:]}/confirmation" not in links(second.open(place))

    turn_clock(AFTER_DEFENCE)
    assert f"{place[1:]}/confirmation" not in links(office.open(place))
    assert f"{place[1:]}/confirmation" in links(second.open(place))
    form = f"{place}/confirmation"
    active = second.send(second.open(form), form, {"reason": "事实清楚。"})
    assert "已确认，马上生效。" in active.text
    assert "现在有效" in active.text
    assert place[1:] in links(second.open("/flags?state=active"))
    assert place[1:] not in links(second.open("/flags"))

    form = f"{place}/acts/lifting"
    lifted = second.send(second.open(form), form, {"reason": "已履行义务。", "basis": "第23条"})
    assert "已解除，马上生效。" in lifted.text
    assert "现在没有效力" in lifted.text
    assert "现在没有您可以办的。" in lifted.text


def test_a_flag_shows_all_that_it_stands_on_and_hides_whom_it_is_about(served: Seen) -> None:
    for said in (
        "全国失信惩戒措施基础清单（2024年版） · 第9项",
        "第二类：加强管理",
        "《浙江省公共信用信息管理条例》第23条",
        "作出虚假承诺 · 一般",
        "（就是这一项）",
        "义市监撤〔2026〕1号",
        "承诺的住所不存在。",
        "回证1号",
        "还没有人确认，要由提出人以外的人确认",
        "还没有告知部门。",
    ):
        assert said in served.text, said
    assert COMPANY["number"] not in served.text
    assert COMPANY["name"] not in served.text


def test_the_subject_finds_the_flag_answers_it_and_must_be_answered(visitor: Come, served: Seen) -> None:
    place = place_of(served)
    company, second = visitor("company"), visitor("credit2")

    own, before = company.open("/flags"), company.open(place)
    form = f"{place}/acts/statement"
    nothing = company.send(company.open(form), form)
    stated = company.send(company.open(form), form, {"text": "<script>alert(1)</script>住所存在。"})
    confirmation = f"{place}/confirmation"
    asked = second.open(confirmation)
    silent = second.send(asked, confirmation, {"reason": "事实清楚。"})
    done = second.send(asked, confirmation, {"reason": "事实清楚。", "statement_answer": "现场未发现。"})

    assert "flags" in links(company.open("/credit"))
    assert place[1:] in links(own)
    assert f"{place[1:]}/acts/statement" in links(before)
    assert not {f"{place[1:]}/confirmation", f"{place[1:]}/acts/lifting"} & links(before)
    assert "#text" in links(nothing)
    assert "您的陈述、申辩已收到，必须得到答复。" in stated.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;住所存在。" in asked.text
    assert "<script>alert" not in asked.text + stated.text + done.text
    assert "#statement_answer" in links(silent)
    assert silent.form(confirmation).fields["reason"] == ["事实清楚。"]
    assert "已确认，马上生效。" in done.text
    assert "credit/objection?entry=flag%3A" in company.open(place).text


def test_the_proposer_who_asks_all_the_same_is_told_that_another_person_confirms(office: Visitor, served: Seen) -> None:
    turn_clock(AFTER_DEFENCE)
    form = f"{place_of(served)}/confirmation"

    asked = office.open(form)
    refused = office.send(asked, form, {"reason": "事实清楚。"})

    assert "现在还不能办这一步，或者要由别人办。" in asked.text
    assert refused.status == 409
    assert "该步骤须由另一名工作人员办理；同一人换用其他角色也不行。" in refused.text
    assert refused.form(form).fields["reason"] == ["事实清楚。"]


def test_nobody_confirms_while_the_person_may_still_speak(visitor: Come, served: Seen) -> None:
    second, form = visitor("credit2"), f"{place_of(served)}/confirmation"

    refused = second.send(second.open(form), form, {"reason": "事实清楚。"})

    assert refused.status == 409
    assert "陈述申辩期尚未届满" in refused.text


def test_confirming_wants_a_fresh_login(visitor: Come, served: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    second, form = visitor("credit2"), f"{place_of(served)}/confirmation"
    asked = second.open(form)
    later = real_now() + timedelta(seconds=301)
    monkeypatch.setattr(dispatch, "real_now", lambda: later)

    again = second.open(form)
    sent = second.send(asked, form, {"reason": "事实清楚。"})

    assert again.url.startswith("https://issuer.test/authorize?")
    assert sent.status == 401
    assert "fresh=1" in sent.text


def test_a_form_that_was_drawn_before_the_subject_spoke_decides_nothing(
    visitor: Come, office: Visitor, served: Seen
) -> None:
    company, place = visitor("company"), place_of(served)
    form, speaking = f"{place}/acts/lifting", f"{place}/acts/statement"
    drawn = office.open(form)
    company.send(company.open(speaking), speaking, {"text": "住所存在。"})

    late = office.send(drawn, form, {"reason": "文书已撤销。", "basis": "第23条"})

    assert late.status == 412
    assert late.form(form).fields["reason"] == ["文书已撤销。"]
    assert "住所存在。" in late.text
    assert "已陈述申辩" in office.open(place).text


def test_a_double_click_on_a_decision_takes_it_once(office: Visitor, served: Seen) -> None:
    form = f"{place_of(served)}/acts/lifting"
    drawn = office.open(form)

    office.send(drawn, form, {"reason": "文书已撤销。", "basis": "第23条"})
    again = office.send(drawn, form, {"reason": "别的理由。", "basis": "第1条"})

    assert again.status == 412
    assert "文书已撤销。" in office.open(place_of(served)).text


def test_bad_proof_of_delivery_leads_to_its_fields(office: Visitor, proposed: Seen) -> None:
    form = f"{place_of(proposed)}/acts/service"

    seen = office.send(office.open(form), form, {"served_at": "2026-09-01T12:00", "method": "直接送达", "proof": "x"})
    empty = office.send(office.open(form), form)

    assert "#served_at" in links(seen)
    assert seen.form(form).fields["method"] == ["直接送达"]
    assert {"#served_at", "#method", "#proof"} <= links(empty)


def test_the_list_goes_page_by_page(office: Visitor) -> None:
    for _ in range(21):
        office.send(office.open(FORM), FORM, PROPOSAL)

    first = office.open("/flags")
    (onward,) = [link for link in links(first) if "cursor=" in link]
    rest = office.open(f"/{onward}")

    count = [len([link for link in links(seen) if link.startswith("flags/")]) for seen in (first, rest)]
    assert count == [20, 1]


@pytest.mark.parametrize("act", ["confirmation", "reopening", "statement"])
def test_a_step_that_an_address_cannot_name_is_not_taken(office: Visitor, proposed: Seen, act: str) -> None:
    assert office.open(f"{place_of(proposed)}/acts/{act}").status == (403 if act == "statement" else 404)


def test_a_flag_is_shown_to_nobody_else(visitor: Come, proposed: Seen) -> None:
    assert visitor("applicant").open(place_of(proposed)).status == 404
    assert "没有对您的惩戒" in visitor("applicant").open("/flags").text


def test_the_pages_are_in_english_too(visitor: Come, served: Seen) -> None:
    english = visitor("credit2", language="en")

    for page in ("/flags?state=served", place_of(served), f"{place_of(served)}/acts/lifting", "/proposals", FORM):
        assert english.open(page).status == 200
    assert "Can be answered until" in english.open(place_of(served)).text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_whatever_is_typed_stays_text_on_every_page(visitor: Come, language: str) -> None:
    office, script = visitor("credit", language=language), "<script>alert('惩')</script>"
    texts = dict.fromkeys(("document-number", "document-organ", "facts"), script)
    made = office.send(office.open(FORM), FORM, PROPOSAL | texts)
    turn_clock(NOON + timedelta(minutes=1))
    form = f"{place_of(made)}/acts/service"
    served = office.send(office.open(form), form, SERVICE | {"method": script, "proof": script})
    form = f"{place_of(made)}/acts/lifting"
    asked = office.open(form)
    lifted = office.send(asked, form, {"reason": script, "basis": script})

    pages = (made, served, asked, lifted, office.open("/flags?state=lifted"))
    assert [seen.text.count("<script>") for seen in pages] == [0] * 5
    assert all("&lt;script&gt;" in seen.text for seen in pages)


@pytest.fixture
def active(visitor: Come, served: Seen) -> str:
    """The page of a flag that is in force."""
    turn_clock(AFTER_DEFENCE)
    second, form = visitor("credit2"), f"{place_of(served)}/confirmation"
    return place_of(second.send(second.open(form), form, {"reason": "事实清楚。"}))


def test_which_department_was_told_and_which_has_answered_stands_on_the_page(
    office: Visitor, active: str, client: Client, token: TokenOf
) -> None:
    system = token("system.market")
    hook = client.post("/v1/webhooks", {"url": "http://127.0.0.1:9/", "events": ["alert.raised"]}, token=system)
    wish = {"webhook_id": hook.body["id"], "items": ["business-address"]}
    subscription = client.post("/v1/subscriptions", wish, token=system).body["id"]
    aws.client("sqs").create_queue(QueueName=settings().deliver_queue.rpartition("/")[2])
    for event in container().timeline.events(f"flag:{active.rpartition('/')[2]}"):
        container().flag_notices.on_event(event, AFTER_DEFENCE)

    silent = office.open(active)
    url = f"/v1/subscriptions/{subscription}"
    (told,) = client.get(f"{url}/flag_notices", token=system).body["items"]
    client.post(f"{url}/acknowledgements", {"flag_notice_id": told["flag_notice_id"]}, token=system)
    answered = office.open(active)

    assert "市场监管" in silent.text
    assert ("还没有" in silent.page.words["td"], "还没有" in answered.page.words["td"]) == (True, False)


def test_an_objection_marks_the_flag_wherever_it_is_shown(visitor: Come, office: Visitor, active: str) -> None:
    company = visitor("company")
    (objecting,) = [link for link in links(company.open(active)) if link.startswith("credit/objection")]
    company.send(company.open(f"/{objecting}"), "objection", {"ground": "fact", "text": "住所存在。"})

    seen, own, listed = office.open(active), company.open(active), office.open("/flags?state=active")

    assert "异议处理中" in seen.text
    assert not [link for link in links(own) if link.startswith("credit/objection")]
    assert "异议处理中" in listed.text


def test_a_flag_that_a_new_list_suspended_goes_on_once_two_persons_have_asked(
    visitor: Come, office: Visitor, active: str, client: Client, token: TokenOf
) -> None:
    second, form = visitor("credit2"), f"{active}/acts/resumption"
    for edition, day, without in (("2026a", "2026-10-08", "9"), ("2026b", "2026-10-09", "")):
        sent = client.put(f"/v1/measures/{edition}", a_list(edition, day, without=without), token=token("credit"))
        assert sent.status == 200, sent.text

    lost = office.open(active)
    early = office.send(office.open(form), form, {"reason": "清单已恢复该措施。"})
    asked = office.open(active)
    alone = office.send(office.open(form), form, {"reason": "再请求一次。"})
    resumed = second.send(second.open(form), form, {"reason": "同意。"})

    assert "清单中已没有该措施" in lost.text
    assert form[1:] in links(lost)
    assert "已登记。两个人都同意后恢复。" in early.text
    assert form[1:] not in links(asked)
    assert alone.status == 409
    assert "该步骤须由另一名工作人员办理；同一人换用其他角色也不行。" in alone.text
    assert "现在有效" in resumed.text


@pytest.mark.requirement("R1.18")
def test_whoever_was_told_of_a_flag_reads_it_first_on_their_credit_with_until_when_and_how_to_be_heard(
    visitor: Come, served: Seen
) -> None:
    place, company = place_of(served)[1:], visitor("company")

    seen, english = company.open("/credit"), company.open("/credit?lang=en")
    company.send(company.open(f"/{place}/acts/statement"), "statement", {"text": "住所存在。"})
    stated = company.open("/credit")
    turn_clock(AFTER_DEFENCE)
    over = visitor("company").open("/credit")

    assert seen.text.index("拟对您采取信用惩戒措施") < seen.text.index("您兑现过的承诺")
    assert "最晚10月8日(周四)说明，当天也算" in seen.text
    assert f"{place}/acts/statement" in links(seen)
    assert "You have until the end of Thu 8 Oct" in english.text
    for later in (stated, over):
        assert "拟对您采取信用惩戒措施" not in later.text


@pytest.mark.usefixtures("channels")
def test_whoever_was_told_of_a_flag_finds_it_where_they_begin_too(visitor: Come, served: Seen) -> None:
    for event in container().timeline.events(f"flag:{place_of(served).rpartition('/')[2]}"):
        container().messages.on_event(event, container().clock.now())

    seen = visitor("company").open("/cases")

    assert "等您办理" in seen.text
    assert ">信用惩戒</a>" in seen.text
    assert "请对惩戒告知陈述申辩</strong> · 最晚10月8日(周四)，当天也算" in seen.text
    assert "credit" in links(seen)
