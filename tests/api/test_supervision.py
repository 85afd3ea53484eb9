from datetime import timedelta

from chalicelib.clocks.model import ClockKind
from chalicelib.transaction import transaction
from chalicelib.wiring import services
from chalicelib.workdays.model import Limit, Unit
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock


def test_an_inbox_knows_two_states_of_alerts(client: Client, token: TokenOf) -> None:
    reply = client.get("/v1/supervision/alerts?state=bogus", token=token("supervisor.traffic"))

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_QUERY", ["/state"])


def test_the_monitoring_office_sees_what_is_late_in_every_department(client: Client, token: TokenOf) -> None:
    for number, department in enumerate(("traffic", "market")):
        with transaction() as tx:
            services().clocks.start(
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
