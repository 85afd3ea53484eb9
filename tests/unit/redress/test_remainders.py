"""What one transaction undoes of a document, and how the steps after it go on to their end."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.credit.model.records import RepairState
from chalicelib.redress import rules
from chalicelib.redress.model import (
    AffectedCase,
    Decided,
    HowAffected,
    ObjectionDecision,
    Outcome,
    Phase,
    Remainder,
)
from chalicelib.redress.rules import FLAG_WRITES, RECORD_WRITES, WRITES_AT_ONCE, at_once, counted, moved_on
from chalicelib.sanctions.model.flags import Flag, Lifting
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import A_SUBJECT, NOON, a_flag, a_record
from tests.unit.redress.test_rules import A_REVOCATION, an_objection

LATER = datetime(2026, 10, 9, tzinfo=UTC)
PLACE = {"pk": {"S": "record:market:r-1"}}


def a_remainder(**other: object) -> Remainder:
    remainder = Remainder(
        base=A_SUBJECT,
        person=None,
        document=a_record().document,
        state=RepairState.WITHDRAWN,
        lifting=Lifting(lifted_at=NOON, by="staff:credit", reason="撤销", basis="第68条", because="reversal:1"),
        sub="credit",
        department="credit",
        begun_at=NOON,
        next_at=NOON,
        left=40,
    )
    return replace(remainder, **other)  # type: ignore[arg-type]


def of_a_person(number: int) -> Flag:
    flag = a_flag(flag_id=f"f-{number:03}")
    return replace(flag, party=replace(flag.party, subject=SubjectKey(f"k1.{number:03}")))


def test_so_many_records_fit_into_a_transaction_and_no_more() -> None:
    records = tuple(a_record(record_id=f"r-{number:03}") for number in range(100))

    first, flags = at_once(records, (), base=A_SUBJECT)

    assert first == records[: WRITES_AT_ONCE // RECORD_WRITES]
    assert flags == ()


def test_each_further_person_is_one_write_more() -> None:
    own = tuple(a_flag(flag_id=f"f-{number:03}") for number in range(100))
    others = tuple(of_a_person(number) for number in range(100))

    assert len(at_once((), own, base=A_SUBJECT)[1]) == WRITES_AT_ONCE // FLAG_WRITES
    assert len(at_once((), others, base=A_SUBJECT)[1]) == WRITES_AT_ONCE // (FLAG_WRITES + 1)


@pytest.mark.parametrize("entry", ["market/r-099", "f-099"])
def test_the_entry_that_was_named_is_among_the_first_and_others_come_before_ones_own(entry: str) -> None:
    records = tuple(a_record(record_id=f"r-{number:03}") for number in range(100))
    flags = tuple(of_a_person(number) if number < 3 else a_flag(flag_id=f"f-{number:03}") for number in range(100))

    first, chosen = at_once(records, flags, base=A_SUBJECT, entry=entry)

    assert {flag.flag_id for flag in chosen} >= {"f-000", "f-001", "f-002"}
    assert entry in {*(record.name for record in first), *(flag.flag_id for flag in chosen)}


def test_a_step_is_counted_for_its_pass_and_for_the_whole() -> None:
    after = counted(a_remainder(found=2, undone=12), 5)

    assert (after.found, after.undone, after.rev) == (7, 17, 2)


def test_pages_follow_one_another_and_then_the_parts() -> None:
    assert moved_on(a_remainder(), PLACE, at=LATER) == a_remainder(after=PLACE)
    assert moved_on(a_remainder(after=PLACE), None, at=LATER) == a_remainder(phase=Phase.FLAGS)
    assert moved_on(a_remainder(phase=Phase.FLAGS), None, at=LATER) == a_remainder(phase=Phase.RECORDS)


def test_only_a_pass_that_found_nothing_is_the_last() -> None:
    at_the_end = a_remainder(phase=Phase.RECORDS, found=1, undone=40)

    again = moved_on(at_the_end, None, at=LATER)
    over = moved_on(replace(at_the_end, found=0), None, at=LATER)

    assert (again.phase, again.found, again.next_at, again.finished_at) == (Phase.FLAGS_OF_OTHERS, 0, NOON, None)
    assert (over.next_at, over.finished_at, over.undone) == (None, LATER, 40)


def test_of_one_person_there_are_only_flags() -> None:
    person = a_remainder(person=SubjectKey("k1.000"), phase=Phase.FLAGS)

    assert moved_on(person, None, at=LATER).finished_at == LATER


def test_what_a_step_lifts_is_lifted_then_and_for_the_same_reason() -> None:
    undoing = a_remainder().undoing(LATER)

    assert undoing.state is RepairState.WITHDRAWN
    assert (undoing.lifting.lifted_at, undoing.lifting.because) == (LATER, "reversal:1")


def test_affected_cases_are_added_once_and_up_to_what_a_row_holds() -> None:
    cases = [
        AffectedCase(case_no=f"C{number}", item_code="i", how=HowAffected.CHECKED, met_at=NOON)
        for number in range(rules.MOST_AFFECTED + 1)
    ]
    reversal = replace(A_REVOCATION, touched=tuple(cases[:1]))

    assert rules.with_affected(reversal, cases[:2]).touched == tuple(cases[:2])
    assert rules.with_affected(reversal, cases[:1]) == reversal
    assert rules.with_affected(reversal, cases).touched == tuple(cases[: rules.MOST_AFFECTED])


def test_what_fits_is_undone_at_once() -> None:
    assert at_once((a_record(),), (a_flag(),), base=A_SUBJECT) == ((a_record(),), (a_flag(),))


def test_an_objection_lists_affected_cases_with_its_decision() -> None:
    case = AffectedCase(case_no="C1", item_code="i", how=HowAffected.CHECKED, met_at=NOON)
    ruling = ObjectionDecision(outcome=Outcome.DELETED, reason="经核实。", basis="第30条")
    decided = replace(an_objection(), decided=Decided(ruling=ruling, decided_at=NOON, decided_by="staff:credit"))

    after = rules.with_affected(decided, [case])

    assert after.decided is not None
    assert after.decided.touched == (case,)
    assert rules.with_affected(an_objection(), [case]) == an_objection()
