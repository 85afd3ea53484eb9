"""The supervisors' board: who is late, what is about to be, since when we have watched; alerts, and the figures."""

from dataclasses import dataclass
from typing import Any, Final

from chalicelib.clocks.model import Light
from chalicelib.errors import Refusal
from chalicelib.policy import ALL_DEPARTMENTS, Role
from chalicelib.settings import settings
from chalicelib.web import pages
from chalicelib.web.forms import again
from chalicelib.web.visits import Download, Onward, Page, Visit

WATCHERS: Final = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR)
COUNTED: Final = (Light.RED, Light.YELLOW)
MOST: Final = 100
"""How many lights of one colour are counted; beyond that the board says "more than"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many clocks of a department show a light; ``is_more`` where there are more than were counted."""

    number: int
    is_more: bool


@pages.get("/board", roles=WATCHERS)
def board(visit: Visit) -> Page:
    """Show the lights by department, what is late or nearly so, and the alerts that wait for an answer."""
    departments = settings().departments if visit.caller.roles & ALL_DEPARTMENTS else (visit.caller.department or "",)
    asked = {name: visit.query[name] for name in ("department", "light", "cursor") if visit.query.get(name)}
    facts: dict[str, object] = {
        "counts": {one: {light.value: _count(visit, one, light) for light in COUNTED} for one in departments},
        "departments": departments,
        "found": visit.shown("GET /v1/supervision/clocks", query={"limit": "20"} | asked),
        "asked": asked,
        "lights": COUNTED,
        "alerts": visit.shown("GET /v1/supervision/alerts", query={"limit": "20"}).items,
        "can_open": bool(visit.caller.roles - ALL_DEPARTMENTS),
        "done": visit.query.get("done"),
    }
    return Page(template="board.html", facts=facts)


@pages.get("/board/alerts/{alert_id}", roles=WATCHERS)
def ask_answer(visit: Visit) -> Page:
    """Ask why something is late, which the applicant reads, and by when it is expected."""
    found = [
        one for one in visit.shown("GET /v1/supervision/alerts", path={}).items if one.id == visit.path["alert_id"]
    ]
    return Page(template="alert.html", facts={"alert": found[0] if found else None})


@pages.post("/board/alerts/{alert_id}", roles=WATCHERS, form="/board/alerts/{alert_id}")
def answer(visit: Visit) -> Page | Onward:
    """Answer an alert."""
    body = {"reason": visit.sent("reason"), "expected_on": visit.sent("expected_on")}
    try:
        visit.done("POST /v1/supervision/alerts/{alert_id}/acknowledgement", body=body)
    except Refusal as refusal:
        return again(ask_answer(visit), refusal, visit, fields={"": "reason"})
    return Onward(to="board", query={"done": "answered"})


@pages.get("/board/statistics", roles=WATCHERS)
def statistics(visit: Visit) -> Page:
    """Show what departments did between two days, how fast and how well, by day."""
    asked = {name: visit.query[name] for name in ("from", "to", "department") if visit.query.get(name)}
    page = Page(template="statistics.html", facts={"asked": asked, "departments": settings().departments})
    try:
        told = visit.shown("GET /v1/supervision/statistics", query=asked | {"by": "day"})
    except Refusal as refusal:
        return again(page, refusal, visit)
    facts = {**page.facts, "told": told, "bars": _bars(told.total.parts)}
    return Page(template=page.template, facts=facts)


@pages.get("/board/statistics/export", roles=WATCHERS)
def export(visit: Visit) -> Download:
    """Answer the figures as a file for a spreadsheet."""
    asked = {name: visit.query[name] for name in ("from", "to", "department", "format") if visit.query.get(name)}
    file = visit.ask("GET /v1/supervision/statistics/export", query=asked)
    return Download(text=file.text or "", headers=file.headers)


def _count(visit: Visit, department: str, light: Light) -> Count:
    query = {"department": department, "light": light.value, "limit": str(MOST)}
    found = visit.shown("GET /v1/supervision/clocks", query=query)
    return Count(number=len(found.items), is_more=found.next_cursor is not None)


def _bars(parts: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the API's shape
    """Return the days with the heights of their bars, in per cent of the day with the most."""
    most = max((max(one.figures.received, one.figures.decided) for one in parts), default=0) or 1
    return [
        {
            "day": one.key,
            "received": one.figures.received * 100 // most,
            "decided": one.figures.decided * 100 // most,
            "figures": one.figures,
        }
        for one in parts
    ]
