"""Documents as the services of cases and of inspection use them: they have said before who may."""

from chalicelib.bounds.store import bounds
from chalicelib.documents.model import SHOWN, Document, DocumentState, Upload, View
from chalicelib.documents.rules.documents import opened_name, request_event
from chalicelib.documents.store.bucket import VIEW_SECONDS, DocumentBucket
from chalicelib.documents.store.documents import DocumentStore
from chalicelib.dynamo.transaction import Transaction
from chalicelib.errors import DomainError, ErrorCode


class Documents:
    """Adds documents, and makes addresses to upload and to open them."""

    def __init__(self, store: DocumentStore, bucket: DocumentBucket) -> None:
        """Take the rows and the bucket."""
        self._store = store
        self._bucket = bucket

    def add(self, new: Document, *, actor: str, tx: Transaction) -> Document:
        """Add a document that awaits its upload."""
        return self._store.add(new, [request_event(new, actor=actor)], at=new.requested_at, tx=tx)

    def load(self, document_id: str) -> Document:
        """Return a document; ``NOT_FOUND`` if there is none."""
        return self._store.load(document_id)

    def of_case(self, case_no: str) -> tuple[Document, ...]:
        """Return all documents of a case or of the draft that becomes it, oldest first."""
        return self._store.of_case(case_no)

    def upload(self, document: Document) -> Upload | None:
        """Return where to upload a document, anew each time; ``None`` once it has arrived."""
        if document.state is not DocumentState.AWAITING_UPLOAD:
            return None
        most = bounds().documents.largest_bytes
        return self._bucket.upload(document.document_id, document.declared, most=most)

    def view(self, document: Document) -> View:
        """Return an address that opens a document for a minute; ``DOCUMENT_NOT_CLEAN`` for one that nobody may open.

        The caller records the look before it hands the address out.
        """
        found = document.found
        if document.state is not DocumentState.CLEAN or found is None or found.format is None:
            raise DomainError(ErrorCode.DOCUMENT_NOT_CLEAN, state=document.state.value)
        name = opened_name(document.name, found.format)
        return View(
            document_id=document.document_id,
            url=self._bucket.view(document.document_id, found.version, name=name, format_=found.format),
            format=found.format,
            is_shown=found.format in SHOWN,
            seconds=VIEW_SECONDS,
        )
