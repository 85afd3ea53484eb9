"""What an outage excuses: the second and the day before, on and after; and what may be recorded as one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.supervision.model.outages import LONGEST, Duty, Outage, Proof, Window
from chalicelib.supervision.rules.outages import end_of, excuses, faults_of, faults_of_end
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.store import load_calendar

CALENDAR = load_calendar()
GRACE = Limit(value=1, unit=Unit.WORKING_DAYS, basis="本服务配置")
TUESDAY = datetime(2026, 9, 8, 2, tzinfo=UTC)
"""10:00 in Shanghai."""
NOON = datetime(2026, 9, 8, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
END_OF_TUESDAY = datetime(2026, 9, 8, 15, 59, 59, tzinfo=UTC)
END_OF_WEDNESDAY = datetime(2026, 9, 9, 15, 59, 59, tzinfo=UTC)
LATER = datetime(2026, 9, 30, tzinfo=UTC)


def an_outage(
    starts_at: datetime = TUESDAY,
    ends_at: datetime | None = NOON,
    *,
    departments: tuple[str, ...] = (),
    kinds: tuple[ClockKind, ...] = (),
) -> Outage:
    window = Window(
        starts_at=starts_at,
        ends_at=ends_at,
        departments=departments,
        kinds=kinds,
        reason="机房停电。",
        evidence=(Proof(name="停电通知", sha256="ab" * 32),),
    )
    return Outage(outage_id="1", window=window, recorded_by="staff:m", recorded_at=NOON)


def is_excused(
    outage: Outage,
    due_at: datetime = END_OF_TUESDAY,
    *,
    done_at: datetime | None = END_OF_WEDNESDAY,
    at: datetime = LATER,
) -> bool:
    duty = Duty(department="traffic", kind=ClockKind.DELIVERY, due_at=due_at, done_at=done_at)
    return excuses(outage, duty, grace=GRACE, calendar=CALENDAR, at=at)


@pytest.mark.requirement("R4.17")
@pytest.mark.parametrize(
    ("due_at", "excused"),
    [(END_OF_TUESDAY - DAY, False), (END_OF_TUESDAY, True), (END_OF_TUESDAY + DAY, False)],
)
def test_an_outage_excuses_what_was_due_on_its_day_and_not_the_day_before_or_after(
    due_at: datetime, *, excused: bool
) -> None:
    assert is_excused(an_outage(), due_at) is excused


def test_an_outage_that_lies_over_the_due_day_excuses() -> None:
    assert is_excused(an_outage(TUESDAY - 3 * DAY, NOON), END_OF_TUESDAY - DAY)


@pytest.mark.parametrize(("hours", "excused"), [(-SECOND, False), (timedelta(), True), (SECOND, True)])
def test_an_outage_must_have_begun_by_the_last_second_in_time(hours: timedelta, *, excused: bool) -> None:
    assert is_excused(an_outage(), TUESDAY + hours) is excused


@pytest.mark.parametrize(("later", "excused"), [(-SECOND, True), (timedelta(), True), (SECOND, False)])
def test_a_duty_is_excused_if_it_was_done_by_the_end_of_the_next_working_day(
    later: timedelta, *, excused: bool
) -> None:
    assert is_excused(an_outage(), done_at=END_OF_WEDNESDAY + later) is excused


@pytest.mark.parametrize(("later", "excused"), [(timedelta(), True), (SECOND, False)])
def test_a_duty_not_done_yet_is_excused_until_then(later: timedelta, *, excused: bool) -> None:
    assert is_excused(an_outage(), done_at=None, at=END_OF_WEDNESDAY + later) is excused


def test_while_an_outage_goes_on_its_grace_has_not_begun() -> None:
    assert is_excused(an_outage(ends_at=None), done_at=None, at=LATER)


@pytest.mark.parametrize(("later", "lasted"), [(-SECOND, LONGEST - SECOND), (timedelta(), LONGEST), (DAY, LONGEST)])
def test_an_outage_that_nobody_ends_lasts_31_days_at_the_most(later: timedelta, lasted: timedelta) -> None:
    assert end_of(an_outage(ends_at=None), at=TUESDAY + LONGEST + later) == TUESDAY + lasted


@pytest.mark.requirement("R4.17")
def test_a_withdrawn_outage_excuses_nothing() -> None:
    assert not is_excused(replace(an_outage(), withdrawn_at=NOON))


def test_an_outage_excuses_its_own_departments_and_kinds_only() -> None:
    assert is_excused(an_outage(departments=("traffic",), kinds=(ClockKind.DELIVERY,)))
    assert not is_excused(an_outage(departments=("market",)))
    assert not is_excused(an_outage(kinds=(ClockKind.ACCEPTANCE,)))


def test_every_fault_of_an_outage_is_told_at_once() -> None:
    window = replace(an_outage(NOON + SECOND, NOON + LONGEST + 2 * SECOND).window, evidence=())

    pointers = [fault.pointer for fault in faults_of(window, at=NOON)]

    assert pointers == ["/starts_at", "/ends_at", "/ends_at", "/evidence"]


def test_an_outage_may_begin_and_end_now() -> None:
    assert faults_of(an_outage(NOON, NOON).window, at=NOON) == ()
    assert faults_of(an_outage(NOON, None).window, at=NOON) == ()


@pytest.mark.parametrize(
    ("ends_at", "faults"),
    [(TUESDAY - SECOND, 1), (TUESDAY, 0), (TUESDAY + LONGEST, 0), (TUESDAY + LONGEST + SECOND, 1)],
)
def test_an_end_is_not_before_the_start_and_at_most_31_days_after(ends_at: datetime, faults: int) -> None:
    assert len(faults_of_end(TUESDAY, ends_at, at=TUESDAY + 2 * LONGEST)) == faults


def test_a_clock_is_a_duty_of_its_department_that_was_done_when_the_clock_stopped() -> None:
    clock = Clock(
        owner="case:A1",
        clock_id="delivery",
        kind=ClockKind.DELIVERY,
        department="traffic",
        responsible="officer",
        limit=Limit(value=10, unit=Unit.WORKING_DAYS, basis="行政许可法第44条"),
        pack="corrects-first",
        started_at=TUESDAY - 14 * DAY,
        due_at=END_OF_TUESDAY,
        due_on=date(2026, 9, 8),
        provisional=False,
        yellow_at=TUESDAY - DAY,
        stopped_at=NOON,
    )

    assert Duty.of(clock) == Duty(department="traffic", kind=ClockKind.DELIVERY, due_at=END_OF_TUESDAY, done_at=NOON)
    assert Duty.of(replace(clock, stopped_at=None)).done_at is None


def test_an_outage_has_a_timeline_of_its_own() -> None:
    assert an_outage().owner == "outage:1"
