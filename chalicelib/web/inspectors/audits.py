"""What inspectors read, for the monitoring office, which is another body than theirs (R7.13)."""

from typing import Final

from chalicelib.api.inspection import routes
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest
from chalicelib.web.core.staff import staff_named

AUDITORS: Final = (Role.MONITOR,)


@pages.get("/audits", roles=AUDITORS)
def list_audits(visit: PageRequest) -> Page:
    """Ask whose readings are wanted, and list the mandates of that inspector."""
    inspector = visit.query.get("inspector", "").strip().removeprefix("staff:")
    query = {"inspector": inspector, "limit": "20"}
    query |= {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    found = visit.get(routes.audits, query=query) if inspector else None
    return Page(template="audits.html", facts={"inspector": inspector, "found": found})


@pages.get("/audits/{mandate_id}", roles=AUDITORS)
def audit(visit: PageRequest) -> Page:
    """Show a mandate with what was read under it, page by page; the audit itself is on the mandate's timeline."""
    query = {"limit": "50"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    told = visit.get(routes.audit, query=query)
    named = (told.mandate.inspector, told.mandate.approver, *(event.actor for event in told.items))
    facts = {"told": told, "inspector": told.mandate.inspector.removeprefix("staff:"), "staff": staff_named(named)}
    return Page(template="audit.html", facts=facts)
