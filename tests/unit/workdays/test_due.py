"""When limits end: the day before, the day itself and the day after are told apart by ``Due.at``."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from chalicelib.workdays.model.limits import SHANGHAI, Limit, Pause, Unit
from chalicelib.workdays.rules.due_dates import due, explanation
from chalicelib.workdays.store import load_calendar

VECTORS = json.loads(Path("tests/data/vectors/workdays-2026.json").read_text(encoding="utf-8"))
CALENDAR = load_calendar()


def a_limit(value: int, unit: Unit = Unit.WORKING_DAYS) -> Limit:
    return Limit(value=value, unit=unit, basis="《行政许可法》第42条")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def a_pause(first: str, last: str | None) -> Pause:
    return Pause(started_at=noon(first), ended_at=noon(last) if last else None)


def due_on(limit: Limit, start: str, *pauses: Pause, at: datetime | None = None) -> date:
    return due(limit, started_at=noon(start), calendar=CALENDAR, pauses=pauses, at=at).on


@pytest.mark.requirement("R4.6")
@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: f"{vector['start']}+{vector['days']}")
def test_the_published_vectors_hold(vector: dict[str, str | int]) -> None:
    answer = due(a_limit(int(vector["days"])), started_at=noon(str(vector["start"])), calendar=CALENDAR)

    assert answer.on == date.fromisoformat(str(vector["due"]))
    assert not answer.provisional


@pytest.mark.requirement("R4.4")
def test_the_edition_of_2026_is_the_published_one() -> None:
    off = set[date]()
    for stretch in VECTORS["off"]:
        first, last = map(date.fromisoformat, stretch.split("/"))
        off |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
    edition = CALENDAR.editions[2]

    assert set(edition.holidays) == off
    assert set(edition.make_up_days) == set(map(date.fromisoformat, VECTORS["make_up_work"]))
    assert len(CALENDAR.working_days(2026)) == VECTORS["working_days_in_year"]


@pytest.mark.requirement("R4.6")
def test_the_published_pause_vector_holds() -> None:
    vector = VECTORS["pause"]
    limit = a_limit(vector["days"])

    assert due_on(limit, vector["accepted"]) == date(2026, 9, 28)
    assert due_on(limit, vector["accepted"], a_pause(*vector["pause"].split("/"))) == date(2026, 10, 13)


@pytest.mark.requirement("R4.7")
def test_the_due_day_is_in_time_to_its_last_second() -> None:
    answer = due(a_limit(3), started_at=noon("2026-11-20"), calendar=CALENDAR)

    assert answer.on == date(2026, 11, 25)
    assert answer.at == datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
    assert answer.at.tzinfo is UTC


@pytest.mark.requirement("R4.7")
@pytest.mark.parametrize(
    ("started_at", "day"),
    [
        (datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 22, 16, 0, 0, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 0, 0, 0, tzinfo=SHANGHAI), date(2026, 11, 25)),
    ],
    ids=["last second of Sunday", "first second of Monday", "midnight on Tuesday"],
)
def test_the_start_is_judged_by_the_day_in_shanghai(started_at: datetime, day: date) -> None:
    assert due(a_limit(1), started_at=started_at, calendar=CALENDAR).on == day


def test_a_start_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        due(a_limit(1), started_at=datetime(2026, 11, 22), calendar=CALENDAR)  # noqa: DTZ001 - what is refused


@pytest.mark.requirement("R4.4")
@pytest.mark.parametrize(
    ("start", "provisional"), [("2026-12-30", False), ("2026-12-31", True), ("2027-06-01", True), ("2023-12-28", True)]
)
def test_a_working_day_in_an_unannounced_year_makes_the_date_provisional(start: str, *, provisional: bool) -> None:
    assert due(a_limit(1), started_at=noon(start), calendar=CALENDAR).provisional is provisional


def test_a_limit_that_starts_on_the_eve_of_an_announced_year_is_certain() -> None:
    answer = due(a_limit(1), started_at=noon("2023-12-31"), calendar=CALENDAR)

    assert (answer.on, answer.provisional) == (date(2024, 1, 2), False)


@pytest.mark.parametrize(
    ("start", "days", "day"),
    [
        ("2026-09-22", 1, date(2026, 9, 23)),
        ("2026-09-22", 2, date(2026, 9, 24)),
        ("2026-09-22", 3, date(2026, 9, 28)),
        ("2026-09-17", 3, date(2026, 9, 20)),
        ("2026-09-17", 2, date(2026, 9, 20)),
        ("2026-10-01", 3, date(2026, 10, 8)),
    ],
    ids=["before", "eve", "off to Monday", "make-up Sunday", "Saturday to make-up Sunday", "holiday to its end"],
)
def test_calendar_days_that_end_on_a_rest_day_end_on_the_next_working_day(start: str, days: int, day: date) -> None:
    assert due_on(a_limit(days, Unit.CALENDAR_DAYS), start) == day


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        ("2026-03-15", 1, date(2026, 4, 15)),
        ("2026-01-31", 1, date(2026, 2, 28)),
        ("2024-01-31", 1, date(2024, 2, 29)),
        ("2025-12-24", 2, date(2026, 2, 24)),
        ("2025-12-15", 2, date(2026, 2, 24)),
        ("2025-11-12", 12, date(2026, 11, 12)),
    ],
    ids=["corresponding day", "month end", "leap month end", "over new year", "moved off a holiday", "a year"],
)
def test_months_end_on_the_corresponding_day_or_the_end_of_the_month(start: str, months: int, day: date) -> None:
    assert due_on(a_limit(months, Unit.MONTHS), start) == day


@pytest.mark.parametrize(("days", "provisional"), [(11, False), (12, True)])
def test_calendar_days_are_provisional_only_if_their_last_day_is_not_announced(days: int, *, provisional: bool) -> None:
    limit = a_limit(days, Unit.CALENDAR_DAYS)

    assert due(limit, started_at=noon("2026-12-20"), calendar=CALENDAR).provisional is provisional
    assert not due(limit, started_at=noon("2023-12-25"), calendar=CALENDAR).provisional


def test_hours_run_from_the_instant_over_any_rest_day() -> None:
    answer = due(a_limit(24, Unit.HOURS), started_at=noon("2026-10-02"), calendar=CALENDAR)

    assert answer.at == datetime(2026, 10, 3, 4, tzinfo=UTC)
    assert answer.on == date(2026, 10, 3)
    assert not answer.provisional


def test_hours_shift_by_the_length_of_the_pauses() -> None:
    start = datetime(2026, 11, 2, tzinfo=UTC)
    pauses = (
        Pause(started_at=start + timedelta(hours=1), ended_at=start + timedelta(hours=4)),
        Pause(started_at=start + timedelta(hours=2), ended_at=start + timedelta(hours=3)),
        Pause(started_at=start + timedelta(hours=3), ended_at=start + timedelta(hours=6)),
        Pause(started_at=start - timedelta(hours=2), ended_at=start + timedelta(minutes=30)),
        Pause(started_at=start + timedelta(hours=20), ended_at=start + timedelta(hours=30)),
    )

    answer = due(a_limit(10, Unit.HOURS), started_at=start, calendar=CALENDAR, pauses=pauses)

    assert answer.at == start + timedelta(hours=10 + 5, minutes=30)


@pytest.mark.requirement("R4.10")
@pytest.mark.parametrize(
    ("pauses", "day"),
    [
        ([("2026-11-03", "2026-11-03")], date(2026, 11, 6)),
        ([("2026-11-03", "2026-11-04")], date(2026, 11, 9)),
        ([("2026-11-03", "2026-11-05"), ("2026-11-04", "2026-11-06")], date(2026, 11, 11)),
        ([("2026-11-03", "2026-11-06"), ("2026-11-04", "2026-11-05")], date(2026, 11, 11)),
        ([("2026-11-03", "2026-11-04"), ("2026-11-05", "2026-11-06")], date(2026, 11, 10)),
        ([("2026-11-03", "2026-11-04"), ("2026-11-10", "2026-11-20")], date(2026, 11, 9)),
        ([("2026-10-01", "2026-11-03")], date(2026, 11, 9)),
        ([("2026-10-01", "2026-11-02")], date(2026, 11, 6)),
        ([("2026-11-05", "2026-11-08")], date(2026, 11, 9)),
        ([("2026-11-06", "2026-11-20")], date(2026, 11, 23)),
        ([("2026-11-07", "2026-11-20")], date(2026, 11, 6)),
    ],
    ids=[
        "within a day",
        "one day",
        "overlapping",
        "one inside another",
        "one after another",
        "second too late to matter",
        "begun before the start",
        "over before the count",
        "over the due day",
        "begun on the due day",
        "begun after it",
    ],
)
def test_each_paused_day_is_taken_out_once(pauses: list[tuple[str, str]], day: date) -> None:
    """Four working days from Monday 2 November 2026 end on Friday the 6th where nothing pauses."""
    taken = [a_pause(first, last) for first, last in pauses]

    assert due_on(a_limit(4), "2026-11-02", *taken) == day
    assert due_on(a_limit(4), "2026-11-02", *reversed(taken)) == day


@pytest.mark.requirement("R4.8")
@pytest.mark.parametrize(
    ("last", "day"),
    [
        ("2026-11-06", date(2026, 11, 6)),
        ("2026-11-07", date(2026, 11, 9)),
        ("2026-11-10", date(2026, 11, 11)),
        (None, date(2026, 11, 6)),
    ],
    ids=["ended the same day", "over the rest day", "later", "open"],
)
@pytest.mark.parametrize("unit", [Unit.WORKING_DAYS, Unit.CALENDAR_DAYS])
def test_a_pause_on_the_last_day_leaves_the_next_one_after_it(unit: Unit, last: str | None, day: date) -> None:
    """Four days from Monday 2 November 2026 end on Friday the 6th."""
    at = noon("2026-11-06") if last is None else None
    pause, limit = a_pause("2026-11-06", last), a_limit(4, unit)

    assert due_on(limit, "2026-11-02", pause, at=at) == day
    told = explanation(limit, started_at=noon("2026-11-02"), calendar=CALENDAR, pauses=[pause], at=at)
    assert (told[-1].day, told[-1].number) == (day, 4)


def test_a_pause_on_the_day_that_another_one_left_leaves_the_next_one_again() -> None:
    pauses = (a_pause("2026-11-06", "2026-11-09"), a_pause("2026-11-10", "2026-11-12"))

    assert due_on(a_limit(4), "2026-11-02", *pauses) == date(2026, 11, 13)


def test_a_pause_over_rest_days_alone_changes_nothing() -> None:
    assert due_on(a_limit(6), "2026-11-02", a_pause("2026-11-06", "2026-11-08")) == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("pause", "day"),
    [
        (("2026-11-03", "2026-11-05"), date(2026, 11, 9)),
        (("2026-11-07", "2026-11-10"), date(2026, 11, 11)),
        (("2026-11-09", "2026-11-10"), date(2026, 11, 11)),
    ],
    ids=["before", "in the days it is moved over", "on the day it is moved to"],
)
def test_calendar_days_are_paused_too(pause: tuple[str, str], day: date) -> None:
    """Five calendar days from 2 November end on Saturday the 7th, so on Monday the 9th."""
    assert due_on(a_limit(5, Unit.CALENDAR_DAYS), "2026-11-02", a_pause(*pause)) == day


def test_a_pause_that_begins_after_the_last_calendar_day_changes_nothing() -> None:
    limit = a_limit(3, Unit.CALENDAR_DAYS)

    assert due_on(limit, "2026-11-02", a_pause("2026-11-06", "2026-11-20")) == date(2026, 11, 5)


def test_an_open_pause_counts_as_if_it_ended_at_the_moment_of_asking() -> None:
    limit, pause = a_limit(4), a_pause("2026-11-03", None)
    ends = [due_on(limit, "2026-11-02", pause, at=noon(f"2026-11-{day:02}")) for day in (1, 3, 4, 5, 6)]

    assert ends == [date(2026, 11, day) for day in (6, 6, 9, 10, 11)]
    assert all(earlier <= later for earlier, later in pairwise(ends))


def test_an_open_pause_without_the_moment_of_asking_is_refused() -> None:
    with pytest.raises(ValueError, match="open pause"):
        due_on(a_limit(4), "2026-11-02", a_pause("2026-11-03", None))
