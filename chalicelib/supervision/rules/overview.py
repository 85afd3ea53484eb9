"""Counting cases from the outlines of their clocks, and which lists of clocks hold the cases that are shown."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import ClockKind, ClockOutline, Light, Outlines
from chalicelib.clocks.rules.indexes import PERSONS, ClockFilter
from chalicelib.policy import Role
from chalicelib.supervision.model.overview import Count, Counts, DueDay, Show, Wanted
from chalicelib.supervision.rules.ageing import KINDS
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.rules.due_dates import start_of_day

DAYS_AHEAD: Final = 20
"""How many working days the board looks ahead."""

ONE_DAY: Final = timedelta(days=1)

LIGHTS: Final = {
    Show.LATE: (Light.RED,),
    Show.NEAR: (Light.YELLOW,),
    Show.PAUSED: (Light.GREY,),
    Show.UNASSIGNED: (Light.RED, Light.YELLOW, Light.GREEN),
    Show.OPEN: tuple(Light),
    Show.DUE: (None,),
}
"""The lights of the clocks that hold the cases which are shown."""


def lists_for(wanted: Wanted, departments: Iterable[str]) -> tuple[ClockFilter, ...]:
    """Return the lists of clocks on which the wanted cases are; late is whatever duty is late."""
    kinds: tuple[ClockKind | None, ...] = (None,) if wanted.show is Show.LATE else tuple(KINDS)
    officer = Role.OFFICER.value if wanted.show is Show.UNASSIGNED else wanted.officer
    return tuple(
        ClockFilter(
            department=department, light=light, kind=kind, officer=officer, item=wanted.item, due_on=wanted.due_on
        )
        for department in departments
        for kind in kinds
        for light in LIGHTS[wanted.show]
    )


def days_ahead(calendar: Calendar, *, today: date) -> tuple[date, ...]:
    """Return today, if it is a working day, and the next ones; an assumption in a year that is not announced."""
    return tuple(calendar.working_day_after(today - ONE_DAY, number) for number in range(1, DAYS_AHEAD + 1))


def days_of_month(day: date) -> tuple[date, ...]:
    """Return the days of the month of a day."""
    _, number = monthrange(day.year, day.month)
    return tuple(day.replace(day=each) for each in range(1, number + 1))


def counts_of(
    late: Outlines, coming: Sequence[Outlines], paused: Sequence[Outlines], *, at: datetime, days: Iterable[date]
) -> Counts:
    """Count cases by their clocks: late ones, oldest first, then those to come and paused ones, by kind.

    A pause that is longer than the applicant was told is near (R4.10).
    """
    today = day_in_shanghai(at)
    of_office = [one for one in late.clocks if not one.responsible.startswith(PERSONS)]
    worst: dict[str, datetime] = {}
    for one in of_office:
        worst.setdefault(one.owner, one.due_at)
    since = start_of_day(today - ONE_DAY)
    running = [one for found in coming for one in found.clocks]
    waiting = [one for found in paused for one in found.clocks]
    overlong = [one for one in waiting if one.paused_until is not None and one.paused_until < today]
    is_more_coming, is_more_paused = any(one.is_more for one in coming), any(one.is_more for one in paused)
    near = [*overlong, *(one for one in running if one.yellow_at <= at)]
    to_decide = [*running, *overlong, *(one for one in late.clocks if one.kind in KINDS)]
    return Counts(
        late=Count(number=len(worst), is_more=late.is_more),
        late_today=Count(number=sum(due_at >= since for due_at in worst.values()), is_more=late.is_more),
        near=_cases(near, is_more=is_more_coming or is_more_paused),
        paused=_cases([one for one in waiting if one not in overlong], is_more=is_more_paused),
        unassigned=_cases(
            [one for one in to_decide if one.responsible == Role.OFFICER],
            is_more=late.is_more or is_more_coming or is_more_paused,
        ),
        due=due_days(running, until=seen_until(coming), days=days),
    )


def _cases(clocks: Iterable[ClockOutline], *, is_more: bool) -> Count:
    return Count(number=len({one.owner for one in clocks}), is_more=is_more)


def seen_until(coming: Iterable[Outlines]) -> date | None:
    """Return the day in which looking at the clocks to come broke off; ``None`` if it did not."""
    return min((day_in_shanghai(one.clocks[-1].due_at) for one in coming if one.is_more), default=None)


def due_days(running: Iterable[ClockOutline], *, until: date | None, days: Iterable[date]) -> tuple[DueDay, ...]:
    """Return how many cases are due on each of these days, if looking at clocks broke off in the day ``until``."""
    owners: dict[date, set[str]] = {}
    for one in running:
        owners.setdefault(day_in_shanghai(one.due_at), set()).add(one.owner)
    return tuple(
        DueDay(
            day=day,
            cases=None
            if until is not None and day > until
            else Count(number=len(owners.get(day, ())), is_more=day == until),
        )
        for day in days
    )
