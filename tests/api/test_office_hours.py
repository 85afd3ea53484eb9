"""A promise in office hours, filed on a Friday night, is due on Monday (办公时间)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.container import container
from chalicelib.workdays.model.limits import SHANGHAI
from tests.cloud import Client, TokenOf, turn_clock
from tests.services.case_office import Applicant

ITEM = Path(__file__).parents[1] / "data" / "cases" / "20-hours-at-night" / "item.json"
FRIDAY_NIGHT = datetime(2026, 12, 4, 20, tzinfo=SHANGHAI)
SATURDAY = datetime(2026, 12, 5, 0, 1, tzinfo=SHANGHAI)


def a_case(client: Client, token: TokenOf, *, unit: str) -> str:
    turn_clock(FRIDAY_NIGHT)
    body: dict[str, Any] = json.loads(ITEM.read_text(encoding="utf-8"))
    for limit in (body["limits"]["promised"], *(step["limit"] for step in body["steps"])):
        limit["unit"] = unit
    published = client.put("/v1/items/synthetic-hours/versions/1", body, token=token("editor"))
    assert published.status == 200, published.text
    applicant = Applicant().enrol(at=FRIDAY_NIGHT)
    return applicant.promise(applicant.draft("synthetic-hours", at=FRIDAY_NIGHT), at=FRIDAY_NIGHT).case.case_no


def promised(client: Client, token: TokenOf, case_no: str) -> Any:  # noqa: ANN401 - any JSON
    clocks = client.get(f"/v1/cases/{case_no}", token=token("applicant")).body["clocks"]
    (clock,) = [clock for clock in clocks if clock["kind"] == "handling_promised"]
    return clock


@pytest.mark.requirement("R4.3")
def test_what_is_filed_at_night_is_due_within_opening_hours_and_nobody_is_late_on_saturday(
    client: Client, token: TokenOf
) -> None:
    case_no = a_case(client, token, unit="working_hours")

    assert promised(client, token, case_no)["due_at"] == "2026-12-07T06:30:00Z"
    turn_clock(SATURDAY)
    container().clocks.sweep(at=SATURDAY)
    assert promised(client, token, case_no)["light"] == "green"
    url = f"/v1/cases/{case_no}/clocks/handling_promised/explanation"
    days = client.get(url, token=token("applicant")).body["days"]
    assert [(day["day"], day["number"], day["reason"]) for day in days] == [
        ("2026-12-04", None, "office_closed"),
        ("2026-12-05", None, "weekend"),
        ("2026-12-06", None, "weekend"),
        ("2026-12-07", 4, "office_hours"),
    ]
    turn_clock(datetime(2026, 12, 7, 14, 30, 1, tzinfo=SHANGHAI))
    assert promised(client, token, case_no)["light"] == "red"


def test_hours_run_round_the_clock_where_the_item_says_hours(client: Client, token: TokenOf) -> None:
    assert promised(client, token, a_case(client, token, unit="hours"))["due_at"] == "2026-12-04T16:00:00Z"
