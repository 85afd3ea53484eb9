"""A flag goes its whole way by pages and forms: proposed, served, answered, confirmed by another, lifted."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.clock import real_now
from chalicelib.web import showing
from tests.api.test_punishment import AFTER_DEFENCE, COMPANY
from tests.builders import NOON
from tests.cloud import Client, turn_clock
from tests.web.visitor import Seen, Visitor

Come = Callable[..., Visitor]

FORM = "/proposals/9"
PROPOSAL: dict[str, str | list[str]] = {
    "subject-kind": "uscc",
    "subject-number": COMPANY["number"],
    "subject-name": COMPANY["name"],
    "conduct": "false_commitment:general",
    "related_items": ["business-address"],
    "starts_on": "2026-09-28",
    "ends_on": "2027-09-27",
    "document-number": "义市监撤〔2026〕1号",
    "document-organ": "义乌市市场监督管理局",
    "document-effective_on": "2026-09-21",
    "document-served_at": "2026-09-21T12:00",
    "document-remedy_until": "2026-11-20",
    "facts": "承诺的住所不存在。",
}
SERVICE = {"served_at": "2026-09-28T12:00", "method": "直接送达", "proof": "回证1号"}


@pytest.fixture(autouse=True)
def noon(portal: Client) -> None:  # noqa: ARG001 - the clock is part of the services of the cloud
    turn_clock(NOON - timedelta(minutes=1))


def place_of(seen: Seen) -> str:
    """The page without what its address says besides."""
    return seen.path.partition("?")[0]


def links(seen: Seen) -> set[str]:
    """Where the page leads, without the way back to the portal's root."""
    return {
        (link["href"] or "").removeprefix("../").removeprefix("../").removeprefix("./") for link in seen.page.named("a")
    }


@pytest.fixture
def office(visitor: Come) -> Visitor:
    return visitor("credit")


@pytest.fixture
def proposed(office: Visitor) -> Seen:
    """A proposed flag, as its proposer is shown it."""
    return office.send(office.open(FORM), FORM, PROPOSAL)


@pytest.fixture
def served(office: Visitor, proposed: Seen) -> Seen:
    """A flag whose notice was delivered."""
    turn_clock(NOON + timedelta(minutes=1))
    place = f"{place_of(proposed)}/acts/service"
    return office.send(office.open(place), place, SERVICE)


def test_no_flag_at_a_step_is_told_as_such(office: Visitor) -> None:
    seen = office.open("/flags")

    assert seen.status == 200
    assert "没有处于这一步的惩戒。" in seen.text


def test_the_list_shows_law_class_bounds_and_proportion_before_anything_is_chosen(office: Visitor) -> None:
    seen = office.open("/proposals")

    assert "《浙江省公共信用信息管理条例》第23条、第26条" in seen.text
    assert "第二类：加强管理" in seen.text
    assert "36个月" in seen.text
    assert "作出虚假承诺: 一般, 严重" in seen.text
    assert {"proposals/1", "proposals/9", "proposals/10"} <= links(seen)
    assert "proposals/4" not in links(seen)


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
        "全国失信惩戒措施基础清单(2024年版) · 第9项",
        "第二类：加强管理",
        "《浙江省公共信用信息管理条例》第23条",
        "作出虚假承诺 · 一般",
        "（就是这一项）",
        "义市监撤〔2026〕1号",
        "承诺的住所不存在。",
        "回证1号",
        "还没有人，要由提出人以外的人确认",
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
    assert "该步骤须由另一名工作人员办理。" in refused.text
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
    monkeypatch.setattr(showing, "real_now", lambda: later)

    again = second.open(form)
    sent = second.send(asked, form, {"reason": "事实清楚。"})

    assert again.url.startswith("https://issuer.test/authorize?")
    assert sent.status == 401
    assert "fresh=1" in sent.text


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"subject-kind": [], "subject-number": ""}, 422, "#subject-number"),
        ({"subject-number": "91330782MA00000281"}, 422, "#subject-number"),
        ({"subject-name": ""}, 400, "#subject-name"),
        ({"conduct": []}, 400, "#conduct"),
        ({"conduct": "serious_list:minor"}, 422, "#conduct"),
        ({"conduct": "false_commitment:grave"}, 400, "#conduct"),
        ({"related_items": []}, 422, "#related_items"),
        ({"related_items": ["plate-replacement"]}, 422, "#related_items"),
        ({"ends_on": ""}, 422, "#ends_on"),
        ({"ends_on": "2030-09-29"}, 422, "#ends_on"),
        ({"ends_on": "soon"}, 400, "#ends_on"),
        ({"document-number": ""}, 422, "#document-number"),
        ({"document-effective_on": "2026-09-29"}, 422, "#document-effective_on"),
        ({"document-served_at": "gestern"}, 400, "#document-served_at"),
        ({"document-subject-kind": "uscc"}, 400, "#document-subject-name"),
        ({"case_no": "C1"}, 422, "#document-number"),
        ({"facts": ""}, 400, "#facts"),
    ],
)
def test_a_proposal_that_does_not_stand_leads_to_the_field_and_keeps_what_was_typed(
    office: Visitor, change: dict[str, str | list[str]], status: int, field: str
) -> None:
    form = office.open(FORM)

    seen = office.send(form, FORM, PROPOSAL | change)

    assert seen.status == status
    assert field in links(seen)
    assert field.removeprefix("#") in {element.get("id") for _, element in seen.page.elements}
    kept = seen.form(FORM).fields
    assert kept["document-organ"] == ["义乌市市场监督管理局"]
    assert kept["starts_on"] == ["2026-09-28"]
    assert kept.get("related_items", []) == [
        one for one in (change | PROPOSAL | change)["related_items"] if one == "business-address"
    ]
    assert "没有处于这一步的惩戒。" in office.open("/flags").text


def test_a_double_click_proposes_once(office: Visitor) -> None:
    form = office.open(FORM)

    first = office.send(form, FORM, PROPOSAL)
    again = office.send(form, FORM, PROPOSAL)

    assert place_of(first) == place_of(again)
    assert len([link for link in links(office.open("/flags")) if link.startswith("flags/")]) == 1


def test_a_second_tab_undoes_nothing_unseen(office: Visitor, served: Seen) -> None:
    form = f"{place_of(served)}/acts/lifting"
    one, other = office.open(form), office.open(form)

    office.send(one, form, {"reason": "文书已撤销。", "basis": "第23条"})
    late = office.send(other, form, {"reason": "别的理由。", "basis": "第1条"})

    assert late.status in {409, 412}
    assert late.form(form).fields["reason"] == ["别的理由。"]
    assert "文书已撤销。" in office.open(place_of(served)).text


def test_a_form_of_an_edition_that_is_not_in_force_any_more_is_read_again_first(office: Visitor) -> None:
    seen = office.send(office.open(FORM), FORM, PROPOSAL | {"edition": "2023"})

    assert seen.status == 412
    assert "内容已被更新" in seen.text


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
    assert "May be answered until" in english.open(place_of(served)).text


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
