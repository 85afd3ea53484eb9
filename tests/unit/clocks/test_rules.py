"""Clocks on the real calendar: the day before, the day itself, the day after."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.clocks.model import Clock, ClockKind, ClockPause, Light
from chalicelib.clocks.rules import clocks
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import DayReason, Edition, Limit, Notice, Unit
from chalicelib.workdays.store import load_calendar

CALENDAR = load_calendar()


def shanghai(day: str, time: str = "10:00:00") -> datetime:
    return (datetime.fromisoformat(f"{day}T{time}+08:00")).astimezone(UTC)


FRIDAY = shanghai("2026-11-20")


def a_clock(
    *,
    started_at: datetime = FRIDAY,
    value: int = 3,
    unit: Unit = Unit.WORKING_DAYS,
    kind: ClockKind = ClockKind.HANDLING_PROMISED,
    recheck_at: datetime | None = None,
    suffix: str = "",
) -> Clock:
    return clocks.start(
        kind,
        Limit(value=value, unit=unit, basis="《行政许可法》第42条"),
        owner="case:1",
        department="traffic",
        responsible="officer",
        pack="corrects-first",
        started_at=started_at,
        calendar=CALENDAR,
        recheck_at=recheck_at,
        suffix=suffix,
    )


def a_pause(since: datetime, *, expected_until: date = date(2026, 9, 29)) -> ClockPause:
    return ClockPause(
        started_at=since, ground="expert_review", basis="《行政许可法》第45条", expected_until=expected_until
    )


def test_three_working_days_from_friday_end_on_wednesday_at_midnight() -> None:
    clock = a_clock()

    assert (clock.due_on, clock.due_at) == (date(2026, 11, 25), datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC))


@pytest.mark.requirement("R4.7")
@pytest.mark.parametrize(
    ("at", "light"),
    [
        (shanghai("2026-11-20"), Light.GREEN),
        (shanghai("2026-11-24", "23:59:59"), Light.GREEN),
        (shanghai("2026-11-25", "00:00:00"), Light.YELLOW),
        (shanghai("2026-11-25", "23:59:59"), Light.YELLOW),
        (shanghai("2026-11-26", "00:00:00"), Light.RED),
    ],
)
def test_the_due_day_is_yellow_to_its_last_second_and_the_next_is_red(at: datetime, light: Light) -> None:
    assert clocks.light(a_clock(), at=at) is light


@pytest.mark.parametrize(
    ("at", "light"),
    [
        (shanghai("2026-11-25", "23:59:59"), Light.GREEN),
        (shanghai("2026-11-26", "00:00:00"), Light.RED),
    ],
)
def test_a_stopped_clock_shows_for_ever_whether_it_stopped_in_time(at: datetime, light: Light) -> None:
    clock = clocks.stop(a_clock(), at=at)

    assert clocks.light(clock, at=at + timedelta(days=99)) is light


@pytest.mark.requirement("R4.4")
def test_a_clock_that_needs_an_unannounced_year_is_white_and_makes_nobody_late() -> None:
    clock = a_clock(started_at=shanghai("2026-12-30"), value=5)

    assert clocks.light(clock, at=shanghai("2027-02-01")) is Light.WHITE
    assert clocks.next_at(clock) is None
    assert clocks.move_on(clock, at=shanghai("2027-02-01")).passed_at is None
    assert not clock.is_late(shanghai("2027-02-01"))


@pytest.mark.requirement("R4.6")
def test_the_pause_of_the_published_vector_moves_the_due_day_to_13_october() -> None:
    clock = a_clock(started_at=shanghai("2026-09-14"), value=10)

    held = clocks.with_pause(clock, a_pause(shanghai("2026-09-18")))
    resumed = clocks.resume(held, at=shanghai("2026-09-29"), calendar=CALENDAR)

    assert clock.due_on == date(2026, 9, 28)
    assert (resumed.due_on, resumed.open_pause) == (date(2026, 10, 13), None)


@pytest.mark.requirement("R4.10")
def test_a_paused_clock_is_grey_waits_for_nothing_and_turns_yellow_when_the_pause_outlasts_its_notice() -> None:
    held = clocks.with_pause(a_clock(started_at=shanghai("2026-09-14"), value=10), a_pause(shanghai("2026-09-18")))

    assert clocks.next_at(held) is None
    assert clocks.light(held, at=shanghai("2026-09-29")) is Light.GREY
    assert clocks.light(held, at=shanghai("2026-09-30")) is Light.YELLOW


def test_a_pause_makes_nobody_late_however_long_it_is() -> None:
    clock = a_clock(started_at=shanghai("2026-09-14"))
    held = clocks.with_pause(clock, a_pause(shanghai("2026-09-15")))
    stopped = clocks.stop(held, at=shanghai("2026-09-28"))

    assert clock.due_on == date(2026, 9, 17)
    assert not held.is_late(shanghai("2026-09-28"))
    assert clocks.light(stopped, at=shanghai("2026-10-20")) is Light.GREEN


def test_the_explanation_of_a_paused_clock_ends_with_the_day_on_which_it_is_due() -> None:
    held = clocks.with_pause(a_clock(started_at=shanghai("2026-09-14")), a_pause(shanghai("2026-09-15")))
    at = shanghai("2026-09-22")

    days = clocks.days_counted(held, calendar=CALENDAR, at=at)
    standing = clocks.with_pause_ended(held, at=at, calendar=CALENDAR)

    assert (standing.due_on, days[-1].day, standing.provisional) == (date(2026, 9, 24), date(2026, 9, 24), False)
    assert clocks.light(standing, at=at) is Light.GREY


def test_a_pause_that_a_lagging_machine_ends_is_none() -> None:
    held = clocks.with_pause(a_clock(started_at=shanghai("2026-09-14")), a_pause(shanghai("2026-09-15")))
    before = shanghai("2026-09-15", "09:59:59")

    assert clocks.resume(held, at=before, calendar=CALENDAR).due_on == date(2026, 9, 17)
    assert clocks.stop(held, at=before).pauses[0].ended_at == shanghai("2026-09-15")


def test_a_pause_does_not_hide_that_a_clock_was_late_before_it() -> None:
    late = shanghai("2026-09-18")
    held = clocks.with_pause(a_clock(started_at=shanghai("2026-09-14")), a_pause(late))

    assert clocks.light(held, at=late) is Light.RED
    assert clocks.light(held, at=shanghai("2026-10-20")) is Light.RED
    assert held.passed_at == shanghai("2026-09-18", "00:00:00")


def test_a_second_pause_beside_an_open_one_changes_nothing() -> None:
    held = clocks.with_pause(a_clock(started_at=shanghai("2026-09-14")), a_pause(shanghai("2026-09-15")))

    assert clocks.with_pause(held, a_pause(shanghai("2026-09-16"))) is held


def test_ending_a_pause_that_is_not_open_changes_nothing() -> None:
    clock = a_clock()

    assert clocks.resume(clock, at=shanghai("2026-11-24"), calendar=CALENDAR) is clock


def test_stopping_twice_keeps_the_first_end_and_closes_an_open_pause() -> None:
    held = clocks.with_pause(a_clock(started_at=shanghai("2026-09-14")), a_pause(shanghai("2026-09-15")))

    ended = clocks.stop(held, at=shanghai("2026-09-16"))

    assert ended.pauses[0].ended_at == shanghai("2026-09-16")
    assert clocks.stop(ended, at=shanghai("2026-09-17")) is ended
    assert clocks.next_at(ended) is None


def test_ten_more_working_days_are_counted_on_from_the_old_due_day() -> None:
    clock = a_clock(started_at=shanghai("2026-09-18"), value=20)
    ten = Limit(value=10, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条")

    longer = clocks.with_extension(clock, ten, at=shanghai("2026-10-20"), calendar=CALENDAR)

    assert (clock.due_on, longer.due_on) == (date(2026, 10, 22), date(2026, 11, 5))
    days = clocks.days_counted(longer, calendar=CALENDAR, at=shanghai("2026-10-20"))
    assert (days[-1].day, days[-1].number) == (date(2026, 11, 5), 30)


@pytest.mark.requirement("R1.18")
def test_a_clock_that_waits_for_a_receipt_is_green_and_begins_sooner_once_it_comes() -> None:
    clock = a_clock(started_at=shanghai("2026-11-27", "23:59:59"), kind=ClockKind.DEFENCE)

    sooner = clocks.restart(clock, started_at=FRIDAY, at=shanghai("2026-11-21"), calendar=CALENDAR)

    assert (clock.due_on, clocks.light(clock, at=FRIDAY)) == (date(2026, 12, 2), Light.GREEN)
    assert (sooner.started_at, sooner.due_on, sooner.rev) == (FRIDAY, date(2026, 11, 25), clock.rev + 1)
    assert clocks.as_of(clock, at=FRIDAY, calendar=CALENDAR) is None


def test_an_extension_in_another_unit_is_counted_from_the_first_due_day() -> None:
    clock = a_clock(started_at=shanghai("2026-10-12"), value=10, unit=Unit.CALENDAR_DAYS)
    three = Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条")

    longer = clocks.with_extension(clock, three, at=shanghai("2026-10-13"), calendar=CALENDAR)

    assert (clock.due_on, longer.due_on) == (date(2026, 10, 22), date(2026, 10, 27))
    days = clocks.days_counted(longer, calendar=CALENDAR, at=shanghai("2026-10-13"))
    assert (days[-1].day, days[-1].number) == (date(2026, 10, 27), 3)


def test_a_late_sweep_tells_yellow_and_red_each_at_the_instant_that_it_passed() -> None:
    moved = clocks.move_on(a_clock(), at=shanghai("2026-12-01"))

    assert moved.warned_at == shanghai("2026-11-25", "00:00:00")
    assert moved.passed_at == shanghai("2026-11-26", "00:00:00")
    assert (clocks.next_at(moved), moved.rev) == (None, 2)


def test_the_sweep_comes_first_for_yellow_and_then_for_red() -> None:
    clock = a_clock()
    warned = clocks.move_on(clock, at=shanghai("2026-11-25", "00:00:00"))

    assert clocks.next_at(clock) == shanghai("2026-11-25", "04:36:28")
    assert warned.passed_at is None
    assert clocks.next_at(warned) == shanghai("2026-11-26", "00:00:00")


def test_warnings_of_a_midnight_leave_one_after_the_other_from_half_past_midnight_to_a_quarter_past_seven() -> None:
    each = (clocks.next_at(replace(a_clock(), owner=f"case:{number}")) for number in range(5_000))
    told = sorted(at for at in each if at is not None)

    halves = [sum(shanghai("2026-11-25", f"{hour:02}:00:00") <= at for at in told) for hour in (1, 3, 5, 7)]
    assert told[0] >= shanghai("2026-11-25", "00:30:00")
    assert told[-1] < shanghai("2026-11-25", "07:15:00")
    assert all(abs(left / 5_000 - share) < 0.05 for left, share in zip(halves, (0.93, 0.63, 0.33, 0.04), strict=True))


def test_a_warning_at_another_hour_or_less_than_a_day_ahead_is_told_at_its_instant() -> None:
    by_day = a_clock(started_at=shanghai("2026-11-20", "09:30:00"), value=30, unit=Unit.HOURS)
    by_night = a_clock(started_at=shanghai("2026-11-20", "20:00:00"), value=5, unit=Unit.HOURS)

    assert clocks.next_at(by_day) == by_day.yellow_at == shanghai("2026-11-21", "09:30:00")
    assert clocks.next_at(by_night) == by_night.yellow_at == shanghai("2026-11-21", "00:00:00")


def test_a_warning_that_is_told_in_the_night_happened_at_midnight() -> None:
    clock = a_clock()
    told_at = clocks.next_at(clock)
    assert told_at is not None

    assert clocks.move_on(clock, at=told_at).warned_at == shanghai("2026-11-25", "00:00:00")
    assert clocks.light(clock, at=shanghai("2026-11-25", "00:00:00")) is Light.YELLOW


def test_a_defence_period_passes_without_a_warning() -> None:
    clock = a_clock(kind=ClockKind.DEFENCE)

    assert clocks.next_at(clock) == shanghai("2026-11-26", "00:00:00")


def test_a_wait_is_looked_at_when_it_said_and_never_passes_by_itself() -> None:
    clock = a_clock(kind=ClockKind.CREDIT_RECHECK, recheck_at=shanghai("2026-11-20", "10:01:00"))

    assert clocks.next_at(clock) == shanghai("2026-11-20", "10:01:00")
    assert clocks.move_on(clock, at=shanghai("2026-12-20")).passed_at is None
    assert clocks.next_at(clocks.stop(clock, at=shanghai("2026-11-20", "10:02:00"))) is None


def test_milestones_that_new_dates_put_into_the_future_will_be_told_again() -> None:
    warned = clocks.move_on(a_clock(), at=shanghai("2026-11-25"))
    three = Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条")

    longer = clocks.with_extension(warned, three, at=shanghai("2026-11-25"), calendar=CALENDAR)

    assert (warned.warned_at is not None, longer.warned_at) == (True, None)


def test_a_clock_that_stops_after_its_due_day_keeps_the_milestones_that_no_sweep_had_told() -> None:
    clock = clocks.stop(a_clock(), at=shanghai("2026-11-26", "00:00:30"))

    assert clock.passed_at == shanghai("2026-11-26", "00:00:00")


@pytest.mark.requirement("R4.14")
def test_a_clock_is_shown_as_it_stood_at_any_past_moment() -> None:
    clock = a_clock(started_at=shanghai("2026-09-14"), value=10)
    held = clocks.with_pause(clock, a_pause(shanghai("2026-09-18")))
    resumed = clocks.resume(held, at=shanghai("2026-09-29"), calendar=CALENDAR)
    ten = Limit(value=10, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条")
    longer = clocks.with_extension(resumed, ten, at=shanghai("2026-10-10"), calendar=CALENDAR)
    ended = clocks.stop(longer, at=shanghai("2026-10-15"))

    def seen(at: datetime) -> Clock | None:
        return clocks.as_of(ended, at=at, calendar=CALENDAR)

    assert seen(shanghai("2026-09-14", "09:59:59")) is None
    assert seen(shanghai("2026-09-15")) == replace(clock, rev=ended.rev)
    at_pause = seen(shanghai("2026-09-20"))
    assert at_pause is not None
    assert clocks.light(at_pause, at=shanghai("2026-09-20")) is Light.GREY
    after_pause = seen(shanghai("2026-10-09"))
    assert after_pause is not None
    assert (after_pause.due_on, after_pause.extension) == (date(2026, 10, 13), None)
    assert seen(shanghai("2026-10-15")) == ended


def test_several_clocks_of_one_kind_are_told_apart() -> None:
    assert a_clock(kind=ClockKind.ACKNOWLEDGEMENT, suffix="a1").clock_id == "acknowledgement.a1"


def test_the_explanation_names_each_day_and_why() -> None:
    days = clocks.days_counted(a_clock(), calendar=CALENDAR, at=shanghai("2026-11-20"))

    assert [(day.day.day, day.number, day.reason) for day in days] == [
        (20, None, DayReason.START_DAY),
        (21, None, DayReason.WEEKEND),
        (22, None, DayReason.WEEKEND),
        (23, 1, DayReason.WORKING_DAY),
        (24, 2, DayReason.WORKING_DAY),
        (25, 3, DayReason.WORKING_DAY),
    ]


def a_held_warned_clock() -> Clock:
    """Warned on its last day, Wednesday the 25th, and held an hour later."""
    warned = clocks.move_on(a_clock(), at=shanghai("2026-11-25", "00:00:00"))
    return clocks.with_pause(warned, a_pause(shanghai("2026-11-25", "01:00:00"), expected_until=date(2026, 12, 31)))


def test_within_a_pause_what_was_told_before_it_stays_told_if_it_still_lies_before_it() -> None:
    later = Calendar(
        (
            *(edition for edition in CALENDAR.editions if edition.year != 2026),
            Edition(
                year=2026,
                notice=Notice("更正", None, date(2026, 11, 24)),
                holidays={date(2026, 11, 24): "临时放假"},
                make_up_days={},
            ),
        )
    )
    held = a_held_warned_clock()

    same = clocks.recount(held, at=shanghai("2026-12-20"), calendar=CALENDAR)
    moved = clocks.recount(held, at=shanghai("2026-12-20"), calendar=later)

    assert (same.warned_at, same.round, clocks.has_moved(held, same)) == (held.warned_at, 0, False)
    assert (moved.due_on, moved.warned_at, moved.round) == (date(2026, 11, 26), None, 1)
    assert clocks.has_moved(held, moved)


LIMITS = {
    Unit.WORKING_DAYS: (3, "2026-11-25T00:00:00", "2026-11-25T23:59:59"),
    Unit.CALENDAR_DAYS: (11, "2026-11-30T00:00:00", "2026-12-01T23:59:59"),
    Unit.MONTHS: (1, "2026-12-15T00:00:00", "2026-12-21T23:59:59"),
    Unit.HOURS: (10, "2026-11-20T18:00:00", "2026-11-20T20:00:00"),
}


@pytest.mark.requirement("R4.7")
@pytest.mark.parametrize("unit", LIMITS)
def test_lights_of_every_kind_of_limit_turn_in_their_second(unit: Unit) -> None:
    value, yellow, due = LIMITS[unit]
    clock = a_clock(value=value, unit=unit)
    yellow_at, due_at = (datetime.fromisoformat(f"{each}+08:00") for each in (yellow, due))
    second, day = timedelta(seconds=1), timedelta(days=1)

    def seen(*moments: datetime) -> list[Light]:
        return [clocks.light(clock, at=moment) for moment in moments]

    assert seen(yellow_at - second, yellow_at) == [Light.GREEN, Light.YELLOW]
    assert seen(due_at, due_at + second, due_at + day) == [Light.YELLOW, Light.RED, Light.RED]
