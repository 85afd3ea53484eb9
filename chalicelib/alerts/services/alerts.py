"""Raising alerts from events, publishing them, and taking acknowledgements."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final

from chalicelib.alerts.model.alerts import Acknowledgement, Alert
from chalicelib.alerts.model.webhooks import Notice, Topic
from chalicelib.alerts.rules.alerts import (
    ClockNews,
    alerts_for,
    has_clock,
    is_handlers,
    is_past,
    news,
    officer_of,
    pointless_once_stopped,
    recipients_of,
    settled,
    withdrawals,
)
from chalicelib.alerts.services.digests import TOPIC, WEBHOOK, Digests
from chalicelib.alerts.services.webhooks import Webhooks
from chalicelib.alerts.services.withdrawal import AlertWithdrawal
from chalicelib.alerts.store.alerts import AlertStore
from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_lists
from chalicelib.dynamo.transaction import (
    MOST_WRITES,
    ConflictError,
    Transaction,
    retry_on_conflict,
    transaction,
)
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role, require_no_interest
from chalicelib.publisher import BatchPublisher, Publisher
from chalicelib.rulepacks.model.pack import Milestone, RulePack, TermKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, NewEvent
from chalicelib.timeline.owners import OwnerRow
from chalicelib.timeline.store import Timeline
from chalicelib.workdays.model.limits import Limit, Unit

if TYPE_CHECKING:
    # The jobs that push alerts need nobody's register.
    from chalicelib.staff.services import Staff

PUSHED = frozenset({TOPIC, WEBHOOK})


class Alerts:
    """Alerts of all departments."""

    def __init__(  # noqa: PLR0913 - it stands between this many neighbours
        self,
        store: AlertStore,
        clocks: Clocks,
        timeline: Timeline,
        *,
        pack: Callable[[str, datetime], RulePack],
        queue: BatchPublisher,
        topic: Publisher,
        webhooks: Callable[[], Webhooks],
        digests: Digests,
        staff: "Callable[[], Staff]",
        concerned: Callable[[str], Collection[str]],
    ) -> None:
        """Raise alerts as the rule packs say; ``queue`` leads to ``publish``, which pushes them.

        ``concerned`` returns the people whom the owner of a timeline concerns.
        """
        self._store = store
        self._clocks = clocks
        self._timeline = timeline
        self._pack = pack
        self._queue = queue
        self._topic = topic
        self._withdrawing = AlertWithdrawal(store, clocks, timeline)
        self._webhooks = webhooks
        self._digests = digests
        self._staff = staff
        self._concerned = concerned

    def on_event(self, event: Event, at: datetime) -> None:
        """Raise or withdraw the alerts that an event calls for. Idempotent; the order of events does not matter.

        Nothing escalates after the clock in question has stopped: the duty is done.
        """
        if event.kind == EventKind.ALERT_RAISED:
            self._order([event], at=at)
            return
        self._withdrawing.withdraw((*withdrawals(event), *settled(event)), because=event.kind, at=at)
        if event.kind == EventKind.CASE_ASSIGNED:
            self._hand_over(event.owner)
        reached = news(event)
        if reached is not None:
            self._raise_together([reached], at=at)

    def on_events(self, events: Sequence[Event], at: datetime) -> None:
        """Do what ``on_event`` does for many events: alerts are raised, and pushes ordered, together."""
        self._order([event for event in events if event.kind == EventKind.ALERT_RAISED], at=at)
        reached = [milestone for event in events if (milestone := news(event)) is not None]
        if reached:
            self._raise_together(reached, at=at)
        for event in events:
            if event.kind != EventKind.ALERT_RAISED and news(event) is None:
                self.on_event(event, at)

    def _order(self, raised: Sequence[Event], *, at: datetime) -> None:
        """Order that new alerts be pushed, but for those whose clock has stopped, which close.

        A clock may stop, and that be told, after it was looked at and before its alert was raised; this comes later.
        """
        duties = {event.id: (event.owner, str(event.data["clock_id"])) for event in raised}
        clocks = self._clocks.several(duty for duty in duties.values() if has_clock(duty[1]))
        over = [
            event
            for event in raised
            if (clock := clocks.get(duties[event.id])) and _is_over(clock, str(event.data["milestone"]))
        ]
        self._withdrawing.close(over, at=at)
        self._queue.send_all({event.id: _order_of(event) for event in raised if event not in over})

    def _called_for(
        self,
        reached: ClockNews,
        *,
        alert: Callable[[str], Alert | None],
        clock: Callable[[str, str], Clock | None],
        at: datetime,
    ) -> tuple[Alert, ...]:
        """Return the alerts that a milestone calls for; ``alert`` and ``clock`` find what it is about."""
        about = alert(reached.about) if reached.kind == ClockKind.ACKNOWLEDGEMENT else None
        if about is not None and (of_duty := clock(about.owner, about.clock_id)) and of_duty.stopped_at is not None:
            return ()
        own = clock(reached.owner, reached.clock_id)
        if own is not None:
            if _is_taken_back(reached, own) or _is_pointless(reached, own, at=at):
                return ()
            reached = replace(reached, officer=officer_of(own.responsible), item=own.item)
        return alerts_for(reached, self._pack(reached.pack, at), about=about, at=at)

    def _raise_together(self, reached: Sequence[ClockNews], *, at: datetime) -> None:
        """Raise the alerts of many milestones: what they are about is read together, and written by owners."""
        ends, alerts = self._all_called_for(reached, at=at)
        for some in _by_owners(alerts):
            try:
                self._add_all(some, ends=ends, at=at)
            except ConflictError:
                for owner in some:
                    self._raise_alone([each for each in reached if each.owner == owner], at=at)

    @retry_on_conflict
    def _raise_alone(self, reached: Sequence[ClockNews], *, at: datetime) -> None:
        """Raise the alerts of one owner's milestones, as far as what has changed meanwhile still calls for them."""
        ends, alerts = self._all_called_for(reached, at=at)
        for some in _by_owners(alerts):
            self._add_all(some, ends=ends, at=at)

    def _all_called_for(
        self, reached: Sequence[ClockNews], *, at: datetime
    ) -> tuple[dict[str, OwnerRow], tuple[Alert, ...]]:
        """Return the new alerts that milestones call for, and the ends of timelines at which that was so.

        The ends are read first: an answer, another officer or a clock that stops afterwards makes the write fail.
        """
        ends = self._timeline.ends({each.owner for each in reached})
        about = self._store.several(each.about for each in reached if each.kind == ClockKind.ACKNOWLEDGEMENT)
        duties = [(each.owner, each.clock_id) for each in reached]
        duties += [(alert.owner, alert.clock_id) for alert in about.values()]
        clocks = self._clocks.several(duty for duty in duties if has_clock(duty[1]))

        def find_clock(owner: str, clock_id: str) -> Clock | None:
            # One that was not found is asked for by itself, and missed by the same error.
            return clocks.get((owner, clock_id)) or self._find_clock(owner, clock_id)

        alerts = {
            alert.alert_id: alert
            for each in reached
            for alert in self._called_for(each, alert=about.get, clock=find_clock, at=at)
        }
        for alert_id in self._store.existing(alerts):
            del alerts[alert_id]
        return ends, tuple(alerts.values())

    def _add_all(self, some: Mapping[str, Sequence[Alert]], *, ends: Mapping[str, OwnerRow], at: datetime) -> None:
        with transaction() as tx:
            for owner, own in some.items():
                self._add(own, known=ends.get(owner), at=at, tx=tx)

    def _hand_over(self, owner: str) -> None:
        """Let the alerts of a case lie with whoever has it now. Idempotent, whatever came of it since the event."""
        events = self._timeline.events(owner)
        assigned = [str(event.data["officer"]) for event in events if event.kind == EventKind.CASE_ASSIGNED]
        for event in events:
            if event.kind == EventKind.ALERT_RAISED:
                self._readdress(str(event.data["alert_id"]), assigned[-1])

    @retry_on_conflict
    def _readdress(self, alert_id: str, assigned: str) -> None:
        alert = self._store.get(alert_id)
        if not alert.is_open or not is_handlers(alert):
            return
        clock = self._find_clock(alert.owner, alert.clock_id)
        officer = assigned if clock is None else officer_of(clock.responsible)
        if officer != alert.officer:
            with transaction() as tx:
                self._store.save(alert, replace(alert, officer=officer), tx)

    def _find_clock(self, owner: str, clock_id: str) -> Clock | None:
        """Return a clock, ``None`` if the alert has none."""
        if not has_clock(clock_id):
            return None
        return self._clocks.get(owner, clock_id)

    def _add(self, alerts: Sequence[Alert], *, known: OwnerRow | None, at: datetime, tx: Transaction) -> None:
        """Save alerts about one owner, the clocks of their acknowledgements, and an event for each."""
        events = []
        for alert in alerts:
            self._store.add(alert, tx)
            started = [self._acknowledgement_of(alert, at=at, tx=tx)] if alert.level > 0 else []
            events.append(
                NewEvent(
                    kind=EventKind.ALERT_RAISED,
                    occurred_at=at,
                    actor="service:relay",
                    department=alert.department,
                    data={
                        "alert_id": alert.alert_id,
                        "clock_id": alert.clock_id,
                        "milestone": alert.milestone,
                        "level": alert.level,
                        "recipient": alert.recipient,
                        "clocks_started": clocks_payload(*started),
                        **({"item_code": alert.item} if alert.item else {}),
                    },
                )
            )
        self._timeline.append(events, owner=alerts[0].owner, at=at, tx=tx, known=known)

    def _acknowledgement_of(self, alert: Alert, *, at: datetime, tx: Transaction) -> Clock:
        term = self._pack(alert.pack, at).limit_term(TermKey.ACKNOWLEDGEMENT)
        return self._clocks.start(
            ClockKind.ACKNOWLEDGEMENT,
            Limit(value=term.value, unit=Unit(term.unit), basis=term.basis),
            owner=alert.owner,
            department=alert.recipient.partition(".")[2],
            responsible=alert.recipient,
            pack=alert.pack,
            started_at=at,
            tx=tx,
            about=alert.alert_id,
            level=alert.level,
            suffix=alert.alert_id,
        )

    @retry_on_conflict
    def publish(self, alert_id: str, *, at: datetime) -> bool:
        """Push an alert to the topic and the recipient's webhooks, once; return whether this call did it.

        The alert is marked after the push: a crash in between repeats a message under the same name and loses none. A
        yellow alert waits for the daily digest if the recipient prefers that, and is not pushed once its day is past;
        one that was answered or withdrawn meanwhile is not pushed either.
        """
        alert = self._store.get(alert_id)
        if alert.published_at is not None or not alert.is_open or is_past(alert, at=at):
            return False
        if self._digests.keep(alert, at=at) or not PUSHED & set(alert.channels):
            return False
        if TOPIC in alert.channels:
            self._topic.send(json.dumps(_message(alert), ensure_ascii=False), name=alert.alert_id)
        if WEBHOOK in alert.channels:
            self._webhooks().tell(_notice(alert), at=at)
        with transaction() as tx:
            self._store.save(alert, replace(alert, published_at=at), tx)
        return True

    def inbox(self, by: Caller, *, state: str, limit: int, after: Position | None) -> Page[Alert]:
        """Return a page of the caller's own alerts, and where the next one begins.

        For callers with several roles, the inboxes follow one another; a deputy has those of the absent too.
        ``INVALID_CURSOR`` where an inbox was left that is no longer the caller's.
        """
        return page_of_lists(
            self.inboxes(by),
            lambda inbox, most, begins: self._store.inbox(inbox, state, limit=most, after=begins),
            limit=limit,
            after=after,
        )

    def get(self, alert_id: str, *, by: Caller) -> Alert:
        """Return one of the caller's own alerts, or of those for whom they are deputy; ``NOT_FOUND`` for another."""
        alert = self._store.get(alert_id)
        if alert.inbox not in self.inboxes(by):
            raise DomainError(ErrorCode.NOT_FOUND)
        return alert

    def several(self, alert_ids: Iterable[str]) -> dict[str, Alert]:
        """Return those of these alerts that exist, by their ids: one round trip for a hundred."""
        return self._store.several(alert_ids)

    def inboxes(self, by: Caller) -> tuple[str, ...]:
        """Return the names of the caller's inboxes, and of those for whom they are deputy."""
        absent = self._staff().absent_for(by)
        roles = by.roles.union(*(member.roles for member in absent))
        officers = [member.staff_id for member in absent if Role.OFFICER in member.roles]
        own = [by.sub] if Role.OFFICER in by.roles else []
        return recipients_of([role.value for role in roles], by.department, officers=[*own, *officers])

    @retry_on_conflict
    def acknowledge(self, alert_id: str, *, reason: str, expected_on: date, by: Caller, at: datetime) -> Alert:
        """Acknowledge an alert: escalation stops, and the applicant sees the reason in the timeline.

        Acknowledgements owed by higher levels for the same clock end too, because the clock has been answered for.
        ``ALREADY_ACKNOWLEDGED`` the second time; ``INVALID_BODY`` for a day in the past.
        """
        alert = self.get(alert_id, by=by)
        require_no_interest(by, lambda: self._concerned(alert.owner))
        if not alert.is_open:
            raise DomainError(ErrorCode.ALREADY_ACKNOWLEDGED)
        if expected_on < day_in_shanghai(at):
            over = FieldError(
                pointer="/expected_on", detail="预计办结的日子不能早于今天。", english="This day is over."
            )
            raise DomainError(ErrorCode.INVALID_BODY, faults=(over,))
        answered = replace(
            alert, acknowledgement=Acknowledgement(by=by.actor, at=at, reason=reason, expected_on=expected_on)
        )
        with transaction() as tx:
            self._store.save(alert, answered, tx)
            stopped = [self._clocks.stop(clock, at=at, tx=tx) for clock in self._awaited(alert)]
            self._timeline.append(
                [
                    NewEvent(
                        kind=EventKind.ALERT_ACKNOWLEDGED,
                        occurred_at=at,
                        actor=by.actor,
                        department=alert.department,
                        data={
                            "alert_id": alert_id,
                            "clock_id": alert.clock_id,
                            "level": alert.level,
                            "expected_on": expected_on.isoformat(),
                            "clocks_stopped": clocks_payload(*stopped),
                        },
                        texts={"reason": reason},
                    ),
                ],
                owner=alert.owner,
                at=at,
                tx=tx,
            )
        return answered

    def _awaited(self, alert: Alert) -> list[Clock]:
        """Return the running acknowledgement clocks of all alerts about the same clock."""
        return [
            clock
            for clock in self._clocks.of_owner(alert.owner)
            if clock.kind is ClockKind.ACKNOWLEDGEMENT
            and clock.stopped_at is None
            and (about := self._store.find(clock.about)) is not None
            and about.clock_id == alert.clock_id
        ]


def _order_of(raised: Event) -> str:
    """Return the order to push an alert."""
    return json.dumps({"alert_id": raised.data["alert_id"]})


WRITES: Final = 3
"""What raising an alert writes at most: itself, its acknowledgement's clock, an event; and its owner's head once."""

MOST_OF_ONE: Final = (MOST_WRITES - 1) // WRITES
"""How many alerts about one owner fit into a transaction."""


def _by_owners(alerts: Iterable[Alert]) -> Iterator[dict[str, list[Alert]]]:
    """Split alerts into what fits into one transaction each; those of one owner, who has one head, stay together."""
    some: dict[str, list[Alert]] = {}
    writes = 0
    for owner, all_of_one in groupby(sorted(alerts, key=lambda alert: alert.owner), key=lambda alert: alert.owner):
        own = list(all_of_one)
        for first in range(0, len(own), MOST_OF_ONE):
            few = own[first : first + MOST_OF_ONE]
            needed = WRITES * len(few) + 1
            if writes + needed > MOST_WRITES:
                yield some
                some, writes = {}, 0
            some[owner] = few
            writes += needed
    if some:
        yield some


def _is_taken_back(reached: ClockNews, clock: Clock) -> bool:
    """Whether the milestone was taken back before this event arrived; events may come twice or late."""
    if clock.round <= reached.round:
        return False
    return (clock.passed_at if reached.milestone is Milestone.PASSED else clock.warned_at) is None


def _is_pointless(reached: ClockNews, clock: Clock, *, at: datetime) -> bool:
    """Whether an alert comes too late: the duty may be done, or the day past that a warning is about."""
    return _is_over(clock, reached.milestone) or (reached.milestone is Milestone.YELLOW and clock.is_late(at))


def _is_over(clock: Clock, milestone: str) -> bool:
    """Whether a clock has stopped, and there is nothing more to do about one of its milestones."""
    return clock.stopped_at is not None and milestone in pointless_once_stopped(clock.kind)


def _notice(alert: Alert) -> Notice:
    """Return the notice for the systems of the recipient's department."""
    return Notice(
        topic=Topic.ALERT_RAISED,
        name=alert.alert_id,
        subject=alert.owner,
        department=alert.recipient.partition(".")[2],
        at=alert.raised_at,
        data=_message(alert),
    )


def _message(alert: Alert) -> dict[str, str | int | None]:
    """Return the message for the topic: codes and dates, no personal data."""
    return {
        "alert_id": alert.alert_id,
        "owner": alert.owner,
        "clock": alert.clock_id,
        "kind": alert.clock_kind,
        "milestone": alert.milestone,
        "level": alert.level,
        "recipient": alert.recipient,
        "department": alert.department,
        "due_on": alert.due_on.isoformat(),
        "raised_at": instant_text(alert.raised_at),
    }
