"""When the light turns yellow: the share of the limit that is left, but at least so many days."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.workdays.model.limits import Limit, Pause, Unit, YellowRule
from chalicelib.workdays.rules.due_dates import yellow_from
from chalicelib.workdays.store import load_calendar

CALENDAR = load_calendar()
MONDAY = datetime.fromisoformat("2026-11-02T12:00:00+08:00")


def a_limit(value: int, unit: Unit = Unit.WORKING_DAYS) -> Limit:
    return Limit(value=value, unit=unit, basis="《行政许可法》第42条")


def yellow(limit: Limit, *pauses: Pause) -> str:
    answer = yellow_from(limit, started_at=MONDAY, calendar=CALENDAR, pauses=pauses)
    assert answer.tzinfo is UTC
    return (answer + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("days", "day"),
    [
        (1, "2026-11-03 00:00"),
        (3, "2026-11-05 00:00"),
        (5, "2026-11-09 00:00"),
        (9, "2026-11-13 00:00"),
        (10, "2026-11-13 00:00"),
        (20, "2026-11-25 00:00"),
    ],
    ids=["1 of 1", "1 of 3", "1 of 5", "1 of 9", "2 of 10", "4 of 20"],
)
def test_a_fifth_of_the_working_days_but_at_least_one_is_yellow(days: int, day: str) -> None:
    assert yellow(a_limit(days)) == day


@pytest.mark.parametrize(
    ("days", "day"),
    [(3, "2026-11-05 00:00"), (5, "2026-11-09 00:00"), (10, "2026-11-11 00:00")],
    ids=["the due day", "the due day that a Saturday moved to", "the second last day"],
)
def test_calendar_days_turn_yellow_by_calendar_days(days: int, day: str) -> None:
    assert yellow(a_limit(days, Unit.CALENDAR_DAYS)) == day


def test_months_turn_yellow_by_their_days() -> None:
    assert yellow(a_limit(1, Unit.MONTHS)) == "2026-11-27 00:00"


@pytest.mark.parametrize(
    ("hours", "instant"),
    [(1, "2026-11-02 12:00"), (4, "2026-11-02 15:00"), (24, "2026-11-03 08:00")],
    ids=["at once", "the last hour", "the last four hours"],
)
def test_hours_turn_yellow_when_a_fifth_but_at_least_one_is_left(hours: int, instant: str) -> None:
    assert yellow(a_limit(hours, Unit.HOURS)) == instant


def test_a_pause_puts_yellow_off() -> None:
    pause = Pause(started_at=MONDAY, ended_at=MONDAY + timedelta(days=1))

    assert yellow(a_limit(3), pause) == "2026-11-06 00:00"
    assert yellow(a_limit(3, Unit.CALENDAR_DAYS), pause) == "2026-11-06 00:00"
    assert yellow(a_limit(4, Unit.HOURS), pause) == "2026-11-03 15:00"


def test_a_rule_that_asks_for_more_than_the_limit_makes_all_of_it_yellow() -> None:
    rule = YellowRule(share_percent=0, least_working_days=9)

    answer = yellow_from(a_limit(3), started_at=MONDAY, calendar=CALENDAR, rule=rule)

    assert answer == datetime.fromisoformat("2026-11-03T00:00:00+08:00")
