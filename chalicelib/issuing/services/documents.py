"""Issued documents for those who may have them: listing, downloading, uploading one, and checking any file's digest."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.authorities.model import Act
from chalicelib.bounds.store import bounds
from chalicelib.cases.rules.reading import ReadingPurpose
from chalicelib.cases.rules.receipts import NOTICES
from chalicelib.cases.services.access import CaseAccess, Step
from chalicelib.cases.services.reading import CaseReading
from chalicelib.cases.store import CaseStore
from chalicelib.clock import instant_from
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.issuing.model.issued import (
    Check,
    Content,
    IssuedDocument,
    IssuedState,
    IssuedUpload,
    Source,
)
from chalicelib.issuing.model.texts import DocumentTexts
from chalicelib.issuing.rules import issued as rules
from chalicelib.issuing.store.bucket import VIEW_SECONDS, IssuedBucket
from chalicelib.issuing.store.issued import IssuedStore
from chalicelib.policy import FOR_THEMSELVES, Caller, Role, require
from chalicelib.rulepacks.model.pack import ProofSource
from chalicelib.sanctions.services.flags import Flags
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.store import Timeline

if TYPE_CHECKING:
    from chalicelib.cases.services.receipts import Receipts

OFFICE = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.HEAD})
"""Who of a case's department may open its documents."""

UPLOADERS = frozenset({Role.OFFICER})
"""Who may upload a document that was signed or sealed elsewhere."""

SEE = FOR_THEMSELVES | OFFICE | {Role.CREDIT_OFFICER}
"""Who may know of an issued document: whom it is for, and the office that issued it."""

KNOW = Step(roles=FOR_THEMSELVES | OFFICE, act=Act.VIEW, told="issued_documents")

SHOWN_TO_RECIPIENTS = frozenset({IssuedState.AWAITING_SEAL, IssuedState.ISSUED})
"""What recipients see: also that a document still waits for its seal."""

DIGEST = re.compile(r"[0-9a-f]{64}")
"""A SHA-256 in hexadecimal."""


class Download(NamedTuple):
    """An address that downloads a document for so many seconds."""

    url: str
    seconds: int


class IssuedDocuments:
    """Issued documents, as far as they are somebody's case or flag."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: IssuedStore,
        bucket: IssuedBucket,
        timeline: Timeline,
        *,
        cases: CaseStore,
        access: CaseAccess,
        reading: CaseReading,
        flags: Callable[[], Flags],
        texts: Callable[[datetime], DocumentTexts],
        receipts: Callable[[], "Receipts"],
    ) -> None:
        """``flags`` is asked for only where a flag's documents are wanted, ``receipts`` where one is opened first.

        ``reading`` records officials' looks at cases.
        """
        self._reading = reading
        self._receipts = receipts
        self._store = store
        self._bucket = bucket
        self._timeline = timeline
        self._cases = cases
        self._access = access
        self._flags = flags
        self._texts = texts

    def listed(
        self, owner: str, *, by: Caller, at: datetime, purpose: ReadingPurpose | None = None
    ) -> tuple[IssuedDocument, ...]:
        """Return the documents of a case or flag, oldest first.

        Raises ``NOT_FOUND`` for strangers, ``FORBIDDEN`` or ``OWN_MATTER`` for staff of another department or with an
        interest, ``PURPOSE_REQUIRED`` for an official who says no purpose, and ``AUTHORITY_REQUIRED`` for agents.
        """
        self._require(owner, purpose, by=by, at=at)
        found = self._store.of_owner(owner)
        return found if by.is_staff else tuple(one for one in found if one.state in SHOWN_TO_RECIPIENTS)

    @retry_on_conflict
    def download(self, issued_id: str, *, by: Caller, at: datetime, purpose: ReadingPurpose | None = None) -> Download:
        """Return an address that downloads a document for a minute; ``DOCUMENT_NOT_ISSUED`` before it is issued.

        The first time that its recipient asks is on record as the proof that it was served (送达), and so is each look
        by staff: no address is returned otherwise. A notice with a time of the person's is received with it.
        """
        before = self._store.load(issued_id)
        self._require(before.owner, purpose, by=by, at=at)
        content = _issued_content(before)
        if not by.is_staff and before.opened_at is None:
            self._prove(before, by=by, at=at)
        with transaction() as tx:
            if by.is_staff:
                self._record(before, EventKind.ISSUED_SEEN, by=by, at=at, tx=tx)
            elif before.opened_at is None:
                self._record(before, EventKind.DOCUMENT_SERVED, by=by, at=at, tx=tx)
                self._store.save(before, rules.opened(before, at=at), tx)
        return Download(url=self._bucket.download(issued_id, content, name=before.title), seconds=VIEW_SECONDS)

    def request_upload(
        self, case_no: str, kind: str, *, by: Caller, at: datetime, back_to: str, key: IdempotencyKey | None
    ) -> tuple[IssuedDocument, IssuedUpload, bool]:
        """Make room for a document that an officer of the case's department uploads.

        Also returns whether an earlier request with the same key had done so. ``INVALID_BODY`` for an unknown kind,
        and for one of flags.
        """
        case = self._cases.load(case_no)
        require(by, roles=UPLOADERS, department=case.department, subjects=case.people)
        most = bounds().documents.largest_bytes
        made = key.look_up() if key is not None else None
        if made is not None:
            return self._store.load(made), self._bucket.upload(made, most=most, back_to=back_to), True
        texts = self._texts(at)
        template = texts.template(kind)
        if template is None or not template.is_for_cases:
            fault = FieldError(pointer="/kind", detail="没有这种文书。", english="There is no such kind of document.")
            raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
        new = IssuedDocument(
            issued_id=secrets.token_hex(16),
            owner=case.owner,
            about=0,
            kind=template.code,
            edition=texts.edition,
            title=template.title,
            english=template.english,
            department=case.department,
            source=Source.UPLOAD,
            made_by=by.actor,
            made_at=at,
            state=IssuedState.AWAITING_UPLOAD,
        )
        with transaction() as tx:
            new = self._store.add(new, tx)
            if key is not None:
                key.remember(new.issued_id, tx, at=at)
        return new, self._bucket.upload(new.issued_id, most=most, back_to=back_to), False

    def check(self, sha256: str, *, at: datetime) -> Check:
        """Return what the timeline proves of the file with a digest, to anybody; ``NOT_FOUND`` if it proves nothing.

        A timeline whose chain is broken proves nothing either. A file that was issued more than once stands if one of
        them does; else the one that ended last is told.
        """
        issued = self._store.by_digest(sha256) if DIGEST.fullmatch(sha256) else ()
        readings = {owner: self._timeline.reading(owner) for owner in dict.fromkeys(one.owner for one in issued)}
        texts = self._texts(at)
        found = [
            check
            for one in issued
            if readings[one.owner].verified
            if (check := rules.check_of(one, readings[one.owner].events, texts)) is not None
        ]
        if not found:
            raise DomainError(ErrorCode.NOT_FOUND)
        return max(found, key=lambda one: (one.ended_at is None, one.ended_at or one.issued_at))

    def _require(self, owner: str, purpose: ReadingPurpose | None, *, by: Caller, at: datetime) -> None:
        kind, _, name = owner.partition(":")
        if kind == "case":
            case = self._cases.load(name)
            self._access.require(case, KNOW, by=by, at=at)
            self._reading.leave_trace(case, purpose, by=by, at=at)
        else:
            self._flags().get(name, by=by)

    def _prove(self, document: IssuedDocument, *, by: Caller, at: datetime) -> None:
        """Let the time of the notice that a document tells run, before the opening counts as the first one."""
        kind, _, name = document.owner.partition(":")
        told = self._timeline.event(document.owner, document.about) if kind == "case" and document.about else None
        notice = None if told is None else NOTICES.get(told.kind)
        if told is not None and notice is not None:
            self._receipts().prove(
                name,
                notice,
                ProofSource.PORTAL,
                reached=by.own_subject(),
                told_at=instant_from(told.recorded_at),
                received_at=at,
                at=at,
            )

    def _record(self, document: IssuedDocument, kind: EventKind, *, by: Caller, at: datetime, tx: Transaction) -> None:
        event = rules.opening_event(document, kind=kind, actor=by.actor, department=by.department or "", at=at)
        self._timeline.append([event], owner=document.owner, at=at, tx=tx)


def _issued_content(document: IssuedDocument) -> Content:
    if document.state is not IssuedState.ISSUED or document.content is None:
        raise DomainError(ErrorCode.DOCUMENT_NOT_ISSUED, state=document.state.value)
    return document.content
