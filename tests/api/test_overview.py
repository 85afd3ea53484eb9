"""The board at one look over HTTP: counts by department, and the cases behind them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.workdays.model.limits import Limit, Unit
from tests.cloud import Client, TokenOf, turn_clock
from tests.wire import Wire, watched

DAY = timedelta(days=1)
MONDAY = datetime(2026, 10, 12, 4, 0, tzinfo=UTC)
FRIDAY = MONDAY + 4 * DAY


def a_duty(
    owner: str,
    *,
    days: int = 3,
    department: str = "traffic",
    responsible: str = "officer",
    kind: ClockKind = ClockKind.HANDLING_PROMISED,
) -> None:
    """Start a clock that runs for so many working days from Monday, as a case of that number has it."""
    with transaction() as tx:
        container().clocks.start(
            kind,
            Limit(value=days, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner=owner,
            department=department,
            responsible=responsible,
            pack="corrects-first",
            started_at=MONDAY,
            tx=tx,
            item="plate",
        )


def overview(client: Client, token: TokenOf, *, by: str = "monitor", query: str = "") -> dict[str, Any]:
    reply = client.get(f"/v1/supervision/overview{query}", token=token(by))
    assert reply.status == 200, reply.text
    body: dict[str, Any] = reply.body
    return body


def cases(client: Client, token: TokenOf, query: str = "", *, by: str = "monitor") -> dict[str, Any]:
    reply = client.get(f"/v1/supervision/cases{query}", token=token(by))
    assert reply.status == 200, reply.text
    body: dict[str, Any] = reply.body
    return body


def test_the_worst_stand_on_top_over_all_departments_each_case_once_and_what_binds_an_applicant_is_not_late(
    client: Client, token: TokenOf
) -> None:
    a_duty("case:a", days=2)
    a_duty("case:a", days=3, kind=ClockKind.HANDLING_STATUTORY)
    a_duty("case:b", days=1, department="market")
    a_duty("case:c", days=2, responsible="li")
    a_duty("case:d", days=1, responsible="applicant", kind=ClockKind.CORRECTION)
    a_duty("case:e", days=30)
    turn_clock(FRIDAY)

    found = cases(client, token)

    assert [(one["case_no"], one["days_late"]) for one in found["items"]] == [("b", 3), ("a", 2), ("c", 2)]
    assert (found["is_more"], found["next_cursor"]) == (False, None)
    assert [one["case_no"] for one in cases(client, token, "?limit=2")["items"]] == ["b", "a"]
    assert cases(client, token, "?limit=2")["is_more"] is True
    assert [one["case_no"] for one in cases(client, token, "?officer=li")["items"]] == ["c"]
    assert [one["case_no"] for one in cases(client, token, by="supervisor.market")["items"]] == ["b"]
    assert client.get("/v1/supervision/cases?department=traffic", token=token("supervisor.market")).status == 403


def test_late_cases_of_one_department_are_read_to_their_end(client: Client, token: TokenOf) -> None:
    for number in range(5):
        a_duty(f"case:{number}", days=1 + number)
    turn_clock(MONDAY + 20 * DAY)

    def seen(query: str = "") -> list[str]:
        found = cases(client, token, f"?department=traffic&limit=2{query}")
        cursor = found["next_cursor"]
        return [one["case_no"] for one in found["items"]] + (seen(f"&cursor={cursor}") if cursor else [])

    assert seen() == ["0", "1", "2", "3", "4"]


def test_every_count_of_the_board_is_that_of_the_cases_behind_it(client: Client, token: TokenOf) -> None:
    a_duty("case:late", days=1)
    a_duty("case:late-today", days=3, responsible="li")
    a_duty("case:near", days=4, responsible="li")
    a_duty("case:far", days=15)
    a_duty("case:accept", days=15, kind=ClockKind.ACCEPTANCE, responsible="li")
    a_duty("case:else", days=15, kind=ClockKind.DELIVERY)
    turn_clock(FRIDAY)

    (traffic,) = overview(client, token, by="supervisor.traffic")["departments"]

    def behind(query: str) -> list[str]:
        return sorted(one["case_no"] for one in cases(client, token, f"?{query}", by="supervisor.traffic")["items"])

    assert behind("show=late") == ["late", "late-today"]
    assert behind("show=near") == ["near"]
    assert behind("show=paused") == []
    assert behind("show=unassigned") == ["far", "late"]
    assert behind("show=due&due_on=2026-11-02") == ["accept", "far"]
    assert behind("show=open") == ["accept", "far", "late", "late-today", "near"]
    names = ("late", "late_today", "near", "paused", "unassigned")
    assert {name: traffic[name]["number"] for name in names} == {
        "late": 2,
        "late_today": 1,
        "near": 1,
        "paused": 0,
        "unassigned": 2,
    }
    due = {one["day"]: one["cases"]["number"] for one in traffic["due"]}
    assert len(due) == 20
    assert due["2026-11-02"] == 2
    assert sum(due.values()) == 3


@pytest.mark.parametrize("many", [3, 120])
def test_the_board_asks_as_often_beside_many_cases_as_beside_few(client: Client, token: TokenOf, many: int) -> None:
    for number in range(many):
        a_duty(f"case:{number}", days=1)
    turn_clock(FRIDAY)
    bearer = token("supervisor.traffic")
    overview(client, token, by="supervisor.traffic")

    with watched(Wire()) as wire:
        client.get("/v1/supervision/overview", token=bearer)
        of_counts = len(wire.calls)
        client.get("/v1/supervision/cases?limit=20", token=bearer)

    assert (of_counts, len(wire.calls) - of_counts) == (11, 4)
