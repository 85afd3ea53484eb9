"""The store of documents."""

import zlib
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from chalicelib.clock import instant_text
from chalicelib.documents.model import Document, DocumentState
from chalicelib.documents.table.documents import DocumentRow
from chalicelib.dynamo.model import Page, Position, Row, page_of
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.timeline.repository import Repository

SHARDS: Final = 4
"""Over how many partitions the index by day is spread."""


class DocumentStore(Repository[Document]):
    """All documents, each with its timeline."""

    kind = "document"
    row = DocumentRow

    def of_case(self, case_no: str) -> tuple[Document, ...]:
        """Return the documents of a case or of its draft, oldest first; one just asked for may be missing a moment."""
        return tuple(self.from_row(row) for row in DocumentRow.by_case.query(case_no))

    def of_subject(self, subject: str, *, limit: int) -> tuple[Document, ...]:
        """Return the newest documents of a subject that are still kept, newest first."""
        rows = DocumentRow.by_subject.query(subject, scan_index_forward=False, limit=limit, page_size=limit)
        return tuple(self.from_row(row) for row in rows)

    def to_look_at(self, shard: int, *, on: date, limit: int, after: Position | None) -> Page[str]:
        """Return a page of the ids of documents that are to be looked at by a day, the earliest first."""
        rows = DocumentRow.by_day.query(
            shard, DocumentRow.look_on <= on.isoformat(), limit=limit, page_size=limit, last_evaluated_key=after
        )
        return page_of(rows, lambda row: row.pk.partition(":")[2])

    def keys(self, document_ids: Sequence[str]) -> list[Row]:
        """Return rows with only the keys of documents, for a batch read."""
        return [DocumentRow(f"{self.kind}:{document_id}") for document_id in document_ids]

    def require_unchanged(self, document: Document, tx: Transaction) -> None:
        """Make a transaction fail with ``ConflictError`` if a document has changed since it was read."""
        unchanged = DocumentRow.is_at(document.version, document.head)
        tx.require(DocumentRow(document.owner), condition=unchanged, on_failure=ConflictError())

    def _columns(self, document: Document) -> dict[str, Any]:
        is_kept = document.state is not DocumentState.DELETED
        return {
            "document": document,
            "case_no": document.case_no,
            "listed_at": f"{instant_text(document.requested_at)}#{document.document_id}",
            "subject": document.subject if is_kept else None,
            "kept": zlib.crc32(document.document_id.encode()) % SHARDS if is_kept else None,
            "look_on": document.look_on.isoformat() if is_kept else None,
        }
