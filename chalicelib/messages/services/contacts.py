"""What people do about their contacts (联系方式): give, confirm, agree, withdraw, take away."""

import json
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.bounds.model import Counted
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.messages.model.channels import Letter, Result
from chalicelib.messages.model.contacts import Contact, Language, Reach
from chalicelib.messages.model.messages import Channel
from chalicelib.messages.rules import contacts as rules
from chalicelib.messages.rules.texts import code_words
from chalicelib.messages.services.channels import Carriers
from chalicelib.messages.store.contacts import ContactStore, KeptContact
from chalicelib.policy import Caller
from chalicelib.publisher import DelayingPublisher
from chalicelib.subjects.model.subjects import PERSONS, SubjectKey

if TYPE_CHECKING:
    from chalicelib.bounds.store import CountStore

CODE_WAITS: Final = (timedelta(seconds=5), timedelta(seconds=30))
"""The waits after failed attempts to send a code; there is one last attempt after the last: somebody is waiting."""


MOST_WITH_A_PHONE: Final = 10
"""How many people may share a number and still be found by it."""


class Contacts:
    """Everybody's contacts."""

    def __init__(
        self,
        store: ContactStore,
        *,
        carriers: Callable[[], Carriers],
        offered: Collection[Channel],
        queue: DelayingPublisher,
        counts: "CountStore",
        key: Callable[[], bytes],
    ) -> None:
        """``offered`` are the channels that this deployment has; codes go through ``queue`` to the ``carriers``.

        ``key`` derives codes and digests; ``counts`` knows how many codes were asked for and guessed.
        """
        self._store = store
        self._carriers = carriers
        self._offered = frozenset(offered)
        self._queue = queue
        self._counts = counts
        self._key = key

    @property
    def offered(self) -> frozenset[Channel]:
        """The channels that this deployment has."""
        return self._offered

    def of(self, subject: SubjectKey) -> Contact:
        """Return a person's contacts."""
        return self._store.find(subject).contact

    def with_phone(self, text: str) -> tuple[SubjectKey, ...]:
        """Return who has confirmed a phone number, as somebody says it; nobody for what is none.

        ``UNAVAILABLE`` while the KMS key cannot be used.
        """
        value = rules.value_of(Channel.SMS, text)
        return () if value is None else self._store.with_phone(value, limit=MOST_WITH_A_PHONE)

    def values_of(self, subject: SubjectKey) -> Mapping[Channel, str]:
        """Return a person's confirmed values; ``UNAVAILABLE`` while the KMS key cannot be used."""
        kept = self._store.find(subject)
        return self._store.open(kept).confirmed if kept.contact.points else {}

    @retry_on_conflict
    def learn(self, by: Caller, *, language: Language, at: datetime) -> None:
        """Take over what the identity platform vouches for at a login, unless the person has given something else."""
        vouched = {channel: value for channel in self._offered if (value := _vouched(by, channel)) is not None}
        if not vouched:
            return
        subject = by.own_subject()
        kept = self._store.find(subject)
        digests = {channel: self._digest(subject, value) for channel, value in vouched.items()}
        news = [channel for channel in vouched if rules.is_news(kept.contact, channel, digests[channel])]
        if not news:
            return
        contact, reach = kept.contact, self._store.open(kept)
        if not contact.rev:
            contact = replace(contact, language=language)
        for channel in sorted(news):
            contact, reach = rules.vouch(contact, reach, channel, vouched[channel], digest=digests[channel], at=at)
        self._save(kept, contact, reach)

    @retry_on_conflict
    def give(self, channel: Channel, text: str, *, language: Language, by: Caller, at: datetime) -> Contact:
        """Take a phone number or an address, and send a code to it unless the identity platform vouches for it.

        ``INVALID_BODY`` for what is none, ``TOO_MANY_REQUESTS`` if too many codes were asked for, ``NOT_FOUND`` for a
        channel that this deployment does not have.
        """
        self._require_offered(channel)
        subject = by.own_subject()
        value = rules.require_value(channel, text)
        kept = self._store.find(subject)
        contact, digest = replace(kept.contact, language=language), self._digest(subject, value)
        point = contact.point(channel)
        if point is not None and point.digest == digest:
            return self._save(kept, rules.with_consent(contact, channel, at=at), None)
        reach = self._store.open(kept)
        if value == _vouched(by, channel):
            contact, reach = rules.vouch(contact, reach, channel, value, digest=digest, at=at)
            return self._save(kept, rules.with_consent(contact, channel, at=at), reach)
        code_id = secrets.token_hex(8)
        contact, reach = rules.ask(contact, reach, channel, value, digest=digest, code_id=code_id, at=at)
        with transaction() as tx:
            self._counts.count(Counted.CONTACT_CODES, subject, at=at, tx=tx)
            saved = self._store.save(kept, contact, reach, tx)
        self._order_code(subject, channel, code_id)
        return saved

    @retry_on_conflict
    def confirm(self, channel: Channel, code: str, *, by: Caller, at: datetime) -> Contact:
        """Confirm what was given by the code that was sent to it; who confirms it agrees to the channel.

        ``CONTACT_CODE_WRONG`` for another code, ``CONTACT_CODE_EXPIRED`` after ten minutes, ``TOO_MANY_REQUESTS`` after
        too many guesses: they are counted before they are compared.
        """
        subject = by.own_subject()
        with transaction() as tx:
            self._counts.count(Counted.CONTACT_GUESSES, subject, at=at, tx=tx)
        kept = self._store.find(subject)
        asked = rules.require_code(kept.contact, channel, code, key=self._key(), at=at)
        contact, reach = rules.confirm(kept.contact, self._store.open(kept), asked, at=at)
        return self._save(kept, contact, reach)

    @retry_on_conflict
    def agree(self, channel: Channel, *, by: Caller, at: datetime) -> Contact:
        """Agree to being told on a channel. Idempotent; ``NOT_FOUND`` without a contact on it."""
        kept = self._store.find(by.own_subject())
        return self._save(kept, rules.with_consent(kept.contact, channel, at=at), None)

    @retry_on_conflict
    def disagree(self, channel: Channel, *, by: Caller, at: datetime) -> Contact:
        """Withdraw consent to a channel. Idempotent; ``NOT_FOUND`` without a contact on it."""
        kept = self._store.find(by.own_subject())
        return self._save(kept, rules.withdraw_consent(kept.contact, channel, at=at), None)

    @retry_on_conflict
    def remove(self, channel: Channel, *, by: Caller) -> Contact:
        """Forget the contact on a channel, and what waits for its code; no login brings it back. Idempotent."""
        kept = self._store.find(by.own_subject())
        contact, reach = rules.take_away(kept.contact, self._store.open(kept), channel)
        return self._save(kept, contact, reach)

    @retry_on_conflict
    def choose(self, language: Language, *, by: Caller) -> Contact:
        """Choose the language in which one is told. Idempotent."""
        kept = self._store.find(by.own_subject())
        return self._save(kept, replace(kept.contact, language=language), None)

    def send_code(self, subject: SubjectKey, channel: Channel, code_id: str, *, attempt: int, at: datetime) -> bool:
        """Send the code that confirms a value; return whether one was sent. One that is not asked for any more is not.

        A code that cannot be sent is tried three times within a minute; then the person asks for another.
        """
        kept = self._store.find(subject)
        asked = kept.contact.asked_on(channel)
        if asked is None or asked.code_id != code_id or at >= asked.expires_at:
            return False
        code = rules.code_of(subject, asked, key=self._key())
        letter = Letter(
            to=self._store.open(kept).asked[channel],
            words=code_words(channel, code, kept.contact.language),
            name=f"code-{code_id}",
            language=kept.contact.language,
        )
        handed = self._carriers()[channel].hand_over(letter)
        if handed.result is Result.AGAIN and attempt < len(CODE_WAITS):
            self._order_code(subject, channel, code_id, attempt=attempt + 1, after=CODE_WAITS[attempt])
        return handed.result is Result.SENT

    def _order_code(
        self,
        subject: SubjectKey,
        channel: Channel,
        code_id: str,
        *,
        attempt: int = 0,
        after: timedelta = timedelta(0),
    ) -> None:
        named = {"code_id": code_id, "subject": subject, "channel": channel, "attempt": attempt}
        self._queue.send(json.dumps(named), name=code_id, after=after)

    def _save(self, kept: KeptContact, contact: Contact, reach: Reach | None) -> Contact:
        if contact == kept.contact:
            return contact
        with transaction() as tx:
            return self._store.save(kept, contact, reach, tx)

    def _digest(self, subject: SubjectKey, value: str) -> str:
        return rules.digest_of(subject, value, key=self._key())

    def _require_offered(self, channel: Channel) -> None:
        if channel not in self._offered:
            raise DomainError(ErrorCode.NOT_FOUND)


def _vouched(by: Caller, channel: Channel) -> str | None:
    """Return the value that the identity platform vouches for on a channel.

    It vouches for whoever logs in. For an organisation that is an employee, whose phone is not the organisation's.
    """
    if by.identity is None or by.identity.kind not in PERSONS:
        return None
    text = by.email if channel is Channel.EMAIL else by.phone
    return rules.value_of(channel, text) if text else None
