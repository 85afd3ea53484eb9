"""Notices of flags to departments: subscribing, sending each change once, acknowledging, and incidents."""

import json
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.alerts.services.webhooks import Webhooks
from chalicelib.catalogue.services.offers import Offers
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks
from chalicelib.clocks.services.clocks import clocks_payload as told_clocks
from chalicelib.credit.services.checks import Credit, Inquiry
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role, require, sees
from chalicelib.publisher import Publisher
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.sanctions.model.flag_notices import ENDINGS, FlagNotice, IncidentState, Subscription
from chalicelib.sanctions.rules import flag_notices
from chalicelib.sanctions.store.flag_notices import FlagNoticeStore
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.subjects.model.subjects import Identity
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json, NewEvent
from chalicelib.workdays.model.limits import Limit, Unit

WATCHERS = (Role.CREDIT_OFFICER, Role.SUPERVISOR, Role.MONITOR)
"""Who may see which systems were notified and which have not acknowledged."""

PSEUDONYM = ("pseudonym",)
"""The field that a system is told of a subject whom it names."""

RELAY = "service:relay"
SWEEP = "service:sweep"


class FlagNotices:
    """Notifies departments' systems of changes to flags."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: FlagNoticeStore,
        flags: FlagStore,
        clocks: Clocks,
        *,
        offers: Callable[[], Offers],
        credit: Callable[[], Credit],
        key: Callable[[], bytes],
        webhooks: Callable[[], Webhooks],
        queue: Publisher,
        pack: Callable[[datetime], RulePack],
        departments: Collection[str],
    ) -> None:
        """Take the stores, and the town's departments: nobody outside government is notified of flags (R2.15).

        Whatever needs secrets is passed as a callable, because the event relay has no access to them.
        """
        self._store = store
        self._flags = flags
        self._clocks = clocks
        self._offers = offers
        self._credit = credit
        self._key = key
        self._webhooks = webhooks
        self._queue = queue
        self._pack = pack
        self._departments = frozenset(departments)

    def subscribe(
        self,
        webhook_id: str,
        items: tuple[str, ...],
        *,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None,
    ) -> tuple[Subscription, bool]:
        """Subscribe the caller's department, at one of its endpoints, to flags for its own items.

        Also returns whether an earlier request with the same key created the subscription. Raises ``ITEM_NOT_OWN`` with
        every code that is no item of the department in the catalogue.
        """
        require(by, roles=(Role.SYSTEM,))
        if by.department not in self._departments:
            raise DomainError(ErrorCode.FORBIDDEN)
        return self._subscribe(
            webhook_id, items, department=by.department, by=by, at=at, idempotency_key=idempotency_key
        )

    @retry_on_conflict
    def _subscribe(
        self,
        webhook_id: str,
        items: tuple[str, ...],
        *,
        department: str,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None,
    ) -> tuple[Subscription, bool]:
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self.get(made, by=by), True
        try:
            webhook = self._webhooks().get(webhook_id, by=by)
        except DomainError:
            unknown = FieldError(pointer="/webhook_id", detail="本部门没有该推送地址", english="no endpoint of yours")
            raise DomainError(ErrorCode.INVALID_BODY, faults=(unknown,)) from None
        self._require_own_items(items, department=department, at=at)
        new = Subscription(
            subscription_id=secrets.token_hex(16),
            department=department,
            webhook_id=webhook.webhook_id,
            items=tuple(sorted(set(items))),
            made_by=by.actor,
            made_at=at,
        )
        with transaction() as tx:
            self._store.add_subscription(new, tx)
            if idempotency_key is not None:
                idempotency_key.remember(new.subscription_id, tx, at=at)
        return new, False

    def get(self, subscription_id: str, *, by: Caller) -> Subscription:
        """Return a subscription of the caller's department; raises ``NOT_FOUND`` for any other."""
        require(by, roles=(Role.SYSTEM,))
        found = self._store.subscription(subscription_id)
        if found.department != by.department:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def subscriptions(self, *, by: Caller) -> tuple[Subscription, ...]:
        """Return the subscriptions of the caller's department, oldest first."""
        require(by, roles=(Role.SYSTEM,))
        return self._store.of_department(by.department) if by.department else ()

    @retry_on_conflict
    def end(self, subscription_id: str, *, by: Caller, at: datetime) -> Subscription:
        """End a subscription; notices already sent must still be acknowledged. Idempotent."""
        before = self.get(subscription_id, by=by)
        if before.ended_at is not None:
            return before
        after = replace(before, ended_at=at)
        with transaction() as tx:
            self._store.end_subscription(before, after, tx)
        return after

    def pseudonym(self, subscription_id: str, about: Identity, inquiry: Inquiry, *, by: Caller, at: datetime) -> str:
        """Return a subscription's pseudonym for somebody whose full identifier its system knows.

        The subject sees who asked, for which of the subscription's items, and why. The answer does not depend on
        whether there is a flag.
        """
        subscription = self.get(subscription_id, by=by)
        if inquiry.item_code not in subscription.items:
            other = FieldError(pointer="/item_code", detail="不是该订阅的事项", english="no item of this subscription")
            raise DomainError(ErrorCode.ITEM_NOT_OWN, faults=(other,))
        subject = self._credit().look_up(about, inquiry, fields=PSEUDONYM, by=by, at=at)
        return flag_notices.pseudonym(subject, subscription.subscription_id, key=self._key())

    def _require_own_items(self, items: Sequence[str], *, department: str, at: datetime) -> None:
        faults = tuple(
            FieldError(pointer=f"/items/{number}", detail="不是本部门的事项", english="no item of your department")
            for number, code in enumerate(items)
            if not self._is_own_item(code, department=department, at=at)
        )
        if faults:
            raise DomainError(ErrorCode.ITEM_NOT_OWN, faults=faults)

    def _is_own_item(self, code: str, *, department: str, at: datetime) -> bool:
        try:
            return self._offers().offered(code, at=at).department == department
        except DomainError as refusal:
            if refusal.code is not ErrorCode.ITEM_NOT_LISTED:
                raise
            return False

    def on_event(self, event: Event, at: datetime) -> None:
        """Notify every subscription to one of the flag's items. Idempotent, whenever the event is delivered."""
        heard = flag_notices.flag_change(event)
        if heard is None:
            return
        for name in self._store.subscribed(self._flags.load(heard.flag_id).related_items):
            self._tell(heard, name, at=at)

    @retry_on_conflict
    def _tell(self, heard: flag_notices.FlagChange, subscription_id: str, *, at: datetime) -> None:
        """Write a notice with its clocks, once, and queue its delivery."""
        flag_notice_id = flag_notices.flag_notice_id(heard, subscription_id)
        if self._store.find(flag_notice_id) is None:
            subscription = self._store.subscription(subscription_id)
            if subscription.ended_at is not None:
                return
            flag_notice = flag_notices.notice_for(heard, self._flags.load(heard.flag_id), subscription, at=at)
            with transaction() as tx:
                event = NewEvent(
                    kind=EventKind.FLAG_NOTICE_MADE,
                    occurred_at=at,
                    actor=RELAY,
                    department=flag_notice.office,
                    data={
                        "subscription_id": subscription_id,
                        "to": flag_notice.department,
                        "number": flag_notice.number,
                        "flag_id": flag_notice.flag_id,
                        "flag_seq": flag_notice.flag_seq,
                        "change": flag_notice.change.value,
                        "clocks_started": told_clocks(*self._start(flag_notice, at=at, tx=tx)),
                    },
                )
                self._store.add_next(flag_notice, [event], to=subscription, at=at, tx=tx)
        self._queue.send(json.dumps({"flag_notice_id": flag_notice_id}), name=flag_notice_id)

    def push(self, flag_notice_id: str, *, at: datetime) -> bool:
        """Send a notice to the subscription's endpoint; returns whether there was one."""
        flag_notice = self._store.find(flag_notice_id)
        if flag_notice is None or flag_notice.acknowledged_at is not None:
            return False
        subscription = self._store.subscription(flag_notice.subscription_id)
        notice = flag_notices.notice_of(flag_notice, key=self._key())
        return self._webhooks().tell_endpoint(subscription.webhook_id, notice, at=at)

    def told(
        self, subscription_id: str, *, after: int, limit: int, by: Caller
    ) -> tuple[Subscription, tuple[FlagNotice, ...]]:
        """Return a subscription's notices after a number, in order, so that a system can catch up after downtime."""
        subscription = self.get(subscription_id, by=by)
        return subscription, self._store.told(subscription, after=after, limit=limit)

    def data_of(self, flag_notice: FlagNotice) -> dict[str, str | int | None]:
        """Return the data of a notice as its subscription reads it."""
        return flag_notices.data_of(flag_notice, key=self._key())

    @retry_on_conflict
    def acknowledge(self, subscription_id: str, flag_notice_id: str, *, by: Caller, at: datetime) -> FlagNotice:
        """Record a system's acknowledgement, which closes an open incident. Idempotent."""
        subscription = self.get(subscription_id, by=by)
        before = self._store.find(flag_notice_id)
        if before is None or before.subscription_id != subscription.subscription_id:
            raise DomainError(ErrorCode.NOT_FOUND)
        if before.acknowledged_at is not None:
            return before
        with transaction() as tx:
            running = [clock for clock in self._clocks.of_owner(before.owner) if clock.stopped_at is None]
            stopped = [self._clocks.stop(clock, at=at, tx=tx) for clock in running]
            data: dict[str, Json] = {"number": before.number, "clocks_stopped": told_clocks(*stopped)}
            events = [_event(EventKind.FLAG_NOTICE_ACKNOWLEDGED, before, by=by.actor, at=at, data=data)]
            if before.incident is IncidentState.OPEN:
                events.append(_event(EventKind.INCIDENT_CLOSED, before, by=by.actor, at=at, data={}))
            return self._store.save(before, flag_notices.acknowledge(before, by=by.actor, at=at), events, at=at, tx=tx)

    @retry_on_conflict
    def open_incident(self, owner: str, clock_id: str, at: datetime) -> None:
        """Open an incident if the ending of a flag has not been acknowledged within a day (R3.8)."""
        clock = self._clocks.get(owner, clock_id)
        before = self._store.find(owner.partition(":")[2])
        if before is None or clock.stopped_at is not None:
            return
        moved, happened = self._clocks.moved_on(clock, at=at)
        if not happened:
            return
        said: dict[str, Json] = {"flag_id": before.flag_id, "to": before.department, "change": before.change.value}
        opened = _event(EventKind.INCIDENT_OPENED, before, by=SWEEP, at=at, data=said)
        with transaction() as tx:
            self._clocks.save(moved, tx)
            self._store.save(before, flag_notices.open_incident(before, at=at), [*happened, opened], at=at, tx=tx)

    def of_flag(self, flag_id: str, *, by: Caller, limit: int, after: Position | None) -> Page[FlagNotice]:
        """Return a page of a flag's notices and acknowledgements: the proof for each system (R3.7)."""
        flag = self._flags.load(flag_id)
        if Role.CREDIT_OFFICER in by.roles:
            require(by, roles=WATCHERS, department=flag.department)
        return self._seen(self._store.of_flag(flag_id, limit=limit, after=after), by=by)

    def incidents(self, state: IncidentState, *, by: Caller, limit: int, after: Position | None) -> Page[FlagNotice]:
        """Return a page of notices with incidents in one state, oldest first."""
        require(by, roles=WATCHERS)
        return self._seen(self._store.incidents(state, limit=limit, after=after), by=by)

    def _seen(self, page: Page[FlagNotice], *, by: Caller) -> Page[FlagNotice]:
        """Keep the notices that the caller may see: their office's flags and, for supervisors, their own systems."""
        seen = tuple(
            flag_notice
            for flag_notice in page.items
            if sees(by, roles=WATCHERS, department=flag_notice.office)
            or sees(by, roles=(Role.SUPERVISOR,), department=flag_notice.department)
        )
        return page._replace(items=seen)

    def _start(self, flag_notice: FlagNotice, *, at: datetime, tx: Transaction) -> list[Clock]:
        """Start the clock for the acknowledgement and, for an ending, the one after which an incident opens."""
        wanted = [(ClockKind.FLAG_NOTICE, TermKey.FLAG_NOTICE)]
        if flag_notice.change in ENDINGS:
            wanted.append((ClockKind.PROPAGATION, TermKey.PROPAGATION))
        pack = self._pack(at)
        started = []
        for kind, key in wanted:
            term = pack.limit_term(key)
            limit = Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)
            clock = self._clocks.start(
                kind,
                limit,
                owner=flag_notice.owner,
                department=flag_notice.office,
                responsible=f"system:{flag_notice.department}",
                pack=pack.code,
                started_at=at,
                tx=tx,
            )
            started.append(clock)
        return started


def _event(kind: EventKind, flag_notice: FlagNotice, *, by: str, at: datetime, data: Mapping[str, Json]) -> NewEvent:
    return NewEvent(kind=kind, occurred_at=at, actor=by, department=flag_notice.office, data=data)
