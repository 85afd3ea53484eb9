"""Responses for timelines: every hashed field, texts and salts beside them, and the result of verification."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.cases.rules.waiting import event_told
from chalicelib.clock import instant_text
from chalicelib.http.routes import ResponseBody
from chalicelib.policy import Caller
from chalicelib.timeline.event_types import LABELS, EventKind
from chalicelib.timeline.events import Event, FaultReason, Reading

UNKNOWN = ("未知事件", "Unknown event")


class EventLabelResponse(ResponseBody):
    """The label of an event kind in both languages."""

    zh: str
    en: str


class EventResponse(ResponseBody):
    """An event: all hashed fields exactly as they were hashed, ``hash``, and its texts with their salts.

    It has no other fields: to recompute the hash, drop ``hash``, ``texts`` and ``salts`` and keep the rest.
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
    salts: dict[str, str]


class ChainFaultResponse(ResponseBody):
    """The first event that cannot be trusted, and why."""

    seq: int
    reason: FaultReason


class TimelineResponse(ResponseBody):
    """A timeline, verified when it was read; ``labels`` name the kinds of its events."""

    items: list[EventResponse]
    labels: dict[str, EventLabelResponse]
    verified: bool
    fault: ChainFaultResponse | None


def labels_of(shown: Sequence[EventResponse]) -> dict[str, EventLabelResponse]:
    """Return the label of each kind of event; a kind that was tampered with gets a generic label."""
    kinds = sorted({event.kind for event in shown})
    known = {kind: LABELS[EventKind(kind)] for kind in kinds if kind in EventKind._value2member_map_}
    named = {kind: known.get(kind, UNKNOWN) for kind in kinds}
    return {kind: EventLabelResponse(zh=zh, en=en) for kind, (zh, en) in named.items()}


def timeline_response(
    reading: Reading, *, up_to: datetime | None = None, to: Caller | None = None, is_agent: bool = False
) -> TimelineResponse:
    """Build the response for a timeline, whole or up to a moment; verification always covers the whole.

    Applicants and agents (``to``) do not see the texts of cards, which are internal to the office, nor the salts with
    which one could try guesses at them. To an agent the events say nothing of the principal's credit, nor for what a
    promise waits, so the hash of those that do cannot be recomputed from this answer.
    """
    within = [event for event in reading.events if up_to is None or event.recorded_at <= instant_text(up_to)]
    told = (event_told(event) if is_agent else event for event in within)
    shown = [EventResponse.model_validate(_shown(event, to=to)) for event in told if event is not None]
    return TimelineResponse.of(reading, items=shown, labels=labels_of(shown))


def _shown(event: Event, *, to: Caller | None) -> Event:
    is_internal = _is_within(event) and to is not None and not to.is_staff
    return _without_texts(event) if is_internal else event


def _is_within(event: Event) -> bool:
    """Whether an event is internal to the office."""
    return event.kind.startswith("card:")


def _without_texts(event: Event) -> Event:
    return replace(event, texts={}, salts={})
