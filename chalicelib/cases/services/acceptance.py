"""Corrections and acceptance: missing materials are named, or the case is deemed accepted (补正、受理、视为受理)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.cases.model.case import Case, Material, State
from chalicelib.cases.model.stages import AcceptanceManner, AcceptanceWord, Breach, Correction, Outcome
from chalicelib.cases.rules import handling as rules
from chalicelib.cases.rules.filing import limit_of
from chalicelib.cases.rules.filing_events import materials_payload
from chalicelib.cases.rules.handling import CaseStep
from chalicelib.cases.services.commands import PERSON, CaseCommands, CaseContext, Command, Result
from chalicelib.cases.services.materials.handed_in import HandedIn
from chalicelib.cases.store import CaseStore
from chalicelib.clock import instant_text
from chalicelib.clocks.model import ClockKind
from chalicelib.clocks.services.clocks import Clocks
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.rulepacks.model.pack import TermKey
from chalicelib.timeline.event_types import EventKind

SWEEP = "service:sweep"


class CaseAcceptance:
    """The steps between a case's receipt and its acceptance."""

    def __init__(self, store: CaseStore, commands: CaseCommands, *, clocks: Clocks, handed_in: HandedIn) -> None:
        """Take the case commands, through which all steps go, and the documents; the sweep uses the clocks."""
        self._handed_in = handed_in
        self._store = store
        self._commands = commands
        self._clocks = clocks

    def ask_correction(self, command: Command, *, missing: tuple[str, ...], basis: str) -> Result:
        """Tell the applicant, once, everything that is missing, and by when; this stops the acceptance clock.

        Their time runs from when the demand reaches them, at the latest from when that is deemed.
        Raises ``MATERIAL_NOT_LISTED`` for anything not required. A second, different demand is carried out, but
        recorded as the office's own breach (R4.2).
        """

        def change(context: CaseContext) -> Case:
            case = context.case
            rules.require_not_deemed(context.clock(ClockKind.ACCEPTANCE), at=command.at)
            rules.require_on_list(case, missing, pointer="/missing/{}")
            rules.require_demand(case, missing, basis=basis)
            asked = Correction(
                number=len(case.corrections) + 1,
                missing=missing,
                basis=basis,
                asked_at=command.at,
                asked_by=context.actor,
            )
            context.stop(ClockKind.ACCEPTANCE, ClockKind.CORRECTION)
            limit = limit_of(context.pack.limit_term(TermKey.CORRECTION_ANSWER))
            deemed_at = context.deemed_at()
            clock = context.start(
                ClockKind.CORRECTION, limit, responsible=PERSON, since=deemed_at, suffix=str(asked.number)
            )
            context.tell(
                EventKind.CORRECTION_ASKED,
                {
                    "correction": asked.number,
                    "missing": missing,
                    "basis": basis,
                    "until": instant_text(clock.due_at),
                    "deemed_at": instant_text(deemed_at),
                },
            )
            after = replace(case, state=State.CORRECTION_ASKED, corrections=(*case.corrections, asked))
            if not rules.is_breach(case, missing, basis=basis):
                return after
            breach = Breach(
                rule=rules.TELLING_ONCE,
                basis=rules.ONCE_ONLY,
                detail=f"第{asked.number}次要求补正，内容与此前告知的不同。",
                recorded_at=command.at,
                recorded_by=context.actor,
            )
            context.tell(
                EventKind.BREACH_RECORDED,
                {"rule": breach.rule, "basis": breach.basis, "correction": asked.number},
                occurred_at=command.at,
            )
            return replace(after, breaches=(*case.breaches, breach))

        return self._commands.take(CaseStep.CORRECT, command, change)

    def answer_correction(self, command: Command, number: int, *, materials: tuple[Material, ...], text: str) -> Result:
        """Take the applicant's answer; once all demands are answered, the acceptance clock starts anew.

        Raises ``NOT_FOUND`` for a demand that was never made on this way, ``STEP_NOT_ALLOWED`` for one already
        answered, ``DOCUMENT_NOT_USABLE`` for documents that have not arrived or were refused.
        """

        def change(context: CaseContext) -> Case:
            case = context.case
            asked = next((one for one in case.demands if one.number == number), None)
            if asked is None:
                raise DomainError(ErrorCode.NOT_FOUND)
            if asked.answered_at is not None:
                raise DomainError(
                    ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.ANSWER, answered_at=instant_text(asked.answered_at)
                )
            rules.require_on_list(case, [material.id for material in materials], pointer="/materials/{}/id")
            if not materials:
                rules.require_text(text, pointer="/text")
            brought = self._handed_in.read(materials, case_no=case.case_no)
            self._handed_in.keep(brought, context.tx)
            answered = replace(asked, answered_at=command.at, answer=text)
            corrections = tuple(answered if one is asked else one for one in case.corrections)
            is_complete = all(one is asked or one.answered_at is not None for one in case.demands)
            if is_complete:
                context.stop(ClockKind.CORRECTION)
                context.start(ClockKind.ACCEPTANCE, case.terms.acceptance, suffix=str(number))
            context.tell(
                EventKind.CORRECTION_ANSWERED,
                {"correction": number, "materials": materials_payload(brought.materials)},
                texts={"answer": text},
            )
            return replace(
                rules.with_materials(case, brought.materials),
                state=State.RECEIVED if is_complete else case.state,
                corrections=corrections,
            )

        return self._commands.take(CaseStep.ANSWER, command, change)

    def accept(self, command: Command, *, reason: str = "") -> Result:
        """Accept the case (受理): the promised and statutory times start to run."""

        def change(context: CaseContext) -> Case:
            rules.require_not_deemed(context.clock(ClockKind.ACCEPTANCE), at=command.at)
            word = AcceptanceWord(
                accepted=True,
                manner=AcceptanceManner.BY_OFFICER,
                counts_from=command.at,
                said_at=command.at,
                said_by=context.actor,
                reason=reason,
            )
            context.stop(ClockKind.ACCEPTANCE, ClockKind.CORRECTION)
            context.start_handling(since=command.at)
            context.tell(EventKind.CASE_ACCEPTED, {"manner": word.manner.value}, texts={"reason": reason})
            return replace(context.case, state=State.ACCEPTED, acceptance=word)

        return self._commands.take(CaseStep.ACCEPT, command, change)

    def turn_away(self, command: Command, *, reason: str) -> Result:
        """Reject the case with a reason (不予受理); all clocks stop."""

        def change(context: CaseContext) -> Case:
            rules.require_not_deemed(context.clock(ClockKind.ACCEPTANCE), at=command.at)
            rules.require_text(reason, pointer="/reason")
            word = AcceptanceWord(
                accepted=False,
                manner=AcceptanceManner.BY_OFFICER,
                counts_from=command.at,
                said_at=command.at,
                said_by=context.actor,
                reason=reason,
                remedies=rules.remedies_of(Outcome.REFUSED, context.pack),
            )
            context.stop()
            context.tell(EventKind.CASE_NOT_ACCEPTED, texts={"reason": reason, "remedies": word.remedies})
            return replace(context.case, state=State.NOT_ACCEPTED, acceptance=word)

        return self._commands.take(CaseStep.ACCEPT, command, change)

    @retry_on_conflict
    def deem_accepted(self, owner: str, clock_id: str, at: datetime) -> None:
        """Record that a case is deemed accepted, as of the day its materials were received (R4.1).

        Called by the sweep for acceptance clocks; before their last second it only records milestones.
        For a corrected case that day is when the corrections came in. Idempotent.
        """
        clock = self._clocks.get(owner, clock_id)
        case = self._store.load(owner.partition(":")[2])
        if not rules.is_deemed_accepted(case, clock, at=at):
            self._clocks.tell_milestones(owner, clock_id, at)
            return
        received = clock.started_at
        word = AcceptanceWord(
            accepted=True, manner=AcceptanceManner.DEEMED, counts_from=received, said_at=at, said_by=SWEEP
        )
        with transaction() as tx:
            context = self._commands.work_on(case, actor=SWEEP, at=at, tx=tx)
            context.stop(ClockKind.ACCEPTANCE)
            context.start_handling(since=received)
            context.tell(
                EventKind.CASE_DEEMED_ACCEPTED,
                {"counts_from": instant_text(received), "clock_id": clock_id, "basis": clock.limit.basis},
            )
            after = replace(case, state=State.ACCEPTED, acceptance=word)
            self._store.save(case, after, context.facts, at=at, tx=tx)
