"""How a case ends without a decision: the office terminates it, or the applicant withdraws (终止办理、撤回申请)."""

from dataclasses import replace

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.model.stages import Withdrawal
from chalicelib.cases.rules import consequences as rules
from chalicelib.cases.rules.consequences import TerminationDocument
from chalicelib.cases.rules.handling import CaseStep
from chalicelib.cases.rules.promise_keeping import document_of_termination
from chalicelib.cases.services.commands import CaseCommands, CaseContext, Command, Result, end_interruptions
from chalicelib.cases.services.promise_records import PromiseRecords
from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.clocks.model import ClockKind
from chalicelib.policy import Caller
from chalicelib.rulepacks.model.consequences import Barred, StepKind
from chalicelib.rulepacks.model.pack import After, TerminationGround
from chalicelib.timeline.event_types import EventKind


class CaseEndings:
    """Ends cases that are not decided; all clocks stop with them, but not the answers to alerts."""

    def __init__(self, commands: CaseCommands, *, promises: PromiseRecords) -> None:
        """Take the case commands, through which all steps go; and what records the fate of promises."""
        self._commands = commands
        self._promises = promises

    def terminate(self, command: Command, document: TerminationDocument) -> Result:
        """End a case by a document, on a ground of the rule pack's closed list, telling the ways to contest it.

        Raises ``TERMINATION_GROUND_UNKNOWN``, ``STEP_NOT_ALLOWED`` while the applicant's time runs or another step
        comes first, ``DEFENCE_OPEN`` before the person was heard, ``CALENDAR_UNKNOWN``, ``INVALID_BODY``, or
        ``SAME_PERSON`` for whoever alone stands behind the finding that is the ground.
        """

        def change(context: CaseContext) -> Case:
            ground = rules.ground_of_termination(context.case, context.pack, document.ground)
            _require_due(ground, context, by=command.by)
            ended = rules.terminate(
                document,
                case=context.case,
                pack=context.pack,
                actor=context.actor,
                at=command.at,
            )
            case = context.case
            if ground.after is After.CONSEQUENCE:
                paper = document_of_termination(case, ended, on=day_in_shanghai(command.at))
                case = self._promises.establish(context, by=command.by, document=paper)
            context.stop()
            context.tell(
                EventKind.CASE_TERMINATED,
                {
                    "ground": ground.code,
                    "document_no": ended.document_no,
                    "basis": ended.basis,
                    "article": ground.basis,
                    "served_at": instant_text(ended.served_at),
                    "remedies": [{"code": each.code, "until": each.until.isoformat()} for each in ended.remedies],
                },
                texts={"reasons": ended.reasons, "statement_answer": ended.statement_answer},
            )
            return replace(
                end_interruptions(context),
                verification=case.verification,
                state=State.TERMINATED,
                termination=ended,
            )

        return self._commands.take(CaseStep.TERMINATE, command, change)

    def withdraw(self, command: Command, *, reason: str) -> Result:
        """Withdraw the application (撤回申请) before it is decided; nobody is penalised for it.

        Raises ``STEP_NOT_ALLOWED`` while the consequences of a broken promise are open, which it would only evade.
        """

        def change(context: CaseContext) -> Case:
            rules.require_not_barred(context.case, context.pack, Barred.APPLICATION_WITHDRAWAL)
            self._promises.withdrawn(context.case, context.pack, by=command.by, at=command.at, tx=context.tx)
            context.stop()
            context.tell(EventKind.APPLICATION_WITHDRAWN, texts={"reason": reason})
            withdrawal = Withdrawal(reason=reason, withdrawn_at=command.at)
            return replace(end_interruptions(context), state=State.WITHDRAWN, application_withdrawal=withdrawal)

        return self._commands.take(CaseStep.WITHDRAW_APPLICATION, command, change)


def _require_due(ground: TerminationGround, context: CaseContext, *, by: Caller) -> None:
    """Let a case end only once what the ground stands for has come about."""
    clock_of = {After.MATERIALS: ClockKind.MATERIALS, After.CORRECTION: ClockKind.CORRECTION}
    if ground.after in clock_of:
        rules.require_time_over(context.persons_clock(clock_of[ground.after]), at=context.at)
    elif ground.after is After.CONSEQUENCE:
        step = rules.require_next(context.case, context.pack, StepKind.TERMINATION)
        rules.require_heard(step, context.case, context.persons_clock(ClockKind.DEFENCE), at=context.at)
        rules.require_two_persons(context.case, by=by)
