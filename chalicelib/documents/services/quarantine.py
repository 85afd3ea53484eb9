"""The quarantine (隔离待查): nobody opens a document before its content has been looked at."""

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.bounds.model import Counted
from chalicelib.bounds.store import bounds
from chalicelib.documents.model import Document, DocumentProblem, DocumentState, Found
from chalicelib.documents.rules import documents as rules
from chalicelib.documents.rules.formats import format_of
from chalicelib.documents.store.bucket import DocumentBucket
from chalicelib.documents.store.documents import DocumentStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.publisher import Publisher

if TYPE_CHECKING:
    from chalicelib.bounds.store import CountStore


class Quarantine:
    """Looks at what has arrived, and takes the verdicts of a scanner, if there is one."""

    def __init__(
        self, store: DocumentStore, bucket: DocumentBucket, *, counts: "CountStore", scanner: Publisher | None
    ) -> None:
        """``scanner`` takes orders to scan; without one, our own look decides."""
        self._store = store
        self._bucket = bucket
        self._counts = counts
        self._scanner = scanner

    def arrive(self, document_id: str, version: str, *, at: datetime) -> Document | None:
        """Look at an upload and decide; ``None`` if nobody asked for it. Idempotent, in whatever order told.

        The first version that arrives is the document. What else is uploaded under its address is deleted, as is the
        content of what is refused.
        """
        document = self._looked_at(document_id, version, at=at)
        if document is None or document.found is None:
            return document
        if document.state is DocumentState.REFUSED or document.found.version != version:
            self._bucket.remove(document_id, version)
        elif document.state is DocumentState.QUARANTINED and self._scanner is not None:
            order = rules.scan_order(document, document.found, bucket=self._bucket.name)
            self._scanner.send(json.dumps(order), name=document_id)
        return document

    @retry_on_conflict
    def _looked_at(self, document_id: str, version: str, *, at: datetime) -> Document | None:
        before = self._store.find(document_id)
        if before is None or before.state is not DocumentState.AWAITING_UPLOAD:
            return before
        most = bounds().documents.largest_bytes
        content = self._bucket.content(document_id, version, most=most)
        if content is None:
            return before
        found = Found(
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            format=format_of(content),
            version=version,
        )
        after = rules.arrived(before, found, most=most, is_scanned=self._scanner is not None, at=at)
        return self._saved(before, after, at=at)

    def judge(self, document_id: str, verdict: DocumentState, *, at: datetime) -> Document | None:
        """Take a scanner's verdict, ``clean`` or ``refused``; one on what is not in quarantine changes nothing."""
        document = self._judged(document_id, verdict, at=at)
        if document is not None and document.found is not None and document.state is DocumentState.REFUSED:
            self._bucket.remove(document_id, document.found.version)
        return document

    @retry_on_conflict
    def _judged(self, document_id: str, verdict: DocumentState, *, at: datetime) -> Document | None:
        before = self._store.find(document_id)
        if before is None or before.state is not DocumentState.QUARANTINED:
            return before
        is_clean = verdict is DocumentState.CLEAN
        after = rules.cleared(before, at=at) if is_clean else rules.refused(before, DocumentProblem.UNSAFE, at=at)
        return self._saved(before, after, at=at)

    def _saved(self, before: Document, after: Document, *, at: datetime) -> Document:
        """Save what was found; a refused document leaves its place among those of the case to another."""
        with transaction() as tx:
            if after.state is DocumentState.REFUSED:
                self._counts.give_back(Counted.DOCUMENTS, after.case_no, at=at, tx=tx)
            return self._store.save(before, after, rules.events_of(before, after, at=at), at=at, tx=tx)
