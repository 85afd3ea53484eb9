"""Whether a mandate is in force and a case within it, and what events changed in a case, before and after."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.cases.model.case import State
from chalicelib.clock import day_in_shanghai, instant_from
from chalicelib.clocks.model import Light
from chalicelib.inspection.model import CaseFacts, CaseFilter, Change, ChangeOf, Mandate, Reminder, Scope
from chalicelib.policy import Caller
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

STATES: Mapping[str, State] = {
    EventKind.CASE_FILED.value: State.RECEIVED,
    EventKind.CREDIT_AWAITED.value: State.PENDING_CREDIT,
    EventKind.IDENTITY_AWAITED.value: State.PENDING_IDENTITY,
    EventKind.CREDIT_CHECKED.value: State.RECEIVED,
    EventKind.COMMITMENT_REFUSED.value: State.AWAITING_MATERIALS,
    EventKind.COMMITMENT_WITHDRAWN.value: State.AWAITING_MATERIALS,
    EventKind.CORRECTION_ASKED.value: State.CORRECTION_ASKED,
    EventKind.CASE_ACCEPTED.value: State.ACCEPTED,
    EventKind.CASE_DEEMED_ACCEPTED.value: State.ACCEPTED,
    EventKind.CASE_NOT_ACCEPTED.value: State.NOT_ACCEPTED,
    EventKind.CASE_PAUSED.value: State.PAUSED,
    EventKind.CASE_RESUMED.value: State.ACCEPTED,
    EventKind.CASE_SUSPENDED.value: State.SUSPENDED,
    EventKind.SUSPENSION_ENDED.value: State.ACCEPTED,
    EventKind.CASE_DECIDED.value: State.DECIDED,
    EventKind.CASE_DELIVERED.value: State.CLOSED,
    EventKind.CASE_REOPENED.value: State.ACCEPTED,
    EventKind.CASE_REVOKED.value: State.REVOKED,
    EventKind.CASE_TERMINATED.value: State.TERMINATED,
    EventKind.APPLICATION_WITHDRAWN.value: State.WITHDRAWN,
}
"""The state in which each event leaves a case, whatever it was before."""

CHECKED = frozenset({EventKind.CREDIT_CHECKED, EventKind.IDENTITY_AWAITED})
ACCEPTED = frozenset({State.ACCEPTED, State.PAUSED, State.SUSPENDED})
"""The check of a promise that was accepted already leaves the case as it was."""


def is_in_force(mandate: Mandate, *, at: datetime) -> bool:
    """Whether the mandate allows reading: it is approved, and its last day (to its end in Shanghai) has not passed."""
    return mandate.approved_at is not None and day_in_shanghai(at) <= mandate.expires_on


def covers(scope: Scope, case: CaseFacts) -> bool:
    """Whether a case is within a scope: it matches every list that is not empty; both end days are included."""
    return (
        bool(scope.departments or scope.case_nos)
        and (not scope.departments or case.department in scope.departments)
        and (not scope.items or case.item_code in scope.items)
        and (not scope.case_nos or case.case_no in scope.case_nos)
        and (scope.received_from is None or scope.received_from <= case.received_on)
        and (scope.received_to is None or case.received_on <= scope.received_to)
    )


def narrowed(scope: Scope, wanted: CaseFilter) -> Scope | None:
    """Return the part of a scope that is looked through for what somebody wants; None if nothing of it is left."""
    days = [day for day in (scope.received_from, wanted.received_from) if day is not None]
    ends = [day for day in (scope.received_to, wanted.received_to) if day is not None]
    parts = (
        (scope.departments, wanted.department),
        (scope.items, wanted.item),
        (scope.case_nos, wanted.case_no),
    )
    if any(one is not None and named and one not in named for named, one in parts):
        return None
    departments, items, case_nos = (named if one is None else (one,) for named, one in parts)
    return Scope(
        departments=departments,
        items=items,
        case_nos=case_nos,
        received_from=max(days, default=None),
        received_to=min(ends, default=None),
    )


def may_audit(mandate: Mandate, auditor: Caller) -> bool:
    """Whether somebody may audit what is read under a mandate: not over their department, nor if they had a part in it.

    Whoever asked for it, or approved it, in another of their roles is no other body than the inspectors' (R7.13).
    """
    is_part = any(auditor.is_person(name) for name in (mandate.inspector, mandate.approver) if name is not None)
    return auditor.department not in mandate.scope.departments and not is_part


GRAVITY = (Light.GREEN, Light.GREY, Light.WHITE, Light.YELLOW, Light.RED)


def gravest(lights: Iterable[Light]) -> Light:
    """Return the most serious light; GREEN for a case without clocks."""
    return max(lights, key=GRAVITY.index, default=Light.GREEN)


def state_after(event: Event, before: str) -> str:
    """Return the state of a case after an event; ``before`` where the event leaves it as it was."""
    if event.kind == EventKind.CASE_REINSTATED:
        return str(event.data["state"])
    if event.kind == EventKind.MATERIALS_RECEIVED:
        return State.RECEIVED.value if before == State.AWAITING_MATERIALS else before
    if event.kind in CHECKED and before in ACCEPTED:
        # Silence had accepted the promise before it could be checked.
        return before
    if event.kind == EventKind.CORRECTION_ANSWERED:
        # The answer to the last demand starts the office's time for acceptance.
        return State.RECEIVED.value if "clocks_started" in event.data else before
    return STATES[event.kind].value if event.kind in STATES else before


def changes_of(events: Iterable[Event]) -> tuple[Change, ...]:
    """Return what each event of a case changed, in order: its state, its officer, and the last days of its clocks."""
    found: list[Change] = []
    state, dues = "", dict[str, str]()
    for event in events:
        after = state_after(event, state)
        if after != state:
            found.append(Change(seq=event.seq, what=ChangeOf.STATE, before=state, after=after))
            state = after
        if event.kind == EventKind.CASE_ASSIGNED:
            before, given = (str(event.data.get(name) or "") for name in ("before", "officer"))
            found.append(Change(seq=event.seq, what=ChangeOf.OFFICER, before=before, after=given))
        found.extend(_changes_of_dues(event, dues))
    return tuple(found)


def reminders_of(events: Iterable[Event]) -> tuple[Reminder, ...]:
    """Return the reminders to offices on a case's timeline, in order, each with when it was read (R7.12)."""
    known = tuple(events)
    read = {
        event.data.get("alert_id"): instant_from(event.recorded_at)
        for event in reversed(known)
        if event.kind == EventKind.ALERT_ACKNOWLEDGED
    }
    return tuple(
        Reminder(
            seq=event.seq,
            to=str(event.data["recipient"]),
            level=int(str(event.data["level"])),
            sent_at=instant_from(event.recorded_at),
            read_at=read.get(event.data["alert_id"]),
        )
        for event in known
        if event.kind == EventKind.ALERT_RAISED
    )


def _changes_of_dues(event: Event, dues: dict[str, str]) -> Iterator[Change]:
    for name in ("clocks_started", "clocks_changed", "clocks_stopped"):
        said: Any = event.data.get(name) or ()
        for clock in said:
            before = dues.pop(clock["clock_id"], "")
            after = "" if name == "clocks_stopped" else str(clock["due_on"])
            if after:
                dues[clock["clock_id"]] = after
            if before != after:
                yield Change(seq=event.seq, what=ChangeOf.DUE, before=before, after=after, clock=str(clock["kind"]))
