"""What a case reports of the promise in it to the credit of whoever made it (信用承诺及履行情况, R1.20)."""

from datetime import date

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import Revocation, Termination, Verification
from chalicelib.cases.rules.consequences import consequence_of
from chalicelib.cases.rules.handling import is_unchecked
from chalicelib.credit.model.promise_keeping import PromiseReport
from chalicelib.credit.model.records import Document, Fulfilment, PromiseOutcome, Severity
from chalicelib.policy import Caller
from chalicelib.rulepacks.model.consequences import CreditEffect, NextPromise
from chalicelib.rulepacks.model.pack import RulePack


def is_found_by_two(found: Verification, by: Caller) -> bool:
    """Whether a second person stands behind a finding: whoever confirmed it, or the caller who acts on it (R2.9)."""
    return found.confirmed_by is not None or not by.is_person(found.found_by)


def report_of_finding(
    case: Case, pack: RulePack, *, on: date, document: Document | None = None
) -> PromiseReport | None:
    """Return what the place's table has to be recorded of the case's finding, None if nothing.

    A broken promise rests on the ``document`` that followed from it, and on the finding itself until there is one.
    """
    found, row = case.verification, consequence_of(case, pack)
    if found is None or row is None or row.credit is CreditEffect.NONE:
        return None
    is_broken = row.credit is CreditEffect.BROKEN
    return _report(
        case,
        pack,
        PromiseOutcome(found.result.value) if is_broken else PromiseOutcome(row.credit.value),
        document=document or _of_the_case(case, on=on),
        basis=row.basis,
        severity=found.severity if is_broken else Severity.NONE,
        bars=is_broken and row.next_promise is NextPromise.UNTIL_REPAIR,
    )


def report_of_withdrawal(case: Case, pack: RulePack, *, on: date) -> PromiseReport | None:
    """Return that the promise was withdrawn (R1.9), None without one that had passed the gate."""
    if not case.has_promise or is_unchecked(case):
        return None
    return _report(
        case, pack, PromiseOutcome.WITHDRAWN, document=_of_the_case(case, on=on), basis=pack.withdraw_until.basis
    )


def document_of_revocation(case: Case, revocation: Revocation) -> Document:
    """Return the document by which the decision was revoked (撤销决定书), as credit has it."""
    return Document(
        number=revocation.document_no,
        organ=case.department,
        effective_on=revocation.effective_on,
        served_at=revocation.served_at,
        remedy_until=revocation.remedy_until,
        court_until=revocation.court_until,
    )


def document_of_termination(case: Case, termination: Termination, *, on: date) -> Document:
    """Return the document by which the case was ended (终止办理决定书), as credit has it."""
    last = {remedy.code: remedy.until for remedy in termination.remedies}
    return Document(
        number=termination.document_no,
        organ=case.department,
        effective_on=on,
        served_at=termination.served_at,
        remedy_until=last.get("review"),
        court_until=last.get("court"),
    )


def _report(  # noqa: PLR0913 - what differs between reports
    case: Case,
    pack: RulePack,
    outcome: PromiseOutcome,
    *,
    document: Document,
    basis: str,
    severity: Severity = Severity.NONE,
    bars: bool = False,
) -> PromiseReport:
    return PromiseReport(
        subject=case.subject,
        record_id=_record_of(case),
        fulfilment=Fulfilment(case_no=case.case_no, outcome=outcome, department=case.department),
        item_code=case.terms.item_code,
        document=document,
        basis=basis,
        display=pack.display,
        name_digest=case.name_digest,
        severity=severity,
        repair_notice=pack.recourse.repair_notice.text if bars else "",
        bars=bars,
    )


def _record_of(case: Case) -> str:
    """Return the id of the record: each handling of a case has its own, as each has clocks of its own."""
    return "-".join(part for part in (case.case_no, case.clock_suffix) if part)


def _of_the_case(case: Case, *, on: date) -> Document:
    return Document(number=_record_of(case), organ=case.department, effective_on=on)
