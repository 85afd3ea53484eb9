"""How a timeline is shown: every hashed field, the texts beside it, and what recomputing it said."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.clock import instant_text
from chalicelib.http.routes import Shape
from chalicelib.policy import Caller
from chalicelib.timeline.event_types import LABELS, EventKind
from chalicelib.timeline.events import Event, FaultReason, Reading

UNKNOWN = ("未知事件", "Unknown event")


class Label(Shape):
    """What people call an event."""

    zh: str
    en: str


class EventShape(Shape):
    """An event: all hashed fields as they were hashed, ``hash``, and beside them its texts.

    Nothing else stands here, so that whoever recomputes a hash takes away ``hash`` and ``texts`` and keeps the rest.
    """

    owner: str
    seq: int
    kind: str
    occurred_at: str
    recorded_at: str
    actor: str
    department: str
    data: dict[str, Any]
    prev_hash: str
    hash: str
    texts: dict[str, str]


class FaultShape(Shape):
    """The first event that cannot be trusted, and why."""

    seq: int
    reason: FaultReason


class TimelineShape(Shape):
    """A timeline, recomputed at this reading; ``labels`` says what people call the kinds of event in it."""

    items: list[EventShape]
    labels: dict[str, Label]
    verified: bool
    fault: FaultShape | None


def event_shape(event: Event) -> EventShape:
    """Show one event."""
    return EventShape(
        owner=event.owner,
        seq=event.seq,
        kind=event.kind,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        actor=event.actor,
        department=event.department,
        data=dict(event.data),
        prev_hash=event.prev_hash,
        hash=event.hash,
        texts=dict(event.texts),
    )


def labels_of(shown: Sequence[EventShape]) -> dict[str, Label]:
    """Say what people call each kind of event; one that somebody altered has no name of its own."""
    kinds = sorted({event.kind for event in shown})
    known = {kind: LABELS[EventKind(kind)] for kind in kinds if kind in EventKind._value2member_map_}
    named = {kind: known.get(kind, UNKNOWN) for kind in kinds}
    return {kind: Label(zh=zh, en=en) for kind, (zh, en) in named.items()}


def timeline_shape(reading: Reading, *, up_to: datetime | None = None, to: Caller | None = None) -> TimelineShape:
    """Show a timeline, as a whole or as far as it was recorded up to a moment; the verdict is always on the whole.

    ``to`` people whose case it is, the texts of cards are not shown: they are between an office and its own staff.
    """
    shown = [
        event_shape(_without_texts(event) if _is_within(event) and to is not None and not to.is_staff else event)
        for event in reading.events
        if up_to is None or event.recorded_at <= instant_text(up_to)
    ]
    fault = FaultShape(seq=reading.fault.seq, reason=reading.fault.reason) if reading.fault else None
    return TimelineShape(items=shown, labels=labels_of(shown), verified=reading.verified, fault=fault)


def _is_within(event: Event) -> bool:
    """Whether an event is about an office's own staff."""
    return event.kind.startswith("card:")


def _without_texts(event: Event) -> Event:
    return replace(event, texts={})
