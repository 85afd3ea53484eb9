"""Keeping yellow alerts for a daily digest, making it once, and pushing it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.alerts.model.alerts import Alert
from chalicelib.alerts.model.digests import Digest, Preference, Yellow
from chalicelib.alerts.model.webhooks import Notice, Topic
from chalicelib.alerts.rules.alerts import is_past, recipients_of
from chalicelib.alerts.services.webhooks import Webhooks
from chalicelib.alerts.store.alerts import AlertStore
from chalicelib.alerts.store.digests import DigestStore
from chalicelib.clock import SHANGHAI, day_in_shanghai, instant_text
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_lists
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.logging import logger
from chalicelib.policy import Caller
from chalicelib.publisher import Publisher
from chalicelib.rulepacks.model.pack import Milestone

TOPIC, WEBHOOK = "sns", "webhook"
SETTLED = timedelta(minutes=2)
"""Alerts kept less than this ago wait for the next digest: clocks of machines differ, and keys are their instants."""


class Digests:
    """Digests of all recipients (``<role>.<department>``)."""

    def __init__(
        self,
        store: DigestStore,
        alerts: AlertStore,
        *,
        hour: Callable[[datetime], int],
        queue: Publisher,
        topic: Publisher,
        webhooks: Callable[[], Webhooks],
    ) -> None:
        """Make digests from the ``hour`` in Shanghai on; ``queue`` leads to ``publish``, which pushes them."""
        self._store = store
        self._alerts = alerts
        self._hour = hour
        self._queue = queue
        self._topic = topic
        self._webhooks = webhooks

    def preferences(self, *, by: Caller) -> tuple[Preference, ...]:
        """Return how each of the caller's roles wants to be warned."""
        return tuple(self._store.preference(recipient) for recipient in _recipients_of(by))

    @retry_on_conflict
    def prefer(self, yellow: Yellow, *, by: Caller, at: datetime) -> tuple[Preference, ...]:
        """Set how the caller's roles want to be warned from now on; alerts kept so far still go into a digest."""
        before = self.preferences(by=by)
        after = tuple(
            one if one.yellow is yellow else replace(one, yellow=yellow, set_by=by.actor, set_at=at) for one in before
        )
        with transaction() as tx:
            for old, new in zip(before, after, strict=True):
                if new != old:
                    # A recipient who goes back to single alerts is looked at once more, for alerts still kept.
                    self._store.save_preference(old, new, waits=True, tx=tx)
        return after

    @retry_on_conflict
    def keep(self, alert: Alert, *, at: datetime) -> bool:
        """Keep a yellow alert for a recipient who takes digests instead of pushing it; return whether it was kept."""
        if alert.milestone != Milestone.YELLOW:
            return False
        preference = self._store.preference(alert.recipient)
        if preference.yellow is not Yellow.DAILY:
            return False
        with transaction() as tx:
            self._store.keep(alert, preference, at=at, tx=tx)
            self._alerts.save(alert, replace(alert, published_at=at), tx)
        return True

    def make(self, *, at: datetime) -> int:
        """Make the digests due today. Idempotent; return how many this run made.

        A digest that fails does not stop the others; the first error is raised at the end.
        """
        if at.astimezone(SHANGHAI).hour < self._hour(at):
            return 0
        made = 0
        failure: Exception | None = None
        for recipient in self._store.waiting():
            try:
                made += self._make(recipient, at=at)
            except Exception as error:  # noqa: BLE001 - the other recipients must not wait for this one
                logger("digests").exception("digest_not_made", error=type(error).__name__)
                failure = failure or error
        if failure is not None:
            raise failure
        return made

    @retry_on_conflict
    def _make(self, recipient: str, *, at: datetime) -> bool:
        digests, _ = self._store.page(recipient, limit=1)
        newest = digests[0] if digests else None
        if newest is not None and newest.published_at is None:
            # The process that made it may have ended before pushing it; pushing is idempotent.
            self._ask_for(newest)
        day = day_in_shanghai(at)
        if newest is not None and newest.day >= day:
            return False
        preference = self._store.preference(recipient)
        until = instant_text(at - SETTLED)
        kept = list(self._store.kept(recipient, since=preference.told_until, until=until))
        worth_telling = self._first_worth_telling(kept, at=at)
        with transaction() as tx:
            if worth_telling is None:
                if preference.yellow is Yellow.AT_ONCE and not self._is_owed(preference, at=at):
                    self._store.save_preference(preference, preference, waits=False, tx=tx)
                return False
            digest = Digest(
                recipient=recipient,
                day=day,
                since=preference.told_until,
                until=until,
                number=len(kept),
                channels=worth_telling.channels,
                made_at=at,
            )
            self._store.add(digest, tx)
            after = replace(preference, told_until=until)
            self._store.save_preference(preference, after, waits=True, tx=tx)
        self._ask_for(digest)
        return True

    @retry_on_conflict
    def publish(self, digest_id: str, *, at: datetime) -> bool:
        """Push a digest, once; return whether this call did it. It is marked after the push, like an alert."""
        recipient, _, day = digest_id.rpartition(".")
        digest = self._store.digest(recipient, date.fromisoformat(day))
        if digest is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        if digest.published_at is not None:
            return False
        message = _message(digest)
        if TOPIC in digest.channels:
            self._topic.send(json.dumps(message, ensure_ascii=False), name=digest.digest_id)
        if WEBHOOK in digest.channels:
            notice = Notice(
                topic=Topic.DIGEST_MADE,
                name=digest.digest_id,
                subject=f"digest:{digest.digest_id}",
                department=recipient.partition(".")[2],
                at=digest.made_at,
                data=message,
            )
            self._webhooks().tell(notice, at=at)
        with transaction() as tx:
            self._store.save(digest, replace(digest, published_at=at), tx)
        return True

    def page(self, *, by: Caller, limit: int, after: Position | None) -> Page[Digest]:
        """Return a page of the digests of the caller's roles, newest first in each, and where the next one begins."""
        recipients = _recipients_of(by)
        return page_of_lists(
            recipients,
            lambda name, most, begins: self._store.page(name, limit=most, after=begins),
            limit=limit,
            after=after,
        )

    def digest(self, digest_id: str, *, by: Caller) -> Digest:
        """Return a digest of one of the caller's roles; ``NOT_FOUND`` for any other."""
        recipient, _, day = digest_id.rpartition(".")
        found = self._store.digest(recipient, _day_of(day)) if recipient in _recipients_of(by) else None
        if found is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def alerts_of(
        self, digest: Digest, *, limit: int, after: dict[str, Any] | None
    ) -> tuple[tuple[Alert, ...], dict[str, Any] | None]:
        """Return a page of a digest's alerts in their current state, oldest first, and where the next one begins."""
        names, key = self._store.kept_page(digest, limit=limit, after=after)
        return tuple(self._alerts.get(name) for name in names), key

    def _first_worth_telling(self, names: list[str], *, at: datetime) -> Alert | None:
        """Return the first open alert whose day is not past; without one there is nothing to report."""
        found = (self._alerts.find(name) for name in names)
        return next(
            (alert for alert in found if alert is not None and alert.is_open and not is_past(alert, at=at)), None
        )

    def _is_owed(self, preference: Preference, *, at: datetime) -> bool:
        """Whether an alert was kept so recently that it waits for the next run."""
        since = instant_text(at - SETTLED)
        return any(True for _ in self._store.kept(preference.recipient, since=since, until=instant_text(at + SETTLED)))

    def _ask_for(self, digest: Digest) -> None:
        self._queue.send(json.dumps({"digest_id": digest.digest_id}), name=digest.digest_id)


def _recipients_of(by: Caller) -> tuple[str, ...]:
    return recipients_of([role.value for role in by.roles], by.department)


def _day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(ErrorCode.NOT_FOUND) from None


def _message(digest: Digest) -> dict[str, str | int | None]:
    """Return the message for other systems: how many alerts wait where, no personal data."""
    return {
        "digest_id": digest.digest_id,
        "recipient": digest.recipient,
        "department": digest.recipient.partition(".")[2],
        "day": digest.day.isoformat(),
        "alerts": digest.number,
        "made_at": instant_text(digest.made_at),
    }
