"""Which alerts an event calls for."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from chalicelib.alerts.model import Alert
from chalicelib.clocks.model import ClockKind
from chalicelib.rulepacks.model import Desk, Milestone, Recipient, RulePack
from chalicelib.timeline.kinds import EventKind
from chalicelib.timeline.model import Event

MONITORING = "monitoring"
"""The department of the monitoring office (监察室), where escalation ends."""

HEARD: Mapping[str, Milestone] = {
    EventKind.CLOCK_WARNED.value: Milestone.YELLOW,
    EventKind.CLOCK_PASSED.value: Milestone.PASSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockNews:
    """What an event says of a clock that has reached a milestone."""

    owner: str
    clock_id: str
    kind: str
    milestone: Milestone
    level: int
    about: str
    department: str
    pack: str
    due_on: date


def news(event: Event) -> ClockNews | None:
    """Return what an event says of a clock, ``None`` for events that call for no alert."""
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
    )


def alerts_for(told: ClockNews, pack: RulePack, *, about: Alert | None, at: datetime) -> tuple[Alert, ...]:
    """Return the alerts that the rule pack asks for; none if the alert that was waited for has been answered.

    A clock of acknowledgement is about an alert: what climbs is that alert, for the clock that it was raised for.
    """
    if told.kind == ClockKind.ACKNOWLEDGEMENT and (about is None or not about.is_open):
        return ()
    subject = about if told.kind == ClockKind.ACKNOWLEDGEMENT else None
    department = subject.department if subject is not None else told.department
    return tuple(
        _alert(told, recipient, subject=subject, department=department, at=at)
        for recipient in pack.recipients(told.kind, told.milestone, level=told.level)
    )


def recipients_of(roles: Collection[str], department: str | None) -> tuple[str, ...]:
    """Return the names under which somebody with these roles in a department is told things."""
    return tuple(f"{role}.{department}" for role in sorted(roles)) if department else ()


def _alert(told: ClockNews, recipient: Recipient, *, subject: Alert | None, department: str, at: datetime) -> Alert:
    clock_id = subject.clock_id if subject is not None else told.clock_id
    desk = department if recipient.desk is Desk.OWN else MONITORING
    name = f"{recipient.role}.{desk}"
    milestone = subject.milestone if subject is not None else told.milestone.value
    return Alert(
        alert_id=_id_of(told.owner, clock_id, milestone, recipient.level, name),
        owner=told.owner,
        clock_id=clock_id,
        clock_kind=subject.clock_kind if subject is not None else told.kind,
        milestone=milestone,
        level=recipient.level,
        recipient=name,
        department=department,
        pack=told.pack,
        channels=recipient.channels,
        due_on=subject.due_on if subject is not None else told.due_on,
        raised_at=at,
    )


def _id_of(*parts: object) -> str:
    """Name an alert by clock, level and recipient, so that telling the same thing twice makes the same alert."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:32]
