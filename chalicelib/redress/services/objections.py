"""Objections to a record, a flag or a refused repair, and their decision."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.credit.model.records import ObjectionState as Mark
from chalicelib.credit.services.checks import Credit
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require, require_another_person
from chalicelib.redress import rules
from chalicelib.redress.model import (
    AffectedCase,
    Decided,
    EntryKind,
    Objection,
    ObjectionDecision,
    ObjectionRequest,
    ObjectionState,
    Outcome,
    RepairStage,
    Undone,
)
from chalicelib.redress.services import queries
from chalicelib.redress.services.impact import Impact
from chalicelib.redress.services.repairs import Repairs
from chalicelib.redress.services.rulings import carry_out
from chalicelib.redress.services.withdrawal import DocumentEntries, Withdrawal
from chalicelib.redress.store import RedressStore
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.sanctions.services.redress import FlagRedress, RedressStep
from chalicelib.timeline.event_types import EventKind
from chalicelib.workdays.model.calendars import Calendars

if TYPE_CHECKING:
    from chalicelib.timeline.events import Json


class Objections:
    """Makes, withdraws and decides objections."""

    def __init__(  # noqa: PLR0913 - what an objection touches, each named at the composition root
        self,
        store: RedressStore,
        withdrawal: Withdrawal,
        clocks: Clocks,
        *,
        credit: Credit,
        flags: FlagRedress,
        repairs: Repairs,
        touching: Impact,
        calendars: Calendars,
        pack: Callable[[datetime], RulePack],
    ) -> None:
        """Take what an objection changes, the calendars, and the deployment's rule pack for time limits."""
        self._store = store
        self._withdrawal = withdrawal
        self._clocks = clocks
        self._credit = credit
        self._flags = flags
        self._repairs = repairs
        self._impact = touching
        self._calendars = calendars
        self._pack = pack

    @retry_on_conflict
    def make(
        self, request: ObjectionRequest, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Objection, bool]:
        """Make an objection: all answers show the mark from now on, and the gravest effects pause (R3.9).

        Also returns whether an earlier request with the same key made it. Raises ``NOT_FOUND`` for an entry that is not
        the caller's, ``OBJECTION_GROUND_UNKNOWN``, ``UNDER_OBJECTION`` or ``OBJECTION_DECIDED``.
        """
        person = by.own_subject()
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.objections.load(made), True
        pack = self._pack(at)
        standing, department = self._about(request, by=by, at=at)
        rules.require_ground(pack.recourse, request)
        if standing is not None and standing.is_disputed:
            # The index of objections may lag behind the entry itself, which is read by its key.
            raise DomainError(ErrorCode.UNDER_OBJECTION)
        objection = Objection(
            objection_id=secrets.token_hex(16),
            plea=request,
            subject=person,
            department=department,
            made_at=at,
            is_review=rules.is_review(self._store.about(request.entry), request.ground),
            is_paused=standing is not None and self._is_paused(standing, pack),
        )
        with transaction() as tx:
            if standing is not None:
                self._withdrawal.mark(
                    standing, Mark.OPEN, _step(objection, by=by, at=at, tx=tx), is_paused=objection.is_paused
                )
            clock = self._clocks.start(
                ClockKind.OBJECTION,
                rules.limit_of_objection(pack.recourse, started_at=at, calendar=self._calendars.current()),
                owner=objection.owner,
                department=department,
                responsible=Role.CREDIT_OFFICER.value,
                pack=pack.code,
                started_at=at,
                tx=tx,
            )
            data: dict[str, Json] = {
                "ground": request.ground,
                "review": objection.is_review,
                "paused": objection.is_paused,
                "clocks_started": clocks_payload(clock),
            }
            texts = {"text": request.text, "evidence": request.evidence}
            event = rules.matter_event(
                EventKind.OBJECTION_MADE, objection, actor=by.actor, at=at, data=data, texts=texts
            )
            objection = self._store.objections.add(objection, [event], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(objection.objection_id, tx, at=at)
        return objection, False

    @retry_on_conflict
    def withdraw(self, objection_id: str, *, by: Caller, at: datetime) -> Objection:
        """Let the objector withdraw the objection before it is decided. Idempotent."""
        before = self._store.objections.load(objection_id)
        require(by, roles=(Role.APPLICANT,), subjects=(before.subject,))
        if before.state is ObjectionState.WITHDRAWN:
            return before
        if before.state is not ObjectionState.OPEN:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        after = replace(before, state=ObjectionState.WITHDRAWN, withdrawn_at=at)
        with transaction() as tx:
            if before.entry.kind is not EntryKind.REPAIR:
                standing = self._withdrawal.alone(before.entry)
                self._withdrawal.mark(standing, Mark.NONE, _step(before, by=by, at=at, tx=tx))
            stopped = self._clocks.stop(self.clock(before), at=at, tx=tx)
            data: dict[str, Json] = {"ground": before.plea.ground, "clocks_stopped": clocks_payload(stopped)}
            event = rules.matter_event(EventKind.OBJECTION_WITHDRAWN, before, actor=by.actor, at=at, data=data)
            return self._store.objections.save(before, after, [event], at=at, tx=tx)

    @retry_on_conflict
    def decide(
        self, objection_id: str, decision: ObjectionDecision, *, by: Caller, version: int, at: datetime
    ) -> Objection:
        """Decide an objection, and carry out the decision in the same transaction (R3.12).

        Raises ``OUTCOME_NOT_ALLOWED`` for an outcome not possible on the ground, ``SAME_PERSON`` for a reviewer who
        made the earlier decision, ``LATE_REASON_REQUIRED`` after the time limit.
        """
        before = self._store.objections.load(objection_id)
        queries.require_decider(before.entry, before.department, subject=before.subject, by=by)
        if before.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        if before.state is not ObjectionState.OPEN:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        rules.require_outcome(self._pack(at).recourse, before.plea, decision)
        if before.is_review:
            require_another_person(by, *self._earlier_deciders(before))
        clock = self.clock(before)
        if clock.is_late(at) and decision.late_reason is None:
            raise DomainError(ErrorCode.LATE_REASON_REQUIRED, due_on=clock.due_on.isoformat())
        with transaction() as tx:
            undone, affected = self._carry_out(before, decision, _step(before, by=by, at=at, tx=tx))
            stopped = self._clocks.stop(clock, at=at, tx=tx)
            decided = Decided(ruling=decision, decided_at=at, decided_by=by.actor, undone=undone, touched=affected)
            data: dict[str, Json] = {
                "ground": before.plea.ground,
                "outcome": decision.outcome.value,
                "basis": decision.basis,
                "late": clock.is_late(at),
                "undone": [one.entry for one in undone],
                "touched": [one.case_no for one in affected],
                "clocks_stopped": clocks_payload(stopped),
            }
            texts = {"reason": decision.reason, "late_reason": decision.late_reason or ""}
            event = rules.matter_event(
                EventKind.OBJECTION_DECIDED, before, actor=by.actor, at=at, data=data, texts=texts
            )
            after = replace(before, state=ObjectionState.DECIDED, decided=decided)
            return self._store.objections.save(before, after, [event], at=at, tx=tx)

    def one(self, objection_id: str, *, by: Caller) -> Objection:
        """Return an objection to the objector, to the office that decides it and to its supervisors."""
        return queries.one(self._store.objections, objection_id, by=by)

    def page(self, *, by: Caller, department: str | None, limit: int, after: Position | None) -> Page[Objection]:
        """Return a page of the caller's own objections, or of those that a department decides, newest first."""
        return queries.page(self._store.objections, by=by, department=department, limit=limit, after=after)

    def clock(self, objection: Objection) -> Clock:
        """Return the clock of its time limit."""
        return self._clocks.get(objection.owner, ClockKind.OBJECTION.value)

    def _about(self, request: ObjectionRequest, *, by: Caller, at: datetime) -> tuple[DocumentEntries | None, str]:
        """Return what is disputed and the department that decides; a refused repair has no entry to mark."""
        today = day_in_shanghai(at)
        if request.entry.kind is EntryKind.REPAIR:
            repair = self._store.repairs.load(request.entry.name)
            require(by, roles=(Role.APPLICANT,), subjects=(repair.subject,))
            if repair.stage is not RepairStage.REFUSED:
                raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
            return None, repair.department
        standing = self._withdrawal.alone(request.entry)
        require(by, roles=(Role.APPLICANT,), subjects=self._credit.who_may_act(standing.subject, by=by))
        if standing.record is not None:
            rules.require_record_open(standing.record, on=today)
        if standing.flag is not None:
            rules.require_flag_open(standing.flag, on=today)
        return standing, standing.department

    def _is_paused(self, standing: DocumentEntries, pack: RulePack) -> bool:
        """Whether what an entry does by itself pauses: a record's bar, or a flag of a class that the pack names.

        A flag of an unknown class pauses.
        """
        if standing.flag is None:
            return pack.recourse.paused.records
        measure_class = self._flags.measure_class(standing.flag)
        return measure_class is None or measure_class.value in pack.recourse.paused.classes

    def _carry_out(
        self, objection: Objection, decision: ObjectionDecision, step: RedressStep
    ) -> tuple[tuple[Undone, ...], tuple[AffectedCase, ...]]:
        """Carry out a decision; returns what it undid, and which cases had been affected (R8.4)."""
        entry = objection.entry
        if entry.kind is EntryKind.REPAIR:
            if decision.outcome is Outcome.REOPENED:
                self._repairs.reopen(entry.name, step)
            return (), ()
        return carry_out(entry, decision, step, withdrawal=self._withdrawal, impact=self._impact)

    def _earlier_deciders(self, objection: Objection) -> frozenset[str]:
        earlier = (one for one in self._store.about(objection.entry) if one.plea.ground == objection.plea.ground)
        return frozenset(one.decided.decided_by for one in earlier if one.decided is not None)


def _step(objection: Objection, *, by: Caller, at: datetime, tx: Transaction) -> RedressStep:
    return RedressStep(because=objection.owner, by=by, at=at, tx=tx)
