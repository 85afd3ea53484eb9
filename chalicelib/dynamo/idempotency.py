"""The same key with the same body has one effect: the row that remembers it joins the atomic write itself.

A row lives for a day. It remembers what was made, not what was answered: a repetition is answered with the thing
as it stands, so there is no moment between effect and memory in which a crash could lose one of them.
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
    """``pk``: digest of caller, route and key; ``request``: digest of the body; ``made``: what came of it."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("idempotency")

    pk = UnicodeAttribute(hash_key=True)
    request = UnicodeAttribute()
    made = UnicodeAttribute()
    expires = NumberAttribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A caller's wish that this request have one effect (Idempotency-Key)."""

    key: str
    request: str

    @classmethod
    def of(cls, *, caller: str, route: str, key: str, body: bytes) -> "IdempotencyKey":
        """Digest caller, route and key, so that keys of different people and routes never meet."""
        name = hashlib.sha256(f"{caller}\x00{route}\x00{key}".encode()).hexdigest()
        return cls(key=name, request=hashlib.sha256(body).hexdigest())

    def row(self) -> IdempotencyRow:
        """Return a row that holds only the key, for a batch of reads."""
        return IdempotencyRow(self.key)

    def made_before(self, row: Row | None) -> str | None:
        """Return what an earlier request made; ``IDEMPOTENCY_KEY_REUSED`` if that one had another body."""
        if row is None:
            return None
        if not isinstance(row, IdempotencyRow):
            raise TypeError(type(row).__name__)
        if row.request != self.request:
            raise DomainError(ErrorCode.IDEMPOTENCY_KEY_REUSED)
        return row.made

    def look_up(self) -> str | None:
        """Read on its own what an earlier request made; ``None`` if there was none."""
        try:
            return self.made_before(IdempotencyRow.get(self.key, consistent_read=True))
        except IdempotencyRow.DoesNotExist:
            return None

    def remember(self, made: str, tx: Transaction, *, at: datetime) -> None:
        """Raises ``ConflictError`` at the commit if the same request is taking effect elsewhere right now."""
        tx.add(
            IdempotencyRow(
                self.key,
                request=self.request,
                made=made,
                expires=int((at + KEPT_FOR).timestamp()),
            ),
            on_failure=ConflictError(),
        )
