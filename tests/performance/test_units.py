"""What a promise and a yellow light write, in AWS's units: bounds that no change may pass unnoticed."""

import pytest

from tests.performance.promise import MOST_OF_A_PROMISE, MOST_OF_A_YELLOW, Promises, of_promise, of_yellow
from tests.performance.units import size

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_an_item_is_weighed_as_dynamodb_weighs_it() -> None:
    item = {"pk": {"S": "案"}, "n": {"N": "-12.5"}, "flag": {"BOOL": True}, "packed": {"B": b"12345"}}

    assert size(item) == (2 + 3) + (1 + 3) + (4 + 1) + (6 + 5)


def test_a_kept_promise_stays_within_its_write_units() -> None:
    kept = Promises().kept()

    assert [step.name for step in kept] == ["draft", "filing and acceptance", "decision", "delivery", "verification"]
    assert of_promise(kept) <= MOST_OF_A_PROMISE, "\n".join(str(step) for step in kept)


def test_a_yellow_and_its_alert_stay_within_their_write_units() -> None:
    yellow = Promises().yellow()

    assert of_yellow(yellow) <= MOST_OF_A_YELLOW, str(yellow)


def test_a_yellow_changes_no_list_of_clocks() -> None:
    yellow = Promises().yellow()

    assert {name for name, units in yellow.written.units.items() if units} == {
        "timeline",
        "cases",
        "clocks",
        "clocks.due",
    }
