"""What holds for every limit, start and set of pauses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.workdays.model.limits import DayReason, Limit, Pause, Unit, day_of
from chalicelib.workdays.rules.due_dates import due, explanation, yellow_from
from chalicelib.workdays.store import load_calendar

CALENDAR = load_calendar()
START = datetime(2024, 1, 1, tzinfo=UTC)
MINUTES = 3 * 366 * 24 * 60

instants = st.integers(min_value=0, max_value=MINUTES).map(lambda minutes: START + timedelta(minutes=minutes))
limits = st.builds(
    Limit,
    value=st.integers(min_value=1, max_value=60),
    unit=st.sampled_from(Unit),
    basis=st.just("《民法典》"),
    office_hours=st.just((("09:00", "12:00"), ("13:30", "17:00"))),
)


@st.composite
def pauses_near(draw: st.DrawFn, started_at: datetime) -> list[Pause]:
    hours = draw(st.lists(st.tuples(st.integers(-100, 900), st.integers(0, 400)), max_size=4))
    return [
        Pause(started_at=started_at + timedelta(hours=begin), ended_at=started_at + timedelta(hours=begin + length))
        for begin, length in hours
    ]


@given(limit=limits, started_at=instants, data=st.data())
def test_another_pause_never_makes_a_limit_end_earlier(limit: Limit, started_at: datetime, data: st.DataObject) -> None:
    pauses = data.draw(pauses_near(started_at))
    more = [*pauses, *data.draw(pauses_near(started_at))]

    without = due(limit, started_at=started_at, calendar=CALENDAR, pauses=pauses)

    assert due(limit, started_at=started_at, calendar=CALENDAR, pauses=more).at >= without.at


@pytest.mark.requirement("R4.10")
@given(limit=limits, started_at=instants, data=st.data())
def test_a_pause_told_twice_counts_once(limit: Limit, started_at: datetime, data: st.DataObject) -> None:
    pauses = data.draw(pauses_near(started_at))

    once = due(limit, started_at=started_at, calendar=CALENDAR, pauses=pauses)

    assert due(limit, started_at=started_at, calendar=CALENDAR, pauses=[*reversed(pauses), *pauses]) == once


@given(limit=limits, started_at=instants, data=st.data())
def test_the_explanation_counts_the_limit_and_ends_on_the_due_day(
    limit: Limit, started_at: datetime, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_near(started_at))
    days = explanation(limit, started_at=started_at, calendar=CALENDAR, pauses=pauses)
    numbers = [day.number for day in days if day.number is not None]

    assert days[0].day == day_of(started_at)
    assert [day.day for day in days] == [days[0].day + timedelta(days=place) for place in range(len(days))]
    assert days[-1].counted
    assert days[-1].day == due(limit, started_at=started_at, calendar=CALENDAR, pauses=pauses).on
    assert all(day.counted == (day.number is not None) for day in days)
    if limit.unit in {Unit.HOURS, Unit.WORKING_HOURS}:
        assert numbers == sorted(numbers)
        assert numbers[-1] == limit.value
    else:
        assert numbers == list(range(1, len(numbers) + 1))
    if limit.unit in {Unit.WORKING_DAYS, Unit.CALENDAR_DAYS}:
        assert len(numbers) == limit.value


@given(limit=limits, started_at=instants, data=st.data())
def test_yellow_begins_after_the_start_on_a_counted_day_before_the_end(
    limit: Limit, started_at: datetime, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_near(started_at))
    yellow = yellow_from(limit, started_at=started_at, calendar=CALENDAR, pauses=pauses)
    days = {day.day: day for day in explanation(limit, started_at=started_at, calendar=CALENDAR, pauses=pauses)}

    assert started_at <= yellow < due(limit, started_at=started_at, calendar=CALENDAR, pauses=pauses).at
    if limit.unit not in {Unit.HOURS, Unit.WORKING_HOURS}:
        assert days[day_of(yellow)].counted


@given(started_at=instants, days=st.integers(min_value=1, max_value=400))
def test_a_working_day_limit_ends_on_a_working_day(started_at: datetime, days: int) -> None:
    limit = Limit(value=days, unit=Unit.WORKING_DAYS, basis="《行政许可法》第82条")

    answer = due(limit, started_at=started_at, calendar=CALENDAR)

    assert CALENDAR.is_working(answer.on)
    assert CALENDAR.working_days_within(day_of(started_at) + timedelta(days=1), answer.on) == days
    assert answer.provisional == any(
        day.reason is DayReason.UNANNOUNCED_YEAR or day.day.year > 2026
        for day in explanation(limit, started_at=started_at, calendar=CALENDAR)[1:]
    )
