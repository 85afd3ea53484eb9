"""Which alerts an event raises or withdraws."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from chalicelib.alerts.model.alerts import Alert
from chalicelib.clock import day_in_shanghai, instant_from
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.policy import Role
from chalicelib.rulepacks.model.pack import Desk, Milestone, Recipient, RulePack
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

MONITORING = Desk.MONITORING.value
"""The department of the monitoring office (监察室), where escalation ends."""

HEARD: Mapping[str, Milestone] = {
    EventKind.CLOCK_WARNED.value: Milestone.YELLOW,
    EventKind.CLOCK_PASSED.value: Milestone.PASSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockNews:
    """A milestone that a clock has reached, as an event reports it.

    ``officer`` has the case, if anybody has; ``item`` is the service item concerned, if there is one.
    """

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
    officer: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Alerts to withdraw: those of an owner's clock and milestones, from before a round (``None``: from any).

    Without a ``clock_id``, those of every clock of the owner that has stopped, and of what has no clock.
    """

    owner: str
    clock_id: str | None
    milestones: tuple[str, ...]
    before_round: int | None

    def covers(self, alert: Alert) -> bool:
        """Whether this withdraws an alert; one of a later round stands on its own."""
        return (
            alert.is_open
            and self.clock_id in {None, alert.clock_id}
            and alert.milestone in self.milestones
            and (self.before_round is None or alert.round < self.before_round)
        )


OF_CLOCKS = (Milestone.YELLOW.value, Milestone.PASSED.value)
"""The milestones that clocks reach."""

ENDED_BY_PASSING = frozenset({ClockKind.ACCEPTANCE.value})
"""Kinds of clocks that stop because they have passed: silence accepts (视为受理), and must be answered for."""


def pointless_once_stopped(kind: str) -> tuple[str, ...]:
    """Return the milestones of a kind of clock about which there is nothing more to do once it has stopped.

    The duty is done, in time or late, or is owed no more: how late is in the figures, and why in the act itself where
    that must be said (R4.18). Only where nothing was done is there somebody to answer for it.
    """
    return OF_CLOCKS[:1] if kind in ENDED_BY_PASSING else OF_CLOCKS


TAKEN_BACK: Mapping[str, str] = {"warned": Milestone.YELLOW.value, "passed": Milestone.PASSED.value}
"""The milestones in recalculation events, by the names that alerts use."""

EDITION = "calendar_edition"
TIMELINE = "timeline"
CREDIT_BAR = "credit_bar"
WITHOUT_CLOCK = frozenset({EDITION, TIMELINE, CREDIT_BAR})
"""What alerts are about that has no clock: a missing edition, an altered timeline, what bars the person of a case."""


def has_clock(clock_id: str) -> bool:
    """Whether an alert is about a clock; what has none may be named with a suffix."""
    return clock_id.partition(".")[0] not in WITHOUT_CLOCK


CASE_OVER = frozenset({EventKind.CASE_DECIDED, EventKind.CASE_DELIVERED})
"""Acts after which nobody has to answer any more for what was done before them, late or not."""

CASE_ENDED = frozenset(
    {
        EventKind.CASE_NOT_ACCEPTED,
        EventKind.CASE_TERMINATED,
        EventKind.APPLICATION_WITHDRAWN,
        EventKind.CASE_REVOKED,
    }
)
"""Other ends of a case: nothing is decided any more for which it matters what bars the applicant."""


MOVES_ON = frozenset({EventKind.CASE_RESUMED, EventKind.SUSPENSION_ENDED, EventKind.CASE_EXTENDED})
"""Acts that move the last day of a clock into the future, so that what was told of the former is no longer right."""


def withdrawals(event: Event) -> tuple[Withdrawal, ...]:
    """Return which alerts an event withdraws."""
    if event.kind == EventKind.CLOCK_RECOUNTED:
        data = cast("Mapping[str, Any]", event.data)
        names = tuple(TAKEN_BACK[name] for name in data["taken_back"])
        clock_id, number = data["clock_id"], data["round"]
        return (
            (Withdrawal(owner=event.owner, clock_id=clock_id, milestones=names, before_round=number),) if names else ()
        )
    if event.kind in MOVES_ON:
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
    return _of_any_round(event)


def _of_any_round(event: Event) -> tuple[Withdrawal, ...]:
    """Return the alerts that an event makes pointless, whatever came before it."""
    clock_id: str | None
    milestones: tuple[str, ...]
    if event.kind == EventKind.CALENDAR_LOADED:
        clock_id, milestones = EDITION, (Milestone.MISSING.value,)
    elif event.kind == EventKind.CASE_BAR_ENDED:
        clock_id, milestones = f"{CREDIT_BAR}.{event.data['about']}", (Milestone.BARRED.value,)
    elif event.kind in CASE_OVER:
        clock_id, milestones = None, (*OF_CLOCKS, Milestone.BARRED.value)
    elif event.kind in CASE_ENDED:
        clock_id, milestones = None, (Milestone.BARRED.value,)
    else:
        return ()
    return (Withdrawal(owner=event.owner, clock_id=clock_id, milestones=milestones, before_round=None),)


def settled(event: Event) -> tuple[Withdrawal, ...]:
    """Return the alerts that an event makes pointless: of the clocks that stopped with it, whatever it was.

    No alert is about an acknowledgement: one that is not given escalates the alert for which it is owed.
    """
    stopped = cast("Sequence[Mapping[str, Any]]", event.data.get("clocks_stopped", ()))
    return tuple(
        Withdrawal(
            owner=event.owner,
            clock_id=clock["clock_id"],
            milestones=pointless_once_stopped(clock["kind"]),
            before_round=None,
        )
        for clock in stopped
        if clock["kind"] != ClockKind.ACKNOWLEDGEMENT
    )


def stopped_by(events: Sequence[Event], clock_id: str) -> str | None:
    """Return the kind of the event with which a clock of an owner stopped, ``None`` if it has not."""
    for event in events:
        stopped = cast("Sequence[Mapping[str, Any]]", event.data.get("clocks_stopped", ()))
        if any(clock["clock_id"] == clock_id for clock in stopped):
            return event.kind
    return None


def news(event: Event) -> ClockNews | None:
    """Return the milestone that an event reports, ``None`` for events that call for no alert."""
    if event.kind == EventKind.CALENDAR_MISSED:
        return _edition_missed(event)
    if event.kind in FOUND:
        return _found(event)
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


FOUND: Mapping[str, tuple[str, Milestone]] = {
    EventKind.CASE_BARRED.value: (CREDIT_BAR, Milestone.BARRED),
    EventKind.TIMELINE_ALTERED.value: (TIMELINE, Milestone.ALTERED),
}
"""What is found out about a case, and not by a clock."""


def _found(event: Event) -> ClockNews:
    kind, milestone = FOUND[event.kind]
    data = cast("Mapping[str, str]", event.data)
    return ClockNews(
        owner=event.owner,
        clock_id=f"{kind}.{data['about']}",
        kind=kind,
        milestone=milestone,
        level=0,
        about="",
        department=event.department,
        pack=data["pack"],
        due_on=day_in_shanghai(instant_from(event.occurred_at)),
        officer=data.get("officer", ""),
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


def alert_ids(clock: Clock, pack: RulePack) -> tuple[str, ...]:
    """Return the ids of the alerts that follow from a clock's passing, those of each level after it went unanswered."""
    ids: list[str] = []
    level, following = -1, pack.recipients(clock.kind, Milestone.PASSED)
    while following and (higher := max(each.level for each in following)) > level:
        for each in following:
            numbers = [clock.round] if clock.round else []
            name = _inbox(each, clock.department)
            ids.append(_id_of(clock.owner, clock.clock_id, Milestone.PASSED, each.level, name, *numbers))
        level, following = higher, pack.recipients(ClockKind.ACKNOWLEDGEMENT, Milestone.PASSED, level=higher)
    return tuple(ids)


def recipients_of(roles: Collection[str], department: str | None, *, officers: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names of the inboxes of somebody with these roles in a department.

    ``officers`` are the officers whose own inboxes they have: they themselves, and those for whom they are deputy.
    """
    if not department:
        return ()
    own = (f"{Role.OFFICER}.{department}/{name}" for name in sorted(officers))
    return (*own, *(f"{role}.{department}" for role in sorted(roles)))


def is_handlers(alert: Alert) -> bool:
    """Whether an alert is for who handles a case, and so follows it from one officer to the next."""
    return alert.recipient == f"{Role.OFFICER}.{alert.department}"


def is_past(alert: Alert, *, at: datetime) -> bool:
    """Whether the day is past that a warning is about."""
    return alert.milestone == Milestone.YELLOW and alert.due_on < day_in_shanghai(at)


def officer_of(responsible: str) -> str:
    """Return the official who is responsible for a clock, blank where a role, a person or a machine is."""
    return "" if responsible in set(Role) or ":" in responsible else responsible


def _inbox(recipient: Recipient, department: str) -> str:
    """Return the name of the inbox of a recipient, as alerts of a department have it."""
    return f"{recipient.role}.{department if recipient.desk is Desk.OWN else recipient.desk.value}"


def _alert(reached: ClockNews, recipient: Recipient, *, subject: Alert | None, department: str, at: datetime) -> Alert:
    clock_id = subject.clock_id if subject is not None else reached.clock_id
    name = _inbox(recipient, department)
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
        officer=reached.officer if recipient.role == Role.OFFICER and recipient.desk is Desk.OWN else "",
        item=subject.item if subject is not None else reached.item,
    )


def _id_of(*parts: object) -> str:
    """Derive an alert's id from clock, milestone, level, recipient and round; the same ones give the same id."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:32]
