"""Telling messages beside the portal, by SMS and e-mail (短信、邮件): each once, or left for a person to look at."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from chalicelib.alerts.rules.webhooks import wait
from chalicelib.alerts.services.webhooks import EarlyError
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.messages.model.channels import Letter, Result
from chalicelib.messages.model.contacts import REACHING
from chalicelib.messages.model.messages import Channel, Delivery, DeliveryState, Message
from chalicelib.messages.rules import sending as rules
from chalicelib.messages.rules.texts import IncompleteTextError, sent_words
from chalicelib.messages.services.channels import Carriers
from chalicelib.messages.store.contacts import ContactStore
from chalicelib.messages.store.messages import MessageStore
from chalicelib.messages.store.telling import templates
from chalicelib.publisher import BatchPublisher, DelayingPublisher
from chalicelib.subjects.model.subjects import SubjectKey

AT_ONCE: Final = timedelta(0)


class AnotherRunError(RuntimeError):
    """Somebody else has dealt with the delivery meanwhile: another run of the job, or a receipt."""


class Sending:
    """Every message's way to its recipient's phone and mailbox."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: MessageStore,
        contacts: ContactStore,
        *,
        carriers: Callable[[], Carriers],
        offered: Collection[Channel],
        quiet: Callable[[datetime], rules.QuietHours],
        in_force: Callable[[str, datetime], bool],
        portal: str,
        queue: BatchPublisher,
        dead_letters: DelayingPublisher,
    ) -> None:
        """``offered`` are the channels that this deployment has, and ``carriers`` returns who takes letters on them.

        ``in_force`` says whether an authority still is. Links begin with ``portal``. Attempts wait in ``queue``, what
        cannot be sent goes to ``dead_letters``.
        """
        self._store = store
        self._contacts = contacts
        self._carriers = carriers
        self._offered = tuple(channel for channel in REACHING if channel in offered)
        self._quiet = quiet
        self._in_force = in_force
        self._portal = portal
        self._queue = queue
        self._dead_letters = dead_letters

    def order(self, message: Message) -> None:
        """Ask that a message be told on its channels; an order given twice names the same message."""
        self._queue.send(_order_of(message), name=message.message_id)

    def order_all(self, messages: Iterable[Message]) -> None:
        """Ask the same for many messages, ten a call."""
        self._queue.send_all({message.message_id: _order_of(message) for message in messages})

    def send(
        self, message_id: str, recipient: SubjectKey, *, at: datetime, channel: Channel | None = None, attempt: int = 0
    ) -> int:
        """Make one attempt on a channel, or the first one on each; return how many letters were taken.

        A repeated order finds its attempts made, an early one is put back for the rest of the wait. The order for the
        next attempt goes out before the outcome of this one is saved: a crash in between loses none, and the early
        order comes again (``EarlyError``).
        """
        taken = 0
        for each in self._offered if channel is None else (channel,):
            # Another run that has dealt with the channel meanwhile says what became of it.
            with suppress(AnotherRunError):
                taken += self._send(message_id, recipient, each, attempt=attempt, at=at)
        return taken

    def _send(self, message_id: str, recipient: SubjectKey, channel: Channel, *, attempt: int, at: datetime) -> bool:
        message = self._store.load(recipient, message_id)
        stored = message.on(channel)
        before = stored or rules.first(channel, at=at)
        if before.attempts < attempt:
            raise EarlyError(message_id)
        if before.attempts > attempt or not before.is_pending:
            return False
        if before.state is DeliveryState.HANDING_OVER:
            if not rules.is_cut_short(before, at=at):
                self._order(message, before, until=before.at + rules.RUNS_AT_MOST, at=at)
                return False
            if channel is Channel.EMAIL:
                # No mail server knows a repetition, so what may have gone out is never sent again (decision 0067).
                self._end(message, stored, rules.give_up(before, rules.OUTCOME_UNKNOWN, at=at))
                return False
        if before.next_at is not None and at < before.next_at:
            self._order(message, before, until=before.next_at, at=at)
            return False
        return self._attempt(message, stored, before, at=at)

    def _attempt(self, message: Message, stored: Delivery | None, before: Delivery, *, at: datetime) -> bool:
        """Look up how the person is reached now, and hand the message over; return whether it was taken."""
        channel = before.channel
        kept = self._contacts.find(message.recipient)
        point = kept.contact.point(channel)
        reason = rules.reason_against(message, kept.contact, channel)
        if point is None or reason:
            self._save(message, stored, rules.leave_out(before, reason, at=at))
            return False
        wake_at = rules.wake_at(message, self._quiet(at), at=at)
        if wake_at is not None:
            self._order(message, before, until=wake_at, at=at)
            self._save(message, stored, rules.keep_back(before, wake_at, at=at))
            return False
        if message.authority and not self._in_force(message.authority, at):
            # An agent is told nothing more, though it happened before.
            self._save(message, stored, rules.leave_out(before, rules.AUTHORITY_ENDED, at=at))
            return False
        if message.needs and rules.is_overtaken(message, self._store.turn(message.recipient, message.owner)):
            self._save(message, stored, rules.leave_out(before, rules.NOT_ASKED_ANY_MORE, at=at))
            return False
        language = kept.contact.language
        try:
            template = templates()[message.kind]
            words = sent_words(message, template, language, channel=channel, portal=self._portal)
        except IncompleteTextError:
            self._end(message, stored, rules.give_up(before, rules.TEXT_INCOMPLETE, at=at))
            return False
        to = self._contacts.open(kept).confirmed[channel]
        letter = Letter(to=to, words=words, name=f"{message.message_id}-{point.version}", language=language)
        return self._hand_over(message, stored, rules.hand_over(before, letter.name, point, at=at), letter, at=at)

    def _hand_over(
        self, message: Message, stored: Delivery | None, under_way: Delivery, letter: Letter, *, at: datetime
    ) -> bool:
        """Mark the attempt, make it, and save its outcome; return whether the letter was taken."""
        seen = stored

        def mark() -> None:
            nonlocal seen
            self._save(message, stored, under_way, name=letter.name)
            seen = under_way

        handed = self._carriers()[under_way.channel].hand_over(letter, last_call=mark)
        self._settle(message, seen, rules.settle(under_way, handed, at=at), at=at)
        return handed.result is Result.SENT

    def _settle(self, message: Message, before: Delivery | None, after: Delivery, *, at: datetime) -> None:
        if after.is_pending:
            self._order(message, after, until=after.next_at or at, at=at)
        # A receipt that was faster knows more.
        with suppress(AnotherRunError):
            if after.state is DeliveryState.FAILED:
                self._end(message, before, after)
            else:
                self._save(message, before, after)

    def _end(self, message: Message, before: Delivery | None, after: Delivery) -> None:
        """Set a message aside for a person to look at, and save that it failed."""
        self._dead_letters.send(_named(message, after), name=message.message_id)
        self._save(message, before, after)

    def _order(self, message: Message, delivery: Delivery, *, until: datetime, at: datetime) -> None:
        self._queue.send(_named(message, delivery), name=message.message_id, after=wait(until, at=at))

    @retry_on_conflict
    def _save(self, message: Message, before: Delivery | None, after: Delivery, *, name: str = "") -> None:
        """Save what became of a message on one channel; ``AnotherRunError`` if that has changed meanwhile.

        With a ``name`` the gateway's receipt will find the message by it.
        """
        stored = self._store.load(message.recipient, message.message_id)
        if stored.on(after.channel) != before:
            raise AnotherRunError
        with transaction() as tx:
            self._store.save_deliveries(stored, _with(stored.deliveries, after), tx)
            if name:
                self._store.hand_over(stored, name, tx)

    @retry_on_conflict
    def receive(self, name: str, said: str, *, reason: str, at: datetime, now: datetime) -> Message | None:
        """Take a receipt of the gateway: ``said`` is ``delivered`` or ``failed``. Idempotent.

        Returns the message, ``None`` if none was handed over under the name: codes have receipts, too. A receipt for a
        number that the person has given up meanwhile changes nothing.
        """
        message = self._store.handed_over(name)
        if message is None:
            return None
        before = message.on(Channel.SMS)
        if before is None or before.proof != name:
            return message
        after = rules.with_receipt(before, said, reason=reason, at=at, now=now)
        if after == before:
            return message
        with transaction() as tx:
            return self._store.save_deliveries(message, _with(message.deliveries, after), tx)


def _with(deliveries: Sequence[Delivery], after: Delivery) -> tuple[Delivery, ...]:
    return (*(one for one in deliveries if one.channel is not after.channel), after)


def _named(message: Message, delivery: Delivery) -> str:
    """Return the order of an attempt: of which message, on which channel, and nothing of how the person is reached."""
    return json.dumps(
        {
            "message_id": message.message_id,
            "subject": message.recipient,
            "channel": delivery.channel,
            "attempt": delivery.attempts,
        }
    )


def _order_of(message: Message) -> str:
    return json.dumps({"message_id": message.message_id, "subject": message.recipient})
