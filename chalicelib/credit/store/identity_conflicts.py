"""Loading and saving conflicts of identity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.credit.model.identity_conflicts import Conflict, ConflictState
from chalicelib.credit.table.identity_conflicts import ConflictRow
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline

Position = dict[str, dict[str, Any]] | None
"""Where the next page begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictPage:
    """A page of conflicts, oldest first; ``after`` is where the next one begins."""

    conflicts: tuple[Conflict, ...]
    after: Position


class ConflictStore:
    """All conflicts."""

    row = ConflictRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def find(self, conflict_id: str) -> Conflict | None:
        """Return a conflict, strongly consistent, or ``None``."""
        try:
            return _conflict_of(ConflictRow.get(f"conflict:{conflict_id}", consistent_read=True))
        except ConflictRow.DoesNotExist:
            return None

    def add(self, conflict: Conflict, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> Conflict:
        """Put a new conflict and its first event."""
        head = self._timeline.append(facts, owner=conflict.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(conflict, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(
        self, before: Conflict, after: Conflict, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction
    ) -> Conflict:
        """Put what became of a conflict, with its events; ``ConflictError`` if ``before`` is no more."""
        head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
        made = replace(after, version=before.version + 1, head=head)
        tx.put(_row_of(made), condition=ConflictRow.head_hash == before.head.hash, on_failure=ConflictError())
        return made

    def page(self, state: ConflictState, *, limit: int, after: Position) -> ConflictPage:
        """Return a page of conflicts in one state, oldest first."""
        rows = ConflictRow.by_state.query(state.value, limit=limit, last_evaluated_key=after)
        return ConflictPage(conflicts=tuple(_conflict_of(row) for row in rows), after=rows.last_evaluated_key)


def _conflict_of(row: ConflictRow) -> Conflict:
    conflict: Conflict = row.document
    return replace(conflict, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))


def _row_of(conflict: Conflict) -> ConflictRow:
    return ConflictRow(
        conflict.owner,
        version=conflict.version,
        head_seq=conflict.head.seq,
        head_hash=conflict.head.hash,
        state=conflict.state.value,
        said_at=conflict.said_at,
        document=conflict,
    )
