from dataclasses import replace

import pytest

from chalicelib.credit.model.identity_conflicts import Conflict, ConflictState, Decision, Outcome
from chalicelib.credit.rules import identity_conflicts
from chalicelib.errors import DomainError, ErrorCode
from tests.builders import A_SUBJECT, NOON

FOUND = Decision(outcome=Outcome.SAME_PERSON, evidence="准予变更登记1号", reason="更名。", by="staff:credit", at=NOON)
A_CONFLICT = Conflict(
    conflict_id="c1",
    subject=A_SUBJECT,
    first=A_SUBJECT,
    source="market",
    record_id="r-1",
    department="market",
    known_as="义*",
    said="乌*",
    said_digest="k1.99",
    said_by="system:market",
    said_at=NOON,
)


def test_the_same_record_under_the_same_name_is_the_same_conflict_and_any_other_is_not() -> None:
    names = {
        identity_conflicts.conflict_id(A_SUBJECT, digest, source="market", record_id=record)
        for digest, record in [("k1.99", "r-1"), ("k1.99", "r-1"), ("k1.98", "r-1"), ("k1.99", "r-2")]
    }

    assert len(names) == 3


def test_a_conflict_is_decided_once() -> None:
    decided = identity_conflicts.decide(A_CONFLICT, FOUND)

    assert (A_CONFLICT.owner, A_CONFLICT.state, decided.state) == (
        "conflict:c1",
        ConflictState.OPEN,
        ConflictState.DECIDED,
    )
    with pytest.raises(DomainError) as refused:
        identity_conflicts.decide(decided, replace(FOUND, outcome=Outcome.ANOTHER_PERSON))
    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED
