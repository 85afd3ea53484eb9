"""Who may be given a case, what may be handled again, and when an act may have happened."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.cases.model.case import State
from chalicelib.cases.model.stages import Decision, EarlierDecision, Finding, Outcome, Rectification, Verification
from chalicelib.cases.rules.consequences import is_counted
from chalicelib.cases.rules.handling import (
    has_work_left,
    require_assignable,
    require_occurred,
    require_reopenable,
    responsible_for,
    waits_for_second_officer,
)
from chalicelib.catalogue.model.items import Method
from chalicelib.errors import DomainError
from chalicelib.policy import Role
from chalicelib.workdays.model.limits import Limit, Unit
from tests.builders import NOON, a_caller, a_case, a_commitment

ONE_SECOND = timedelta(seconds=1)
OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
HEAD = a_caller(Role.HEAD, sub="h-1", department="traffic")
DECISION = Decision(outcome=Outcome.GRANTED, document_no="1号", reasons="", decided_at=NOON, decided_by="staff:o-1")


def earlier(result: Finding | None, *, officers: int = 1) -> EarlierDecision:
    found = None
    if result is not None:
        found = Verification(
            result=result,
            method=Method.ONLINE,
            findings="",
            found_at=NOON,
            found_by="staff:o-1",
            officers=officers,
        )
    return EarlierDecision(
        decision=DECISION,
        delivery=None,
        verification=found,
        extension=None,
        reason="",
        reopened_at=NOON,
        reopened_by="staff:h-1",
    )


@pytest.mark.parametrize("seconds", [0, 1])
def test_an_act_may_have_happened_from_the_receipt_to_this_second(seconds: int) -> None:
    case = a_case(received_at=NOON)

    require_occurred(case, NOON + seconds * ONE_SECOND, at=NOON + ONE_SECOND)
    require_occurred(case, None, at=NOON)


@pytest.mark.parametrize("seconds", [-1, 2])
def test_an_act_did_not_happen_before_the_receipt_nor_will_it(seconds: int) -> None:
    with pytest.raises(DomainError, match="INVALID_BODY") as error:
        require_occurred(a_case(received_at=NOON), NOON + seconds * ONE_SECOND, at=NOON + ONE_SECOND)

    assert [fault.pointer for fault in error.value.faults] == ["/occurred_at"]


def test_a_superior_gives_a_case_to_anyone_even_one_that_somebody_has() -> None:
    require_assignable(a_case(officer="o-1"), "o-2", by=HEAD)


@pytest.mark.parametrize("had_by", ["", "o-1"])
def test_an_officer_takes_what_nobody_else_has(had_by: str) -> None:
    require_assignable(a_case(officer=had_by), "o-1", by=OFFICER)


@pytest.mark.parametrize(("had_by", "officer", "code"), [("", "o-2", "FORBIDDEN"), ("o-2", "o-1", "STEP_NOT_ALLOWED")])
def test_an_officer_neither_gives_nor_snatches(had_by: str, officer: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        require_assignable(a_case(officer=had_by), officer, by=OFFICER)


def test_only_what_was_decided_is_handled_again() -> None:
    assert require_reopenable(a_case(state=State.DECIDED, decision=DECISION)) == DECISION
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        require_reopenable(a_case(state=State.CLOSED, decision=None))


def test_who_has_the_case_answers_else_who_acts_else_nobody() -> None:
    assert responsible_for(a_case(officer="o-2"), OFFICER) == "o-2"
    assert responsible_for(a_case(), OFFICER) == "o-1"
    assert responsible_for(a_case(), HEAD) == ""


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.PENDING_CREDIT, True),
        (State.AWAITING_MATERIALS, True),
        (State.RECEIVED, True),
        (State.CORRECTION_ASKED, True),
        (State.ACCEPTED, True),
        (State.PAUSED, True),
        (State.DECIDED, True),
        (State.NOT_ACCEPTED, False),
        (State.REVOKED, False),
    ],
)
def test_work_is_left_until_a_case_is_finished(state: State, *, expected: bool) -> None:
    assert has_work_left(a_case(state=state)) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (earlier(None), True),
        (earlier(Finding.TRUE, officers=2), True),
        (earlier(Finding.UNVERIFIABLE), True),
        (earlier(Finding.UNTRUE), True),
        (earlier(Finding.UNFULFILLED), True),
        (earlier(Finding.TRUE), False),
        (earlier(Finding.CHANGED), False),
    ],
)
def test_a_closed_promise_is_done_with_once_it_was_found_good(found: EarlierDecision, *, expected: bool) -> None:
    case = a_case(state=State.CLOSED, commitment=a_commitment(), decision=DECISION, verification=found.verification)

    assert has_work_left(case) is expected


@pytest.mark.parametrize(
    ("state", "found", "expected"),
    [
        (State.CLOSED, earlier(Finding.UNTRUE, officers=2), True),
        (State.CLOSED, earlier(Finding.UNTRUE), False),
        (State.CLOSED, earlier(None), False),
        (State.REVOKED, earlier(Finding.UNTRUE, officers=2), False),
    ],
)
def test_a_finding_waits_for_a_second_officer_where_one_is_needed_and_may_still_speak(
    state: State, found: EarlierDecision, *, expected: bool
) -> None:
    assert waits_for_second_officer(a_case(state=state, verification=found.verification)) is expected


def test_what_was_put_right_leaves_no_work() -> None:
    order = Rectification(
        limit=Limit(value=3, unit=Unit.WORKING_DAYS, basis="第64条"),
        basis="第64条",
        ordered_at=NOON,
        ordered_by="staff:o-1",
        due_at=NOON,
        fulfilled=True,
    )
    found = earlier(Finding.UNTRUE).verification
    case = a_case(state=State.CLOSED, commitment=a_commitment(), decision=DECISION, verification=found)

    assert not has_work_left(replace(case, rectification=order))
    assert has_work_left(replace(case, rectification=replace(order, fulfilled=False)))


def test_a_closed_case_that_is_not_verified_is_done_with() -> None:
    assert not has_work_left(a_case(state=State.CLOSED, decision=replace(DECISION, outcome=Outcome.REFUSED)))


def test_each_reopening_is_a_handling_with_clocks_of_its_own_name() -> None:
    once = a_case(earlier_decisions=(earlier(None),))

    assert (a_case().handling, once.handling) == (1, 2)
    assert (a_case().clock_suffix, once.clock_suffix) == ("", "reopened-1")


@pytest.mark.parametrize(
    ("one", "counted"),
    [
        (earlier(None), False),
        (earlier(Finding.CHANGED), False),
        (earlier(Finding.TRUE, officers=2), False),
        (earlier(Finding.TRUE), True),
    ],
)
def test_a_promise_counts_once_however_often_its_case_is_handled(one: EarlierDecision, *, counted: bool) -> None:
    assert is_counted(a_case(earlier_decisions=(one,))) is counted
