"""What the credit office may change in a record, and that two persons do it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.credit.model.records import ObjectionState, RepairState
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.redress import rules
from chalicelib.redress.model import (
    Amendment,
    AmendmentAct,
    AmendmentState,
    Entry,
    EntryKind,
    ObjectionDecision,
    Outcome,
)
from tests.builders import A_SUBJECT, NOON, a_record

RECORD = a_record(record_id="r-1")
SECOND = AmendmentAct(by="staff:credit2", at=NOON, reason="已核实。")


def wanted(outcome: Outcome, **given: Any) -> ObjectionDecision:  # noqa: ANN401 - any part of a decision
    return ObjectionDecision(outcome=outcome, reason="有误。", basis="第30条", **given)


def proposed() -> Amendment:
    return Amendment(
        amendment_id="m1",
        entry=Entry(kind=EntryKind.RECORD, name="market/r-1"),
        subject=A_SUBJECT,
        department="market",
        wanted=wanted(Outcome.DELETED),
        proposed_at=NOON,
        proposed_by="staff:credit",
    )


def refusal_of(act: Any) -> ErrorCode:  # noqa: ANN401 - a call that must not succeed
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


@pytest.mark.parametrize(
    "decision",
    [
        wanted(Outcome.DELETED),
        wanted(Outcome.CORRECTED, contents={"fine": "一千元"}),
        wanted(Outcome.SHORTENED, ends_on=date(2026, 12, 31)),
    ],
)
def test_a_record_is_corrected_deleted_or_lasts_less_long(decision: ObjectionDecision) -> None:
    rules.require_amendable(RECORD, decision)


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (wanted(Outcome.LIFTED), ErrorCode.OUTCOME_NOT_ALLOWED),
        (wanted(Outcome.CORRECTED), ErrorCode.INVALID_BODY),
        (wanted(Outcome.SHORTENED), ErrorCode.INVALID_BODY),
        (wanted(Outcome.SHORTENED, ends_on=date(2040, 1, 1)), ErrorCode.INVALID_BODY),
    ],
)
def test_anything_else_is_no_amendment(decision: ObjectionDecision, code: ErrorCode) -> None:
    assert refusal_of(lambda: rules.require_amendable(RECORD, decision)) is code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"objection": ObjectionState.OPEN}, ErrorCode.UNDER_OBJECTION),
        ({"repair": RepairState.REPAIRED}, ErrorCode.STEP_NOT_ALLOWED),
        ({"repair": RepairState.WITHDRAWN}, ErrorCode.STEP_NOT_ALLOWED),
    ],
)
def test_a_record_under_objection_or_undone_is_not_amended(change: dict[str, Any], code: ErrorCode) -> None:
    record = replace(RECORD, **change)

    assert refusal_of(lambda: rules.require_amendable(record, wanted(Outcome.DELETED))) is code


def test_a_second_person_confirms_and_anybody_withdraws_once() -> None:
    first = replace(SECOND, by="staff:credit")
    proposer, colleague = (Caller(sub=sub, roles=frozenset({Role.CREDIT_OFFICER})) for sub in ("credit", "credit2"))

    confirmed, withdrawn = rules.confirm(proposed(), SECOND, by=colleague), rules.withdraw(proposed(), first)

    assert [one.state for one in (proposed(), confirmed, withdrawn)] == [
        AmendmentState.PROPOSED,
        AmendmentState.CONFIRMED,
        AmendmentState.WITHDRAWN,
    ]
    assert refusal_of(lambda: rules.confirm(proposed(), first, by=proposer)) is ErrorCode.SAME_PERSON
    for over in (confirmed, withdrawn):
        assert refusal_of(lambda over=over: rules.confirm(over, SECOND, by=colleague)) is ErrorCode.STEP_NOT_ALLOWED
        assert refusal_of(lambda over=over: rules.withdraw(over, SECOND)) is ErrorCode.STEP_NOT_ALLOWED
    assert proposed().owner == "amendment:m1"
