"""Documents as the services of cases and of inspection use them: they have said before who may."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.bounds.store import bounds
from chalicelib.documents.model import SHOWN, Document, DocumentState, Found, Upload, View
from chalicelib.documents.rules.documents import copied, events_of, opened_name, request_event
from chalicelib.documents.store.bucket import VIEW_SECONDS, DocumentBucket
from chalicelib.documents.store.documents import DocumentStore
from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import Transaction, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import settings


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

    def of_subject(self, subject: str, *, limit: int) -> tuple[Document, ...]:
        """Return the newest documents of a subject that are still kept, newest first."""
        return self._store.of_subject(subject, limit=limit)

    def find(self, document_id: str) -> Document | None:
        """Return a document, or ``None``."""
        return self._store.find(document_id)

    def keys(self, document_ids: Sequence[str]) -> list[Row]:
        """Return rows with only the keys of documents, for a batch read."""
        return self._store.keys(document_ids)

    def from_row(self, row: Row) -> Document:
        """Return the document in a row."""
        return self._store.from_row(row)

    def require_unchanged(self, document: Document, tx: Transaction) -> None:
        """Make a transaction fail with ``ConflictError`` if a document has changed since it was read."""
        self._store.require_unchanged(document, tx)

    def found_in(self, earlier: Document) -> Found:
        """Return what a clean document is, for a copy of it; ``DOCUMENT_NOT_CLEAN`` for any other."""
        return _opened(earlier)

    def copy(self, document: Document, earlier: Document, *, at: datetime) -> Document:
        """Copy the content of an earlier document into one that awaits it; one that has come stays as it is.

        The bucket copies; nothing of the content passes through here, and nobody need look at it again. Raises
        ``ConflictError`` if the job of the quarantine was faster.
        """
        if document.state is not DocumentState.AWAITING_UPLOAD:
            return document
        found = _opened(earlier)
        version = self._bucket.copy(document.document_id, source=earlier.document_id, version=found.version)
        after = copied(document, found, version=version, at=at)
        with transaction() as tx:
            return self._store.save(document, after, events_of(document, after, at=at), at=at, tx=tx)

    def upload(self, document: Document) -> Upload | None:
        """Return where to upload a document, anew each time; ``None`` once it has arrived, and for a copy."""
        if document.state is not DocumentState.AWAITING_UPLOAD or document.source:
            return None
        most = bounds().documents.largest_form_bytes
        portal = settings().portal_url
        onward = f"{portal}/documents/{document.document_id}" if portal else ""
        return self._bucket.upload(document.document_id, document.declared, most=most, onward=onward)

    def view(self, document: Document) -> View:
        """Return an address that opens a document for a minute; ``DOCUMENT_NOT_CLEAN`` for one that nobody may open.

        The caller records the look before it hands the address out.
        """
        found = _opened(document)
        format_ = found.format
        if format_ is None:
            raise DomainError(ErrorCode.DOCUMENT_NOT_CLEAN, state=document.state.value)
        name = opened_name(document.name, format_)
        return View(
            document_id=document.document_id,
            url=self._bucket.view(document.document_id, found.version, name=name, format_=format_),
            format=format_,
            is_shown=format_ in SHOWN,
            seconds=VIEW_SECONDS,
        )

    @property
    def address(self) -> str:
        """The bucket's own address, with a slash at its end, for the content security policy of pages."""
        return self._bucket.address


def _opened(document: Document) -> Found:
    """Return what a clean document is; ``DOCUMENT_NOT_CLEAN`` for any other."""
    if document.state is not DocumentState.CLEAN or document.found is None:
        raise DomainError(ErrorCode.DOCUMENT_NOT_CLEAN, state=document.state.value)
    return document.found
