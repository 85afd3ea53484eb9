"""Idempotency keys: the same key with the same body has one effect, recorded in the same transaction.

A row is kept for a day. It stores what was created, not the response: a repetition returns the current state of that
thing, so no crash between effect and record can lose either.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import settings

KEPT_FOR = timedelta(days=1)


class IdempotencyRow(Row):
    """``pk``: digest of caller, route and key; ``request``: digest of the body; ``made``: id of what was created."""

    class Meta:
        """The table's name."""

        table_name = settings().table("idempotency")

    pk = UnicodeAttribute(hash_key=True)
    request = UnicodeAttribute()
    made = UnicodeAttribute()
    expires = NumberAttribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A caller's request for exactly one effect (Idempotency-Key)."""

    key: str
    request: str

    @classmethod
    def of(cls, *, caller: str, route: str, key: str, body: bytes) -> "IdempotencyKey":
        """Derive the key, so that those of different callers and routes never meet.

        ``caller`` names whoever asks with all that they speak for, ``route`` the route with its parameters.
        """
        name = hashlib.sha256(f"{caller}\x00{route}\x00{key}".encode()).hexdigest()
        return cls(key=name, request=hashlib.sha256(body).hexdigest())

    def row(self) -> IdempotencyRow:
        """Return a row with only its key, for a batch of reads."""
        return IdempotencyRow(self.key)

    def made_before(self, row: Row | None) -> str | None:
        """Return what an earlier request created; ``IDEMPOTENCY_KEY_REUSED`` if it had another body."""
        if row is None:
            return None
        if not isinstance(row, IdempotencyRow):
            raise TypeError(type(row).__name__)
        if row.request != self.request:
            raise DomainError(ErrorCode.IDEMPOTENCY_KEY_REUSED)
        return row.made

    def look_up(self) -> str | None:
        """Return what an earlier request created, in a read of its own; ``None`` if there was none."""
        try:
            return self.made_before(IdempotencyRow.get(self.key, consistent_read=True))
        except IdempotencyRow.DoesNotExist:
            return None

    def remember(self, made: str, tx: Transaction, *, at: datetime) -> None:
        """Record what was created. Raises ``ConflictError`` at the commit if the same request is running elsewhere."""
        tx.add(
            IdempotencyRow(
                self.key,
                request=self.request,
                made=made,
                expires=int((at + KEPT_FOR).timestamp()),
            ),
            on_failure=ConflictError(),
        )
