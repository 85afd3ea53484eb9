"""Which events let something begin or cease to bar a person, and what a case has been told of (事中预警)."""

from collections.abc import Iterable

from chalicelib.cases.model.case import Case
from chalicelib.credit.model.records import Fulfilment, Summary
from chalicelib.credit.rules.linked_credit import parts_of
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
        EventKind.RECORD_DISPLAY_ENDED,
        EventKind.PROMISE_BROKEN,
    }
)
BEGINS = frozenset({EventKind.RECORD_STORED, EventKind.PROMISE_BROKEN})
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
        is_idle = event.kind in BEGINS and not event.data.get("bars")
        return None if is_idle else str(event.data["record"])
    return None


def promise_in(summary: Summary, entry: str) -> Fulfilment | None:
    """Return the broken promise that an entry is of, ``None`` for any other record and for flags."""
    bars = (bar for part in parts_of(summary) for bar in part.bars)
    return next((bar.fulfilment for bar in bars if bar.record == entry), None)


def concerns(promise: Fulfilment | None, case: Case) -> bool:
    """Whether what bars matters to a case: a broken promise closes promises alone, and its own case knows of it."""
    return promise is None or (case.has_promise and promise.case_no != case.case_no)


def told_of(events: Iterable[Event]) -> dict[str, Event]:
    """Return what a case's timeline says bars its applicant, by name, with the event that says so."""
    told: dict[str, Event] = {}
    for event in events:
        if event.kind == EventKind.CASE_BARRED:
            told[str(event.data.get("about"))] = event
        elif event.kind == EventKind.CASE_BAR_ENDED:
            told.pop(str(event.data.get("about")), None)
    return told
