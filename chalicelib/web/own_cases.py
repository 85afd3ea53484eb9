"""One's own cases: the list, and each with where it stands and what can be done about it."""

from chalicelib.policy import FOR_THEMSELVES
from chalicelib.web import pages
from chalicelib.web.visits import Page, Visit


@pages.get("/cases", roles=FOR_THEMSELVES)
def list_cases(visit: Visit) -> Page:
    """List one's own cases, newest first."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    return Page(template="own_cases.html", facts={"found": visit.shown("GET /v1/cases", query=query)})
