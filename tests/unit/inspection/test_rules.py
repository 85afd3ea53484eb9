"""What a mandate reaches: the day before, on and after, and each list that narrows it."""

from datetime import date

import pytest

from chalicelib.clocks.model import Light
from chalicelib.inspection.model import CaseFacts, Scope
from chalicelib.inspection.rules import covers, gravest

CASE = CaseFacts(case_no="A1", department="traffic", item_code="plate-replacement", received_on=date(2026, 11, 22))


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


def test_the_gravest_light_is_the_one_that_most_needs_looking_at() -> None:
    assert gravest([Light.GREEN, Light.RED, Light.YELLOW]) is Light.RED
    assert gravest([Light.GREY, Light.WHITE]) is Light.WHITE
    assert gravest([]) is Light.GREEN
