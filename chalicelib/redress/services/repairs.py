"""Repairs: requesting one with a proof and a promise, and deciding it, all or nothing."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from chalicelib.cases.rules.filing import limit_of
from chalicelib.cases.store import CaseStore
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.credit.model.records import RepairState
from chalicelib.credit.rules.linked_credit import combine
from chalicelib.credit.rules.revoked_documents import normalized_document
from chalicelib.credit.services.checks import Credit
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.redress import rules
from chalicelib.redress.model import (
    Entry,
    EntryKind,
    Judged,
    Proof,
    Repair,
    RepairDecision,
    RepairForm,
    RepairStage,
    Undone,
)
from chalicelib.redress.services import queries
from chalicelib.redress.services.withdrawal import DocumentEntries, Withdrawal
from chalicelib.redress.store import RedressStore
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.sanctions.model.flag_notices import FlagNotice
from chalicelib.sanctions.model.flags import Lifting
from chalicelib.sanctions.services.redress import RedressStep
from chalicelib.sanctions.store.flag_notices import FlagNoticeStore
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind

if TYPE_CHECKING:
    from chalicelib.timeline.events import Json

CLOCKS = ((ClockKind.REPAIR_AUTHORITY, TermKey.REPAIR_AUTHORITY), (ClockKind.REPAIR_SITE, TermKey.REPAIR_SITE))
MOST_FLAG_NOTICES = 100


class Repairs:
    """Requests, decides and reopens repairs."""

    def __init__(  # noqa: PLR0913 - what a repair touches, each named at the composition root
        self,
        store: RedressStore,
        withdrawal: Withdrawal,
        clocks: Clocks,
        *,
        credit: Credit,
        cases: CaseStore,
        flag_notices: FlagNoticeStore,
        pack: Callable[[datetime], RulePack],
    ) -> None:
        """Take what a repair changes, and the deployment's rule pack for time limits."""
        self._store = store
        self._withdrawal = withdrawal
        self._clocks = clocks
        self._credit = credit
        self._cases = cases
        self._flag_notices = flag_notices
        self._pack = pack

    def form(self, entry: Entry, *, by: Caller, at: datetime) -> RepairForm:
        """Return what a repair of an entry requires and would undo.

        Raises ``NOT_FOUND`` for an entry that is not the caller's, and ``REPAIRED``, ``DISPLAY_EXPIRED`` or
        ``NOTHING_TO_REPAIR`` if there is nothing to repair.
        """
        standing = self._own(entry, by=by, at=at)
        pack = self._pack(at)
        since = self._repairable_from(standing, pack, at=at)
        return RepairForm(
            entry=entry,
            together=_names(standing),
            repairable_from=since,
            is_repairable=since <= day_in_shanghai(at),
            proofs=self._proofs(standing, subject=by.own_subject(), since=since, at=at),
            promise=pack.recourse.promise,
            promise_hash=rules.promise_hash(pack.recourse),
        )

    @retry_on_conflict
    def ask(
        self,
        entry: Entry,
        proof: str,
        promise_hash: str,
        *,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None,
    ) -> tuple[Repair, bool]:
        """Request a repair from the office that made the entry, and start both clocks, all at once (R3.6).

        Also returns whether an earlier request with the same key did so. Raises ``REPAIR_TOO_EARLY`` during the minimum
        display period, ``REPAIR_ASKED`` while a repair is open, ``PROMISE_OUTDATED`` for an old wording of the promise.
        """
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.repairs.load(made), True
        standing = self._own(entry, by=by, at=at)
        pack = self._pack(at)
        since = self._repairable_from(standing, pack, at=at)
        if since > day_in_shanghai(at):
            raise DomainError(ErrorCode.REPAIR_TOO_EARLY, repairable_from=since.isoformat())
        if self._is_open(standing, subject=by.own_subject()):
            raise DomainError(ErrorCode.REPAIR_ASKED)
        if promise_hash != rules.promise_hash(pack.recourse):
            raise DomainError(ErrorCode.PROMISE_OUTDATED)
        repair = Repair(
            repair_id=secrets.token_hex(16),
            entry=entry,
            subject=by.own_subject(),
            department=standing.department,
            organ=standing.document.organ,
            document_no=standing.document.number,
            proof=proof,
            promise_hash=promise_hash,
            proofs=self._proofs(standing, subject=by.own_subject(), since=since, at=at),
            asked_at=at,
        )
        with transaction() as tx:
            self._mark(standing, RedressStep(because=repair.owner, by=by, at=at, tx=tx))
            started = self._start(repair, pack, at=at, tx=tx)
            data: dict[str, Json] = {
                "entries": list(_names(standing)),
                "promise_hash": promise_hash,
                "clocks_started": clocks_payload(*started),
            }
            texts = {"proof": proof, "promise": pack.recourse.promise.text}
            event = rules.matter_event(EventKind.REPAIR_ASKED, repair, actor=by.actor, at=at, data=data, texts=texts)
            repair = self._store.repairs.add(repair, [event], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(repair.repair_id, tx, at=at)
        return repair, False

    @retry_on_conflict
    def judge(self, repair_id: str, decision: RepairDecision, *, by: Caller, version: int, at: datetime) -> Repair:
        """Approve a repair, undoing everything at once, or refuse it with what is still missing (R3.7, R3.13)."""
        before = self._store.repairs.load(repair_id)
        queries.require_decider(before.entry, before.department, subject=before.subject, by=by)
        if before.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        if before.stage is not RepairStage.OPEN:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        if not decision.is_approved:
            refusal = rules.require_refusal(self._pack(at).recourse, decision)
            decision = replace(decision, basis=decision.basis or refusal.basis)
        running = [clock for clock in self.clocks(before) if clock.stopped_at is None]
        is_late = any(clock.is_late(at) for clock in running)
        if is_late and decision.late_reason is None:
            raise DomainError(ErrorCode.LATE_REASON_REQUIRED, due_on=min(clock.due_on for clock in running).isoformat())
        standing = self._withdrawal.standing(before.entry)
        with transaction() as tx:
            step = RedressStep(because=before.owner, by=by, at=at, tx=tx)
            undone = self._carry_out(standing, decision, step)
            stopped = [self._clocks.stop(clock, at=at, tx=tx) for clock in running]
            data: dict[str, Json] = {
                "approved": decision.is_approved,
                "refusal": decision.refusal or None,
                "late": is_late,
                "undone": [one.entry for one in undone],
                "clocks_stopped": clocks_payload(*stopped),
            }
            texts = {
                "reason": decision.reason,
                "missing": "\n".join(decision.missing),
                "late_reason": decision.late_reason or "",
            }
            event = rules.matter_event(EventKind.REPAIR_DECIDED, before, actor=by.actor, at=at, data=data, texts=texts)
            after = replace(
                before,
                stage=RepairStage.APPROVED if decision.is_approved else RepairStage.REFUSED,
                judged=Judged(verdict=decision, judged_at=at, judged_by=by.actor, undone=undone),
            )
            return self._store.repairs.save(before, after, [event], at=at, tx=tx)

    def reopen(self, repair_id: str, step: RedressStep) -> None:
        """Reopen a refused repair with new clocks, in the transaction of the step.

        Raises ``REPAIR_ASKED`` if another repair for the same document is open, as it is decided there.
        """
        before = self._store.repairs.load(repair_id)
        if before.stage is not RepairStage.REFUSED or before.judged is None:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        standing = self._withdrawal.standing(before.entry)
        if self._is_open(standing, subject=before.subject):
            raise DomainError(ErrorCode.REPAIR_ASKED)
        after = replace(before, stage=RepairStage.OPEN, judged=None, earlier=(*before.earlier, before.judged))
        self._mark(standing, replace(step, because=before.owner))
        started = self._start(after, self._pack(step.at), at=step.at, tx=step.tx)
        data: dict[str, Json] = {"because": step.because, "clocks_started": clocks_payload(*started)}
        event = rules.matter_event(EventKind.REPAIR_REOPENED, before, actor=step.by.actor, at=step.at, data=data)
        self._store.repairs.save(before, after, [event], at=step.at, tx=step.tx)

    def one(self, repair_id: str, *, by: Caller) -> Repair:
        """Return a repair to its applicant, to the office that decides it and to its supervisors."""
        return queries.one(self._store.repairs, repair_id, by=by)

    def page(self, *, by: Caller, department: str | None, limit: int, after: Position | None) -> Page[Repair]:
        """Return a page of the caller's own repairs, or of those that a department decides, newest first."""
        return queries.page(self._store.repairs, by=by, department=department, limit=limit, after=after)

    def clocks(self, repair: Repair) -> tuple[Clock, ...]:
        """Return the clocks of a repair, including those from before a reopening."""
        return self._clocks.of_owner(repair.owner)

    def flag_notices(self, repair: Repair) -> tuple[FlagNotice, ...]:
        """Return the notices of the flags that a repair lifted: the proof for each system (R3.7)."""
        undone = () if repair.judged is None else repair.judged.undone
        flags = [one.entry.partition(":")[2] for one in undone if one.entry.startswith("flag:")]
        pages = [self._flag_notices.of_flag(name, limit=MOST_FLAG_NOTICES, after=None) for name in flags]
        return tuple(flag_notice for page in pages for flag_notice in page.items)

    def _own(self, entry: Entry, *, by: Caller, at: datetime) -> DocumentEntries:
        if entry.kind is EntryKind.REPAIR:
            raise DomainError(ErrorCode.NOT_FOUND)
        standing = self._withdrawal.standing(entry)
        require(by, roles=(Role.APPLICANT,), subjects=self._credit.who_may_act(standing.subject, by=by))
        today = day_in_shanghai(at)
        if standing.record is not None:
            rules.require_record_open(standing.record, on=today)
        if standing.flag is not None:
            rules.require_flag_open(standing.flag, on=today)
        return standing

    def _repairable_from(self, standing: DocumentEntries, pack: RulePack, *, at: datetime) -> date:
        return rules.repairable_from(
            standing.all_records, standing.all_flags, display=pack.display, on=day_in_shanghai(at)
        )

    def _proofs(
        self, standing: DocumentEntries, *, subject: SubjectKey, since: date, at: datetime
    ) -> tuple[Proof, ...]:
        """Return the proofs that the service has for a subject; none before the minimum display period has passed."""
        if since > day_in_shanghai(at):
            return ()
        numbers = [flag.case_no for flag in standing.flags if flag.case_no is not None]
        numbers += [record.fulfilment.case_no for record in standing.records if record.fulfilment is not None]
        case = self._cases.find(numbers[0]) if numbers else None
        kept = combine(self._credit.summary(subject)).kept_promises
        return rules.proofs_of(case, standing.records, kept_promises=kept, since=since)

    def _is_open(self, standing: DocumentEntries, *, subject: SubjectKey) -> bool:
        """Whether a repair for the same document is open; flags without a record carry no mark of it."""
        if any(record.repair is RepairState.APPLIED for record in standing.all_records):
            return True
        document = normalized_document(standing.document.organ, standing.document.number)
        return any(
            one.stage is RepairStage.OPEN and normalized_document(one.organ, one.document_no) == document
            for person in {standing.subject, subject}
            for one in self._store.repairs.of_person(person, limit=MOST_FLAG_NOTICES, after=None).items
        )

    def _start(self, repair: Repair, pack: RulePack, *, at: datetime, tx: Transaction) -> list[Clock]:
        suffix = f"again-{len(repair.earlier)}" if repair.earlier else ""
        return [
            self._clocks.start(
                kind,
                limit_of(pack.limit_term(key)),
                owner=repair.owner,
                department=repair.department,
                responsible=Role.CREDIT_OFFICER.value,
                pack=pack.code,
                started_at=at,
                tx=tx,
                suffix=suffix,
            )
            for kind, key in CLOCKS
        ]

    def _mark(self, standing: DocumentEntries, step: RedressStep) -> None:
        self._withdrawal.change_repair(standing, RepairState.APPLIED, EventKind.RECORD_REPAIR_ASKED, step)

    def _carry_out(self, standing: DocumentEntries, decision: RepairDecision, step: RedressStep) -> tuple[Undone, ...]:
        if decision.is_approved:
            basis = decision.basis or self._pack(step.at).recourse.promise.basis
            lifting = Lifting(
                lifted_at=step.at, by=step.by.actor, reason=decision.reason, basis=basis, because=step.because
            )
            return self._withdrawal.undo(standing, RepairState.REPAIRED, lifting, step)
        self._withdrawal.change_repair(standing, RepairState.NONE, EventKind.RECORD_REPAIR_REFUSED, step)
        return ()


def _names(standing: DocumentEntries) -> tuple[str, ...]:
    return (
        *(f"{record.source}/{record.record_id}" for record in standing.records),
        *(flag.owner for flag in standing.flags),
    )
