"""Loading and saving outages."""

from datetime import datetime
from typing import Any

from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.supervision.model.outages import LONGEST, Outage
from chalicelib.supervision.table.outages import OutageRow
from chalicelib.timeline.repository import Repository


class OutageStore(Repository[Outage]):
    """All outages."""

    kind = "outage"
    row = OutageRow

    def begun(self, since: datetime, until: datetime) -> tuple[Outage, ...]:
        """Return the outages that began between two instants or up to 31 days before, oldest first."""
        rows = OutageRow.everywhere.query("all", OutageRow.starts_at.between(since - LONGEST, until))
        return tuple(self.from_row(row) for row in rows)

    def page(self, since: datetime, until: datetime, *, limit: int, after: Position | None) -> Page[Outage]:
        """Return a page of the outages that began between two instants, newest first."""
        rows = OutageRow.everywhere.query(
            "all",
            OutageRow.starts_at.between(since, until),
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=after,
        )
        return page_of(rows, self.from_row)

    def _columns(self, outage: Outage) -> dict[str, Any]:
        return {"document": outage, "starts_at": outage.window.starts_at}
