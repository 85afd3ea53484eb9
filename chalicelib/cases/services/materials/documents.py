"""Documents of a case or of the draft that becomes one (材料文件): who may upload, list and open them."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.authorities.model import Act, Authority
from chalicelib.bounds.model import Counted
from chalicelib.cases.model.case import Case, Draft, MaterialAsked, State, Way
from chalicelib.cases.rules.case_numbers import case_no_for, is_case_no
from chalicelib.cases.rules.consequences import is_rectifying
from chalicelib.cases.rules.filing import require_in_time
from chalicelib.cases.rules.materials import is_before_office, refusal_event, refused_later
from chalicelib.cases.rules.reading import ReadingPurpose
from chalicelib.cases.services.access import CaseAccess, Step, is_agent
from chalicelib.cases.services.reading import CaseReading
from chalicelib.cases.store import CaseStore, case_keys, draft_key, draft_of
from chalicelib.clock import day_in_shanghai
from chalicelib.documents.model import Declared, Document, DocumentState, Upload, View
from chalicelib.documents.rules.documents import copy_id, kept_name
from chalicelib.documents.services.documents import Documents
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.transaction import read_together, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import FOR_THEMSELVES, Caller, Role, require
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.store import Timeline

if TYPE_CHECKING:
    from chalicelib.bounds.store import CountStore

OFFICE = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.HEAD})
"""Who may open a document: the staff of its department, and nobody else; inspectors have a mandate for it."""

SEE = FOR_THEMSELVES | OFFICE
"""Who may know of a document."""

HAND_IN = Step(roles=FOR_THEMSELVES, act=Act.FILE, told="materials")
KNOW = Step(roles=SEE, act=Act.VIEW, told="documents")


MOST_EARLIER = 40
"""How many of a person's documents are looked through for those to offer again."""

FIRST_LOOK = timedelta(days=1)
"""When the nightly job looks at a new document for the first time: a draft is a case or has expired by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCopies:
    """A wish to hand in earlier documents, by their ids, for one material of a draft or of a case."""

    material: str
    documents: tuple[str, ...]
    draft_id: str = ""
    case_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedUpload:
    """A wish to upload a file for one material; without ``declared`` it comes from a form without script."""

    material: str
    name: str
    draft_id: str = ""
    case_no: str = ""
    declared: Declared | None = None


class CaseDocuments:
    """Documents, as far as they are somebody's case."""

    def __init__(
        self,
        cases: CaseStore,
        documents: Documents,
        timeline: Timeline,
        *,
        access: CaseAccess,
        counts: "CountStore",
        reading: CaseReading,
    ) -> None:
        """Take the stores; ``counts`` knows how many documents a case has, ``reading`` records officials' looks."""
        self._reading = reading
        self._access = access
        self._cases = cases
        self._documents = documents
        self._timeline = timeline
        self._counts = counts

    @retry_on_conflict
    def request(
        self, wanted: WantedUpload, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None = None
    ) -> tuple[Document, bool]:
        """Make room for a file; also return whether an earlier request with the same key had done so.

        Raises ``NOT_FOUND`` for anybody else's draft or case, ``AUTHORITY_REQUIRED`` for an agent without authority,
        ``DRAFT_EXPIRED``, ``CASE_CLOSED``, ``MATERIAL_NOT_LISTED``, and ``TOO_MANY_DOCUMENTS``.
        """
        owner = self._owner(draft_id=wanted.draft_id, case_no=wanted.case_no)
        authority = self._require_hand_in(owner, by=by, at=at)
        # A repetition gets an address anew, so it needs the right to one as well.
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._documents.load(made), True
        _require_open(owner, at=at)
        new = replace(
            _for_material(owner, wanted.material, secrets.token_hex(16), at=at),
            name=kept_name(wanted.name),
            declared=wanted.declared,
        )
        with transaction() as tx:
            self._access.keep(authority, tx)
            new = self._documents.add(new, actor=by.actor, tx=tx)
            self._counts.count(Counted.DOCUMENTS, owner.case_no, at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(new.document_id, tx, at=at)
        return new, False

    def earlier(self, *, by: Caller) -> tuple[Document, ...]:
        """Return what the caller handed in for themselves and is still kept, newest first; of equal ones the newest."""
        found = self._documents.of_subject(by.own_subject(), limit=MOST_EARLIER)
        clean = {one.sha256: one for one in reversed(found) if one.state is DocumentState.CLEAN}
        return tuple(sorted(clean.values(), key=lambda one: one.requested_at, reverse=True))

    def hand_in_again(self, wanted: WantedCopies, *, by: Caller, at: datetime) -> tuple[Document, ...]:
        """Copy earlier documents of the same applicant for one material. Idempotent: there is one copy of each.

        Only the applicant has an earlier document to hand in again: ``NOT_FOUND`` for anybody else's, and for an
        agent. ``DOCUMENT_NOT_CLEAN`` for one that nobody may open; otherwise like ``request``.
        """
        owner = self._owner(draft_id=wanted.draft_id, case_no=wanted.case_no)
        authority = self._require_hand_in(owner, by=by, at=at)
        _require_open(owner, at=at)
        if authority is not None or is_agent(by, owner.subject):
            raise DomainError(ErrorCode.NOT_FOUND)
        found = [self._documents.load(document_id) for document_id in wanted.documents]
        if any(one.subject != owner.subject for one in found):
            raise DomainError(ErrorCode.NOT_FOUND)
        return tuple(self._copied(one, owner, wanted.material, by=by, at=at) for one in found)

    @retry_on_conflict
    def _copied(self, earlier: Document, owner: Case | Draft, material: str, *, by: Caller, at: datetime) -> Document:
        document_id = copy_id(earlier.document_id, case_no=owner.case_no, material=material)
        while (made := self._documents.find(document_id)) is not None and made.state is DocumentState.DELETED:
            # A copy that nobody handed in is deleted after some days; the next one follows from it.
            document_id = copy_id(document_id, case_no=owner.case_no, material=material)
        if made is None:
            found = self._documents.found_in(earlier)
            new = replace(
                _for_material(owner, material, document_id, at=at),
                name=earlier.name,
                source=earlier.document_id,
                declared=Declared(size=found.size, sha256=found.sha256),
            )
            with transaction() as tx:
                self._counts.count(Counted.DOCUMENTS, owner.case_no, at=at, tx=tx)
                made = self._documents.add(new, actor=by.actor, tx=tx)
        return self._documents.copy(made, earlier, at=at)

    @retry_on_conflict
    def tell_refused(self, document: Document, *, at: datetime) -> None:
        """Put it on the case's timeline that a document was refused which had been handed in. Idempotent.

        Applicant and office both see it there, and on the material; nobody has to wait for a scanner to file.
        """
        before = self._cases.find(document.case_no)
        if before is None or (after := refused_later(before, document)) == before:
            return
        with transaction() as tx:
            self._cases.save(before, after, [refusal_event(after, document)], at=at, tx=tx)

    def one(
        self, document_id: str, *, by: Caller, at: datetime, purpose: ReadingPurpose | None = None
    ) -> tuple[Document, Upload | None]:
        """Return a document to those whose case it is, and to staff of the department once the case is filed.

        The applicant also gets an address as long as it has not arrived. An agent gets one for asking to upload, with
        the same key again, for looking takes less authority. ``AUTHORITY_REQUIRED`` for one whose authority has ended,
        ``PURPOSE_REQUIRED`` for an official who says no purpose (``CaseReading``).
        """
        document = self._documents.load(document_id)
        owner = self._owner(draft_id=document.draft_id, case_no=document.case_no)
        self._require_seen(owner, purpose, by=by, at=at)
        if not _is_shown(document, owner, by=by):
            raise DomainError(ErrorCode.NOT_FOUND)
        is_applicant = not by.is_staff and not is_agent(by, owner.subject)
        return document, self._documents.upload(document) if is_applicant else None

    def listed(
        self,
        *,
        draft_id: str = "",
        case_no: str = "",
        by: Caller,
        at: datetime,
        purpose: ReadingPurpose | None = None,
    ) -> tuple[Document, ...]:
        """Return the documents of a draft or of a case, oldest first; otherwise like ``one``."""
        owner = self._owner(draft_id=draft_id, case_no=case_no)
        self._require_seen(owner, purpose, by=by, at=at)
        return self._shown(owner, by=by)

    def of_case(self, case: Case, *, by: Caller, at: datetime) -> tuple[Document, ...]:
        """Return the documents of a case that was just opened to the caller, with the look on record."""
        self._access.require(case, KNOW, by=by, at=at)
        return self._shown(case, by=by)

    def _shown(self, owner: Case | Draft, *, by: Caller) -> tuple[Document, ...]:
        return tuple(one for one in self._documents.of_case(owner.case_no) if _is_shown(one, owner, by=by))

    @retry_on_conflict
    def look(self, document_id: str, *, by: Caller, at: datetime, purpose: ReadingPurpose | None = None) -> View:
        """Return an address that opens a document for a minute, to staff of the department alone.

        ``NOT_FOUND`` for one that the applicant left out when the draft was filed.

        Nothing is returned unless the look is on the case's timeline, where the applicant can read it. Raises
        ``DOCUMENT_NOT_CLEAN`` for a document that nobody may open, and ``PURPOSE_REQUIRED`` without a purpose.
        """
        document = self._documents.load(document_id)
        case = self._cases.load(document.case_no)
        require(by, roles=OFFICE, department=case.department, subjects=case.people)
        if not is_before_office(case, document):
            raise DomainError(ErrorCode.NOT_FOUND)
        view = self._documents.view(document)
        self._reading.leave_trace(case, purpose, by=by, at=at)
        event = NewEvent(
            kind=EventKind.DOCUMENT_SEEN,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={"document": document_id, "material": document.material},
        )
        with transaction() as tx:
            self._timeline.append([event], owner=case.owner, at=at, tx=tx)
        return view

    def _owner(self, *, draft_id: str, case_no: str) -> Case | Draft:
        """Return the case, or the draft as long as it has not become one; ``NOT_FOUND`` without either."""
        if not draft_id:
            if not is_case_no(case_no):
                raise DomainError(ErrorCode.NOT_FOUND)
            return self._cases.load(case_no)
        return self._draft_or_case(draft_id)

    @retry_on_conflict
    def _draft_or_case(self, draft_id: str) -> Case | Draft:
        draft, *rows = read_together(draft_key(draft_id), *case_keys(case_no_for(draft_id)))
        case = self._cases.from_rows(*rows)
        if case is not None:
            return case
        if draft is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return draft_of(draft)

    def _require_hand_in(self, owner: Case | Draft, *, by: Caller, at: datetime) -> Authority | None:
        if isinstance(owner, Case):
            return self._access.require(owner, HAND_IN, by=by, at=at)
        require(by, roles=FOR_THEMSELVES, subjects=(owner.subject, owner.maker))
        act = Act.PROMISE if owner.way is Way.COMMITMENT else Act.FILE
        return self._access.require_filing(owner, act, told=HAND_IN.told, by=by, at=at)

    def _require_seen(self, owner: Case | Draft, purpose: ReadingPurpose | None, *, by: Caller, at: datetime) -> None:
        if isinstance(owner, Case):
            self._access.require(owner, KNOW, by=by, at=at)
            self._reading.leave_trace(owner, purpose, by=by, at=at)
            return
        require(by, roles=FOR_THEMSELVES, subjects=(owner.subject, owner.maker))
        self._access.require_draft(owner, by=by, at=at)


def _is_shown(document: Document, owner: Case | Draft, *, by: Caller) -> bool:
    """Whether somebody who may look at the owner is told of a document: staff not of what was left out."""
    return not (by.is_staff and isinstance(owner, Case)) or is_before_office(owner, document)


def _require_open(owner: Case | Draft, *, at: datetime) -> None:
    if isinstance(owner, Draft):
        require_in_time(owner, at=at)
    elif owner.is_finished and not _is_still_taken(owner):
        raise DomainError(ErrorCode.CASE_CLOSED)


def _is_still_taken(case: Case) -> bool:
    """Whether a closed case takes documents: what a promise said would come later, or that something is put right."""
    return case.state is State.CLOSED and (bool(case.owed_later) or is_rectifying(case))


def _for_material(owner: Case | Draft, material: str, document_id: str, *, at: datetime) -> Document:
    """Return a document to be, for a material on the checklist; ``MATERIAL_NOT_LISTED``."""
    asked = next((asked for asked in _checklist(owner) if asked.id == material), None)
    if asked is None:
        fault = FieldError(pointer="/material", detail="清单中没有这项材料。", english="Not on the checklist.")
        raise DomainError(ErrorCode.MATERIAL_NOT_LISTED, faults=(fault,))
    return Document(
        document_id=document_id,
        case_no=owner.case_no,
        material=material,
        name="",
        department=owner.terms.department,
        draft_id=owner.draft_id if isinstance(owner, Draft) else "",
        subject=owner.subject,
        item_name=owner.terms.item_name,
        pack=owner.terms.pack,
        kept_years=asked.kept_years,
        requested_at=at,
        look_on=day_in_shanghai(at) + FIRST_LOOK,
    )


def _checklist(owner: Case | Draft) -> tuple[MaterialAsked, ...]:
    return owner.checklist if isinstance(owner, Case) else owner.materials
