"""Which alerts an event raises or withdraws."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from chalicelib.alerts.model.alerts import Alert
from chalicelib.clocks.model import NOT_WARNED, ClockKind
from chalicelib.rulepacks.model.pack import Desk, Milestone, Recipient, RulePack
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

MONITORING = "monitoring"
"""The department of the monitoring office (监察室), where escalation ends."""

HEARD: Mapping[str, Milestone] = {
    EventKind.CLOCK_WARNED.value: Milestone.YELLOW,
    EventKind.CLOCK_PASSED.value: Milestone.PASSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockNews:
    """A milestone that a clock has reached, as an event reports it."""

    owner: str
    clock_id: str
    kind: str
    milestone: Milestone
    level: int
    about: str
    department: str
    pack: str
    due_on: date
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Alerts to withdraw: those of a clock and milestones, from before a round (``None``: from any)."""

    owner: str
    clock_id: str
    milestones: tuple[str, ...]
    before_round: int | None

    def covers(self, alert: Alert) -> bool:
        """Whether this withdraws an alert; one of a later round stands on its own."""
        return (
            alert.is_open
            and alert.clock_id == self.clock_id
            and alert.milestone in self.milestones
            and (self.before_round is None or alert.round < self.before_round)
        )


TAKEN_BACK: Mapping[str, str] = {"warned": Milestone.YELLOW.value, "passed": Milestone.PASSED.value}
"""The milestones in recalculation events, by the names that alerts use."""

EDITION = "calendar_edition"
"""The clock id of alerts about a missing edition of the calendar, which has no clock."""


def withdrawals(event: Event) -> tuple[Withdrawal, ...]:
    """Return which alerts an event withdraws."""
    if event.kind == EventKind.CALENDAR_LOADED:
        missing = (Milestone.MISSING.value,)
        return (Withdrawal(owner=event.owner, clock_id=EDITION, milestones=missing, before_round=None),)
    if event.kind == EventKind.CLOCK_RECOUNTED:
        data = cast("Mapping[str, Any]", event.data)
        names = tuple(TAKEN_BACK[name] for name in data["taken_back"])
        clock_id, number = data["clock_id"], data["round"]
        return (
            (Withdrawal(owner=event.owner, clock_id=clock_id, milestones=names, before_round=number),) if names else ()
        )
    if event.kind == EventKind.FLAG_NOTICE_ACKNOWLEDGED:
        clock_id, passed = ClockKind.FLAG_NOTICE.value, (Milestone.PASSED.value,)
        return (Withdrawal(owner=event.owner, clock_id=clock_id, milestones=passed, before_round=None),)
    if event.kind in {EventKind.CASE_RESUMED, EventKind.CASE_EXTENDED}:
        changed = cast("Sequence[Mapping[str, Any]]", event.data.get("clocks_changed", ()))
        return tuple(
            Withdrawal(
                owner=event.owner,
                clock_id=clock["clock_id"],
                milestones=(Milestone.PASSED.value,),
                before_round=clock["round"],
            )
            for clock in changed
            if clock.get("round", 0) > 0 and clock["due_at"] > event.occurred_at
        )
    return ()


DONE_LATE = frozenset({EventKind.CASE_DECIDED, EventKind.CASE_DELIVERED, EventKind.CASE_VERIFIED})
"""Acts that give the reason for being late themselves (R4.18), so that an alert about it waits for nothing more."""


def settled(event: Event) -> tuple[Withdrawal, ...]:
    """Return the alerts that an event makes pointless: of clocks that stopped with it.

    A warning is about what can still be done in time. That a limit was passed is settled by an act that says why.
    """
    stopped = cast("Sequence[Mapping[str, Any]]", event.data.get("clocks_stopped", ()))
    passed = (Milestone.PASSED.value,) if event.kind in DONE_LATE else ()
    return tuple(
        Withdrawal(
            owner=event.owner,
            clock_id=clock["clock_id"],
            milestones=(Milestone.YELLOW.value, *passed),
            before_round=None,
        )
        for clock in stopped
        if clock["kind"] not in NOT_WARNED
    )


def news(event: Event) -> ClockNews | None:
    """Return the milestone that an event reports, ``None`` for events that call for no alert."""
    if event.kind == EventKind.CALENDAR_MISSED:
        return _edition_missed(event)
    milestone = HEARD.get(event.kind)
    if milestone is None:
        return None
    data = cast("Mapping[str, str]", event.data)
    return ClockNews(
        owner=event.owner,
        clock_id=data["clock_id"],
        kind=data["kind"],
        milestone=milestone,
        level=int(data["level"]),
        about=data["about"],
        department=event.department,
        pack=data["pack"],
        due_on=date.fromisoformat(data["due_on"]),
        round=int(data.get("round", 0)),
    )


def _edition_missed(event: Event) -> ClockNews:
    data = cast("Mapping[str, str]", event.data)
    return ClockNews(
        owner=event.owner,
        clock_id=EDITION,
        kind=data["kind"],
        milestone=Milestone.MISSING,
        level=0,
        about="",
        department=MONITORING,
        pack=data["pack"],
        due_on=date.fromisoformat(data["due_on"]),
    )


def alerts_for(reached: ClockNews, pack: RulePack, *, about: Alert | None, at: datetime) -> tuple[Alert, ...]:
    """Return the alerts that the rule pack asks for; none if the alert waited for has been answered.

    A clock of acknowledgement is about an alert: escalation concerns that alert and its clock.
    """
    if reached.kind == ClockKind.ACKNOWLEDGEMENT and (about is None or not about.is_open):
        return ()
    subject = about if reached.kind == ClockKind.ACKNOWLEDGEMENT else None
    department = subject.department if subject is not None else reached.department
    return tuple(
        _alert(reached, recipient, subject=subject, department=department, at=at)
        for recipient in pack.recipients(reached.kind, reached.milestone, level=reached.level)
    )


def recipients_of(roles: Collection[str], department: str | None) -> tuple[str, ...]:
    """Return the recipient names of somebody with these roles in a department."""
    return tuple(f"{role}.{department}" for role in sorted(roles)) if department else ()


def _alert(reached: ClockNews, recipient: Recipient, *, subject: Alert | None, department: str, at: datetime) -> Alert:
    clock_id = subject.clock_id if subject is not None else reached.clock_id
    desk = department if recipient.desk is Desk.OWN else MONITORING
    name = f"{recipient.role}.{desk}"
    milestone = subject.milestone if subject is not None else reached.milestone.value
    number = subject.round if subject is not None else reached.round
    return Alert(
        alert_id=_id_of(reached.owner, clock_id, milestone, recipient.level, name, *([number] if number else [])),
        owner=reached.owner,
        clock_id=clock_id,
        clock_kind=subject.clock_kind if subject is not None else reached.kind,
        milestone=milestone,
        level=recipient.level,
        recipient=name,
        department=department,
        pack=reached.pack,
        channels=recipient.channels,
        due_on=subject.due_on if subject is not None else reached.due_on,
        raised_at=at,
        round=number,
    )


def _id_of(*parts: object) -> str:
    """Derive an alert's id from clock, milestone, level, recipient and round; the same ones give the same id."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:32]
