"""The supervisors' board: what is late or about to be, and alerts to answer."""

from dataclasses import dataclass
from typing import Final

from chalicelib.api.supervision.routes import board as supervision
from chalicelib.clocks.model import Light
from chalicelib.container import container
from chalicelib.policy import ALL_DEPARTMENTS, Role
from chalicelib.settings import settings
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named

WATCHERS: Final = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR)
COUNTED: Final = (Light.RED, Light.YELLOW)
MOST: Final = 100
"""How many lights of one colour are counted; beyond that, the board says "more than"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many clocks of a department show a light; ``is_more`` where there are more than were counted."""

    number: int
    is_more: bool


@pages.get("/board", roles=WATCHERS)
def board(visit: PageRequest) -> Page:
    """Show the lights by department, what is late or nearly so, and the alerts that wait for an answer."""
    departments = settings().departments if visit.caller.roles & ALL_DEPARTMENTS else (visit.caller.department or "",)
    asked = {name: visit.query[name] for name in ("department", "light", "cursor") if visit.query.get(name)}
    found = visit.look_through(supervision.board, query={"limit": "20"} | asked)
    facts: dict[str, object] = {
        "counts": {one: {light.value: _count(visit, one, light) for light in COUNTED} for one in departments},
        "departments": departments,
        "found": found,
        "staff": staff_named(clock.responsible for clock in found.items),
        "asked": asked,
        "lights": COUNTED,
        "alerts": visit.get(supervision.alerts, query={"limit": "20"}).items,
        "can_open": bool(visit.caller.roles - ALL_DEPARTMENTS),
        "done": visit.query.get("done"),
    }
    return Page(template="board.html", facts=facts)


@pages.get("/board/alerts/{alert_id}", roles=WATCHERS)
def ask_answer(visit: PageRequest) -> Page:
    """Ask why something is late, which the applicant will read, and when it is expected."""
    found = [one for one in visit.get(supervision.alerts).items if one.id == visit.path["alert_id"]]
    return Page(template="alert.html", facts={"alert": found[0] if found else None})


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


def _count(visit: PageRequest, department: str, light: Light) -> Count:
    query = {"department": department, "light": light.value, "limit": str(MOST)}
    found = visit.get(supervision.board, query=query)
    return Count(number=len(found.items), is_more=found.next_cursor is not None)
