"""A credit officer finds flags: by step, document, number, item, and by whom they are about, with a purpose."""

from datetime import timedelta

from tests.api.bodies import AFTER_DEFENCE, COMPANY, RECORD
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock
from tests.web.flags import links, noon, office, place_of, proposed
from tests.web.forms import SERVICE
from tests.web.visitor import Come, Seen, Visitor

__all__ = ["noon", "office", "proposed"]


def test_the_list_says_how_long_is_left_and_what_the_person_says(
    visitor: Come, office: Visitor, proposed: Seen
) -> None:
    place = place_of(proposed)
    before = office.open("/flags")
    turn_clock(NOON + timedelta(minutes=1))
    office.send(office.open(f"{place}/acts/service"), f"{place}/acts/service", SERVICE)
    told = office.open("/flags?state=served")
    turn_clock(AFTER_DEFENCE)
    over = office.open("/flags?state=served")
    turn_clock(NOON + timedelta(minutes=2))
    company = visitor("company")
    speaking = f"{place}/acts/statement"
    company.send(company.open(speaking), speaking, {"text": "住所存在。"})
    answered = office.open("/flags?state=answered")
    second = visitor("credit2")
    form = f"{place}/confirmation"
    second.send(second.open(form), form, {"reason": "事实清楚。", "statement_answer": "现场未发现。"})
    active = office.open("/flags?state=active")

    assert "告知书还没有送达" in before.text
    assert "没有陈述" in before.text
    assert "可以陈述、申辩到10月8日(周四)23:59为止" in told.text
    assert "陈述、申辩的时间已过，等待确认" in over.text
    assert "住所存在。" in answered.text
    assert "当事人已经陈述，等待答复和确认" in answered.text
    assert "到2027年9月27日(周一)为止 (还有364天)" in active.text
    assert COMPANY["name"] not in before.text + told.text + active.text


def test_each_step_has_a_place_of_its_own(office: Visitor) -> None:
    seen = office.open("/flags")

    tabs = [link for link in seen.page.named("a") if link.get("class") == "moj-sub-navigation__link"]
    assert len(tabs) == 7
    assert [tab["href"] for tab in tabs if tab.get("aria-current")] == ["./flags?state=proposed"]


def test_a_flag_is_found_by_its_number_as_the_page_shows_it(office: Visitor, proposed: Seen) -> None:
    place = place_of(proposed)
    flag_id = place.rpartition("/")[2]
    shown = " ".join((flag_id[:6], flag_id[6:12], flag_id[12:18], flag_id[18:]))

    found = office.open(f"/flags?q={shown.upper()}")

    assert shown in proposed.text
    assert place_of(found) == place


def test_a_flag_is_found_by_its_document_however_it_is_typed(office: Visitor, proposed: Seen) -> None:
    found = office.open("/flags?q=义市监撤 [2026] 1号")
    none = office.open("/flags?q=义市监撤〔2026〕2号")

    assert place_of(proposed)[1:] in links(found)
    assert "本部门没有依据这份文书的惩戒。" in none.text


def test_a_step_is_narrowed_to_an_item(office: Visitor, proposed: Seen) -> None:
    place = place_of(proposed)[1:]

    assert place in links(office.open("/flags?item=business-address"))
    assert place not in links(office.open("/flags?item=plate-replacement"))


def test_a_flag_says_in_words_why_it_stands(visitor: Come, proposed: Seen) -> None:
    turn_clock(NOON + timedelta(minutes=1))
    english = visitor("credit", language="en").open(place_of(proposed))

    assert (
        "义乌市市场监督管理局的义市监撤〔2026〕1号自9月28日(周一)起生效，认定的行为是“作出虚假承诺”，程度为一般。"
        in proposed.text
    )
    assert "第9项允许对这样的行为采取" in proposed.text
    assert "现在没有效力：告知书送达以后" in proposed.text
    assert "It has no effect yet: the notice has to be delivered" in english.text


def test_the_subject_is_not_shown_who_in_the_office_did_what(visitor: Come, office: Visitor, proposed: Seen) -> None:
    place = place_of(proposed)
    turn_clock(NOON + timedelta(minutes=1))
    office.send(office.open(f"{place}/acts/service"), f"{place}/acts/service", SERVICE)

    assert "staff:" not in visitor("company").open(place).text


def test_somebody_is_looked_up_by_number_with_a_purpose_that_they_then_see(
    visitor: Come, office: Visitor, proposed: Seen, client: Client, token: TokenOf
) -> None:
    turn_clock(NOON + timedelta(minutes=1))
    client.put("/v1/credit/records/credit/r-9", RECORD, token=token("credit"))
    form = office.open("/lookup")
    whom = {"kind": "uscc", "number": COMPANY["number"], "name": COMPANY["name"]}

    nothing = office.send(form, "lookup", {})
    aimless = office.send(form, "lookup", whom)
    wrong = office.send(form, "lookup", {**whom, "number": "1", "purpose": "enforcement"})
    found = office.send(form, "lookup", {**whom, "purpose": "enforcement"})

    assert {"#kind", "#purpose"} <= links(nothing)
    assert "#purpose" in links(aimless)
    assert "#number" in links(wrong)
    assert {place_of(proposed)[1:], "records/credit/r-9"} <= links(found)
    assert COMPANY["number"] not in found.path
    told = visitor("company").open("/credit/queries").text
    assert "执法" in told


def test_whoever_holds_nothing_says_so(visitor: Come) -> None:
    market = visitor("credit.market")
    whom = {"kind": "uscc", "number": COMPANY["number"], "name": COMPANY["name"], "purpose": "handling"}

    found = market.send(market.open("/lookup"), "lookup", whom)

    assert "本部门没有这名当事人的记录。" in found.text
    assert "本部门没有对这名当事人的惩戒。" in found.text
