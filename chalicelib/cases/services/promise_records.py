"""Having written down what became of the promise in a case, in the write of the case itself (信用承诺及履行情况)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.cases.model.case import Case
from chalicelib.cases.rules import promise_keeping as rules
from chalicelib.cases.services.commands import CaseContext
from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.promise_keeping import PromiseReport
from chalicelib.credit.model.records import Document
from chalicelib.credit.services.promise_keeping import PromiseKeeping
from chalicelib.credit.store.records import UnreadableError
from chalicelib.dynamo.transaction import Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.timeline.event_types import EventKind


class PromiseRecords:
    """Reports promises to credit: what is adverse only after the hearing, and with two persons behind it."""

    def __init__(self, keeping: PromiseKeeping) -> None:
        """Take what writes the records."""
        self._keeping = keeping

    def found(self, case: Case, context: CaseContext) -> None:
        """Record a finding that is not adverse, as it takes effect."""
        report = rules.report_of_finding(case, context.pack, on=day_in_shanghai(context.at))
        if report is not None:
            self._write(report, actor=context.actor, at=context.at, tx=context.tx)

    def establish(self, context: CaseContext, *, by: Caller, document: Document | None = None) -> Case:
        """Record a broken promise with the first step after the hearing that a second person stands behind.

        From this write on it bars the next promise on the item. Once it stands, only the ``document`` that follows from
        it is added. Call it before any clock moves, so that the clocks stand with the event of the step itself.
        """
        case, found = context.case, context.case.verification
        if found is None or not rules.is_found_by_two(found, by):
            return case
        is_known = found.established_at is not None
        report = rules.report_of_finding(case, context.pack, on=day_in_shanghai(context.at), document=document)
        if report is None or (is_known and document is None):
            return case
        self._write(report, actor=context.actor, at=context.at, tx=context.tx)
        if is_known:
            return case
        context.tell(
            EventKind.PROMISE_BROKEN, {"result": found.result.value, "basis": report.basis}, occurred_at=context.at
        )
        return replace(case, verification=replace(found, established_at=context.at))

    def withdrawn(self, case: Case, pack: RulePack, *, by: Caller, at: datetime, tx: Transaction) -> None:
        """Record that the promise of a case was withdrawn, as it stood before."""
        report = rules.report_of_withdrawal(case, pack, on=day_in_shanghai(at))
        if report is not None:
            self._write(report, actor=by.actor, at=at, tx=tx)

    def _write(self, report: PromiseReport, *, actor: str, at: datetime, tx: Transaction) -> None:
        try:
            self._keeping.record(report, by=actor, at=at, tx=tx)
        except UnreadableError:
            raise DomainError(ErrorCode.CREDIT_SOURCE_DOWN) from None
