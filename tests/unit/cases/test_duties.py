"""Which clocks lists read to say what a case waits for."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.cases.model.case import FINISHED, State
from chalicelib.cases.model.stages import Correction, Finding
from chalicelib.cases.rules.duties import DUTIES, clocks_awaited, due_next
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.clocks import start
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.store import load_calendar
from tests.builders import NOON, a_case

A_CORRECTION = Correction(number=1, missing=("old-plate",), basis="第24条", asked_at=NOON, asked_by="staff:o")


def a_clock(**other: datetime) -> Clock:
    clock = start(
        ClockKind.DELIVERY,
        Limit(value=3, unit=Unit.WORKING_DAYS, basis="第44条"),
        owner="case:A1",
        department="traffic",
        responsible="officer",
        pack="corrects-first",
        started_at=NOON,
        calendar=load_calendar(),
    )
    return replace(clock, **other)  # type: ignore[arg-type]  # any instant of a clock


def test_whatever_is_not_over_waits_for_something_and_of_what_is_over_only_what_is_still_to_be_verified() -> None:
    assert set(State) - set(DUTIES) == FINISHED - {State.CLOSED}


def test_clocks_are_named_by_state_and_by_how_often_the_case_began_anew() -> None:
    fresh, asked = a_case(case_no="A1", state=State.ACCEPTED), a_case(case_no="A1", state=State.CORRECTION_ASKED)
    again = replace(fresh.card, clock_suffix="again", state=State.DECIDED)
    told = replace(asked, corrections=(A_CORRECTION, replace(A_CORRECTION, number=2)))

    assert clocks_awaited(fresh.card) == (("case:A1", "handling_promised"),)
    assert clocks_awaited(again) == (("case:A1", "delivery.again"), ("case:A1", "verification.again"))
    assert [name for _, name in clocks_awaited(replace(again, finding=Finding.UNTRUE))] == [
        "delivery.again",
        "verification.again",
        "rectification.again",
        "consequence.again",
        "consequence.again-reported",
        "consequence.again-not-rectified",
    ]
    assert clocks_awaited(told.card) == (("case:A1", "correction.2"),)
    assert clocks_awaited(replace(fresh.card, state=State.REVOKED, finding=Finding.UNTRUE)) == ()


def test_what_is_due_first_and_not_done_counts() -> None:
    first, second = a_clock(), a_clock(due_at=NOON + timedelta(days=90))
    done = replace(first, stopped_at=NOON)

    assert due_next([second, first]) is first
    assert due_next([done, second]) is second
    assert due_next([done]) is None
    assert due_next([]) is None
