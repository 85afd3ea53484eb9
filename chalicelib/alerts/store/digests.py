"""Loading and saving preferences, kept alerts and digests."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from chalicelib.alerts.model.alerts import Alert
from chalicelib.alerts.model.digests import Digest, Preference
from chalicelib.alerts.table.digests import DigestRow, KeptRow, PreferenceRow
from chalicelib.clock import instant_text
from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.dynamo.transaction import ConflictError, Transaction

PREFERENCE = "preference"
WAITS = "daily"
LAST = "\uffff"
"""Sorts after everything else that a key holds."""


class DigestStore:
    """All digests."""

    def preference(self, recipient: str) -> Preference:
        """Return a recipient's preference, strongly consistent; single alerts if none was set."""
        try:
            return PreferenceRow.get(recipient, PREFERENCE, consistent_read=True).document
        except PreferenceRow.DoesNotExist:
            return Preference(recipient=recipient)

    def save_preference(self, before: Preference, after: Preference, *, waits: bool, tx: Transaction) -> None:
        """Save a preference. Raises ``ConflictError`` if the stored one has changed.

        ``waits`` keeps the recipient in the index of those to look at.
        """
        row = PreferenceRow(after.recipient, PREFERENCE, document=after, waits=WAITS if waits else None)
        condition = PreferenceRow.pk.does_not_exist() | (PreferenceRow.document == before)
        tx.put(row, condition=condition, on_failure=ConflictError())

    def waiting(self) -> Iterator[str]:
        """Yield the recipients who take digests, or are still owed a last one."""
        for row in PreferenceRow.waiting.query(WAITS):
            yield row.pk

    def keep(self, alert: Alert, preference: Preference, *, at: datetime, tx: Transaction) -> None:
        """Keep an alert for the next digest. Raises ``ConflictError`` if the recipient's preference has changed."""
        tx.add(KeptRow(alert.recipient, f"kept#{instant_text(at)}#{alert.alert_id}"), on_failure=ConflictError())
        row = PreferenceRow(preference.recipient, PREFERENCE)
        tx.require(row, condition=PreferenceRow.document == preference, on_failure=ConflictError())

    def kept(self, recipient: str, *, since: str, until: str) -> Iterator[str]:
        """Yield the ids of the alerts kept after one instant and up to another, oldest first."""
        for row in KeptRow.query(recipient, KeptRow.sk.between(f"kept#{since}#{LAST}", f"kept#{until}#{LAST}")):
            yield row.sk.rpartition("#")[2]

    def kept_page(
        self, digest: Digest, *, limit: int, after: dict[str, Any] | None
    ) -> tuple[tuple[str, ...], dict[str, Any] | None]:
        """Return a page of the ids of a digest's alerts, oldest first, and where the next one begins."""
        rows = KeptRow.query(
            digest.recipient,
            KeptRow.sk.between(f"kept#{digest.since}#{LAST}", f"kept#{digest.until}#{LAST}"),
            limit=limit,
            last_evaluated_key=after,
        )
        return tuple(row.sk.rpartition("#")[2] for row in rows), rows.last_evaluated_key

    def digest(self, recipient: str, day: date) -> Digest | None:
        """Return the digest of a recipient and day, strongly consistent, or ``None``."""
        try:
            return DigestRow.get(recipient, _key(day), consistent_read=True).document
        except DigestRow.DoesNotExist:
            return None

    def page(self, recipient: str, *, limit: int, after: Position | None = None) -> Page[Digest]:
        """Return a page of a recipient's digests, newest first."""
        rows = DigestRow.query(
            recipient,
            DigestRow.sk.startswith("digest#"),
            scan_index_forward=False,
            consistent_read=True,
            limit=limit,
            last_evaluated_key=after,
        )
        return page_of(rows, _digest_of)

    def add(self, digest: Digest, tx: Transaction) -> None:
        """Save a new digest. Raises ``ConflictError`` if the recipient has one for that day."""
        tx.add(DigestRow(digest.recipient, _key(digest.day), document=digest), on_failure=ConflictError())

    def save(self, before: Digest, after: Digest, tx: Transaction) -> None:
        """Save the new version. Raises ``ConflictError`` if the stored version has changed."""
        row = DigestRow(after.recipient, _key(after.day), document=after)
        tx.put(row, condition=DigestRow.document == before, on_failure=ConflictError())


def _digest_of(row: DigestRow) -> Digest:
    digest: Digest = row.document
    return digest


def _key(day: date) -> str:
    return f"digest#{day.isoformat()}"
