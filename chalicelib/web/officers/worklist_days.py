"""What the department has to do, as a month: how much is due on which day."""

from calendar import MONDAY, Calendar
from collections.abc import Mapping
from datetime import date, timedelta

from chalicelib.api.supervision.routes import worklist as due
from chalicelib.api.supervision.routes.overview import CountResponse
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest
from chalicelib.web.officers.cases import OFFICE

DayShown = tuple[date, CountResponse | None]
"""A day of a month, and how much is due on it, ``None`` where nobody looked."""


@pages.get("/worklist/days", roles=OFFICE)
def month(visit: PageRequest) -> Page:
    """Show a month from Monday to Sunday, each day with how much is due, which leads to the very cases."""
    asked = {name: visit.query[name] for name in ("officer", "item") if visit.query.get(name)}
    day = {"day": visit.query["day"]} if visit.query.get("day") else {}
    told = visit.get(due.due_by_day, query=asked | day)
    first = told.days[0].day
    facts = {
        "asked": asked,
        "weeks": _weeks(first, {one.day: one.cases for one in told.days}),
        "first": first,
        "today": told.today,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": (first + timedelta(days=31)).replace(day=1),
        "mine": visit.caller.sub,
        "nobody": Role.OFFICER.value,
    }
    return Page(template="worklist_days.html", facts=facts)


def _weeks(first: date, counts: Mapping[date, CountResponse | None]) -> list[list[DayShown | None]]:
    weeks = Calendar(MONDAY).monthdatescalendar(first.year, first.month)
    return [[(day, counts[day]) if day in counts else None for day in week] for week in weeks]
