"""Which events let something begin or cease to bar a person, and what a case has been told of (事中预警)."""

from collections.abc import Iterable

from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

OF_FLAGS = frozenset(
    {
        EventKind.FLAG_CONFIRMED,
        EventKind.FLAG_RESUMED,
        EventKind.FLAG_LIFTED,
        EventKind.FLAG_ENDED,
        EventKind.FLAG_SUSPENDED,
    }
)
OF_RECORDS = frozenset(
    {
        EventKind.RECORD_STORED,
        EventKind.RECORD_CONFIRMED,
        EventKind.RECORD_REPAIRED,
        EventKind.RECORD_CORRECTED,
        EventKind.RECORD_WITHDRAWN,
    }
)
CREDIT = "credit"
"""The timelines of people's credit, which say of every flag and record when it counts."""


def entry_of(event: Event) -> str | None:
    """Return the flag or record that an event is about, by its name in checks; ``None`` for any other event."""
    if event.owner.partition(":")[0] != CREDIT:
        return None
    if event.kind in OF_FLAGS and "flag_id" in event.data:
        return f"flag:{event.data['flag_id']}"
    if event.kind in OF_RECORDS and "record" in event.data:
        # Most of what is stored is no bar, and of that no case is told.
        is_idle = event.kind == EventKind.RECORD_STORED and not event.data.get("bars")
        return None if is_idle else str(event.data["record"])
    return None


def told_of(events: Iterable[Event]) -> dict[str, Event]:
    """Return what a case's timeline says bars its applicant, by name, with the event that says so."""
    told: dict[str, Event] = {}
    for event in events:
        if event.kind == EventKind.CASE_BARRED:
            told[str(event.data.get("about"))] = event
        elif event.kind == EventKind.CASE_BAR_ENDED:
            told.pop(str(event.data.get("about")), None)
    return told
