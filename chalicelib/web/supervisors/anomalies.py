"""Signals of window dressing (疑点) for a person to look into, with the events that they rest on."""

from typing import Final

from chalicelib.api.supervision.routes import anomalies
from chalicelib.policy import ALL_DEPARTMENTS
from chalicelib.settings import settings
from chalicelib.supervision.model.anomalies import AnomalyKind
from chalicelib.supervision.services.anomalies import WATCHERS
from chalicelib.timeline.event_types import LABELS, EventKind
from chalicelib.web.core import pages
from chalicelib.web.core.directory import item_names
from chalicelib.web.core.request import Page, PageRequest
from chalicelib.web.core.staff import staff_named

FILTERS: Final = ("department", "kind", "first", "last", "cursor")


@pages.get("/anomalies", roles=WATCHERS)
def list_anomalies(visit: PageRequest) -> Page:
    """List signals, newest first, by department, kind and day."""
    asked = {name: visit.query[name] for name in FILTERS if visit.query.get(name)}
    found = visit.look_through(anomalies.signals, query={"limit": "20"} | asked)
    facts = {
        "found": found,
        "asked": asked,
        "kinds": tuple(AnomalyKind),
        "departments": settings().departments if visit.caller.roles & ALL_DEPARTMENTS else (),
        "items": dict(item_names(visit, sorted({one.item_code for one in found.items}))),
        "staff": staff_named(one.officer for one in found.items),
        "label": lambda kind: LABELS[EventKind(kind)][visit.language == "en"],
        "can_open": bool(visit.caller.roles - ALL_DEPARTMENTS),
    }
    return Page(template="anomalies.html", facts=facts)
