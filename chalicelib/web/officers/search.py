"""Finding a case by what a caller says of themselves: the whole name, or the phone number; each look is on record."""

from dataclasses import replace
from functools import partial

from chalicelib.api.cases.routes import desk
from chalicelib.api.cases.routes.desk import CaseSearchResponse
from chalicelib.cases.rules.case_numbers import case_no_as_typed, is_case_no
from chalicelib.cases.rules.reading import PURPOSES
from chalicelib.policy import Role
from chalicelib.subjects.rules.contacts import phone_of
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.forms import at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.officers.cases import OFFICE


@pages.get("/find", roles=OFFICE)
def ask(visit: PageRequest) -> Page:
    """Ask what the caller says, and an officer for what they look."""
    purposes = PURPOSES[Role.OFFICER] if Role.OFFICER in visit.caller.roles else ()
    return Page(template="find.html", facts={"purposes": purposes, "hits": None})


@pages.post("/find", roles=OFFICE, form="/find")
def find(visit: PageRequest) -> Page | Redirect:
    """List the cases of whoever has the name or the phone number; a case number leads to its case."""
    sought, purpose = visit.sent("sought"), visit.sent("purpose")
    number = case_no_as_typed(sought)
    if is_case_no(number):
        return Redirect(to=f"desk/{number}")
    faults = {} if sought else {"sought": text("seek_what", visit.language)}
    if Role.OFFICER in visit.caller.roles and purpose not in set(PURPOSES[Role.OFFICER]):
        faults["purpose"] = text("reading_missing", visit.language)
    if faults:
        return at_fault(ask(visit), **faults)
    body = {"phone" if phone_of(sought) else "name": sought} | ({"purpose": purpose} if purpose else {})
    at = {"/name": "sought", "/phone": "sought"}
    return submit(visit, desk.search, body, ask=ask, onward=partial(_found, visit), at=at)


def _found(visit: PageRequest, hits: CaseSearchResponse) -> Page:
    page = ask(visit)
    return replace(page, facts={**page.facts, "hits": hits})
