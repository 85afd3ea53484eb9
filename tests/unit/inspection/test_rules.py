"""What a mandate reaches: the day before, on and after, and each list that narrows it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.clocks.model import Light
from chalicelib.inspection.model import CaseFacts, Mandate, Scope
from chalicelib.inspection.rules import covers, gravest, is_in_force, may_audit

CASE = CaseFacts(case_no="A1", department="traffic", item_code="plate-replacement", received_on=date(2026, 11, 22))
MANDATE = Mandate(
    mandate_id="m1",
    file_no="监〔2026〕1号",
    basis="《监察法》第18条",
    scope=Scope(departments=("traffic",)),
    expires_on=date(2026, 11, 30),
    inspector="staff:inspector",
    department="inspection",
    asked_at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
    approver="staff:approver",
    approved_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
)


@pytest.mark.requirement("R7.11")
@pytest.mark.parametrize(
    ("scope", "is_covered"),
    [
        (Scope(departments=("traffic",)), True),
        (Scope(departments=("market",)), False),
        (Scope(case_nos=("A1",)), True),
        (Scope(case_nos=("B2",)), False),
        (Scope(departments=("traffic",), case_nos=("B2",)), False),
        (Scope(departments=("traffic",), items=("plate-replacement",)), True),
        (Scope(departments=("traffic",), items=("road-occupation",)), False),
        (Scope(departments=("traffic",), received_from=date(2026, 11, 22)), True),
        (Scope(departments=("traffic",), received_from=date(2026, 11, 23)), False),
        (Scope(departments=("traffic",), received_to=date(2026, 11, 22)), True),
        (Scope(departments=("traffic",), received_to=date(2026, 11, 21)), False),
        (Scope(), False),
        (Scope(items=("plate-replacement",)), False),
    ],
)
def test_a_scope_reaches_what_all_of_its_lists_name(scope: Scope, is_covered: bool) -> None:  # noqa: FBT001 - a table
    assert covers(scope, CASE) is is_covered


@pytest.mark.requirement("R7.11")
@pytest.mark.parametrize(
    ("at", "may_read"),
    [
        (datetime(2026, 11, 29, 16, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 16, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_mandate_is_in_force_to_the_end_of_its_last_day_in_shanghai(at: datetime, may_read: bool) -> None:  # noqa: FBT001 - a table
    assert is_in_force(MANDATE, at=at) is may_read


def test_a_mandate_that_nobody_approved_is_not_in_force() -> None:
    asked = replace(MANDATE, approver=None, approved_at=None)

    assert not is_in_force(asked, at=datetime(2026, 11, 21, tzinfo=UTC))


def test_a_mandate_has_a_timeline_of_its_own() -> None:
    assert MANDATE.owner == "mandate:m1"


def test_the_gravest_light_is_the_one_that_most_needs_looking_at() -> None:
    assert gravest([Light.GREEN, Light.RED, Light.YELLOW]) is Light.RED
    assert gravest([Light.GREY, Light.WHITE]) is Light.WHITE
    assert gravest([]) is Light.GREEN


@pytest.mark.requirement("R7.13")
def test_nobody_audits_a_mandate_over_their_own_department() -> None:
    assert not may_audit(MANDATE, "traffic")
    assert may_audit(MANDATE, "monitoring")
