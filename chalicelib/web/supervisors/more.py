"""What one does not need every day: signals, outages, digests, endpoints of systems, each for whoever may see it."""

from collections.abc import Mapping
from typing import Final

from chalicelib.api.supervision.schemas import RECIPIENTS
from chalicelib.policy import Role
from chalicelib.sanctions.services.flag_notices import WATCHERS as OF_INCIDENTS
from chalicelib.supervision.services.outages import READERS as OF_OUTAGES
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest
from chalicelib.web.supervisors.anomalies import WATCHERS as OF_ANOMALIES
from chalicelib.web.supervisors.webhooks import PEOPLE as OF_WEBHOOKS

MORE: Final[Mapping[str, tuple[Role, ...]]] = {
    "anomalies": OF_ANOMALIES,
    "outages": OF_OUTAGES,
    "incidents": OF_INCIDENTS,
    "digests": RECIPIENTS,
    "webhooks": OF_WEBHOOKS,
}
"""Pages by name, each with those who see it; its texts are its name and ``<name>_hint``."""


@pages.get("/more", roles=RECIPIENTS)
def list_more(visit: PageRequest) -> Page:
    """List the pages that the caller may see, each with what it is for."""
    names = [name for name, roles in MORE.items() if visit.caller.roles & set(roles)]
    return Page(template="more.html", facts={"names": names})
