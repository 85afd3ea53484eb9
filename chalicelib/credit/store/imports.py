"""The store of imports."""

from typing import Any

from chalicelib.clock import instant_text
from chalicelib.credit.model.imports import Import
from chalicelib.credit.table.imports import ImportRow
from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.timeline.repository import Repository


class ImportStore(Repository[Import]):
    """All imports."""

    kind = "import"
    row = ImportRow

    def of_department(self, department: str, *, limit: int, after: Position | None) -> Page[Import]:
        """Return a page of a department's imports, newest first."""
        rows = ImportRow.by_department.query(
            department, scan_index_forward=False, limit=limit, last_evaluated_key=after
        )
        return page_of(rows, self.from_row)

    def _columns(self, import_: Import) -> dict[str, Any]:
        return {
            "document": import_,
            "department": import_.department,
            "listed_at": f"{instant_text(import_.requested_at)}#{import_.import_id}",
        }
