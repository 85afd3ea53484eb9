"""Limits in working hours: they run while offices are open, and say so day by day."""

from datetime import datetime

import pytest

from chalicelib.workdays.model.limits import SHANGHAI, DayReason, Limit, Pause, Unit, YellowRule
from chalicelib.workdays.rules.due_dates import due, explanation, yellow_from
from chalicelib.workdays.store import load_calendar

CALENDAR = load_calendar()
OPEN = (("09:00", "12:00"), ("13:30", "17:00"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def hours(value: int) -> Limit:
    return Limit(value=value, unit=Unit.WORKING_HOURS, basis="第1条", office_hours=OPEN)


def pause(start: str, end: str) -> Pause:
    return Pause(started_at=at(start), ended_at=at(end), basis="第45条")


@pytest.mark.requirement("R4.3")
@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        (4, "2026-12-04T20:00:00", "2026-12-07T14:30:00"),
        (4, "2026-12-07T08:59:59", "2026-12-07T14:30:00"),
        (4, "2026-12-07T09:00:01", "2026-12-07T14:30:01"),
        (3, "2026-12-07T09:00:00", "2026-12-07T12:00:00"),
        (1, "2026-12-07T12:00:00", "2026-12-07T14:30:00"),
        (1, "2026-12-07T16:30:00", "2026-12-08T09:30:00"),
        (1, "2026-12-07T17:00:00", "2026-12-08T10:00:00"),
        (7, "2026-09-30T16:00:00", "2026-10-08T16:30:00"),
        (1, "2026-10-09T17:00:00", "2026-10-10T10:00:00"),
    ],
    ids=[
        "friday night",
        "before the opening",
        "after the opening",
        "to the noon break",
        "in the noon break",
        "over the night",
        "at the closing",
        "over the holidays",
        "on a make-up saturday",
    ],
)
def test_working_hours_run_while_offices_are_open(value: int, start: str, end: str) -> None:
    ends = due(hours(value), started_at=at(start), calendar=CALENDAR)

    assert (ends.at, ends.on, ends.provisional) == (at(end), at(end).date(), False)


def test_a_pause_takes_out_the_office_hours_in_it() -> None:
    stopped = [pause("2026-12-07T11:00:00", "2026-12-08T10:00:00"), pause("2026-12-08T09:00:00", "2026-12-08T11:00:00")]

    assert due(hours(4), started_at=at("2026-12-07T09:00:00"), calendar=CALENDAR, pauses=stopped).at == at(
        "2026-12-08T14:30:00"
    )


def test_working_hours_into_a_year_that_is_not_announced_are_provisional() -> None:
    assert due(hours(4), started_at=at("2026-12-31T16:00:00"), calendar=CALENDAR).provisional


@pytest.mark.parametrize(("value", "turns"), [(1, "2026-12-04T20:00:00"), (4, "2026-12-07T12:00:00")])
def test_working_hours_turn_yellow_when_the_last_of_them_begins(value: int, turns: str) -> None:
    rule = YellowRule(share_percent=20, least_working_days=1)

    assert yellow_from(hours(value), started_at=at("2026-12-04T20:00:00"), calendar=CALENDAR, rule=rule) == at(turns)


def test_each_day_says_how_many_office_hours_had_passed_or_why_none() -> None:
    days = explanation(hours(8), started_at=at("2026-12-04T20:00:00"), calendar=CALENDAR)

    assert [(line.day.day, line.counted, line.number, line.reason) for line in days] == [
        (4, False, None, DayReason.OFFICE_CLOSED),
        (5, False, None, DayReason.WEEKEND),
        (6, False, None, DayReason.WEEKEND),
        (7, True, 6, DayReason.OFFICE_HOURS),
        (8, True, 8, DayReason.OFFICE_HOURS),
    ]
    assert days[-1].source == "《民法典》第201条第2款、第203条第2款；办公时间09:00至12:00、13:30至17:00"
    assert due(hours(8), started_at=at("2026-12-04T20:00:00"), calendar=CALENDAR).at == at("2026-12-08T10:30:00")


def test_a_day_that_a_pause_took_whole_says_so() -> None:
    stopped = [pause("2026-12-07T17:30:00", "2026-12-08T18:00:00")]

    days = explanation(hours(8), started_at=at("2026-12-07T09:00:00"), calendar=CALENDAR, pauses=stopped)

    assert [(line.day.day, line.number, line.reason, line.source) for line in days[1:]] == [
        (8, None, DayReason.PAUSED, "第45条"),
        (9, 8, DayReason.OFFICE_HOURS, "《民法典》第201条第2款、第203条第2款；办公时间09:00至12:00、13:30至17:00"),
    ]


def test_working_hours_without_office_hours_are_not_counted() -> None:
    with pytest.raises(ValueError, match="need office hours"):
        due(
            Limit(value=1, unit=Unit.WORKING_HOURS, basis="第1条"),
            started_at=at("2026-12-07T09:00:00"),
            calendar=CALENDAR,
        )
