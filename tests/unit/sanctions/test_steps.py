from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import OVER, FlagFilter, FlagState
from chalicelib.sanctions.rules.flags import matches
from chalicelib.sanctions.rules.state_machine import STEPS, FlagStep, is_defence_open
from tests.builders import A_SUBJECT, NOON, a_caller, a_flag

SECOND = timedelta(seconds=1)


def test_the_subject_speaks_and_the_office_does_everything_else() -> None:
    assert {step for step, right in STEPS.items() if right.role is Role.APPLICANT} == {FlagStep.STATE}
    assert {right.role for right in STEPS.values()} == {Role.APPLICANT, Role.CREDIT_OFFICER}


@pytest.mark.parametrize("state", sorted(OVER))
def test_nothing_is_done_to_a_flag_that_is_over(state: FlagState) -> None:
    assert not [step for step, right in STEPS.items() if state in right.states]


@pytest.mark.parametrize(
    ("after", "has_spoken", "is_open"),
    [(-SECOND, False, True), (0 * SECOND, False, True), (SECOND, False, False), (-SECOND, True, False)],
)
def test_the_defence_is_open_to_its_last_second_or_until_the_subject_spoke(
    *, after: timedelta, has_spoken: bool, is_open: bool
) -> None:
    assert is_defence_open(NOON, has_spoken=has_spoken, at=NOON + after) is is_open


@pytest.mark.parametrize("has_spoken", [False, True])
def test_before_the_notice_was_delivered_nobody_decides(*, has_spoken: bool) -> None:
    assert is_defence_open(None, has_spoken=has_spoken, at=NOON)


@pytest.mark.parametrize(
    ("department", "state", "is_found"),
    [
        ("credit", None, True),
        ("credit", FlagState.PROPOSED, True),
        ("credit", FlagState.SERVED, False),
        ("market", None, False),
    ],
)
def test_an_office_finds_its_own_flags_in_the_state_that_it_names(
    *, department: str, state: FlagState | None, is_found: bool
) -> None:
    by = a_caller(Role.CREDIT_OFFICER, department=department)

    assert matches(a_flag(), FlagFilter(subject=A_SUBJECT, state=state), by=by) is is_found


@pytest.mark.parametrize(("item", "is_found"), [(None, True), ("business-address", True), ("no-such-item", False)])
def test_a_flag_is_found_by_an_item_that_it_touches(item: str | None, is_found: bool) -> None:  # noqa: FBT001 - the case
    by = a_caller(Role.CREDIT_OFFICER, department="credit")
    flag = replace(a_flag(), related_items=("business-address",))

    assert matches(flag, FlagFilter(item=item), by=by) is is_found


def test_nobody_finds_a_flag_about_themselves_as_an_officer() -> None:
    by = a_caller(Role.CREDIT_OFFICER, department="credit")

    assert matches(a_flag(), FlagFilter(), by=replace(by, own=frozenset({A_SUBJECT}))) is False
