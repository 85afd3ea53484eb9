"""Counting the board's cases from the outlines of their clocks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.clocks.model import ClockOutline, Light, Outlines
from chalicelib.clocks.rules.indexes import ClockFilter
from chalicelib.supervision.model.overview import Count, DueDay, Show, Wanted
from chalicelib.supervision.rules.overview import counts_of, days_ahead, days_of_month, lists_for
from chalicelib.workdays.store import load_calendar

NOW = datetime(2026, 10, 16, 4, 0, tzinfo=UTC)
"""Noon of a Friday in Shanghai."""
DAY = timedelta(days=1)
END = datetime(2026, 10, 16, 15, 59, 59, tzinfo=UTC)
"""The last second of that day there."""


def an_outline(
    owner: str = "case:a",
    *,
    due_at: datetime = END,
    yellow_at: datetime | None = None,
    kind: str = "handling_promised",
    responsible: str = "li",
    paused_until: date | None = None,
) -> ClockOutline:
    return ClockOutline(
        owner=owner,
        kind=kind,
        responsible=responsible,
        due_at=due_at,
        yellow_at=yellow_at or due_at,
        paused_until=paused_until,
    )


def found(*clocks: ClockOutline, is_more: bool = False) -> Outlines:
    return Outlines(clocks=clocks, is_more=is_more)


def test_a_case_is_late_once_and_new_today_if_nothing_of_it_was_late_before_midnight() -> None:
    late = found(
        an_outline("case:old", due_at=END - 2 * DAY),
        an_outline("case:old", due_at=END - DAY, kind="delivery"),
        an_outline("case:person", due_at=END - DAY, responsible="applicant"),
        an_outline("case:today", due_at=END - DAY),
    )

    counts = counts_of(late, [], [], at=NOW, days=[])

    assert (counts.late, counts.late_today) == (Count(number=2), Count(number=1))


@pytest.mark.parametrize(("last", "near", "paused"), [(15, 1, 0), (16, 0, 1), (17, 0, 1)])
def test_a_pause_is_near_once_it_is_longer_than_the_applicant_was_told(last: int, near: int, paused: int) -> None:
    waiting = found(an_outline(paused_until=date(2026, 10, last)))

    counts = counts_of(found(), [found()], [waiting], at=NOW, days=[])

    assert (counts.near, counts.paused) == (Count(number=near), Count(number=paused))


@pytest.mark.parametrize(("seconds", "near"), [(-1, 1), (0, 1), (1, 0)])
def test_a_case_is_near_from_the_second_of_its_warning(seconds: int, near: int) -> None:
    coming = found(an_outline(due_at=END + DAY, yellow_at=NOW + timedelta(seconds=seconds)))

    assert counts_of(found(), [coming], [], at=NOW, days=[]).near == Count(number=near)


def test_only_cases_that_are_still_to_be_decided_are_with_nobody() -> None:
    late = found(
        an_outline("case:a", due_at=END - DAY, responsible="officer"),
        an_outline("case:b", due_at=END - DAY, responsible="officer", kind="delivery"),
    )
    coming = found(an_outline("case:c", responsible="officer"), an_outline("case:d"))

    assert counts_of(late, [coming], [], at=NOW, days=[]).unassigned == Count(number=2)


def test_a_day_that_was_not_looked_at_has_no_count_and_the_day_where_looking_broke_off_may_have_more() -> None:
    days = [date(2026, 10, day) for day in (16, 19, 20, 21)]
    coming = [
        found(an_outline("case:a"), an_outline("case:b", due_at=END + 3 * DAY), is_more=True),
        found(an_outline("case:c", due_at=END + 4 * DAY)),
    ]

    counts = counts_of(found(), coming, [], at=NOW, days=days)

    assert counts.due == (
        DueDay(day=days[0], cases=Count(number=1)),
        DueDay(day=days[1], cases=Count(number=1, is_more=True)),
        DueDay(day=days[2], cases=None),
        DueDay(day=days[3], cases=None),
    )
    assert counts.near.is_more
    assert counts.unassigned.is_more
    assert not counts.late.is_more
    assert Count(number=1) + Count(number=2, is_more=True) == Count(number=3, is_more=True)


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2026, 9, 30), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 8)), (date(2026, 10, 10),) * 2],
)
def test_the_board_looks_ahead_from_today_or_from_the_next_working_day(today: date, first: date) -> None:
    days = days_ahead(load_calendar(), today=today)

    assert (len(days), days[0]) == (20, first)
    assert list(days) == sorted(days)


def test_what_is_late_is_one_list_a_department_and_what_is_open_two_for_each_light() -> None:
    late = lists_for(Wanted(item="plate", officer="li"), ["traffic", "market"])
    due = lists_for(Wanted(show=Show.DUE, due_on=date(2026, 10, 16)), ["traffic"])
    unassigned = lists_for(Wanted(show=Show.UNASSIGNED), ["traffic"])

    assert late == tuple(
        ClockFilter(department=department, light=Light.RED, officer="li", item="plate")
        for department in ("traffic", "market")
    )
    assert [(one.light, one.due_on) for one in due] == [(None, date(2026, 10, 16))] * 2
    assert {one.officer for one in unassigned} == {"officer"}
    assert len(lists_for(Wanted(show=Show.OPEN), ["traffic"])) == 2 * len(Light)


def test_a_month_has_its_days_whichever_of_them_is_named() -> None:
    days = days_of_month(date(2028, 2, 17))

    assert (days[0], days[-1], len(days)) == (date(2028, 2, 1), date(2028, 2, 29), 29)
