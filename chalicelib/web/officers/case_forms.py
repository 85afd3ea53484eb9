"""Officers' forms: one for each act, drawn from what its route asks for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from chalicelib.api.cases.routes import assignment, cases, consequences, handling
from chalicelib.api.cases.schemas.cases import CaseResponse
from chalicelib.cases.rules.handling import STEPS
from chalicelib.clock import real_now
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Route
from chalicelib.http.tokens import require_fresh
from chalicelib.web.core import pages
from chalicelib.web.core.forms import FILES, again, moment_of
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.officers.case_actions import NAMED, OFFICE, Action, Field

ROUTES: Final[Mapping[str, Route[Any, CaseResponse]]] = {
    "acceptance": handling.accept,
    "corrections": handling.ask_correction,
    "decision": handling.decide,
    "delivery": handling.deliver,
    "pause": handling.pause,
    "pause_end": handling.end_pause,
    "extension": handling.extend,
    "verification": consequences.verify,
    "confirmation": consequences.confirm_verification,
    "rectification": consequences.order_rectification,
    "rectification_outcome": consequences.end_rectification,
    "revocation": consequences.revoke,
    "reopening": assignment.reopen,
    "assignment": assignment.assign,
}
"""The route that takes each act."""


@pages.get("/desk/{case_no}/acts/{act}", roles=OFFICE)
def ask(visit: PageRequest) -> Page:
    """Draw the form of an act."""
    act = _act(visit)
    case = visit.get(cases.read_case)
    facts = {
        "act": act,
        "case": case,
        "options": {field.name: field.options(visit, case) for field in act.fields if field.options},
        "start": {"officer": visit.caller.sub},
        "is_now": case.state in STEPS[act.step].states,
    }
    has_file = any(field.kind == "file" for field in act.fields)
    return Page(template="desk_act.html", facts=facts, scripts=FILES if has_file else ())


@pages.post("/desk/{case_no}/acts/{act}", roles=OFFICE, form="/desk/{case_no}/acts/{act}")
def do(visit: PageRequest) -> Page | Redirect:
    """Do it on the version that the form was drawn from: what somebody else did meanwhile is never undone unseen.

    A form that comes back for that stands below what happened, and is for the case as it is now.
    """
    act = _act(visit)
    page = ask(visit)
    case = page.fact("case", CaseResponse)
    if act.is_done(case, visit):
        return Redirect(to=f"desk/{visit.path['case_no']}", query={"done": act.name})
    open_pause = next((str(pause.number) for pause in case.pauses if pause.ended_at is None), "0")
    try:
        visit.do(
            ROUTES[act.name],
            path={"number": open_pause},
            body=_body(act, visit, page) if act.fields else None,
            version=visit.version(),
        )
    except DomainError as error:
        if error.code is ErrorCode.STALE_VERSION:
            told = visit.get(cases.read_timeline)
            page = replace(page, facts={**page.facts, "timeline": told})
        return again(page, error, visit, fields={"/basis": "ground", "": ""} if act.name == "pause" else {})
    return Redirect(to=f"desk/{visit.path['case_no']}", query={"done": act.name})


def _act(visit: PageRequest) -> Action:
    act = NAMED.get(visit.path["act"])
    if act is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    if act.is_fresh:
        require_fresh(visit.caller, at=real_now())
    return act


def _body(act: Action, visit: PageRequest, page: Page) -> dict[str, Any]:
    """Return what the route is sent: what was left blank and may be is left out."""
    body: dict[str, Any] = {}
    for field in act.fields:
        value = _value(field, visit)
        if not (field.may_be_blank and value in ("", None)):
            body[field.name] = value
    if act.name == "acceptance":
        body["accepted"] = {"yes": True, "no": False}.get(body["accepted"])
    if act.name == "pause":
        options = page.fact("options", dict)
        body["basis"] = next((one[2] for one in options["ground"] if one[0] == body["ground"]), "")
        body["notice_text"] = body["notice_text"] or None
    return body


def _value(field: Field, visit: PageRequest) -> Any:  # noqa: ANN401 - whatever the route takes
    sent = visit.sent(field.name)
    if field.kind == "ticks":
        return list(visit.form.get(field.name, ()))
    if field.kind == "number" and sent.isascii() and sent.isdigit():
        return int(sent)
    if field.kind == "file":
        chosen = [upload for upload in visit.uploads if upload.field == field.name]
        return {"name": chosen[0].name[:200], "sha256": chosen[0].sha256} if chosen else None
    if field.kind == "moment":
        return moment_of(sent)
    return sent
