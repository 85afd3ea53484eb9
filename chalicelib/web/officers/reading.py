"""For what an officer reads a case that is not theirs: asked once a day, and told to the applicant (R7.5, R7.15)."""

from chalicelib.api.cases.routes import cases
from chalicelib.cases.rules.reading import PURPOSES
from chalicelib.policy import Role
from chalicelib.sessions.rules import onward_of
from chalicelib.web.core import pages
from chalicelib.web.core.forms import at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

OFFICERS = (Role.OFFICER,)


@pages.get("/desk/{case_no}/purpose", roles=OFFICERS)
def ask(visit: PageRequest) -> Page:
    """Ask for the purpose before anything of the case is shown."""
    onward = visit.sent("next") or visit.query.get("next", "")
    facts = {"case_no": visit.path["case_no"], "purposes": PURPOSES[Role.OFFICER], "next": onward}
    return Page(template="reading.html", facts=facts)


@pages.post("/desk/{case_no}/purpose", roles=OFFICERS, form="/desk/{case_no}/purpose")
def say(visit: PageRequest) -> Page | Redirect:
    """Put the look on record, and go on to the page that was wanted."""
    purpose = visit.sent("purpose")
    if purpose not in set(PURPOSES[Role.OFFICER]):
        return at_fault(ask(visit), purpose=text("reading_missing", visit.language))
    case = visit.get(cases.read_case, query={"purpose": purpose})
    return Redirect(to=onward_of(visit.sent("next")) or f"desk/{case.case_no}")
