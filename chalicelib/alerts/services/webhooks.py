"""Subscribing endpoints, delivering notices with retries, giving up, and replaying."""

import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.alerts.model.webhooks import Delivery, DeliveryState, Notice, Topic, Webhook
from chalicelib.alerts.rules import webhooks as rules
from chalicelib.alerts.services.webhook_sender import Outcome, Sender
from chalicelib.alerts.store.webhooks import Position, WebhookStore
from chalicelib.bounds.model import Counted
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.transaction import ConflictError, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.publisher import DelayingPublisher

if TYPE_CHECKING:
    from chalicelib.bounds.store import CountStore

KEEPERS = (Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR, Role.SYSTEM)
"""Who may manage a department's endpoints."""

AT_ONCE = timedelta(0)
MOST_ENDPOINTS = 100


class EarlyError(RuntimeError):
    """A message refers to an attempt whose predecessor is not saved yet; it must come again."""


class Webhooks:
    """Endpoints of all departments."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: WebhookStore,
        sender: Sender,
        *,
        key: bytes,
        source: str,
        queue: DelayingPublisher,
        dead_letters: DelayingPublisher,
        counts: "CountStore",
    ) -> None:
        """Derive secrets from ``key``; attempts wait in ``queue``, given-up deliveries go to ``dead_letters``.

        ``counts`` knows how many endpoints a department has.
        """
        self._counts = counts
        self._store = store
        self._sender = sender
        self._key = key
        self._source = source
        self._queue = queue
        self._dead_letters = dead_letters

    def subscribe(
        self, url: str, topics: tuple[Topic, ...], *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Webhook, bool]:
        """Register an endpoint of the caller's department; ``ADDRESS_NOT_ALLOWED`` for a forbidden address.

        ``TOO_MANY_WEBHOOKS`` if the department has as many as it may have.
        Also returns whether an earlier request with the same key had registered it.
        """
        made_before = idempotency_key.look_up() if idempotency_key is not None else None
        if made_before is not None:
            return self.get(made_before, by=by), True
        require(by, roles=KEEPERS)
        try:
            self._sender.destination(url)
        except OSError:
            raise DomainError(ErrorCode.ADDRESS_NOT_ALLOWED) from None
        webhook = Webhook(
            webhook_id=secrets.token_hex(16),
            department=_department(by),
            url=url,
            topics=tuple(sorted(set(topics))),
            made_by=by.actor,
            made_at=at,
        )
        with transaction() as tx:
            self._store.add(webhook, tx)
            self._counts.count(Counted.WEBHOOKS, webhook.department, at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(webhook.webhook_id, tx, at=at)
        return webhook, False

    def secret(self, webhook: Webhook) -> str:
        """Return an endpoint's newest secret; shown only when it was made or rotated."""
        return rules.secret_of(webhook, webhook.generation, key=self._key)

    def get(self, webhook_id: str, *, by: Caller) -> Webhook:
        """Return an endpoint of the caller's department; ``NOT_FOUND`` for any other."""
        require(by, roles=KEEPERS)
        webhook = self._store.find(webhook_id)
        if webhook is None or webhook.ended_at is not None or webhook.department != by.department:
            raise DomainError(ErrorCode.NOT_FOUND)
        return webhook

    def page(self, by: Caller, *, limit: int, after: Position) -> tuple[tuple[Webhook, ...], Position]:
        """Return a page of the endpoints of the caller's department, oldest first."""
        require(by, roles=KEEPERS)
        return self._store.of_department(_department(by), limit=limit, after=after)

    @retry_on_conflict
    def rotate(self, webhook_id: str, *, by: Caller, at: datetime) -> Webhook:
        """Give an endpoint a new secret; the previous one also signs for 24 hours, older ones no longer."""
        webhook = self.get(webhook_id, by=by)
        rotated = replace(webhook, generation=webhook.generation + 1, rotated_at=at)
        with transaction() as tx:
            self._store.save(webhook, rotated, tx)
        return rotated

    @retry_on_conflict
    def end(self, webhook_id: str, *, by: Caller, at: datetime) -> Webhook:
        """Deliver nothing more to an endpoint; past deliveries stay on record."""
        webhook = self.get(webhook_id, by=by)
        ended = replace(webhook, ended_at=at)
        with transaction() as tx:
            self._store.save(webhook, ended, tx)
            self._counts.give_back(Counted.WEBHOOKS, webhook.department, at=at, tx=tx)
        return ended

    def deliveries(
        self, webhook_id: str, state: DeliveryState, *, by: Caller, limit: int, after: Position
    ) -> tuple[tuple[Delivery, ...], Position]:
        """Return a page of an endpoint's deliveries in one state, oldest first."""
        webhook = self.get(webhook_id, by=by)
        return self._store.deliveries(webhook.webhook_id, state, limit=limit, after=after)

    @retry_on_conflict
    def replay(self, webhook_id: str, delivery_id: str, *, by: Caller, at: datetime) -> Delivery:
        """Make an ended delivery pending again, under the same id; a pending one stays as it is."""
        webhook = self.get(webhook_id, by=by)
        delivery = self._store.delivery(delivery_id)
        if delivery.webhook_id != webhook.webhook_id:
            raise DomainError(ErrorCode.NOT_FOUND)
        if delivery.state is DeliveryState.PENDING:
            return delivery
        again = rules.replay(delivery, at=at)
        # The message goes first: if it arrives before the row is written, it comes again.
        self._ask_for(again)
        with transaction() as tx:
            if webhook.disabled_at is not None:
                self._store.save(webhook, replace(webhook, disabled_at=None), tx)
            self._store.change(delivery, again, tx)
        return again

    def tell(self, notice: Notice, *, at: datetime) -> int:
        """Deliver a notice to every subscribed endpoint of a department; return how many. Idempotent."""
        number = 0
        after: Position = None
        while True:
            webhooks, after = self._store.of_department(notice.department, limit=MOST_ENDPOINTS, after=after)
            for webhook in webhooks:
                if webhook.is_active and notice.topic in webhook.topics:
                    delivery = rules.delivery_of(notice, webhook, at=at)
                    self._store.put_once(delivery)
                    self._ask_for(delivery)
                    number += 1
            if after is None:
                return number

    def tell_endpoint(self, webhook_id: str, notice: Notice, *, at: datetime) -> bool:
        """Deliver a notice to one endpoint whatever it subscribes to; return whether it is active."""
        webhook = self._store.find(webhook_id)
        if webhook is None or not webhook.is_active:
            return False
        delivery = rules.delivery_of(notice, webhook, at=at)
        self._store.put_once(delivery)
        self._ask_for(delivery)
        return True

    def deliver(self, delivery_id: str, *, attempt: int, replay: int, at: datetime) -> bool:
        """Make one attempt if it is due; return whether one was made.

        A duplicate message finds its attempt made already; an early one is put back for the rest of the wait. The next
        message is sent before the row is written: a crash in between repeats an attempt and loses none, and the early
        message comes again (``EarlyError``).
        """
        delivery = self._store.delivery(delivery_id)
        if (delivery.replays, delivery.attempts) < (replay, attempt):
            raise EarlyError(delivery_id)
        if (delivery.replays, delivery.attempts) != (replay, attempt) or delivery.state is not DeliveryState.PENDING:
            return False
        if at < delivery.next_at:
            self._ask_for(delivery, at=at)
            return False
        webhook = self._store.find(delivery.webhook_id)
        if webhook is None or not webhook.is_active:
            self._settle(delivery, rules.give_up(delivery, Outcome.ENDED, at=at), None, at=at)
            return False
        made = self._sender.send(
            webhook.url,
            name=delivery.delivery_id,
            body=rules.body_of(delivery, source=self._source),
            secrets=[
                rules.secret_of(webhook, generation, key=self._key)
                for generation in rules.signing_generations(webhook, at=at)
            ],
        )
        self._settle(
            delivery, rules.with_attempt(delivery, made.outcome, at=at, retry_after=made.retry_after), webhook, at=at
        )
        return True

    def _settle(self, before: Delivery, after: Delivery, webhook: Webhook | None, *, at: datetime) -> None:
        """Queue the next attempt or report that there will be none; then save the outcome of this one."""
        if after.state is DeliveryState.PENDING:
            self._ask_for(after, at=at)
        elif after.state is DeliveryState.DEAD and after.outcome != Outcome.ENDED:
            self._dead_letters.send(_message(after), name=after.delivery_id)
        try:
            with transaction() as tx:
                self._store.change(before, after, tx)
                if webhook is not None and after.outcome == str(rules.GONE):
                    self._store.save(webhook, replace(webhook, disabled_at=at), tx)
        except ConflictError:
            # The same message ran elsewhere at the same time, or the secret was rotated; if the latter, it comes again.
            if self._store.delivery(before.delivery_id) == before:
                raise

    def _ask_for(self, delivery: Delivery, *, at: datetime | None = None) -> None:
        after = AT_ONCE if at is None else rules.wait(delivery.next_at, at=at)
        self._queue.send(_message(delivery), name=delivery.delivery_id, after=after)


def _department(by: Caller) -> str:
    """Return the caller's department; ``FORBIDDEN`` for a token that names none."""
    if not by.department:
        raise DomainError(ErrorCode.FORBIDDEN)
    return by.department


def _message(delivery: Delivery) -> str:
    """Return the queue message: which attempt of which delivery, and nothing about the endpoint."""
    named = {"delivery_id": delivery.delivery_id, "attempt": delivery.attempts, "replay": delivery.replays}
    return json.dumps(named)
