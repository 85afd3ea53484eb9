from dataclasses import replace

import pytest

from chalicelib.credit.model.identity_conflicts import Cause, Conflict, ConflictState, Decision, Mismatch, Outcome
from chalicelib.credit.rules import identity_conflicts
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import Known
from tests.builders import A_SUBJECT, NOON, a_caller, an_identity

FOUND = Decision(outcome=Outcome.SAME_PERSON, evidence="准予变更登记1号", reason="更名。", by="staff:credit", at=NOON)
OTHERWISE = replace(FOUND, outcome=Outcome.ANOTHER_PERSON)
A_MISMATCH = Mismatch(
    cause=Cause.RECORD,
    subject=A_SUBJECT,
    first=A_SUBJECT,
    department="market",
    said="乌*",
    said_digest="k1.99",
    said_by="system:market",
    source="market",
    record_id="r-1",
)


def a_conflict(cause: Cause = Cause.RECORD, decision: Decision | None = None) -> Conflict:
    found = replace(A_MISMATCH, cause=cause)
    opened = identity_conflicts.opened(found, conflict_id="c1", known_as="义*", at=NOON)
    return opened if decision is None else identity_conflicts.decide(opened, decision)


def test_a_name_is_for_a_person_to_decide_on_only_if_it_is_not_the_registered_one() -> None:
    known = Known(key=A_SUBJECT, masked_name="乌*", name_digest="k1.99", is_conflicting=True)
    about, by = an_identity(name="乌有"), a_caller(Role.AGENT, sub="agent")

    found = identity_conflicts.mismatch_of(Cause.AGENT, known, about, by=by, reference="plate-replacement")

    assert found == replace(
        A_MISMATCH,
        cause=Cause.AGENT,
        department="",
        said_by=by.actor,
        source="",
        record_id="",
        reference="plate-replacement",
    )
    registered = replace(known, is_conflicting=False)
    assert identity_conflicts.mismatch_of(Cause.AGENT, registered, about, by=by) is None


def test_the_same_record_under_the_same_name_is_the_same_conflict_and_any_other_is_not() -> None:
    names = {
        identity_conflicts.conflict_id(replace(A_MISMATCH, cause=cause, said_digest=digest, record_id=record))
        for cause, digest, record in [
            (Cause.RECORD, "k1.99", "r-1"),
            (Cause.IMPORT, "k1.99", "r-1"),
            (Cause.RECORD, "k1.98", "r-1"),
            (Cause.RECORD, "k1.99", "r-2"),
        ]
    }

    assert len(names) == 3


def test_where_no_record_is_sent_one_name_makes_one_conflict_for_each_cause() -> None:
    asked = replace(A_MISMATCH, cause=Cause.CHECK, source="", record_id="", reference="plate-replacement")
    filed = replace(asked, cause=Cause.FILING, reference="330782-2026-1")

    first = identity_conflicts.conflict_id(asked)
    assert identity_conflicts.conflict_id(replace(asked, reference="business-address")) == first
    assert identity_conflicts.conflict_id(filed) != first
    assert identity_conflicts.conflict_id(asked, turn=1) != first


def test_a_conflict_says_what_was_found_and_is_decided_once() -> None:
    opened = a_conflict()
    decided = identity_conflicts.decide(opened, FOUND)

    assert (opened.owner, opened.state, decided.state) == ("conflict:c1", ConflictState.OPEN, ConflictState.DECIDED)
    assert (opened.said, opened.known_as, opened.said_at, opened.record_id) == ("乌*", "义*", NOON, "r-1")
    with pytest.raises(DomainError) as refused:
        identity_conflicts.decide(decided, OTHERWISE)
    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


@pytest.mark.parametrize(("decision", "is_settled"), [(None, True), (OTHERWISE, True), (FOUND, False)])
def test_a_name_opens_another_conflict_only_if_it_was_found_to_be_the_subjects_and_is_not_any_more(
    decision: Decision | None,
    is_settled: bool,  # noqa: FBT001 - a parameter
) -> None:
    assert identity_conflicts.is_settled(a_conflict(decision=decision)) is is_settled


@pytest.mark.parametrize(
    ("cause", "decision", "sets_apart"),
    [
        (Cause.FILING, None, False),
        (Cause.FILING, FOUND, False),
        (Cause.FILING, OTHERWISE, True),
        (Cause.RECORD, OTHERWISE, False),
        (Cause.AGENT, OTHERWISE, False),
        (Cause.CHECK, OTHERWISE, False),
    ],
)
def test_only_a_name_that_was_vouched_for_is_set_apart(
    cause: Cause,
    decision: Decision | None,
    sets_apart: bool,  # noqa: FBT001 - a parameter
) -> None:
    assert identity_conflicts.sets_apart(a_conflict(cause, decision)) is sets_apart
