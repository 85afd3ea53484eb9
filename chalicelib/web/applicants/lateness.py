"""Where an office was late in a case, and what it has said about that (R4.18)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib.api.cases.schemas.cases import CaseResponse, ClockResponse
from chalicelib.api.cases.schemas.timelines import EventResponse
from chalicelib.clock import day_in_shanghai, instant_from
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.policy import Role
from chalicelib.rulepacks.model.pack import Milestone
from chalicelib.timeline.event_types import EventKind
from chalicelib.workdays.model.calendar import Calendar

OWED: Final = (
    ClockKind.IDENTITY_CHECK,
    ClockKind.ACCEPTANCE,
    ClockKind.HANDLING_PROMISED,
    ClockKind.HANDLING_STATUTORY,
    ClockKind.DELIVERY,
    ClockKind.VERIFICATION,
)
"""What an office owes the applicant of a case, in the order in which it falls due."""

SUPERIORS: Final = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR)
"""Who is reminded of a day that has passed, one after the other."""

WITHIN: Final = frozenset({EventKind.CLOCK_WARNED, EventKind.ALERT_RAISED, EventKind.ALERT_WITHDRAWN})
"""What an office reminds itself of; with cards it says nothing of when the applicant will be served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """A duty that the office did late, or has not done yet (``ended_at`` is None) though its last day is over.

    ``working_days`` are counted from the day after the last one to today, or to the day on which it was done; none if
    no working day lies between. ``reason`` is the newest that the office gave, blank if none, and ``expected_on`` the
    day that it named with it. ``told`` are the roles of the superiors who were reminded, each with when.
    """

    kind: ClockKind
    due_on: date
    ended_at: datetime | None
    working_days: int
    reason: str
    expected_on: date | None
    told: tuple[tuple[Role, datetime], ...]


def lateness_of(
    case: CaseResponse, events: Sequence[EventResponse], *, calendar: Calendar, at: datetime
) -> tuple[Lateness, ...]:
    """Return what the office of a case was late with, the last moment of which is still in time."""
    late = [clock for kind in OWED for clock in case.clocks if clock.kind is kind and clock.light is Light.RED]
    return tuple(_lateness(clock, case, events, calendar=calendar, at=at) for clock in late)


def is_within(event: EventResponse) -> bool:
    """Whether an event is the office's business with itself."""
    return event.kind in WITHIN or event.kind.startswith("card:")


def _lateness(
    clock: ClockResponse, case: CaseResponse, events: Sequence[EventResponse], *, calendar: Calendar, at: datetime
) -> Lateness:
    about = [event for event in events if event.data.get("clock_id") == clock.clock_id]
    answer = next((event for event in reversed(about) if event.kind == EventKind.ALERT_ACKNOWLEDGED), None)
    given = [one.reason for one in case.late_reasons if one.clock == clock.kind and one.given_at >= clock.started_at]
    until = day_in_shanghai(clock.stopped_at or at)
    return Lateness(
        kind=clock.kind,
        due_on=clock.due_on,
        ended_at=clock.stopped_at,
        working_days=calendar.working_days_within(clock.due_on + timedelta(days=1), until),
        reason=given[-1] if given else answer.texts.get("reason", "") if answer else "",
        expected_on=_expected_on(answer) if answer else None,
        told=tuple(_told(about)),
    )


def _expected_on(answer: EventResponse) -> date | None:
    """Return the day that an office named; ``None`` if an altered event names none."""
    try:
        return date.fromisoformat(str(answer.data.get("expected_on")))
    except ValueError:
        return None


def _told(events: Iterable[EventResponse]) -> Iterator[tuple[Role, datetime]]:
    """Yield each superior who was reminded of a day that had passed, and when that first was."""
    seen: set[Role] = set()
    for event in events:
        recipient = str(event.data.get("recipient")).partition(".")[0]
        role = next((one for one in SUPERIORS if one == recipient), None)
        is_passed = event.kind == EventKind.ALERT_RAISED and event.data.get("milestone") == Milestone.PASSED
        if role is not None and is_passed and role not in seen:
            seen.add(role)
            yield role, instant_from(event.occurred_at)
