"""What agents learn of a promise that waits: that it does, and not for what (等待核对的承诺)."""

from dataclasses import replace

from chalicelib.cases.model.case import WAITING, State
from chalicelib.clocks.model import ClockKind
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json

CLOCKS = frozenset({ClockKind.CREDIT_RECHECK, ClockKind.IDENTITY_CHECK})
"""The clocks of offices while a promise waits; which of them runs says for what."""

CREDIT = "credit"
"""The part of an event that says what the gate decided on."""


def state_told(state: State) -> State:
    """Return the state to tell to somebody who may not know why a promise waits."""
    return State.PENDING_CREDIT if state in WAITING else state


def event_told(event: Event) -> Event | None:
    """Return an event as an agent reads it, without the principal's credit; None if it is about such a clock alone.

    The hash of an event that this changes cannot be recomputed from it.
    """
    if event.data.get("kind") in CLOCKS or _is_of_credit(event):
        return None
    data = {name: _without_waits(value) for name, value in event.data.items() if name != CREDIT}
    if data.get("state") in WAITING:
        data["state"] = State.PENDING_CREDIT.value
    kind = EventKind.CREDIT_AWAITED.value if event.kind == EventKind.IDENTITY_AWAITED else event.kind
    return replace(event, kind=kind, data=data)


def _is_of_credit(event: Event) -> bool:
    """Whether an event says that something in the principal's credit has begun or ceased to bar them."""
    is_alert = str(event.data.get("clock_id", "")).startswith("credit_bar.")
    return is_alert or event.kind in {EventKind.CASE_BARRED, EventKind.CASE_BAR_ENDED}


def _without_waits(value: Json) -> Json:
    """Return a list of clocks without those of a wait, and anything else as it is."""
    if not isinstance(value, list):
        return value
    return [each for each in value if not (isinstance(each, dict) and each.get("kind") in CLOCKS)]
