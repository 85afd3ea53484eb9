"""Loading and saving mandates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.inspection.model import Mandate, owner_of
from chalicelib.inspection.table import MandateRow
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline


class MandateStore:
    """All mandates."""

    row = MandateRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def load(self, mandate_id: str) -> Mandate:
        """Return a mandate, strongly consistent; ``NOT_FOUND`` if there is none by that id."""
        try:
            return _mandate_of(MandateRow.get(owner_of(mandate_id), consistent_read=True))
        except MandateRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def add(self, mandate: Mandate, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> Mandate:
        """Put a new mandate and its first event."""
        head = self._timeline.append(facts, owner=mandate.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(mandate, version=1, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(
        self, before: Mandate, after: Mandate, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction
    ) -> Mandate:
        """Put what became of a mandate, with its events; ``ConflictError`` if ``before`` is no more."""
        head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
        made = replace(after, version=before.version + 1, head=head)
        tx.put(_row_of(made), condition=MandateRow.head_hash == before.head.hash, on_failure=ConflictError())
        return made

    def asked_by(
        self, inspector: str, *, limit: int, after: dict[str, dict[str, Any]] | None
    ) -> tuple[tuple[Mandate, ...], dict[str, dict[str, Any]] | None]:
        """Return a page of an inspector's mandates, newest first, and where the next one begins."""
        rows = MandateRow.by_inspector.query(inspector, scan_index_forward=False, limit=limit, last_evaluated_key=after)
        return tuple(_mandate_of(row) for row in rows), rows.last_evaluated_key


def _mandate_of(row: MandateRow) -> Mandate:
    mandate: Mandate = row.document
    return replace(mandate, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))


def _row_of(mandate: Mandate) -> MandateRow:
    return MandateRow(
        mandate.owner,
        version=mandate.version,
        head_seq=mandate.head.seq,
        head_hash=mandate.head.hash,
        inspector=mandate.inspector,
        asked_at=mandate.asked_at,
        document=mandate,
    )
