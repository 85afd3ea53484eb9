"""Where a complaint goes, whose answer it is, and how long it may take."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.complaints import (
    Answer,
    AnswerOutcome,
    AnswerRating,
    Complaint,
    ComplaintState,
    RoutedBy,
)
from chalicelib.feedback.rules.complaints import (
    answerers,
    destination,
    first_limit,
    holds_code,
    more_time,
    require_known,
    require_open,
    require_rateable,
)
from chalicelib.policy import Role
from chalicelib.rulepacks.model.pack import RulePack, Term, TermKey
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.workdays.model.limits import Unit
from tests.builders import A_SUBJECT, NOON


def the_pack() -> RulePack:
    """Five working days for clear complaints, fifteen for complex ones."""
    return pack_in_force(load_rule_packs(), "corrects-first", on=date(2026, 9, 28))


def a_complaint(answer: Answer | None = None) -> Complaint:
    return Complaint(
        complaint_id="c1",
        category="process",
        text="网上可以办的不要叫人跑一趟。",
        case_no=None,
        item_code=None,
        department="traffic",
        pack="corrects-first",
        person=A_SUBJECT,
        masked_name="李*",
        received_at=NOON,
        routings=(),
        answer=answer,
    )


@pytest.mark.parametrize(
    ("of_case", "of_item", "named", "department", "why"),
    [
        ("traffic", "market", "credit", "traffic", RoutedBy.CASE),
        (None, "market", "credit", "market", RoutedBy.ITEM),
        (None, None, "credit", "credit", RoutedBy.NAMED),
        (None, None, None, "monitoring", RoutedBy.NOBODY),
    ],
)
def test_what_it_is_about_decides_before_what_the_person_guesses(
    of_case: str | None, of_item: str | None, named: str | None, department: str, why: RoutedBy
) -> None:
    found = destination(of_case=of_case, of_item=of_item, named=named, monitoring="monitoring")

    assert found == (department, why)


def test_a_department_that_the_town_does_not_have_is_refused() -> None:
    require_known(None, departments={"traffic"})
    require_known("traffic", departments={"traffic"})
    with pytest.raises(DomainError) as refused:
        require_known("treasury", departments={"traffic"})

    assert refused.value.code is ErrorCode.DEPARTMENT_UNKNOWN


def test_the_monitoring_office_answers_what_came_to_it_and_nothing_else() -> None:
    assert answerers("traffic", monitoring="monitoring") == (Role.OFFICER, Role.SUPERVISOR)
    assert answerers("monitoring", monitoring="monitoring") == (Role.OFFICER, Role.SUPERVISOR, Role.MONITOR)


def test_nothing_more_is_done_to_what_is_answered() -> None:
    answer = Answer(
        outcome=AnswerOutcome.ACCEPTED, text="已改。", late_reason=None, given_at=NOON, given_by="staff:officer"
    )

    require_open(a_complaint())
    with pytest.raises(DomainError) as refused:
        require_open(a_complaint(answer))

    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED
    assert (a_complaint().state, a_complaint(answer).state) == (ComplaintState.OPEN, ComplaintState.ANSWERED)


def test_both_limits_together_count_from_receipt() -> None:
    assert (first_limit(the_pack()).value, first_limit(the_pack()).unit) == (5, Unit.WORKING_DAYS)
    assert (more_time(the_pack()).value, more_time(the_pack()).unit) == (10, Unit.WORKING_DAYS)


@pytest.mark.parametrize("term", [Term(5, "working_days", "第1条"), Term(15, "calendar_days", "第1条")])
def test_limits_that_cannot_be_added_up_are_a_fault_of_the_pack(term: Term) -> None:
    pack = the_pack()
    pack = replace(pack, terms={**pack.terms, TermKey.COMPLEX_COMPLAINT: term})

    with pytest.raises(ValueError, match="is not more than"):
        more_time(pack)


def test_a_complaint_has_a_timeline_of_its_own() -> None:
    assert a_complaint().owner == "complaint:c1"


def test_an_answer_is_rated_once_it_is_there_and_once() -> None:
    answer = Answer(
        outcome=AnswerOutcome.ACCEPTED, text="已改。", late_reason=None, given_at=NOON, given_by="staff:officer"
    )
    rated = replace(a_complaint(answer), rating=AnswerRating(level=5, comment="", rated_at=NOON))

    require_rateable(a_complaint(answer))
    for complaint, code in ((a_complaint(), ErrorCode.STEP_NOT_ALLOWED), (rated, ErrorCode.ALREADY_RATED)):
        with pytest.raises(DomainError) as refused:
            require_rateable(complaint)
        assert refused.value.code is code


def test_a_code_opens_only_what_has_one() -> None:
    street = replace(a_complaint(), person=None, code="ABCDEFGH27")

    assert holds_code(street, "ABCDEFGH27")
    assert not holds_code(street, "ABCDEFGH22")
    assert not holds_code(a_complaint(), "")
    assert (street.people, a_complaint().people) == ((), (A_SUBJECT,))
