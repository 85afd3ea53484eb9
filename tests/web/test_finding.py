"""Officers find a case by what a caller says, and note for colleagues what the applicant is never shown."""

from datetime import UTC, datetime

import pytest

from chalicelib.messages.table.contacts import ContactRow, PhoneRow
from tests.api.examples import subject_key
from tests.cloud import turn_clock
from tests.services.messaging import reached
from tests.web.cases import filed
from tests.web.visitor import Come, Seen, Visitor

NUMBER = "139 0000 0000"


def seek(official: Visitor, sought: str, purpose: str = "enquiry") -> Seen:
    page = official.open("/find")
    purposes = {"purpose": purpose} if "purpose" in page.form("find").names else {}
    return official.send(page, "find", {"sought": sought, **purposes})


def hits(seen: Seen) -> list[str]:
    found = seen.text.partition("找到的办件")[2]
    return [part.partition('"')[0] for part in found.split('href="./desk/')[1:]]


def test_a_number_is_found_however_it_was_typed(officer: Visitor, case_no: str) -> None:
    typed = f" {case_no[:4].lower()} {case_no[4:].lower().replace('o', '0')} "

    opened = seek(officer, typed)

    assert opened.path == f"/desk/{case_no}"


def test_whoever_looks_by_item_is_led_to_the_items_of_the_worklist(officer: Visitor) -> None:
    links = {link["href"] for link in officer.open("/find").page.named("a")}

    assert "./worklist#item" in links
    assert 'id="item"' in officer.open("/worklist").text


@pytest.mark.requirement("R7.5", "R7.15")
def test_a_whole_name_finds_the_departments_cases_and_each_look_is_on_record(
    officer: Visitor, visitor: Come, case_no: str
) -> None:
    other = filed(visitor("applicant2"))
    found = seek(officer, "李示例")
    part = seek(officer, "李示")
    elsewhere = seek(visitor("officer.market"), "李示例")
    told = visitor("applicant").open(f"/cases/{case_no}")

    assert hits(found) == [case_no]
    assert "绿灯：时间充裕" in found.text
    assert (hits(part), "本部门没有这个人的办件" in part.text) == ([], True)
    assert hits(elsewhere) == []
    assert "查阅：答复申请人的咨询" in told.text
    assert "查阅：答复申请人的咨询" not in visitor("applicant2").open(f"/cases/{other}").text
    assert "李示例" not in found.url


@pytest.mark.requirement("R7.5")
def test_an_officer_says_for_what_they_look_and_a_superior_need_not(
    officer: Visitor, visitor: Come, case_no: str
) -> None:
    silent = officer.send(officer.open("/find"), "find", {"sought": "李示例"})
    nothing = officer.send(officer.open("/find"), "find", {"purpose": "enquiry"})
    by_duty = seek(visitor("head.traffic"), "李示例")

    assert (silent.status, {"href": "#purpose"} in silent.page.named("a")) == (400, True)
    assert (nothing.status, {"href": "#sought"} in nothing.page.named("a")) == (400, True)
    assert hits(by_duty) == [case_no]


def test_a_confirmed_phone_number_finds_its_owners_cases(officer: Visitor, visitor: Come, case_no: str) -> None:
    unknown = seek(officer, NUMBER)
    reached(of=subject_key("applicant"), phone="+8613900000000")
    found = seek(officer, NUMBER)
    other = seek(visitor("officer.market"), NUMBER)

    reached(of=subject_key("applicant"), phone="+8613900000001")
    given_up = seek(officer, NUMBER)
    changed = seek(officer, "13900000001")

    assert hits(unknown) == []
    assert hits(found) == [case_no]
    assert hits(other) == []
    assert hits(given_up) == []
    assert hits(changed) == [case_no]


def test_two_people_with_one_number_are_both_found_and_the_table_does_not_tell_that_they_share_it(
    officer: Visitor, visitor: Come, case_no: str
) -> None:
    other = filed(visitor("applicant2"))
    people = [subject_key("applicant"), subject_key("applicant2")]
    for person in people:
        reached(of=person, phone="+8613900000000")
    rows = list(PhoneRow.scan(PhoneRow.pk.startswith("phone:")))
    contacts = [ContactRow.get(person, "contact") for person in people]

    assert set(hits(seek(officer, NUMBER))) == {case_no, other}
    assert len(rows) == 2
    for row in rows:
        names = {row.pk.partition(":")[2], row.sk.partition(":")[2]}
        assert not [one for one in contacts if any(name in str(one.serialize()) for name in names)]
        assert not [person for person in people if person in str(row.serialize())]


def test_notes_are_for_colleagues_and_stand_on_no_page_of_the_applicant(
    officer: Visitor, visitor: Come, promised: str
) -> None:
    page = officer.open(f"{promised}/notes")
    blank = officer.send(page, "notes")
    officer.send(page, "notes", {"text": "申请人下周三以后在家。"})
    twice = officer.send(page, "notes", {"text": "申请人下周三以后在家。"})
    read = visitor("supervisor.traffic").open(f"{promised}/notes")
    applicant = visitor("applicant")
    own = applicant.open(promised.replace("/desk/", "/cases/"))
    refused = applicant.open(f"{promised}/notes")

    assert (blank.status, {"href": "#text"} in blank.page.named("a")) == (400, True)
    assert "经办甲 · 公安交管" in twice.text
    assert read.text.count("申请人下周三以后在家。") == 1
    assert "下周三" not in own.text
    on_the_case, _, timeline = officer.open(promised).text.partition("经过")
    assert on_the_case.count("申请人下周三以后在家。") == 1
    assert timeline
    assert "下周三" not in timeline
    assert refused.status == 403


def test_notes_are_gone_when_their_time_is_over(officer: Visitor, promised: str) -> None:
    officer.send(officer.open(f"{promised}/notes"), "notes", {"text": "临时说明。"})
    turn_clock(datetime(2100, 1, 1, tzinfo=UTC))

    assert "临时说明" not in officer.open(f"{promised}/notes").text
