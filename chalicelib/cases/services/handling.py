"""From acceptance to delivery: special procedures, extension, decision (特别程序、延期、决定、送达)."""

from dataclasses import replace

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.model.stages import Decision, Delivery, Extension, Finding, Interruption, Outcome, ResultDocument
from chalicelib.cases.rules import handling as rules
from chalicelib.cases.rules.consequences import require_not_barred
from chalicelib.cases.rules.handling import CaseStep
from chalicelib.cases.services.commands import CaseCommands, CaseContext, Command, Result, with_late_reason
from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.clocks.model import ClockKind
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.rulepacks.model.consequences import Barred
from chalicelib.rulepacks.model.pack import TermKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.workdays.model.calendars import Calendars
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.rules.due_dates import working_day_after

HANDLING = (ClockKind.HANDLING_PROMISED, ClockKind.HANDLING_STATUTORY, ClockKind.STEP)
"""The office's times from acceptance to decision, which pause and end together."""


class Handling:
    """The steps of officers and heads between acceptance and delivery."""

    def __init__(self, commands: CaseCommands, *, calendars: Calendars) -> None:
        """Take the case commands, through which all steps go; ``calendars`` compute when a pause is expected to end."""
        self._commands = commands
        self._calendars = calendars

    def pause(
        self, command: Command, *, ground: str, basis: str, expected_days: int, notice_text: str | None
    ) -> Result:
        """Begin a special procedure whose time does not count, notifying the applicant of its expected length (R4.8).

        ``expected_days`` are working days, at least 1. Raises ``PAUSE_WITHOUT_NOTICE`` or ``PAUSE_GROUND_UNKNOWN``.
        """

        def change(context: CaseContext) -> Case:
            case = context.case
            notice = (notice_text or "").strip()
            if not notice:
                raise DomainError(ErrorCode.PAUSE_WITHOUT_NOTICE)
            known = rules.ground_of(context.pack, ground)
            until = working_day_after(day_in_shanghai(command.at), expected_days, self._calendars.current())
            begun = Interruption(
                number=len(case.interruptions) + 1,
                ground=known.code,
                basis=basis,
                notice_text=notice,
                expected_until=until,
                started_at=command.at,
                started_by=context.actor,
            )
            context.pause(*HANDLING, ground=known.code, basis=basis, expected_until=until)
            context.tell(
                EventKind.CASE_PAUSED,
                {
                    "pause": begun.number,
                    "ground": known.code,
                    "basis": basis,
                    "article": known.basis,
                    "expected_until": until.isoformat(),
                },
                texts={"notice": notice},
            )
            return replace(case, state=State.PAUSED, interruptions=(*case.interruptions, begun))

        return self._commands.take(CaseStep.PAUSE, command, change)

    def end_pause(self, command: Command, number: int) -> Result:
        """End the special procedure; raises ``NOT_FOUND`` for one that never began."""

        def change(context: CaseContext) -> Case:
            case = context.case
            ending = next((one for one in case.interruptions if one.number == number), None)
            if ending is None:
                raise DomainError(ErrorCode.NOT_FOUND)
            if ending.ended_at is not None:
                raise DomainError(
                    ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.RESUME, ended_at=instant_text(ending.ended_at)
                )
            ended = replace(ending, ended_at=command.at, ended_by=context.actor)
            context.resume(*HANDLING)
            context.tell(EventKind.CASE_RESUMED, {"pause": number})
            interruptions = tuple(ended if one is ending else one for one in case.interruptions)
            return replace(case, state=State.ACCEPTED, interruptions=interruptions)

        return self._commands.take(CaseStep.RESUME, command, change)

    def suspend(self, command: Command, *, ground: str, basis: str, expected_days: int, notice_text: str) -> Result:
        """Suspend the case (中止办理) on a ground of the rule pack's list, telling the applicant for how long.

        The handling times do not count meanwhile, and a clock of the office's own runs to the expected end.
        ``expected_days`` are working days, at least 1. Raises ``PAUSE_GROUND_UNKNOWN``.
        """

        def change(context: CaseContext) -> Case:
            case = context.case
            known = rules.suspension_ground_of(context.pack, ground)
            rules.require_text(notice_text, pointer="/notice_text")
            number = len(case.suspensions) + 1
            limit = Limit(value=expected_days, unit=Unit.WORKING_DAYS, basis=basis)
            clock = context.start(ClockKind.SUSPENSION, limit, suffix=str(number))
            begun = Interruption(
                number=number,
                ground=known.code,
                basis=basis,
                notice_text=notice_text,
                expected_until=clock.due_on,
                started_at=command.at,
                started_by=context.actor,
            )
            context.pause(*HANDLING, ground=known.code, basis=basis, expected_until=clock.due_on)
            context.tell(
                EventKind.CASE_SUSPENDED,
                {
                    "suspension": number,
                    "ground": known.code,
                    "basis": basis,
                    "article": known.basis,
                    "expected_until": clock.due_on.isoformat(),
                },
                texts={"notice": notice_text},
            )
            return replace(case, state=State.SUSPENDED, suspensions=(*case.suspensions, begun))

        return self._commands.take(CaseStep.SUSPEND, command, change)

    def end_suspension(self, command: Command, number: int) -> Result:
        """Go on with a suspended case; raises ``STEP_NOT_ALLOWED`` while a broken promise is being dealt with."""

        def change(context: CaseContext) -> Case:
            case = context.case
            ending = rules.suspension_to_end(case, number)
            require_not_barred(case, context.pack, Barred.SUSPENSION_END)
            ended = replace(ending, ended_at=command.at, ended_by=context.actor)
            context.stop(ClockKind.SUSPENSION)
            context.resume(*HANDLING)
            context.tell(EventKind.SUSPENSION_ENDED, {"suspension": number})
            suspensions = tuple(ended if one is ending else one for one in case.suspensions)
            return replace(case, state=State.ACCEPTED, suspensions=suspensions)

        return self._commands.take(CaseStep.END_SUSPENSION, command, change)

    def complete_step(self, command: Command, step: str) -> Result:
        """Record that a step is done; the next has its own time from now, and after the last comes the decision.

        Raises ``STEP_NOT_ALLOWED`` for a step that is not under way.
        """

        def change(context: CaseContext) -> Case:
            done = rules.require_running(context.clock(ClockKind.STEP), step).about
            context.stop(ClockKind.STEP)
            following = rules.step_after(context.steps, done)
            if following is not None:
                context.start_step(following)
            context.tell(EventKind.STEP_COMPLETED, {"step": done, "next": "" if following is None else following.id})
            return context.case

        return self._commands.take(CaseStep.COMPLETE_STEP, command, change)

    def extend(self, command: Command, *, days: int, reason: str) -> Result:
        """Grant the one extension of the statutory time, with its reason for the applicant (行政许可法第42条).

        The promised time stays as it is.

        ``days`` are working days. Raises ``ALREADY_EXTENDED``, ``EXTENSION_TOO_LONG`` or ``EXTENSION_TOO_LATE``.
        """

        def change(context: CaseContext) -> Case:
            statutory = context.clock(ClockKind.HANDLING_STATUTORY)
            more = rules.extension_of(context.case, context.pack, statutory, days=days, at=command.at)
            context.extend(ClockKind.HANDLING_STATUTORY, by=more)
            context.tell(
                EventKind.CASE_EXTENDED,
                {"by": {"value": more.value, "unit": more.unit.value, "basis": more.basis}},
                texts={"reason": reason},
            )
            granted = Extension(limit=more, reason=reason, granted_at=command.at, granted_by=context.actor)
            return replace(context.case, extension=granted)

        return self._commands.take(CaseStep.EXTEND, command, change)

    def decide(
        self,
        command: Command,
        *,
        outcome: Outcome,
        document_no: str,
        reasons: str = "",
        late_reason: str | None = None,
        result: ResultDocument | None = None,
    ) -> Result:
        """Decide the case; a late decision needs a reason that the applicant sees (``LATE_REASON_REQUIRED``, R4.18).

        Starts the clock for delivery and, for a granted promise, the clock for verification.
        """

        def change(context: CaseContext) -> Case:
            case = context.case
            rules.require_checked(case)
            require_not_barred(case, context.pack, Barred.DECISION)
            rules.require_reasons(outcome, reasons)
            late = rules.late_reason_for(context.clock(ClockKind.HANDLING_PROMISED), late_reason, at=command.at)
            decision = Decision(
                outcome=outcome,
                document_no=document_no,
                reasons=reasons,
                decided_at=command.at,
                decided_by=context.actor,
                late_reason=late,
                result=result,
                remedies=rules.remedies_of(outcome, context.pack),
            )
            decided = with_late_reason(
                replace(case, state=State.DECIDED, decision=decision),
                late,
                clock=ClockKind.HANDLING_PROMISED,
                context=context,
            )
            context.stop(*HANDLING)
            if not decided.owed_later:
                context.stop(ClockKind.LATER_MATERIAL)
            context.start(ClockKind.DELIVERY, case.terms.delivery)
            verifying = time_to_verify(decided, context)
            if verifying is not None:
                context.start(ClockKind.VERIFICATION, verifying)
            context.tell(
                EventKind.CASE_DECIDED,
                {
                    "outcome": outcome.value,
                    "document_no": document_no,
                    "is_late": late is not None,
                    **({} if result is None else {"result_sha256": result.sha256}),
                },
                texts={"reasons": reasons, "late_reason": late, "remedies": decision.remedies},
            )
            return decided

        return self._commands.take(CaseStep.DECIDE, command, change)

    def deliver(self, command: Command, *, method: str = "", late_reason: str | None = None) -> Result:
        """Record that the result reached the applicant, which closes the case (办结)."""

        def change(context: CaseContext) -> Case:
            late = rules.late_reason_for(context.clock(ClockKind.DELIVERY), late_reason, at=command.at)
            delivery = Delivery(delivered_at=command.at, delivered_by=context.actor, late_reason=late, method=method)
            context.stop(ClockKind.DELIVERY)
            context.tell(
                EventKind.CASE_DELIVERED,
                {"is_late": late is not None},
                texts={"method": method, "late_reason": late},
            )
            closed = replace(context.case, state=State.CLOSED, delivery=delivery)
            return with_late_reason(closed, late, clock=ClockKind.DELIVERY, context=context)

        return self._commands.take(CaseStep.DELIVER, command, change)


def time_to_verify(case: Case, context: CaseContext) -> Limit | None:
    """Return the time limit for verifying a granted promise: the item's own, else the rule pack's."""
    found = case.verification
    is_verified = found is not None and found.has_effect and found.result is not Finding.UNVERIFIABLE
    if is_verified or not rules.must_be_verified(case):
        return None
    term = context.pack.limit_term(TermKey.VERIFICATION)
    return case.terms.verification.limit or Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)
