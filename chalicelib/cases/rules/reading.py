"""Why an official reads a case (查阅目的): a closed list, bound to the role and to who has the case (R7.5)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from chalicelib.cases.model.case import Case
from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import ChainFault, Event
from chalicelib.workdays.rules.due_dates import start_of_day


class ReadingPurpose(StrEnum):
    """What an official may read a case for."""

    HANDLING = "handling"
    VERIFICATION = "verification"
    ENQUIRY = "enquiry"
    REDRESS = "redress"
    SUPERVISION = "supervision"


PURPOSES: Mapping[Role, tuple[ReadingPurpose, ...]] = {
    Role.OFFICER: (
        ReadingPurpose.HANDLING,
        ReadingPurpose.VERIFICATION,
        ReadingPurpose.ENQUIRY,
        ReadingPurpose.REDRESS,
    ),
    Role.SUPERVISOR: (ReadingPurpose.SUPERVISION,),
    Role.HEAD: (ReadingPurpose.SUPERVISION,),
    Role.MONITOR: (ReadingPurpose.SUPERVISION,),
}
"""What each role may state; those with one purpose alone have it by their duty and need not state it."""

NOT_SAID = FieldError(
    pointer="/purpose",
    detail="请从清单中选择查阅本件的目的。",
    english="Say for what you read this case, out of the list.",
)


def purpose_of(
    case: Case, events: Iterable[Event], stated: ReadingPurpose | None, *, by: Caller, at: datetime
) -> ReadingPurpose:
    """Return for what an official reads a case: as stated, else by duty, else as they said earlier the same day.

    Whoever has the case handles it, and superiors supervise it. What somebody said in another of their roles does not
    hold for this one. Raises ``PURPOSE_REQUIRED`` for everybody else, and for a purpose that is not the role's.
    """
    allowed = tuple(purpose for role in by.roles for purpose in PURPOSES.get(role, ()))
    if stated is not None:
        if stated not in allowed:
            raise DomainError(ErrorCode.PURPOSE_REQUIRED, faults=(NOT_SAID,))
        return stated
    if len(allowed) == 1:
        return allowed[0]
    if case.officer == by.sub:
        return ReadingPurpose.HANDLING
    said = [purpose for purpose in _said_today(events, by=by, at=at) if purpose in allowed]
    if not said:
        raise DomainError(ErrorCode.PURPOSE_REQUIRED, faults=(NOT_SAID,))
    return said[-1]


def require_said(stated: ReadingPurpose | None, *, by: Caller) -> None:
    """Raise ``PURPOSE_REQUIRED`` unless somebody says for what they look for cases, or has one purpose by duty."""
    allowed = [purpose for role in by.roles for purpose in PURPOSES.get(role, ())]
    if stated not in allowed and (stated is not None or len(allowed) != 1):
        raise DomainError(ErrorCode.PURPOSE_REQUIRED, faults=(NOT_SAID,))


def is_on_record(events: Iterable[Event], purpose: ReadingPurpose, *, by: Caller, at: datetime) -> bool:
    """Whether the timeline says already that the caller read the case for this on the same day in Shanghai."""
    return purpose in _said_today(events, by=by, at=at)


def is_reported(events: Iterable[Event], fault: ChainFault) -> bool:
    """Whether a timeline says already that it does not check out from this event on."""
    return any(
        event.kind == EventKind.TIMELINE_ALTERED and event.data.get("about") == str(fault.seq) for event in events
    )


def is_reason_for_delay(event: Event) -> bool:
    """Whether an event is the answer to an alert about a time limit, which the applicant reads (R4.18).

    What an officer answers to an altered timeline or to what bars the applicant is none, and no agent may read it.
    """
    about = str(event.data.get("clock_id")).partition(".")[0]
    return event.kind == EventKind.ALERT_ACKNOWLEDGED and about not in {"timeline", "credit_bar"}


def _said_today(events: Iterable[Event], *, by: Caller, at: datetime) -> list[ReadingPurpose]:
    """Return for what the caller read the case today, oldest first; an altered event says nothing."""
    since = instant_text(start_of_day(day_in_shanghai(at)))
    said = [
        event.data.get("purpose")
        for event in events
        if event.kind == EventKind.CASE_SEEN and event.actor == by.actor and event.occurred_at >= since
    ]
    return [purpose for one in said for purpose in ReadingPurpose if one == purpose.value]
