"""Following a case with its number and its tracking code, without a login: state and dates, nothing personal."""

from dataclasses import replace

from chalicelib.api.cases.routes import cases
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.applicants.cases import REACHED, WAY_THROUGH
from chalicelib.web.core import pages
from chalicelib.web.core.forms import at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest


@pages.get("/track", public=True)
def track(visit: PageRequest) -> Page:
    """Show how far a case has come to whoever has its number and code; the receipt's picture leads here."""
    case_no, code = (visit.query.get(name, "").strip() for name in ("case_no", "code"))
    page = Page(template="track.html", facts={"case_no": case_no, "code": code})
    if not case_no and not code:
        return page
    try:
        found = visit.get(cases.track, path={"case_no": case_no or "-"}, query={"code": code})
    except DomainError as error:
        if error.code not in {ErrorCode.NOT_FOUND, ErrorCode.INVALID_QUERY}:
            raise
        return replace(at_fault(page, case_no=text("track_unknown", visit.language)), status=404)
    facts = {**page.facts, "found": found, "stages": WAY_THROUGH, "reached": REACHED[found.state]}
    return replace(page, facts=facts, is_personal=True)
