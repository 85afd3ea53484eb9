"""Loading and saving outages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.supervision.model.outages import LONGEST, Outage, owner_of
from chalicelib.supervision.table.outages import OutageRow
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class OutagePage:
    """A page of outages, newest first; ``after`` is where the next one begins."""

    outages: tuple[Outage, ...]
    after: dict[str, dict[str, Any]] | None


class OutageStore:
    """All outages."""

    row = OutageRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def load(self, outage_id: str) -> Outage:
        """Return an outage, strongly consistent; ``NOT_FOUND`` if there is none by that id."""
        try:
            return _outage_of(OutageRow.get(owner_of(outage_id), consistent_read=True))
        except OutageRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def add(self, outage: Outage, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> Outage:
        """Put a new outage and its first event."""
        head = self._timeline.append(facts, owner=outage.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(outage, version=1, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(
        self, before: Outage, after: Outage, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction
    ) -> Outage:
        """Put what became of an outage, with its events; ``ConflictError`` if ``before`` is no more."""
        head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
        made = replace(after, version=before.version + 1, head=head)
        tx.put(_row_of(made), condition=OutageRow.head_hash == before.head.hash, on_failure=ConflictError())
        return made

    def begun(self, since: datetime, until: datetime) -> tuple[Outage, ...]:
        """Return the outages that began between two instants or had begun up to 31 days before, oldest first."""
        rows = OutageRow.everywhere.query("all", OutageRow.starts_at.between(since - LONGEST, until))
        return tuple(_outage_of(row) for row in rows)

    def page(
        self, since: datetime, until: datetime, *, limit: int, after: dict[str, dict[str, Any]] | None
    ) -> OutagePage:
        """Return a page of the outages that began between two instants, newest first."""
        rows = OutageRow.everywhere.query(
            "all",
            OutageRow.starts_at.between(since, until),
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=after,
        )
        return OutagePage(outages=tuple(_outage_of(row) for row in rows), after=rows.last_evaluated_key)


def _outage_of(row: OutageRow) -> Outage:
    outage: Outage = row.document
    return replace(outage, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))


def _row_of(outage: Outage) -> OutageRow:
    return OutageRow(
        outage.owner,
        version=outage.version,
        head_seq=outage.head.seq,
        head_hash=outage.head.hash,
        starts_at=outage.window.starts_at,
        document=outage,
    )
