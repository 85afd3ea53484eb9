"""What superiors do with a case: assign it to an officer, or reopen it (指定经办人、重新办理)."""

from dataclasses import replace

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.rules import handling as rules
from chalicelib.cases.rules.consequences import require_not_barred
from chalicelib.cases.rules.handling import CaseStep
from chalicelib.cases.services.commands import CaseCommands, CaseContext, Command, Result
from chalicelib.clocks.model import ClockKind
from chalicelib.rulepacks.model.consequences import Barred
from chalicelib.staff.services import Staff
from chalicelib.timeline.event_types import EventKind


class Assignment:
    """Assigns and reopens cases."""

    def __init__(self, commands: CaseCommands, staff: Staff) -> None:
        """Take the case commands, through which all steps go, and the register of staff."""
        self._commands = commands
        self._staff = staff

    def reopen(self, command: Command, *, reason: str) -> Result:
        """Reopen a decided or closed case; both handling times start anew.

        The decision, its delivery and its verification stay readable among the earlier ones. Clocks still running for
        delivery or verification stop, because they concerned the earlier decision. What nobody owed after a
        refusal has its time again.
        Raises ``STEP_NOT_ALLOWED`` for a case whose promise was found broken, because that has its own order of steps.
        """

        def change(context: CaseContext) -> Case:
            case = context.case
            require_not_barred(case, context.pack, Barred.REOPENING)
            decision = rules.require_reopenable(case)
            after = rules.set_aside(case, decision, reason=reason, actor=context.actor, at=command.at)
            after = replace(after, state=State.ACCEPTED)
            context.stop(ClockKind.DELIVERY, ClockKind.VERIFICATION)
            context.start_handling(since=command.at, suffix=after.clock_suffix)
            context.await_later(after)
            context.tell(EventKind.CASE_REOPENED, {"handling": after.handling}, texts={"reason": reason})
            return after

        return self._commands.take(CaseStep.REOPEN, command, change)

    def assign(self, command: Command, *, officer: str) -> Result:
        """Assign a case and its running clocks to an officer; officers may only take cases for themselves.

        While somebody is absent, what is assigned to them goes to their deputy, but not what they take themselves.
        Raises ``FORBIDDEN`` for an officer who names somebody else, ``STEP_NOT_ALLOWED`` for one who takes another's
        case, ``STAFF_UNKNOWN`` for anybody but an active officer of the case's department, ``OWN_MATTER`` for one whom
        it concerns.
        """

        def change(context: CaseContext) -> Case:
            rules.require_assignable(context.case, officer, by=command.by)
            case = context.case
            in_charge = self._staff.in_charge(officer, department=case.department, people=case.people, at=command.at)
            given = officer if officer == command.by.sub else in_charge
            data = {"officer": given, "before": context.case.officer}
            context.assign(given)
            context.tell(EventKind.CASE_ASSIGNED, data if given == officer else {**data, "instead_of": officer})
            return replace(context.case, officer=given)

        return self._commands.take(CaseStep.ASSIGN, command, change)
