"""The identity of a case's applicant: shown once, for a purpose and a reason that the applicant can read (R7.6)."""

from dataclasses import replace
from functools import partial

from chalicelib.api.cases.routes import identity_disclosure
from chalicelib.api.cases.routes.identity_disclosure import IdentityDisclosureResponse
from chalicelib.cases.services.reading import Sight
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.officers.cases import the_case

OFFICERS = (Role.OFFICER,)


@pages.get("/desk/{case_no}/identity", roles=OFFICERS, fresh=True)
def ask(visit: PageRequest) -> Page:
    """Ask for the purpose and the reason."""
    case = the_case(visit)
    return Page(template="identity.html", facts={"case": case, "purposes": tuple(Sight), "seen": None})


@pages.post("/desk/{case_no}/identity", roles=OFFICERS, form="/desk/{case_no}/identity", fresh=True)
def look(visit: PageRequest) -> Page | Redirect:
    """Show the identity on this page only; nothing that is stored or linked leads back to it."""
    body = {"purpose": visit.sent("purpose"), "reason": visit.sent("reason")}
    return submit(visit, identity_disclosure.look, body, ask=ask, onward=partial(_seen, visit))


def _seen(visit: PageRequest, seen: IdentityDisclosureResponse) -> Page:
    page = ask(visit)
    return replace(page, facts={**page.facts, "seen": seen})
