"""The store of complaints and suggestions."""

from typing import Any

from pynamodb.indexes import Index

from chalicelib.clock import instant_text
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_matching
from chalicelib.feedback.model.complaints import Complaint, ComplaintState
from chalicelib.feedback.table.complaints import ComplaintRow
from chalicelib.timeline.repository import Repository


class ComplaintStore(Repository[Complaint]):
    """All complaints and suggestions."""

    kind = "complaint"
    row = ComplaintRow

    def of_person(
        self, person: str, *, state: ComplaintState | None, limit: int, after: Position | None
    ) -> Page[Complaint]:
        """Return a page of the complaints that a person sent, newest first."""
        return self._page(ComplaintRow.by_person, person, state=state, limit=limit, after=after)

    def of_department(
        self, department: str, *, state: ComplaintState | None, limit: int, after: Position | None
    ) -> Page[Complaint]:
        """Return a page of a department's complaints, newest first."""
        return self._page(ComplaintRow.by_department, department, state=state, limit=limit, after=after)

    def _page(
        self,
        index: Index[ComplaintRow],
        key: str,
        *,
        state: ComplaintState | None,
        limit: int,
        after: Position | None,
    ) -> Page[Complaint]:
        matches = None if state is None else ComplaintRow.state == state.value
        return page_of_matching(index, key, self.from_row, limit=limit, after=after, matches=matches)

    def _columns(self, complaint: Complaint) -> dict[str, Any]:
        return {
            "document": complaint,
            "department": complaint.department,
            "person": complaint.person,
            "listed_at": f"{instant_text(complaint.received_at)}#{complaint.complaint_id}",
            "state": complaint.state.value,
        }
