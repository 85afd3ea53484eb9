"""What one does not need every day: signals, outages, digests, endpoints of systems, each for whoever may see it."""

from collections.abc import Mapping
from typing import Final

from chalicelib.api.sanctions.routes import flag_notices
from chalicelib.api.supervision.routes import anomalies, digests, outages, webhooks
from chalicelib.api.supervision.schemas import RECIPIENTS
from chalicelib.http.routes import Route
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest

MORE: Final[Mapping[str, Route]] = {
    "anomalies": anomalies.signals,
    "outages": outages.outages,
    "incidents": flag_notices.incidents,
    "digests": digests.digests,
    "webhooks": webhooks.page,
}
"""Pages by name, each with the route that it asks; its texts are its name and ``<name>_hint``."""


@pages.get("/more", roles=RECIPIENTS)
def list_more(visit: PageRequest) -> Page:
    """List the pages that the caller may see, each with what it is for."""
    names = [name for name, route in MORE.items() if visit.caller.roles & route.roles]
    return Page(template="more.html", facts={"names": names})
