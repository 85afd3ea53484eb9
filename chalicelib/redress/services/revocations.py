"""A basis document that fell (依据文书被撤销): what stood on it goes with it, and who met it is listed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from chalicelib.cases.rules.filing import limit_of
from chalicelib.clock import SHANGHAI, day_in_shanghai
from chalicelib.credit.model.records import Document, RepairState
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller
from chalicelib.redress import rules
from chalicelib.redress.model import Entry, EntryKind, Revocation, RevokingDocument, Undone
from chalicelib.redress.services import queries
from chalicelib.redress.services.impact import Impact
from chalicelib.redress.services.withdrawal import Withdrawal
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
    """What somebody puts on record: the document that fell, by an entry on it, what took its ground, and why."""

    entry: Entry
    by_document: RevokingDocument
    reason: str
    late_reason: str = ""


class Documents(Protocol):
    """Knows which documents cases have made; cases do."""

    def is_effective(self, case_no: str, document_no: str, *, subject: SubjectKey, on: date) -> bool:
        """Say whether the case made this document about this subject, and it is in effect on the day."""
        ...


class StandingDocuments:
    """Which documents stand: those that no repair, objection or reversal took the ground from."""

    def __init__(self, store: RedressStore, cases: Callable[[], Documents]) -> None:
        """Ask ``cases`` for documents that a case is said to have made."""
        self._store = store
        self._cases = cases

    def is_effective(self, case_no: str | None, document: Document, *, subject: SubjectKey, on: date) -> bool:
        """Say whether a document about a subject stands on a day, and whether the case made it if one is named."""
        if self._store.has_fallen(rules.document_name(subject, document)):
            return False
        return case_no is None or self._cases().is_effective(case_no, document.number, subject=subject, on=on)


class Revocations:
    """All reversals."""

    def __init__(
        self,
        store: RedressStore,
        undoing: Withdrawal,
        *,
        touching: Impact,
        calendars: Calendars,
        pack: Callable[[datetime], RulePack],
    ) -> None:
        """Ask ``touching`` who met what falls; count time on ``calendars`` by the rule pack of the deployment."""
        self._store = store
        self._undoing = undoing
        self._touching = touching
        self._calendars = calendars
        self._pack = pack

    @retry_on_conflict
    def record(
        self, fall: Fall, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Revocation, bool]:
        """Undo everything that stands on a document, at once, and keep which cases had met it (R3.11, R8.4).

        Says whether an earlier request with the same key had done so. ``ALREADY_REVERSED`` for a document that fell
        before, ``LATE_REASON_REQUIRED`` after the days that the rule pack gives from the reversing document's effect.
        """
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.revocations.load(made), True
        if fall.entry.kind is EntryKind.REPAIR:
            raise DomainError(ErrorCode.NOT_FOUND)
        standing = self._undoing.standing(fall.entry, is_whole=True)
        queries.require_decider(fall.entry, standing.department, by=by)
        name = rules.document_name(standing.base, standing.document)
        if self._store.revocations.find(name) is not None:
            raise DomainError(ErrorCode.ALREADY_REVERSED)
        rules.require_in_effect(fall.by_document.effective_on, on=day_in_shanghai(at))
        self._require_in_time(fall, at=at)
        owner = f"reversal:{name}"
        lifting = Lifting(lifted_at=at, by=by.actor, reason=fall.reason, basis=fall.by_document.basis, because=owner)
        touched = self._touching.by(*self._undoing.ever(standing))
        with transaction() as tx:
            deed = RedressStep(because=owner, by=by, at=at, tx=tx)
            undone = self._undoing.undo(standing, RepairState.WITHDRAWN, lifting, deed)
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
                touched=touched,
            )
            reversal = self._store.revocations.add(reversal, [_fact(reversal, by=by)], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(reversal.reversal_id, tx, at=at)
        return reversal, False

    def one(self, reversal_id: str, *, by: Caller) -> Revocation:
        """Return a reversal to its subject, to the office and to those who watch the office."""
        return queries.one(self._store.revocations, reversal_id, by=by)

    def page(self, *, by: Caller, department: str | None, limit: int, after: Position | None) -> Page[Revocation]:
        """Return a page of the reversals about the caller, or of those of a department, newest first."""
        return queries.page(self._store.revocations, by=by, department=department, limit=limit, after=after)

    def _require_in_time(self, fall: Fall, *, at: datetime) -> None:
        limit = limit_of(self._pack(at).limit_term(TermKey.REVOCATION_WITHDRAWAL))
        started_at = datetime.combine(fall.by_document.effective_on, time(), tzinfo=SHANGHAI)
        end = due(limit, started_at=started_at, calendar=self._calendars.current())
        if not end.provisional and at > end.at and not fall.late_reason:
            raise DomainError(ErrorCode.LATE_REASON_REQUIRED, due_on=end.on.isoformat())


def _fact(reversal: Revocation, *, by: Caller) -> NewEvent:
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
