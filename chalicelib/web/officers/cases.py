"""The officers' desk: the department's cases by due date, and each case on one page with what may be done next."""

from typing import Final

from chalicelib.api.cases.routes import cases
from chalicelib.api.cases.schemas.cases import CaseResponse
from chalicelib.cases.model.case import State
from chalicelib.cases.rules.handling import STEPS
from chalicelib.clocks.model import Light
from chalicelib.policy import Role
from chalicelib.supervision.rules.cards import GIVERS
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest
from chalicelib.web.officers.case_actions import ACTIONS, NAMED, OFFICE, Action

FILTERS: Final = ("light", "kind", "officer")


@pages.get("/worklist", roles=OFFICE)
def worklist(visit: PageRequest) -> Page:
    """List what is due, oldest first, with its light; without a light, what is late or nearly so."""
    from chalicelib.api.supervision.routes import worklist as due  # noqa: PLC0415 - only this page needs it

    asked = {name: visit.query[name] for name in (*FILTERS, "cursor") if visit.query.get(name)}
    found = visit.get(due.worklist, query={"limit": "20"} | asked)
    facts = {"found": found, "asked": asked, "lights": tuple(Light), "mine": visit.caller.sub}
    return Page(template="worklist.html", facts=facts)


@pages.get("/desk", roles=OFFICE)
def list_cases(visit: PageRequest) -> Page:
    """List the department's cases, newest first, or those in one state."""
    asked = {name: visit.query[name] for name in ("state", "cursor") if visit.query.get(name)}
    found = visit.get(cases.list_cases, query={"limit": "20"} | asked)
    return Page(template="desk_cases.html", facts={"found": found, "asked": asked, "states": tuple(State)})


@pages.get("/desk/{case_no}", roles=OFFICE)
def read_case(visit: PageRequest) -> Page:
    """Show a case with everything an officer decides by, and the acts that are open now."""
    case = visit.get(cases.read_case)
    facts = {
        "case": case,
        "timeline": visit.get(cases.read_timeline),
        "acts": [act for act in ACTIONS if is_open(act, case, visit)],
        "done": visit.query.get("done"),
        "desk_acts": tuple(NAMED),
        "may_look": Role.OFFICER in visit.caller.roles,
        "may_give_card": bool(visit.caller.roles & set(GIVERS)),
    }
    return Page(template="desk_case.html", facts=facts)


@pages.get("/desk/{case_no}/clocks/{kind}", roles=OFFICE)
def explain(visit: PageRequest) -> Page:
    """Show why a day is the due day."""
    case_no = visit.path["case_no"]
    told = visit.get(cases.explain)
    return Page(template="explanation.html", facts={"case_no": case_no, "told": told, "back": f"desk/{case_no}"})


def is_open(act: Action, case: CaseResponse, visit: PageRequest) -> bool:
    """Say whether to offer an act: by the right that the rules give, and by what the case is at."""
    right = STEPS[act.step]
    return bool(visit.caller.roles & set(right.roles)) and case.state in right.states and act.applies(case)
