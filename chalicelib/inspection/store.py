"""Loading and saving mandates."""

from typing import Any

from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.inspection.model import Mandate
from chalicelib.inspection.table import MandateRow
from chalicelib.timeline.repository import Repository


class MandateStore(Repository[Mandate]):
    """All mandates."""

    kind = "mandate"
    row = MandateRow

    def asked_by(self, inspector: str, *, limit: int, after: Position | None) -> Page[Mandate]:
        """Return a page of an inspector's mandates, newest first."""
        rows = MandateRow.by_inspector.query(inspector, scan_index_forward=False, limit=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def waiting(self, department: str, *, limit: int, after: Position | None) -> Page[Mandate]:
        """Return a page of a department's mandates that nobody has approved yet, oldest first."""
        rows = MandateRow.waiting.query(department, limit=limit, page_size=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def _columns(self, mandate: Mandate) -> dict[str, Any]:
        return {
            "document": mandate,
            "inspector": mandate.inspector,
            "asked_at": mandate.asked_at,
            "waits_in": mandate.department or None if mandate.approved_at is None else None,
        }
