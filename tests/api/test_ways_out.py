"""How a case ends, goes back, or goes on: no decision is lost and nothing waits without a date."""

from typing import Any

import pytest

from tests.api.handling import GRANTED, a_promise
from tests.cloud import Client, TokenOf

SHA = "ab" * 32
PAPER = {"materials": [{"id": "old-plate", "sha256": SHA}]}
BACK = {"reason": "旧车牌找到了。"}


def running(case: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON
    """Return the running clocks of a case by kind, with their last days."""
    return {clock["kind"]: clock["due_on"] for clock in case["clocks"] if clock["stopped_at"] is None}


@pytest.mark.requirement("R1.9")
def test_a_decision_made_on_a_promise_stays_on_record_when_the_promise_is_withdrawn(
    client: Client, token: TokenOf
) -> None:
    office = a_promise(client, token)
    office.done("decision", GRANTED)

    after = office.done("commitment/withdrawal", BACK, by="applicant")

    assert (after["state"], after["way"], after["decision"]) == ("awaiting_materials", "certificate", None)
    (kept,) = after["earlier_decisions"]
    assert (kept["decision"]["document_no"], kept["decision"]["outcome"], kept["reason"]) == (
        "1号",
        "granted",
        "旧车牌找到了。",
    )
    assert running(after) == {"materials": "2026-10-23"}
    received = office.done("materials", PAPER, by="applicant")
    assert (received["state"], running(received)) == ("received", {"acceptance": "2026-10-10"})
    office.done("acceptance", {"accepted": True})
    again = office.done("decision", {**GRANTED, "document_no": "2号"})
    assert (again["handlings"], [one["decision"]["document_no"] for one in again["earlier_decisions"]]) == (2, ["1号"])
