"""Withdrawing a promise and going on by certificate (撤回承诺、补交证明材料)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.authorities.model import Act, Authority
from chalicelib.cases.model.case import Case, Material, State, Way
from chalicelib.cases.model.stages import Withdrawal
from chalicelib.cases.rules import filing, filing_events, handling
from chalicelib.cases.rules.consequences import require_not_barred
from chalicelib.cases.rules.handling import StepsOf
from chalicelib.cases.rules.materials import replaces_refused
from chalicelib.cases.services.access import CaseAccess, Step
from chalicelib.cases.services.intake import Intake
from chalicelib.cases.services.materials.handed_in import HandedIn
from chalicelib.cases.services.promise_records import PromiseRecords
from chalicelib.cases.store import CaseStore
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import OUTLASTING, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import FOR_THEMSELVES, Caller
from chalicelib.rulepacks.model.consequences import Barred
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

WITHDRAW = Step(roles=FOR_THEMSELVES, act=Act.WITHDRAWAL, told="withdrawal")
HAND_IN = Step(roles=FOR_THEMSELVES, act=Act.FILE, told="materials")


class CommitmentWithdrawal:
    """The applicant's steps from a promise to certificates."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: CaseStore,
        *,
        clocks: Clocks,
        access: CaseAccess,
        packs: Sequence[RulePack],
        handed_in: HandedIn,
        promises: PromiseRecords,
        steps_of: StepsOf,
    ) -> None:
        """Take the stores, who may do what, and the rule packs, which say until when a promise may be withdrawn.

        ``steps_of`` knows the steps of items.
        """
        self._promises = promises
        self._handed_in = handed_in
        self._access = access
        self._packs = packs
        self._store = store
        self._clocks = clocks
        self._intake = Intake(clocks, steps_of=steps_of)

    @retry_on_conflict
    def withdraw(self, case_no: str, *, reason: str, by: Caller, at: datetime) -> Case:
        """Withdraw the promise (R1.9): the case goes on by certificate, and nobody is penalised. Idempotent.

        A decision that rested on the promise stays on record among the earlier ones, and the case is decided again on
        the certificates; how long there is to hand them in is the rule pack's. Alerts must still be answered. An agent
        needs authority for it, on an item that says so. Raises ``CASE_CLOSED`` once the case is closed (R1.10). Raises
        ``STEP_NOT_ALLOWED`` if there is no promise, if an officer found it broken, be it that a second one has yet to
        confirm (withdrawing it would only evade the consequences), or if the rule pack ends the right with the
        decision and one was made.
        """
        case, authority = self._mine(case_no, WITHDRAW, by=by, at=at)
        if case.is_finished:
            raise DomainError(ErrorCode.CASE_CLOSED)
        if case.withdrawal is not None:
            return case
        if case.way is not Way.COMMITMENT:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        pack = pack_in_force(self._packs, case.terms.pack, on=day_in_shanghai(at))
        require_not_barred(case, pack, Barred.COMMITMENT_WITHDRAWAL)
        if pack.withdraw_until.value == "decided" and case.decision is not None:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        running = [
            clock
            for clock in self._clocks.of_owner(case.owner)
            if clock.stopped_at is None and clock.kind not in OUTLASTING
        ]
        after = _without_promise(case, Withdrawal(reason=reason, withdrawn_at=at), by=by)
        with transaction() as tx:
            self._access.keep(authority, tx)
            self._promises.withdrawn(case, pack, by=by, at=at, tx=tx)
            milestones = [event for clock in running for event in self._clocks.untold(clock, at=at)]
            stopped = clocks_payload(*(self._clocks.stop(clock, at=at, tx=tx) for clock in running))
            started = clocks_payload(self._intake.await_materials(after, pack=pack, at=at, tx=tx))
            event = NewEvent(
                kind=EventKind.COMMITMENT_WITHDRAWN,
                occurred_at=at,
                actor=by.actor,
                department=case.department,
                data={"clocks_stopped": stopped, "clocks_started": started},
                texts={"reason": reason},
            )
            return self._store.save(case, after, [*milestones, event], at=at, tx=tx)

    @retry_on_conflict
    def hand_in(self, case_no: str, materials: tuple[Material, ...], *, by: Caller, at: datetime) -> Case:
        """Hand in the certificates that are still missing; the office's clock runs from their receipt.

        What a promise says will come later may come as long as the promise stands, closed case or not. Whatever the
        case's state, a document that was refused after it had been handed in may be replaced; no clock changes then.
        Raises ``STEP_NOT_ALLOWED`` if the case awaits nothing, ``MATERIALS_MISSING``,
        ``MATERIAL_NOT_LISTED``, or ``DOCUMENT_NOT_USABLE`` for documents that have not arrived or were refused.
        """
        case, authority = self._mine(case_no, HAND_IN, by=by, at=at)
        if handling.is_brought_later(case, materials):
            return self._bring_later(case, materials, authority, by=by, at=at)
        if case.is_finished:
            raise DomainError(ErrorCode.CASE_CLOSED)
        if case.state is not State.AWAITING_MATERIALS:
            return self._replace(case, materials, authority, by=by, at=at)
        sound = tuple(material for material in case.materials if not material.problem)
        filing.require_materials(case.checklist, materials, way=Way.CERTIFICATE, held=sound)
        brought = self._handed_in.read(materials, case_no=case.case_no)
        materials = brought.materials
        after = replace(handling.with_materials(case, materials), state=State.RECEIVED)
        with transaction() as tx:
            self._access.keep(authority, tx)
            self._handed_in.keep(brought, tx)
            milestones, stopped = self._intake.end(case, ClockKind.MATERIALS, at=at, tx=tx)
            after, started = self._intake.take_in(after, since=at, at=at, tx=tx)
            events = [
                *milestones,
                filing_events.materials_event(
                    after,
                    materials,
                    actor=by.actor,
                    started=clocks_payload(*started),
                    stopped=clocks_payload(*stopped),
                    at=at,
                ),
                *filing_events.acceptance_events(after, started=clocks_payload(*started), at=at),
            ]
            return self._store.save(case, after, events, at=at, tx=tx)

    def _bring_later(
        self, case: Case, materials: tuple[Material, ...], authority: Authority | None, *, by: Caller, at: datetime
    ) -> Case:
        """Take what the promise said would come later (容缺后补), which ends the applicant's time for it."""
        brought = self._handed_in.read(materials, case_no=case.case_no)
        here = {material.id for material in brought.materials}
        after = handling.with_later_brought(handling.with_materials(case, brought.materials), here, at=at)
        running = [
            clock
            for clock in self._clocks.of_owner(case.owner)
            if clock.kind is ClockKind.LATER_MATERIAL and clock.about in here and clock.stopped_at is None
        ]
        with transaction() as tx:
            self._access.keep(authority, tx)
            self._handed_in.keep(brought, tx)
            milestones = [event for clock in running for event in self._clocks.untold(clock, at=at)]
            stopped = clocks_payload(*(self._clocks.stop(clock, at=at, tx=tx) for clock in running))
            was_late = any(clock.is_late(at) for clock in running)
            event = filing_events.later_event(
                after, brought.materials, actor=by.actor, stopped=stopped, was_late=was_late, at=at
            )
            return self._store.save(case, after, [*milestones, event], at=at, tx=tx)

    def _replace(
        self, case: Case, materials: tuple[Material, ...], authority: Authority | None, *, by: Caller, at: datetime
    ) -> Case:
        """Put documents in the place of those that were refused; ``STEP_NOT_ALLOWED`` for anything else."""
        if not replaces_refused(case, materials):
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        brought = self._handed_in.read(materials, case_no=case.case_no)
        here = {material.id for material in brought.materials}
        after = handling.with_later_brought(handling.with_materials(case, brought.materials), here, at=at)
        event = filing_events.replacement_event(after, brought.materials, actor=by.actor, at=at)
        with transaction() as tx:
            self._access.keep(authority, tx)
            self._handed_in.keep(brought, tx)
            return self._store.save(case, after, [event], at=at, tx=tx)

    def _mine(self, case_no: str, step: Step, *, by: Caller, at: datetime) -> tuple[Case, Authority | None]:
        case = self._store.load(case_no)
        return case, self._access.require(case, step, by=by, at=at)


def _without_promise(case: Case, withdrawal: Withdrawal, *, by: Caller) -> Case:
    """Return the case on its way by certificate; a decision and what came of it become an earlier one."""
    if case.decision is not None:
        at = withdrawal.withdrawn_at
        case = handling.set_aside(case, case.decision, reason=withdrawal.reason, actor=by.actor, at=at)
    return replace(
        handling.without_interruptions(case, at=withdrawal.withdrawn_at, by=by.actor),
        state=State.AWAITING_MATERIALS,
        way=Way.CERTIFICATE,
        withdrawal=withdrawal,
        acceptance=None,
        extension=None,
        later=(),
    )
