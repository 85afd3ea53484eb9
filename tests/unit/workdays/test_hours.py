"""Working hours: open to the second, counted over holidays and make-up days, without pauses."""

from datetime import date, datetime

import pytest

from chalicelib.workdays.model.limits import SHANGHAI, Pause
from chalicelib.workdays.rules.hours import Span, is_open, working_minutes
from chalicelib.workdays.store import load_calendar

CALENDAR = load_calendar()
STRETCHES = (("09:00", "12:00"), ("13:00", "17:00"))
"""Seven hours, 420 minutes."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-09-30T08:59:59", False),
        ("2026-09-30T09:00:00", True),
        ("2026-09-30T11:59:59", True),
        ("2026-09-30T12:00:00", False),
        ("2026-09-30T12:59:59", False),
        ("2026-09-30T13:00:00", True),
        ("2026-09-30T16:59:59", True),
        ("2026-09-30T17:00:00", False),
    ],
)
def test_offices_open_and_close_to_the_second(instant: str, expected: bool) -> None:  # noqa: FBT001 - what is claimed
    assert is_open(at(instant), CALENDAR, STRETCHES) is expected


def test_a_make_up_saturday_is_worked_and_other_saturdays_are_not() -> None:
    assert is_open(at("2026-10-10T10:00:00"), CALENDAR, STRETCHES)
    assert not is_open(at("2026-10-17T10:00:00"), CALENDAR, STRETCHES)


def test_no_office_is_open_on_national_day() -> None:
    assert date(2026, 10, 1).weekday() < 5
    assert not is_open(at("2026-10-01T10:00:00"), CALENDAR, STRETCHES)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-09-30T10:00:00", "2026-09-30T10:00:59", 0),
        ("2026-09-30T10:00:00", "2026-09-30T10:01:00", 1),
        ("2026-09-30T11:30:00", "2026-09-30T13:30:00", 60),
        ("2026-09-30T16:00:00", "2026-10-08T10:00:00", 120),
        ("2026-09-30T16:00:00", "2026-10-10T10:00:00", 60 + 420 + 420 + 60),
        ("2026-10-01T00:00:00", "2026-10-07T23:59:59", 0),
        ("2026-09-30T10:00:00", "2026-09-30T09:00:00", 0),
    ],
)
def test_only_minutes_in_which_offices_work_are_counted(start: str, end: str, minutes: int) -> None:
    assert working_minutes(Span(at(start), at(end)), CALENDAR, STRETCHES) == minutes


def test_what_was_paused_is_not_counted_and_no_minute_is_taken_out_twice() -> None:
    span = Span(at("2026-09-29T09:00:00"), at("2026-09-30T17:00:00"))
    pauses = (
        Pause(started_at=at("2026-09-29T10:00:00"), ended_at=at("2026-09-29T12:00:00")),
        Pause(started_at=at("2026-09-29T11:00:00"), ended_at=at("2026-09-29T14:00:00")),
        Pause(started_at=at("2026-09-30T16:00:00")),
    )

    assert working_minutes(span, CALENDAR, STRETCHES, pauses=pauses) == 60 + 180 + 360


def test_seconds_add_up_over_days_before_they_are_dropped() -> None:
    span = Span(at("2026-09-29T16:59:30"), at("2026-09-30T09:00:30"))

    assert working_minutes(span, CALENDAR, STRETCHES) == 1
