"""Loading and saving complaints and suggestions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from pynamodb.indexes import Index

from chalicelib.clock import instant_text
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.complaints import Complaint, ComplaintState, owner_of
from chalicelib.feedback.table.complaints import ComplaintRow
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline

Found: TypeAlias = tuple[tuple[Complaint, ...], dict[str, dict[str, Any]] | None]
"""A page of complaints, and where the next one begins."""


class ComplaintStore:
    """All complaints and suggestions."""

    row = ComplaintRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def load(self, complaint_id: str) -> Complaint:
        """Return a complaint, strongly consistent; ``NOT_FOUND`` if there is none by that id."""
        try:
            return _complaint_of(ComplaintRow.get(owner_of(complaint_id), consistent_read=True))
        except ComplaintRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def add(self, complaint: Complaint, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> Complaint:
        """Put a new complaint and its first events."""
        head = self._timeline.append(facts, owner=complaint.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(complaint, version=1, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(
        self, before: Complaint, after: Complaint, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction
    ) -> Complaint:
        """Put what became of a complaint, with its events; ``ConflictError`` if ``before`` is no more."""
        head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
        made = replace(after, version=before.version + 1, head=head)
        tx.put(_row_of(made), condition=ComplaintRow.head_hash == before.head.hash, on_failure=ConflictError())
        return made

    def of_person(
        self, person: str, *, state: ComplaintState | None, limit: int, after: Mapping[str, Any] | None
    ) -> Found:
        """Return a page of what a person sent, newest first."""
        return _page(ComplaintRow.by_person, person, state=state, limit=limit, after=after)

    def of_department(
        self, department: str, *, state: ComplaintState | None, limit: int, after: Mapping[str, Any] | None
    ) -> Found:
        """Return a page of what a department has, newest first."""
        return _page(ComplaintRow.by_department, department, state=state, limit=limit, after=after)


def _page(
    index: Index[ComplaintRow], key: str, *, state: ComplaintState | None, limit: int, after: Mapping[str, Any] | None
) -> Found:
    rows = index.query(
        key,
        scan_index_forward=False,
        limit=limit,
        filter_condition=None if state is None else ComplaintRow.state == state.value,
        last_evaluated_key=None if after is None else dict(after),
    )
    return tuple(_complaint_of(row) for row in rows), rows.last_evaluated_key


def _complaint_of(row: ComplaintRow) -> Complaint:
    complaint: Complaint = row.document
    return replace(complaint, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))


def _row_of(complaint: Complaint) -> ComplaintRow:
    return ComplaintRow(
        complaint.owner,
        version=complaint.version,
        head_seq=complaint.head.seq,
        head_hash=complaint.head.hash,
        department=complaint.department,
        person=complaint.person,
        listed_at=f"{instant_text(complaint.received_at)}#{complaint.complaint_id}",
        state=complaint.state.value,
        document=complaint,
    )
