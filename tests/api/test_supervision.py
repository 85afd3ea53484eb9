from datetime import datetime, timedelta
from typing import Any

from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.timeline.store import BEATS, Beat
from chalicelib.workdays.model.limits import Limit, Unit
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock


def test_an_inbox_knows_two_states_of_alerts(client: Client, token: TokenOf) -> None:
    reply = client.get("/v1/supervision/alerts?state=bogus", token=token("supervisor.traffic"))

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_QUERY", ["/state"])


def test_the_monitoring_office_sees_what_is_late_in_every_department(client: Client, token: TokenOf) -> None:
    for number, department in enumerate(("traffic", "market")):
        with transaction() as tx:
            container().clocks.start(
                ClockKind.HANDLING_PROMISED,
                Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
                owner=f"case:{number}",
                department=department,
                responsible="officer",
                pack="corrects-first",
                started_at=NOON,
                tx=tx,
            )
    turn_clock(NOON + timedelta(days=30))

    def seen(persona: str, query: str = "") -> list[str]:
        reply = client.get(f"/v1/supervision/clocks?limit=1{query}", token=token(persona))
        found = [clock["department"] for clock in reply.body["items"]]
        cursor = reply.body["next_cursor"]
        return found + (seen(persona, f"&cursor={cursor}") if cursor else [])

    assert seen("monitor") == ["traffic", "market"]
    assert seen("supervisor.market") == ["market"]
    assert client.get("/v1/supervision/clocks?department=market", token=token("supervisor.traffic")).status == 403


def test_the_board_is_asked_by_officer_and_item_and_says_whom_a_clock_binds_and_since_when_it_saw_everything(
    client: Client, token: TokenOf
) -> None:
    for number, (officer, item) in enumerate((("li", "plate"), ("wang", "plate"), ("li", ""))):
        with transaction() as tx:
            container().clocks.start(
                ClockKind.HANDLING_PROMISED,
                Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
                owner=f"case:{number}",
                department="traffic",
                responsible=officer,
                pack="corrects-first",
                started_at=NOON,
                tx=tx,
                item=item,
            )
    turn_clock(NOON)
    container().clocks.sweep(at=NOON)

    def seen(query: str) -> list[tuple[str, str, str | None]]:
        reply = client.get(f"/v1/supervision/clocks?light=green{query}", token=token("supervisor.traffic"))
        return sorted((one["case_no"], one["binds"], one["item_code"]) for one in reply.body["items"])

    assert seen("&officer=li") == [("0", "office", "plate"), ("2", "office", None)]
    assert seen("&item=plate") == [("0", "office", "plate"), ("1", "office", "plate")]
    assert seen("&officer=li&item=plate&kind=handling_promised") == [("0", "office", "plate")]
    board = client.get("/v1/supervision/clocks", token=token("supervisor.traffic")).body
    beats = client.get("/v1/supervision/heartbeats", token=token("inspector")).body
    assert board["watch"] == beats["watch"]
    assert board["watch"]["complete_since"] is board["watch"]["told_until"] is board["watch"]["untold_seconds"] is None
    assert board["watch"]["last_sweep_at"] == NOON.strftime("%Y-%m-%dT%H:%M:%SZ")


def watched_at(at: datetime, *, client: Client, token: TokenOf) -> dict[str, Any]:
    turn_clock(at)
    container().clocks.sweep(at=at)
    watch: dict[str, Any] = client.get("/v1/supervision/clocks", token=token("supervisor.traffic")).body["watch"]
    return watch


def test_the_board_says_since_when_everything_has_been_told_and_is_not_complete_before(
    client: Client, token: TokenOf
) -> None:
    text = NOON.strftime("%Y-%m-%dT%H:%M:%SZ")
    container().relay.hear(Beat(f"{number:02}", NOON) for number in range(BEATS))

    seen = [watched_at(NOON + timedelta(minutes=minutes), client=client, token=token) for minutes in range(5)]

    assert [watch["untold_seconds"] for watch in seen] == [0, 0, 0, 0, 240]
    assert [watch["complete_since"] for watch in seen] == [text, text, text, text, None]
    assert {watch["told_until"] for watch in seen} == {text}
