"""The store of issued documents."""

from dataclasses import replace

from chalicelib.clock import instant_text
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.issuing.model.issued import IssuedDocument
from chalicelib.issuing.table.issued import IssuedRow

MOST_ALIKE = 20
"""How many documents with one content are looked at: nobody uploads a file more often than that."""


class IssuedStore:
    """All issued documents; what proves them stands on the timeline of the case or flag that they concern."""

    def find(self, issued_id: str) -> IssuedDocument | None:
        """Return a document, strongly consistent, or ``None``."""
        try:
            return _document_of(IssuedRow.get(f"issued:{issued_id}", consistent_read=True))
        except IssuedRow.DoesNotExist:
            return None

    def load(self, issued_id: str) -> IssuedDocument:
        """Return a document, strongly consistent; ``NOT_FOUND`` if there is none."""
        found = self.find(issued_id)
        if found is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def of_owner(self, owner: str) -> tuple[IssuedDocument, ...]:
        """Return the documents of a case or flag, oldest first; one just made may be missing for a moment."""
        return tuple(_document_of(row) for row in IssuedRow.by_owner.query(owner))

    def by_digest(self, sha256: str) -> tuple[IssuedDocument, ...]:
        """Return what was issued with that digest; one just issued may be missing for a moment.

        There may be several: an officer who is in doubt uploads a file twice.
        """
        return tuple(_document_of(row) for row in IssuedRow.by_digest.query(sha256, limit=MOST_ALIKE))

    def add(self, new: IssuedDocument, tx: Transaction) -> IssuedDocument:
        """Add a document; raises ``ConflictError`` at the commit if there is one by its id already."""
        added = replace(new, version=1)
        tx.add(_row_of(added), on_failure=ConflictError())
        return added

    def save(self, before: IssuedDocument, after: IssuedDocument, tx: Transaction) -> IssuedDocument:
        """Save a change; raises ``ConflictError`` at the commit if the stored version has changed."""
        saved = replace(after, version=before.version + 1)
        tx.put(_row_of(saved), condition=IssuedRow.version == before.version, on_failure=ConflictError())
        return saved


def _document_of(row: IssuedRow) -> IssuedDocument:
    return replace(row.document, version=int(row.version))


def _row_of(document: IssuedDocument) -> IssuedRow:
    return IssuedRow(
        f"issued:{document.issued_id}",
        version=document.version,
        owner=document.owner,
        listed_at=f"{instant_text(document.made_at)}#{document.issued_id}",
        sha256=None if document.content is None else document.content.sha256,
        document=document,
    )
