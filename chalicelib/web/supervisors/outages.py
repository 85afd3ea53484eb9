"""Outages of the system (系统故障): recording one with its proof, its end, and taking it back."""

from typing import Any, Final

from chalicelib.api.supervision.routes import outages
from chalicelib.api.supervision.routes.outages import OutageResponse
from chalicelib.clocks.model import ClockKind
from chalicelib.settings import settings
from chalicelib.supervision.services.outages import READERS, RECORDERS
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, carry_out, draw, named, submit
from chalicelib.web.core.forms import FILES, moment_of
from chalicelib.web.core.i18n import department_text, text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named

FORM: Final = "/outage"
ONE: Final = "/outages/{outage_id}"

ACTIONS: Final[tuple[Action[OutageResponse], ...]] = (
    Action(
        name="end",
        route=outages.end,
        fields=(Field(name="ends_at", kind="moment", label="outage_ends_at"),),
        at={"": "ends_at"},
    ),
    Action(
        name="withdrawal",
        route=outages.withdraw,
        fields=(Field(name="reason", kind="area", label="the_reason"),),
        at={"": "reason"},
        is_grave=True,
    ),
)


@pages.get("/outages", roles=READERS)
def list_outages(visit: PageRequest) -> Page:
    """List outages, newest first."""
    cursor = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    facts = {
        "found": visit.look_through(outages.outages, query={"limit": "20"} | cursor),
        "may_record": bool(visit.caller.roles & set(RECORDERS)),
    }
    return Page(template="outages.html", facts=facts)


@pages.get(FORM, roles=RECORDERS)
def ask_outage(visit: PageRequest) -> Page:
    """Ask from when to when the system was down, for whom, and what proves it."""
    facts = {
        "departments": [(code, department_text(code, visit.language)) for code in settings().departments],
        "kinds": [(kind.value, text(f"clock_{kind}", visit.language)) for kind in ClockKind],
    }
    return Page(template="outage_form.html", facts=facts, scripts=FILES)


@pages.post(FORM, roles=RECORDERS, form=FORM)
def record(visit: PageRequest) -> Page | Redirect:
    """Record an outage; of its proof only the names and digests of the files."""
    ends_at = visit.sent("ends_at")
    body: dict[str, Any] = {
        "starts_at": moment_of(visit.sent("starts_at")),
        "ends_at": moment_of(ends_at) if ends_at else None,
        "departments": list(visit.form.get("departments", ())),
        "kinds": list(visit.form.get("kinds", ())),
        "reason": visit.sent("reason"),
        "evidence": [{"name": one.name[:200], "sha256": one.sha256} for one in visit.uploads],
    }
    return submit(
        visit,
        outages.record,
        body,
        ask=ask_outage,
        onward=lambda made: Redirect(to=f"outages/{made.outage_id}", query={"done": "recorded"}),
        at={"": "starts_at"},
        unanswered={} if visit.uploads else {"evidence": text("outage_choose_evidence", visit.language)},
    )


@pages.get(ONE, roles=READERS)
def read_outage(visit: PageRequest) -> Page:
    """Show an outage with its proof, and what may still be done to it."""
    outage = visit.get(outages.outage)
    facts = {
        "outage": outage,
        "actions": _open_now(outage, visit),
        "staff": staff_named([outage.recorded_by]),
        "done": visit.query.get("done"),
    }
    return Page(template="outage.html", facts=facts)


@pages.get(f"{ONE}/acts/{{act}}", roles=RECORDERS)
def ask(visit: PageRequest) -> Page:
    """Draw the form of a step."""
    action = named(ACTIONS, visit.path["act"], visit)
    outage = visit.get(outages.outage)
    is_open = action.name in _open_now(outage, visit)
    return draw("outage_action.html", action, outage, visit, title=f"outage_{action.name}", is_open=is_open)


@pages.post(f"{ONE}/acts/{{act}}", roles=RECORDERS, form=f"{ONE}/acts/{{act}}")
def do(visit: PageRequest) -> Page | Redirect:
    """Take the step on the version that the form was drawn from."""
    action = named(ACTIONS, visit.path["act"], visit)
    outage = visit.get(outages.outage)
    onward = Redirect(to=f"outages/{outage.outage_id}", query={"done": action.name})
    return carry_out(action, outage, visit, ask=ask, onward=onward)


def _open_now(outage: OutageResponse, visit: PageRequest) -> list[str]:
    if outage.withdrawn_at is not None or not visit.caller.roles & set(RECORDERS):
        return []
    return ["withdrawal"] if outage.ends_at is not None else ["end", "withdrawal"]
