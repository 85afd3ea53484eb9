"""The supervisors' board: what is late, by how much and with whom, what is due next, and alerts to answer."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.api.supervision.routes import board as supervision
from chalicelib.api.supervision.routes import overview as api_overview
from chalicelib.api.supervision.routes import statistics as api_statistics
from chalicelib.api.supervision.routes.overview import (
    BoardCaseResponse,
    CountResponse,
    DepartmentOverviewResponse,
    OverviewResponse,
)
from chalicelib.api.supervision.routes.statistics_export import MARK, cell
from chalicelib.api.supervision.schemas import alert_response
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import ALL_DEPARTMENTS, Role
from chalicelib.settings import settings
from chalicelib.staff.model import StaffMember
from chalicelib.supervision.model.overview import Show
from chalicelib.supervision.rules.statistics import per_cent
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.charts import lines
from chalicelib.web.core.directory import item_names
from chalicelib.web.core.i18n import department_text, text
from chalicelib.web.core.request import Download, Page, PageRequest, Redirect
from chalicelib.web.core.staff import officer_text, staff_named

WATCHERS: Final = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR)
EVERY: Final = 30
"""After how many seconds the board looks again."""
SHOWN: Final = "50"
"""How many duties a page shows, of which a case has two or three."""
EXPORTED: Final = "100"
SHADES: Final = 4
"""How many shades the days of the heat map have, beside that of a day on which nothing is due."""
FILTERS: Final = ("show", "department", "officer", "item", "due_on")
COUNTED: Final = ("late", "late_today", "near", "paused", "unassigned")
COLUMNS: Final = (
    "the_case",
    "the_item",
    "department",
    "board_officer",
    "the_duty",
    "the_applicant",
    "due_on",
    "days_late",
    "late_reason",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many cases; ``is_more`` where not all were looked at, so that there may be more."""

    number: int
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """How many cases are due on a day, ``None`` where nobody looked, and how dark the day is, 0 to ``SHADES``."""

    day: date
    cases: Count | None
    shade: int


@pages.get("/board", roles=WATCHERS)
def board(visit: PageRequest) -> Page:
    """Show how many cases are late, near, paused or with nobody, the worst of them, and the days to come."""
    asked = _asked(visit)
    found = visit.get(api_overview.overview, query=_only(asked, "department"))
    listed = visit.get(api_overview.cases, query={"limit": SHOWN} | asked | _only(visit.query, "cursor"))
    alerts = visit.get(supervision.alerts)
    people = {one.responsible for one in listed.items} | ({asked["officer"]} if "officer" in asked else set())
    staff = staff_named(people)
    facts: dict[str, object] = {
        "now": found.at,
        "watch": found.watch,
        "counts": {name: _sum(getattr(one, name) for one in found.departments) for name in COUNTED},
        "totals": _totals(found),
        "today": [_day(found, visit.today), _day(found, visit.today - timedelta(days=1))],
        "due": _due(found.departments),
        "by_department": [
            (one, lines([{"received": day.received, "decided": day.decided} for day in one.days]))
            for one in found.departments
        ],
        "found": listed,
        "officers": {one: officer_text(one, staff, visit.language) for one in people},
        "people": set(staff),
        "asked": asked,
        "dropped": {name: {key: value for key, value in asked.items() if key != name} for name in asked},
        "show": asked.get("show", Show.LATE.value),
        "due_on": date.fromisoformat(asked["due_on"]) if "due_on" in asked else visit.today,
        "item_name": dict(item_names(visit, [asked["item"]]))[asked["item"]] if "item" in asked else None,
        "alerts": alerts.items,
        "more_alerts": alerts.next_cursor is not None,
        "departments": settings().departments if visit.caller.roles & ALL_DEPARTMENTS else (),
        "can_open": bool(visit.caller.roles - ALL_DEPARTMENTS),
        "done": visit.query.get("done"),
        "every": EVERY,
    }
    return Page(template="board.html", facts=facts, scripts=("follow",))


@pages.get("/board/cases", roles=WATCHERS)
def export(visit: PageRequest) -> Download:
    """Answer the cases behind a figure of the board as a table for a spreadsheet, the hundred that are due first."""
    asked = _asked(visit)
    listed = visit.get(api_overview.cases, query={"limit": EXPORTED} | asked)
    staff = staff_named(one.responsible for one in listed.items)
    paper = io.StringIO()
    paper.write(MARK)
    table = csv.writer(paper)
    table.writerow(text(name, visit.language) for name in COLUMNS)
    for one in listed.items:
        table.writerow(cell(value) for value in _row(one, visit, staff=staff))
    name = f"xinnuo-board-{asked.get('show', Show.LATE.value)}-{visit.today}.csv"
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    return Download(text=paper.getvalue(), headers=headers)


@pages.get("/board/hall", roles=WATCHERS)
def hall(visit: PageRequest) -> Page:
    """Show today's figures in large type, for the screen in the hall."""
    told = visit.get(api_statistics.statistics, query=_only(visit.query, "department"))
    return Page(template="hall.html", facts={"told": told, "every": EVERY}, scripts=("follow",))


@pages.get("/board/alerts/{alert_id}", roles=WATCHERS)
def ask_answer(visit: PageRequest) -> Page:
    """Ask why something is late, which the applicant will read, and when it is expected."""
    try:
        found = container().alerts.get(visit.path["alert_id"], by=visit.caller)
    except DomainError as error:
        if error.code is not ErrorCode.NOT_FOUND:
            raise
        return Page(template="alert.html", facts={"alert": None})
    return Page(template="alert.html", facts={"alert": alert_response(found) if found.is_open else None})


@pages.post("/board/alerts/{alert_id}", roles=WATCHERS, form="/board/alerts/{alert_id}")
def answer(visit: PageRequest) -> Page | Redirect:
    """Answer an alert."""
    body = {"reason": visit.sent("reason"), "expected_on": visit.sent("expected_on")}
    return submit(
        visit,
        supervision.acknowledge,
        body,
        ask=ask_answer,
        onward=Redirect(to="board", query={"done": "answered"}),
        at={"": "reason"},
        said=lambda _page: _answered(visit),
    )


def _answered(visit: PageRequest) -> dict[str, object] | None:
    """Return how the alert was answered, if it was; the list shows open alerts only."""
    found = container().alerts.get(visit.path["alert_id"], by=visit.caller).acknowledgement
    return None if found is None else {"by": found.by, "reason": found.reason}


def _asked(visit: PageRequest) -> dict[str, str]:
    return _only(visit.query, *FILTERS)


def _only(query: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: query[name] for name in names if query.get(name)}


def _sum(counts: Iterable[CountResponse]) -> Count:
    counted = list(counts)
    return Count(number=sum(one.number for one in counted), is_more=any(one.is_more for one in counted))


def _totals(found: OverviewResponse) -> dict[str, int | None]:
    """Return what all departments have open, and their rates in per cent, ``None`` of nothing."""
    every = found.departments
    shares = {"on_time": [one.on_time for one in every], "completion": [one.completion for one in every]}
    rates = {
        name: per_cent(sum(one.part for one in many), sum(one.whole for one in many)) for name, many in shares.items()
    }
    return {
        "open": sum(one.open for one in every),
        "open_yesterday": sum(one.open_yesterday for one in every),
        **rates,
    }


def _day(found: OverviewResponse, day: date) -> dict[str, int]:
    days = [each for one in found.departments for each in one.days if each.day == day]
    return {"received": sum(each.received for each in days), "decided": sum(each.decided for each in days)}


def _due(departments: Sequence[DepartmentOverviewResponse]) -> list[DueDay]:
    """Add up the days to come over departments; one that any did not look at may have more."""
    days = []
    for column in zip(*(one.due for one in departments), strict=True):
        seen = [one.cases for one in column if one.cases is not None]
        count = _sum(seen) if seen else None
        if count is not None and len(seen) < len(column):
            count = Count(number=count.number, is_more=True)
        days.append((column[0].day, count))
    most = max((count.number for _, count in days if count is not None), default=0)
    return [
        DueDay(day=day, cases=count, shade=0 if count is None or not most else -(-count.number * SHADES // most))
        for day, count in days
    ]


def _row(one: BoardCaseResponse, visit: PageRequest, *, staff: Mapping[str, StaffMember]) -> list[object]:
    language = visit.language
    return [
        one.case_no or text(f"matter_{one.owner.partition(':')[0]}", language),
        one.item_name or "",
        department_text(one.department, language),
        officer_text(one.responsible, staff, language),
        one.step or text(f"clock_{one.kind}", language),
        one.applicant or "",
        one.due_on.isoformat(),
        "" if one.days_late is None else one.days_late,
        one.answer.reason if one.answer else "",
    ]
