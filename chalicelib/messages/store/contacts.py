"""Loading and saving contacts, their values encrypted."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.messages.model.contacts import Contact, Reach
from chalicelib.messages.model.messages import Channel
from chalicelib.messages.rules.contacts import listed_as, listed_under
from chalicelib.messages.table.contacts import ContactRow, PhoneRow
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.subjects.store import Vault

CONTACT = "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptContact:
    """A person's contacts as they are kept: ``sealed`` holds the values."""

    contact: Contact
    sealed: bytes | None = None


class ContactStore:
    """All contacts."""

    def __init__(self, vault: Vault, *, key: Callable[[], bytes]) -> None:
        """``vault`` encrypts the values, with a key that opens no identity; ``key`` makes digests of phone numbers."""
        self._vault = vault
        self._key = key

    def find(self, subject: SubjectKey) -> KeptContact:
        """Return a person's contacts, strongly consistent; those of somebody unknown are empty."""
        try:
            row = ContactRow.get(subject, CONTACT, consistent_read=True)
        except ContactRow.DoesNotExist:
            return KeptContact(contact=Contact(subject=subject))
        return KeptContact(contact=row.document, sealed=row.sealed)

    def with_phone(self, value: str, *, limit: int) -> tuple[SubjectKey, ...]:
        """Return who has confirmed a phone number: one query, and one call to KMS for each of them.

        ``UNAVAILABLE`` while the KMS key cannot be used.
        """
        place = listed_under(value, key=self._key())
        rows = PhoneRow.query(place, limit=limit, page_size=limit, consistent_read=True)
        return tuple(SubjectKey(self._vault.open(row.sealed, about=place)) for row in rows)

    def open(self, kept: KeptContact) -> Reach:
        """Decrypt the values; ``UNAVAILABLE`` while the KMS key cannot be used."""
        if kept.sealed is None:
            return Reach()
        values = json.loads(self._vault.open(kept.sealed, about=kept.contact.subject))
        confirmed, asked = (
            {Channel(channel): value for channel, value in values[part].items()} for part in ("confirmed", "asked")
        )
        return Reach(confirmed=confirmed, asked=asked)

    def save(self, kept: KeptContact, after: Contact, reach: Reach | None, tx: Transaction) -> Contact:
        """Save contacts, with their values unless these are the same (``None``).

        Raises ``ConflictError`` if the stored version has changed.
        """
        before = kept.contact
        saved = replace(after, rev=before.rev + 1)
        actions = [ContactRow.rev.set(saved.rev), ContactRow.document.set(saved)]
        if reach is not None:
            actions.append(
                ContactRow.sealed.set(self._sealed(reach, about=saved.subject))
                if reach.confirmed or reach.asked
                else ContactRow.sealed.remove()
            )
            if before.point(Channel.SMS) != saved.point(Channel.SMS):
                self._list(saved.subject, self.open(kept).confirmed, reach.confirmed, tx)
        is_same = ContactRow.rev == before.rev if before.rev else ContactRow.pk.does_not_exist()
        row = ContactRow(saved.subject, CONTACT)
        tx.change(row, actions=actions, condition=is_same, on_failure=ConflictError())
        return saved

    def _list(
        self, subject: SubjectKey, before: Mapping[Channel, str], after: Mapping[Channel, str], tx: Transaction
    ) -> None:
        """Let somebody be found by their phone number, and no longer by the one before."""
        old, new = before.get(Channel.SMS), after.get(Channel.SMS)
        if old is not None and old != new:
            tx.discard(PhoneRow(listed_under(old, key=self._key()), listed_as(subject, old, key=self._key())))
        if new is not None and old != new:
            place = listed_under(new, key=self._key())
            name = listed_as(subject, new, key=self._key())
            tx.overwrite(PhoneRow(place, name, sealed=self._vault.seal(subject, about=place)))

    def _sealed(self, reach: Reach, *, about: SubjectKey) -> bytes:
        return self._vault.seal(json.dumps({"confirmed": reach.confirmed, "asked": reach.asked}), about=about)
