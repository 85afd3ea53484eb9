"""The store of identity conflicts."""

from typing import Any

from chalicelib.credit.model.identity_conflicts import Conflict, ConflictState
from chalicelib.credit.table.identity_conflicts import ConflictRow
from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.timeline.repository import Repository


class ConflictStore(Repository[Conflict]):
    """All conflicts."""

    kind = "conflict"
    row = ConflictRow

    def page(self, state: ConflictState, *, limit: int, after: Position | None) -> Page[Conflict]:
        """Return a page of conflicts in one state, oldest first."""
        rows = ConflictRow.by_state.query(state.value, limit=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def _columns(self, conflict: Conflict) -> dict[str, Any]:
        return {"document": conflict, "state": conflict.state.value, "said_at": conflict.said_at}
