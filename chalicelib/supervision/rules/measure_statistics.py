"""What one event of a flag adds to the figures of its measure (R2.16), given the chain before it."""

from collections.abc import Sequence
from datetime import date

from chalicelib.clock import day_in_shanghai, instant_from
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.supervision.model.statistics import Because, FlagStep, Measure
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

BEGINS = frozenset({EventKind.FLAG_CONFIRMED, EventKind.FLAG_RESUMED})
"""After these events a flag is in force."""

STOPS = frozenset({EventKind.FLAG_LIFTED, EventKind.FLAG_ENDED, EventKind.FLAG_SUSPENDED})
"""After these it is not; a flag that was only proposed, or suspended, was not in force before either."""

FLAGS = BEGINS | STOPS


def flag_step(event: Event, before: Sequence[Event]) -> FlagStep | None:
    """Return what an event of a flag adds, given the chain before it; ``None`` for any other event.

    The days to an overturning run from the day in Shanghai on which the flag took effect to the day it was lifted; a
    flag lifted before its first day took none.
    """
    proposed = next((each for each in before if each.kind == EventKind.FLAG_PROPOSED), None)
    if proposed is None or event.kind not in FLAGS:
        return None
    return FlagStep(
        department=proposed.department,
        edition=str(proposed.data["edition"]),
        measure_code=str(proposed.data["measure_code"]),
        counts=_counts(event, before),
        in_force=_in_force(event),
    )


def average_of(days: int, number: int) -> str | None:
    """Return the average in days to one decimal, halves up; ``None`` for no cases: 5 days in 2 cases are ``2.5``."""
    if number == 0:
        return None
    tenths = (20 * days + number) // (2 * number)
    return f"{tenths // 10}.{tenths % 10}"


def _counts(event: Event, before: Sequence[Event]) -> dict[str, int]:
    if event.kind == EventKind.FLAG_CONFIRMED:
        return {Measure.FLAG_SET: 1}
    confirmed = next((each for each in reversed(before) if each.kind == EventKind.FLAG_CONFIRMED), None)
    if event.kind != EventKind.FLAG_LIFTED or confirmed is None:
        return {}
    because = Because(str(event.data["because"]).partition(":")[0])
    since = date.fromisoformat(str(confirmed.data["starts_on"]))
    days = (day_in_shanghai(instant_from(event.recorded_at)) - since).days
    return {f"{Measure.FLAG_OVERTURNED}:{because}": 1, f"{Measure.DAYS_TO_OVERTURN}:{because}": max(days, 0)}


def _in_force(event: Event) -> int:
    if event.kind in BEGINS:
        return 1
    return -1 if event.kind == EventKind.FLAG_SUSPENDED or event.data.get("was") == FlagState.ACTIVE else 0
