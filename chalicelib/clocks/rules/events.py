"""Events about clocks, and what other events say of them."""

from datetime import datetime

from chalicelib.clock import instant_text
from chalicelib.clocks.model import Clock
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent


def clocks_payload(*clocks: Clock) -> list[Json]:
    """Return what an event's data says of these clocks."""
    return [
        {
            "clock_id": clock.clock_id,
            "kind": clock.kind.value,
            "limit": {
                "value": clock.limit.value,
                "unit": clock.limit.unit.value,
                "basis": clock.limit.basis,
                **({"office_hours": clock.limit.office_hours} if clock.limit.office_hours else {}),
            },
            "started_at": instant_text(clock.started_at),
            "due_at": instant_text(clock.due_at),
            "due_on": clock.due_on.isoformat(),
            "provisional": clock.provisional,
            "round": clock.round,
        }
        for clock in clocks
    ]


def milestones(before: Clock, after: Clock) -> list[NewEvent]:
    """Return the events of the milestones that a clock was moved past."""
    happened = []
    if after.warned_at is not None and before.warned_at is None:
        happened.append(milestone(EventKind.CLOCK_WARNED, before, after.warned_at))
    if after.passed_at is not None and before.passed_at is None:
        happened.append(milestone(EventKind.CLOCK_PASSED, before, after.passed_at))
    return happened


def milestone(kind: EventKind, clock: Clock, occurred_at: datetime) -> NewEvent:
    """Return the event of a milestone reached."""
    return NewEvent(
        kind=kind,
        occurred_at=occurred_at,
        actor="service:sweep",
        department=clock.department,
        data={
            "clock_id": clock.clock_id,
            "kind": clock.kind.value,
            "due_at": instant_text(clock.due_at),
            "due_on": clock.due_on.isoformat(),
            "responsible": clock.responsible,
            "pack": clock.pack,
            "about": clock.about,
            "level": clock.level,
            "round": clock.round,
        },
    )


def recounted(before: Clock, after: Clock, *, reason: str, edition: str, at: datetime) -> NewEvent:
    """Return the event of a recalculated due date: the old one, the new one and why (R4.5).

    ``taken_back`` lists recorded milestones that are no longer reached; they are recorded again in a later round.
    """
    told_before = {"warned": before.warned_at, "passed": before.passed_at}
    told_still = {"warned": after.warned_at, "passed": after.passed_at}
    return NewEvent(
        kind=EventKind.CLOCK_RECOUNTED,
        occurred_at=at,
        actor="service:sweep",
        department=before.department,
        data={
            "clock_id": before.clock_id,
            "kind": before.kind.value,
            "was_due_on": before.due_on.isoformat(),
            "due_on": after.due_on.isoformat(),
            "was_provisional": before.provisional,
            "provisional": after.provisional,
            "source": reason,
            "edition": edition,
            "taken_back": [name for name in told_before if told_before[name] and not told_still[name]],
            "round": after.round,
            "clocks_changed": clocks_payload(after),
        },
    )
