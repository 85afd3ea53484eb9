"""After the decision: verification, statement and defence, rectification, revocation (核查、陈述申辩、整改、撤销)."""

from dataclasses import replace
from datetime import date

from chalicelib.cases.model.case import Case, Material, State
from chalicelib.cases.model.stages import Defence, Finding, Rectification, Revocation, Verification
from chalicelib.cases.rules import consequences as rules
from chalicelib.cases.rules.consequences import RectificationOutcome, RevocationDocument
from chalicelib.cases.rules.duties import NOT_RECTIFIED, REPORTED, suffix_of
from chalicelib.cases.rules.filing import limit_of
from chalicelib.cases.rules.filing_events import materials_payload
from chalicelib.cases.rules.handling import (
    CaseStep,
    late_reason_for,
    require_nothing_owed,
    require_overdue,
    require_text,
    with_later_brought,
    with_materials,
)
from chalicelib.cases.rules.promise_keeping import document_of_revocation
from chalicelib.cases.services.commands import PERSON, CaseCommands, CaseContext, Command, Result, with_late_reason
from chalicelib.cases.services.materials.handed_in import HandedIn
from chalicelib.cases.services.promise_records import PromiseRecords
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.model.items import Method
from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.credit.model.records import Severity
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.rulepacks.model.consequences import StepKind
from chalicelib.rulepacks.model.pack import TermKey
from chalicelib.rulepacks.rules import remedies_after, remedy_notice
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.workdays.model.limits import Limit, Unit


class Consequences:
    """Records verifications and takes the steps that follow, in the order of the rule pack."""

    def __init__(
        self, store: CaseStore, commands: CaseCommands, *, promises: PromiseRecords, handed_in: HandedIn
    ) -> None:
        """Take the case commands, through which all steps go, what records the fate of promises, and the documents."""
        self._handed_in = handed_in
        self._store = store
        self._commands = commands
        self._promises = promises

    def verify(
        self,
        command: Command,
        *,
        result: Finding,
        method: Method,
        findings: str,
        late_reason: str | None = None,
        severity: Severity = Severity.GENERAL,
    ) -> Result:
        """Record the result of a verification; if two officers are required, it awaits the second one (R1.13).

        A promise may be verified before the decision, too. ``severity`` is how grave a broken one is.
        Raises ``LATE_REASON_REQUIRED`` after the last day for it, and ``STEP_NOT_ALLOWED`` for a promise that says what
        will come later: it is not kept before that has come, and not unkept before its day has passed.
        """

        def change(context: CaseContext) -> Case:
            case = context.case
            rules.require_verifiable(case)
            if result is Finding.TRUE:
                require_nothing_owed(case, step=CaseStep.VERIFY)
            if result is Finding.UNFULFILLED:
                require_overdue(case, _times_to_bring(context), at=command.at)
            # An unverifiable case still has to be verified: its clock runs on, and nothing is closed late.
            clock = None if result is Finding.UNVERIFIABLE else context.clock(ClockKind.VERIFICATION)
            late = late_reason_for(clock, late_reason, at=command.at)
            found = Verification(
                result=result,
                method=method,
                findings=findings,
                found_at=command.at,
                found_by=context.actor,
                officers=rules.officers_for(case.terms.verification, method),
                severity=severity,
            )
            if found.has_effect:
                return self._effective(found, context, late=late)
            context.tell(
                EventKind.VERIFICATION_PROPOSED, _told(found), texts={"findings": findings, "late_reason": late}
            )
            return with_late_reason(
                replace(case, verification=found), late, clock=ClockKind.VERIFICATION, context=context
            )

        return self._commands.take(CaseStep.VERIFY, command, change)

    def confirm_verification(self, command: Command) -> Result:
        """Confirm a colleague's result, which takes effect now; raises ``SAME_PERSON`` for one's own."""

        def change(context: CaseContext) -> Case:
            found = rules.unconfirmed_verification(context.case, by=command.by)
            confirmed = replace(found, confirmed_at=command.at, confirmed_by=context.actor)
            return self._effective(confirmed, context)

        return self._commands.take(CaseStep.CONFIRM, command, change)

    def state(self, command: Command, *, text: str) -> Result:
        """Record the person's statement (陈述申辩), which ends the defence period."""

        def change(context: CaseContext) -> Case:
            defence = rules.open_defence(context.case, context.persons_clock(ClockKind.DEFENCE), at=command.at)
            require_text(text, pointer="/text")
            context.stop(ClockKind.DEFENCE)
            context.tell(EventKind.STATEMENT_MADE, texts={"statement": text})
            return replace(context.case, defence=replace(defence, statement=text, stated_at=command.at))

        return self._commands.take(CaseStep.STATE, command, change)

    def order_rectification(self, command: Command, *, days: int, basis: str) -> Result:
        """Order rectification within so many working days, if that is the pack's next step (R1.17).

        The person was heard by now: unless one officer alone stands behind the finding, it bars the next promise.
        Raises ``INVALID_BODY`` for less time than the pack says, and ``DEFENCE_OPEN`` before the person was heard.
        """

        def change(context: CaseContext) -> Case:
            step = rules.require_next(context.case, context.pack, StepKind.RECTIFICATION)
            rules.require_no_order(context.case)
            rules.require_long_enough(days, context.pack)
            rules.require_heard(step, context.case, context.persons_clock(ClockKind.DEFENCE), at=command.at)
            case = self._promises.establish(context, by=command.by)
            context.stop(ClockKind.CONSEQUENCE)
            limit = Limit(value=days, unit=Unit.WORKING_DAYS, basis=basis)
            deemed_at = context.deemed_at()
            clock = context.start(ClockKind.RECTIFICATION, limit, responsible=PERSON, since=deemed_at)
            ordered = Rectification(
                limit=limit,
                basis=basis,
                ordered_at=command.at,
                ordered_by=context.actor,
                due_at=clock.due_at,
                deemed_at=deemed_at,
            )
            context.tell(
                EventKind.RECTIFICATION_ORDERED,
                {"days": days, "basis": basis, "article": step.basis, "deemed_at": instant_text(deemed_at)},
            )
            return replace(case, rectification=ordered)

        return self._commands.take(CaseStep.RECTIFY, command, change)

    def report(self, command: Command, *, text: str, materials: tuple[Material, ...] = ()) -> Result:
        """Take the person's word that things are put right, which the office then has to check within its time.

        ``materials`` of the checklist may prove it, among them what the promise said would come later.
        Raises ``MATERIAL_NOT_LISTED`` and ``DOCUMENT_NOT_USABLE``.
        """

        def change(context: CaseContext) -> Case:
            order = rules.order_to_report(context.case)
            require_text(text, pointer="/text")
            rules.require_provable(context.case, materials)
            brought = self._handed_in.read(materials, case_no=context.case.case_no)
            self._handed_in.keep(brought, context.tx)
            here = {material.id for material in brought.materials}
            if here:
                context.stop(ClockKind.LATER_MATERIAL, about=here)
            _owe_next_step(context, suffix=REPORTED)
            told = {"materials": materials_payload(brought.materials)} if brought.materials else None
            context.tell(EventKind.RECTIFICATION_REPORTED, told, texts={"report": text})
            case = with_later_brought(with_materials(context.case, brought.materials), here, at=command.at)
            return replace(case, rectification=replace(order, report=text, reported_at=command.at))

        return self._commands.take(CaseStep.REPORT, command, change)

    def end_rectification(self, command: Command, *, outcome: RectificationOutcome, findings: str) -> Result:
        """Record the outcome of a rectification order: done ends the matter, not done opens the pack's next step.

        Raises ``STEP_NOT_ALLOWED`` if it is said to be done while what was not brought in time has still not come.
        """

        def change(context: CaseContext) -> Case:
            order = rules.order_to_end(
                context.case, context.persons_clock(ClockKind.RECTIFICATION), outcome, at=command.at
            )
            fulfilled = outcome is RectificationOutcome.DONE
            if fulfilled:
                rules.require_put_right(context.case)
            case = self._promises.establish(context, by=command.by)
            context.stop(ClockKind.RECTIFICATION, ClockKind.CONSEQUENCE)
            if fulfilled:
                context.stop(ClockKind.DEFENCE)
            else:
                _owe_next_step(context, suffix=NOT_RECTIFIED)
            context.tell(EventKind.RECTIFICATION_ENDED, {"outcome": outcome.value}, texts={"findings": findings})
            ended = replace(order, fulfilled=fulfilled, ended_at=command.at, ended_by=context.actor, findings=findings)
            return replace(case, rectification=ended)

        return self._commands.take(CaseStep.END_RECTIFICATION, command, change)

    def revoke(self, command: Command, document: RevocationDocument) -> Result:
        """Revoke the decision by a document, if that is the pack's next step and the person was heard (R1.17, R1.18).

        Raises ``STEP_NOT_ALLOWED`` with the step that comes first and its article, ``DEFENCE_OPEN``,
        ``CALENDAR_UNKNOWN``, ``INVALID_BODY``, or ``SAME_PERSON`` for whoever alone stands behind the finding.
        """

        def change(context: CaseContext) -> Case:
            case = context.case
            step = rules.require_next(case, context.pack, StepKind.REVOCATION)
            rules.require_heard(step, case, context.persons_clock(ClockKind.DEFENCE), at=command.at)
            rules.require_two_persons(case, by=command.by)
            least = remedies_after(context.pack, day_in_shanghai(document.served_at))
            rules.require_sound(document, case=case, least=least, at=command.at)
            revocation = Revocation(
                document_no=document.document_no,
                basis=document.basis,
                served_at=document.served_at,
                effective_on=document.effective_on,
                remedy_until=document.remedy_until,
                court_until=document.court_until or least.court_until,
                revoked_at=command.at,
                revoked_by=context.actor,
                statement_answer=document.statement_answer,
                remedies=remedy_notice(context.pack),
                repair_notice=context.pack.recourse.repair_notice.text,
            )
            paper = document_of_revocation(case, revocation)
            case = self._promises.establish(context, by=command.by, document=paper)
            context.stop()
            context.tell(
                EventKind.CASE_REVOKED,
                {
                    "document_no": revocation.document_no,
                    "basis": revocation.basis,
                    "article": step.basis,
                    "served_at": instant_text(revocation.served_at),
                    "effective_on": revocation.effective_on.isoformat(),
                    "remedy_until": revocation.remedy_until.isoformat(),
                    "court_until": revocation.court_until.isoformat(),
                },
                texts={
                    "statement_answer": revocation.statement_answer,
                    "remedies": revocation.remedies,
                    "repair_notice": revocation.repair_notice,
                },
            )
            return replace(case, state=State.REVOKED, revocation=revocation)

        return self._commands.take(CaseStep.REVOKE, command, change)

    def is_effective(self, case_no: str, document_no: str, *, subject: SubjectKey, on: date) -> bool:
        """Whether the case was revoked by this document, about this subject, and it is in effect on that day (R2.2)."""
        try:
            case = self._store.load(case_no)
        except DomainError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            return False
        return rules.is_in_effect(case, document_no, subject=subject, on=on)

    def _effective(self, found: Verification, context: CaseContext, *, late: str | None = None) -> Case:
        """Put a result into effect within the same write: credit for a kept promise, or a defence for a broken one."""
        if found.result is not Finding.UNVERIFIABLE:
            context.stop(ClockKind.VERIFICATION)
        context.tell(EventKind.CASE_VERIFIED, _told(found), texts={"findings": found.findings, "late_reason": late})
        case = replace(context.case, verification=found)
        case = with_late_reason(case, late, clock=ClockKind.VERIFICATION, context=context)
        if not case.owed_later:
            context.stop(ClockKind.LATER_MATERIAL)
        if found.result not in rules.BROKEN:
            self._not_broken(case, context)
            return case
        _owe_next_step(context)
        return replace(case, defence=_opened(case, found, context))

    def _not_broken(self, case: Case, context: CaseContext) -> None:
        """Record that a promise was kept, once a case, or could not be verified, in the same write (R1.20)."""
        found = case.verification
        is_kept = found is not None and found.result is Finding.TRUE
        if is_kept and rules.is_counted(case):
            return
        self._promises.found(case, context)
        if is_kept:
            context.tell(EventKind.PROMISE_KEPT, occurred_at=context.at)


def _times_to_bring(context: CaseContext) -> tuple[Clock, ...]:
    """Return the last clock of each thing that is still owed, stopped if its document was refused after it had come."""
    owed = {each.id for each in context.case.owed_later}
    last = {
        clock.about: clock
        for clock in context.all_clocks
        if clock.kind is ClockKind.LATER_MATERIAL and clock.about in owed
    }
    return tuple(context.lengthen(clock, context.at) for clock in last.values())


def _owe_next_step(context: CaseContext, *, suffix: str = "") -> None:
    """Start the office's time to take the next step, so that a broken promise waits for nobody's memory."""
    limit = limit_of(context.pack.limit_term(TermKey.CONSEQUENCE))
    context.start(ClockKind.CONSEQUENCE, limit, suffix=suffix_of(context.case.clock_suffix, suffix))


def _opened(case: Case, found: Verification, context: CaseContext) -> Defence:
    """Notify the person of the findings and the article, and open the time to answer.

    It runs from when the notice reaches them: the clock begins where that is deemed, and sooner once it is proved.
    """
    step = rules.next_step_for(case, context.pack)
    term = context.pack.limit_term(TermKey.DEFENCE)
    basis = term.basis if step is None else step.basis
    limit = Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)
    deemed_at = context.deemed_at()
    clock = context.start(ClockKind.DEFENCE, limit, responsible=PERSON, since=deemed_at)
    context.tell(
        EventKind.DEFENCE_OPENED,
        {
            "result": found.result.value,
            "basis": basis,
            "until": instant_text(clock.due_at),
            "deemed_at": instant_text(deemed_at),
        },
        texts={"notice": rules.notice_of_defence(found, basis=basis, until=clock.due_on)},
        occurred_at=context.at,
    )
    return Defence(
        facts=found.findings,
        basis=basis,
        opened_at=context.at,
        opened_by=context.actor,
        until=clock.due_at,
        deemed_at=deemed_at,
    )


def _told(found: Verification) -> dict[str, str | int]:
    told: dict[str, str | int] = {
        "result": found.result.value,
        "method": found.method.value,
        "officers": found.officers,
        "found_by": found.found_by,
        "severity": found.severity.value,
    }
    return told if found.confirmed_by is None else {**told, "confirmed_by": found.confirmed_by}
