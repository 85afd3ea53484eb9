"""What a case reports of its promise, by the table of the place."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import (
    CommitmentStatus,
    CreditSnapshot,
    Finding,
    RemedyTold,
    Revocation,
    Termination,
    Withdrawal,
)
from chalicelib.cases.rules.consequences import require_two_persons
from chalicelib.cases.rules.promise_keeping import (
    document_of_revocation,
    document_of_termination,
    is_found_by_two,
    report_of_finding,
    report_of_withdrawal,
)
from chalicelib.credit.model.records import Document, PromiseOutcome, Severity
from chalicelib.errors import DomainError
from chalicelib.policy import Role
from chalicelib.rulepacks.model.consequences import Consequences, NextPromise
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from tests.builders import NOON, a_caller, a_case, a_commitment, a_decision, a_verification

TODAY = date(2026, 9, 28)
PACK = pack_in_force(load_rule_packs(), "corrects-first", on=TODAY)
CHECKED = CreditSnapshot(version=0, head_hash="0" * 64, standing=CommitmentStatus.ALLOWED, reasons=(), checked_at=NOON)
FINDER = a_caller(Role.SUPERVISOR, sub="officer", department="traffic")
OTHER = a_caller(Role.SUPERVISOR, sub="supervisor", department="traffic")


def found(result: Finding = Finding.UNTRUE, **other: Any) -> Case:  # noqa: ANN401 - any field of a verification
    verification = a_verification(result=result, **other)
    return a_case(commitment=a_commitment(), decision=a_decision(), verification=verification)


@pytest.mark.requirement("R1.1", "R1.20")
@pytest.mark.parametrize("result", [Finding.UNTRUE, Finding.UNFULFILLED])
def test_a_broken_promise_is_reported_with_its_law_its_severity_and_what_it_bars(result: Finding) -> None:
    case = found(result, severity=Severity.MINOR)

    report = report_of_finding(case, PACK, on=TODAY)

    assert report is not None
    assert (report.fulfilment.case_no, report.fulfilment.outcome.value) == (case.case_no, result.value)
    assert (report.item_code, report.severity, report.bars) == (case.terms.item_code, Severity.MINOR, True)
    assert report.basis == "《深圳经济特区社会信用条例》第59条第4项、第64条；第67条（初次、轻微并及时改正的，不予惩戒）"
    assert report.document == Document(number=case.case_no, organ=case.department, effective_on=TODAY)
    assert report.repair_notice == PACK.recourse.repair_notice.text


def test_a_place_says_whether_a_broken_promise_bars_the_next() -> None:
    rows = tuple(row._replace(next_promise=NextPromise.OPEN) for row in PACK.consequences.rows)
    lenient = replace(PACK, consequences=Consequences(rows=rows))

    report = report_of_finding(found(), lenient, on=TODAY)

    assert report is not None
    assert (report.bars, report.repair_notice) == (False, "")


@pytest.mark.requirement("R1.16", "R1.20")
@pytest.mark.parametrize(
    ("result", "outcome"),
    [(Finding.TRUE, PromiseOutcome.KEPT), (Finding.UNVERIFIABLE, PromiseOutcome.UNVERIFIABLE)],
)
def test_what_is_not_broken_is_reported_without_any_severity(result: Finding, outcome: PromiseOutcome) -> None:
    report = report_of_finding(found(result), PACK, on=TODAY)

    assert report is not None
    assert (report.fulfilment.outcome, report.severity, report.bars) == (outcome, Severity.NONE, False)


def test_a_change_of_facts_and_a_case_without_a_finding_report_nothing() -> None:
    assert report_of_finding(found(Finding.CHANGED), PACK, on=TODAY) is None
    assert report_of_finding(a_case(), PACK, on=TODAY) is None


def test_each_handling_of_a_case_has_a_record_of_its_own() -> None:
    withdrawn = Withdrawal(reason="找到了。", withdrawn_at=NOON)

    report = report_of_finding(replace(found(), withdrawal=withdrawn), PACK, on=TODAY)

    assert report is not None
    assert report.record_id == f"{report.fulfilment.case_no}-again"


@pytest.mark.requirement("R1.9", "R1.20")
def test_a_withdrawal_is_reported_once_the_promise_had_passed_the_gate() -> None:
    case = a_case(commitment=a_commitment(), credit=CHECKED)

    report = report_of_withdrawal(case, PACK, on=TODAY)

    assert report is not None
    assert (report.fulfilment.outcome, report.basis) == (PromiseOutcome.WITHDRAWN, PACK.withdraw_until.basis)
    assert report_of_withdrawal(replace(case, credit=None), PACK, on=TODAY) is None
    assert report_of_withdrawal(replace(case, commitment=None), PACK, on=TODAY) is None


@pytest.mark.requirement("R2.9")
def test_two_persons_stand_behind_a_finding_that_was_confirmed_or_that_another_acts_on() -> None:
    alone, confirmed = a_verification(), a_verification(confirmed_by="staff:second")

    assert [is_found_by_two(alone, FINDER), is_found_by_two(alone, OTHER)] == [False, True]
    assert is_found_by_two(confirmed, FINDER)


@pytest.mark.requirement("R2.9")
def test_the_last_word_is_not_with_whoever_alone_made_the_finding() -> None:
    with pytest.raises(DomainError, match="SAME_PERSON"):
        require_two_persons(found(), by=FINDER)

    require_two_persons(found(), by=OTHER)
    require_two_persons(found(confirmed_by="staff:second"), by=FINDER)
    require_two_persons(a_case(), by=FINDER)


def test_the_documents_of_the_last_word_have_their_remedies() -> None:
    case = found()
    revocation = Revocation(
        document_no="撤1号",
        basis="第64条",
        served_at=NOON,
        effective_on=TODAY,
        remedy_until=date(2026, 11, 30),
        court_until=date(2027, 3, 28),
        revoked_at=NOON,
        revoked_by="staff:supervisor",
        statement_answer="",
    )
    termination = Termination(
        ground="broken_promise",
        document_no="终1号",
        basis="第64条",
        reasons="不实。",
        served_at=NOON,
        remedies=(RemedyTold(code="review", until=date(2026, 11, 30), basis="第9条"),),
        terminated_at=NOON,
        terminated_by="staff:supervisor",
    )

    revoked, ended = document_of_revocation(case, revocation), document_of_termination(case, termination, on=TODAY)

    assert (revoked.number, revoked.remedy_until, revoked.court_until) == (
        "撤1号",
        date(2026, 11, 30),
        date(2027, 3, 28),
    )
    assert (ended.number, ended.effective_on, ended.remedy_until, ended.court_until) == (
        "终1号",
        TODAY,
        date(2026, 11, 30),
        None,
    )
