"""Revocations of basis documents (依据文书被撤销): undoing what was based on them, and listing affected cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.rules.filing import limit_of
from chalicelib.cases.rules.handling import STEPS, CaseStep, require_step
from chalicelib.cases.rules.reinstatement import ReversingDocument
from chalicelib.cases.services.reinstatement import CaseReinstatement
from chalicelib.clock import SHANGHAI, day_in_shanghai
from chalicelib.credit.model.records import Document, RepairState
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, require
from chalicelib.redress import rules
from chalicelib.redress.model import (
    AffectedCase,
    Entry,
    EntryKind,
    HowAffected,
    Revocation,
    RevokingDocument,
    Undone,
)
from chalicelib.redress.services import queries
from chalicelib.redress.services.impact import Impact
from chalicelib.redress.services.withdrawal import DocumentEntries, Withdrawal
from chalicelib.redress.store import RedressStore
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.sanctions.model.flags import Lifting
from chalicelib.sanctions.services.redress import RedressStep
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.workdays.model.calendars import Calendars
from chalicelib.workdays.rules.due_dates import due


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A revocation to record: an entry based on the document, the document that revokes it, and why.

    ``version`` is that of the case on which a supervisor acts, if the entry is one.
    """

    entry: Entry
    by_document: RevokingDocument
    reason: str
    late_reason: str = ""
    version: int | None = None


class Documents(Protocol):
    """Knows which documents cases have issued; implemented by the cases."""

    def is_effective(self, case_no: str, document_no: str, *, subject: SubjectKey, on: date) -> bool:
        """Whether the case issued this document about this subject, and it is in effect on the day."""
        ...


class StandingDocuments:
    """Knows which documents are valid, i.e. not invalidated by a repair, objection or revocation."""

    def __init__(self, store: RedressStore, cases: Callable[[], Documents]) -> None:
        """Take the store, and ``cases`` for documents said to have been issued in a case."""
        self._store = store
        self._cases = cases

    def is_effective(self, case_no: str | None, document: Document, *, subject: SubjectKey, on: date) -> bool:
        """Whether a document about a subject is valid on a day and, if a case is named, was issued in it."""
        if self._store.has_fallen(rules.document_name(subject, document)):
            return False
        return case_no is None or self._cases().is_effective(case_no, document.number, subject=subject, on=on)


class Revocations:
    """Records revocations."""

    def __init__(
        self,
        store: RedressStore,
        withdrawal: Withdrawal,
        *,
        touching: Impact,
        reinstatement: CaseReinstatement,
        calendars: Calendars,
        pack: Callable[[datetime], RulePack],
    ) -> None:
        """Take what a revocation changes, the calendars, and the deployment's rule pack for time limits."""
        self._store = store
        self._withdrawal = withdrawal
        self._impact = touching
        self._reinstatement = reinstatement
        self._calendars = calendars
        self._pack = pack

    @retry_on_conflict
    def record(
        self, fall: Fall, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Revocation, bool]:
        """Undo everything based on a document, at once, and record the affected cases (R3.11, R8.4).

        A decision that the document revoked stands again in the same transaction. Only the department whose document it
        is may do so; the credit office amends the records of others.
        Also returns whether an earlier request with the same key did so. Raises ``ALREADY_REVERSED`` for a document
        already revoked, ``LATE_REASON_REQUIRED`` after the rule pack's limit, counted from the revoking document's day
        of effect.
        """
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.revocations.load(made), True
        if fall.entry.kind is EntryKind.REPAIR:
            raise DomainError(ErrorCode.NOT_FOUND)
        standing, cases = self._standing(fall, by=by)
        name = rules.document_name(standing.base, standing.document)
        if self._store.revocations.find(name) is not None:
            raise DomainError(ErrorCode.ALREADY_REVERSED)
        rules.require_in_effect(fall.by_document.effective_on, on=day_in_shanghai(at))
        self._require_in_time(fall, at=at)
        owner = f"reversal:{name}"
        lifting = Lifting(lifted_at=at, by=by.actor, reason=fall.reason, basis=fall.by_document.basis, because=owner)
        affected = self._impact.by(*self._withdrawal.ever(standing))
        affected = (
            *affected,
            *(_basis(case) for case in cases if case.case_no not in {one.case_no for one in affected}),
        )
        with transaction() as tx:
            step = RedressStep(because=owner, by=by, at=at, tx=tx)
            undone = self._withdrawal.undo(standing, RepairState.WITHDRAWN, lifting, step)
            reinstated = self._reinstatement.reinstate(cases, _reversing(fall), by=by, at=at, tx=tx)
            undone = (*undone, *(_undone(case) for case in reinstated))
            reversal = Revocation(
                reversal_id=name,
                entry=fall.entry,
                subject=standing.base,
                department=standing.department,
                organ=standing.document.organ,
                document_no=standing.document.number,
                by_document=fall.by_document,
                reason=fall.reason,
                late_reason=fall.late_reason,
                recorded_at=at,
                recorded_by=by.actor,
                undone=undone,
                touched=affected,
            )
            reversal = self._store.revocations.add(reversal, [_event(reversal, by=by)], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(reversal.reversal_id, tx, at=at)
        return reversal, False

    def _standing(self, fall: Fall, *, by: Caller) -> tuple[DocumentEntries, tuple[Case, ...]]:
        """Return all that rests on the document, and the cases that it revoked, to whoever may undo it."""
        if fall.entry.kind is EntryKind.CASE:
            case = self._impact.own_case(fall.entry.name)
            if case is None:
                raise DomainError(ErrorCode.NOT_FOUND)
            right = STEPS[CaseStep.REINSTATE]
            require(by, roles=right.roles, department=case.department, subjects=case.people)
            if fall.version is not None and fall.version != case.version:
                raise DomainError(ErrorCode.STALE_VERSION)
            require_step(case, CaseStep.REINSTATE)
            return self._withdrawal.of_case(case), (case,)
        standing = self._withdrawal.standing(fall.entry, is_whole=True)
        offices = self._withdrawal.offices(standing)
        for office in offices:
            require(by, roles=queries.DECIDERS, department=office, subjects=(standing.subject,))
        named = {flag.case_no for flag in standing.flags if flag.case_no is not None}
        found = [self._impact.own_case(case_no) for case_no in sorted(named)]
        cases = [case for case in found if case is not None and case.state is State.REVOKED]
        others = self._impact.revoked(standing.document, subject=standing.base, offices=offices)
        return standing, (*cases, *(case for case in others if case.case_no not in named))

    def one(self, reversal_id: str, *, by: Caller) -> Revocation:
        """Return a revocation to its subject, to the office and to its supervisors."""
        return queries.one(self._store.revocations, reversal_id, by=by)

    def page(self, *, by: Caller, department: str | None, limit: int, after: Position | None) -> Page[Revocation]:
        """Return a page of the revocations about the caller, or of those of a department, newest first."""
        return queries.page(self._store.revocations, by=by, department=department, limit=limit, after=after)

    def _require_in_time(self, fall: Fall, *, at: datetime) -> None:
        limit = limit_of(self._pack(at).limit_term(TermKey.REVOCATION_WITHDRAWAL))
        started_at = datetime.combine(fall.by_document.effective_on, time(), tzinfo=SHANGHAI)
        end = due(limit, started_at=started_at, calendar=self._calendars.current())
        if not end.provisional and at > end.at and not fall.late_reason:
            raise DomainError(ErrorCode.LATE_REASON_REQUIRED, due_on=end.on.isoformat())


def _reversing(fall: Fall) -> ReversingDocument:
    document = fall.by_document
    return ReversingDocument(
        number=document.number,
        organ=document.organ,
        effective_on=document.effective_on,
        basis=document.basis,
        reason=fall.reason,
    )


def _basis(case: Case) -> AffectedCase:
    return AffectedCase(
        case_no=case.case_no, item_code=case.terms.item_code, how=HowAffected.BASIS, met_at=case.received_at
    )


def _undone(case: Case) -> Undone:
    return Undone(entry=case.owner, subject=case.subject, was=State.REVOKED.value)


def _event(reversal: Revocation, *, by: Caller) -> NewEvent:
    undone: Sequence[Undone] = reversal.undone
    document = reversal.by_document
    return NewEvent(
        kind=EventKind.REVERSAL_RECORDED,
        occurred_at=reversal.recorded_at,
        actor=by.actor,
        department=reversal.department,
        data={
            "document_no": reversal.document_no,
            "organ": reversal.organ,
            "by_document_no": document.number,
            "by_organ": document.organ,
            "effective_on": document.effective_on.isoformat(),
            "basis": document.basis,
            "undone": [one.entry for one in undone],
            "touched": [one.case_no for one in reversal.touched],
            "late": bool(reversal.late_reason),
        },
        texts={
            name: text for name, text in (("reason", reversal.reason), ("late_reason", reversal.late_reason)) if text
        },
    )
