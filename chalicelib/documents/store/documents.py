"""The store of documents."""

from typing import Any

from chalicelib.clock import instant_text
from chalicelib.documents.model import Document
from chalicelib.documents.table.documents import DocumentRow
from chalicelib.timeline.repository import Repository


class DocumentStore(Repository[Document]):
    """All documents, each with its timeline."""

    kind = "document"
    row = DocumentRow

    def of_case(self, case_no: str) -> tuple[Document, ...]:
        """Return the documents of a case or of its draft, oldest first; one just asked for may be missing a moment."""
        return tuple(self.from_row(row) for row in DocumentRow.by_case.query(case_no))

    def _columns(self, document: Document) -> dict[str, Any]:
        return {
            "document": document,
            "case_no": document.case_no,
            "listed_at": f"{instant_text(document.requested_at)}#{document.document_id}",
        }
