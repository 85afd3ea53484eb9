"""Systems that have not answered a day after a flag ended (未签收), for those who must see that they stop using it."""

from chalicelib.api.sanctions.routes import flag_notices
from chalicelib.policy import Role
from chalicelib.sanctions.model.flag_notices import IncidentState
from chalicelib.sanctions.services.flag_notices import WATCHERS
from chalicelib.web.core import pages
from chalicelib.web.core.directory import flag_number
from chalicelib.web.core.request import Page, PageRequest


@pages.get("/incidents", roles=WATCHERS)
def list_incidents(visit: PageRequest) -> Page:
    """List incidents in one state."""
    asked = {"state": visit.query.get("state") or IncidentState.OPEN.value}
    cursor = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    facts = {
        "found": visit.look_through(flag_notices.incidents, query={"limit": "20"} | asked | cursor),
        "asked": asked,
        "states": tuple(IncidentState),
        "number": flag_number,
        "is_office": Role.CREDIT_OFFICER in visit.caller.roles,
    }
    return Page(template="incidents.html", facts=facts)
