"""Sweeps and relays at once, on AWS's own engine: one alert for a clock, level and recipient."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest

from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.inspection.model import Scope, Wanted
from chalicelib.policy import Caller, Role
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import Limit, Unit

pytestmark = pytest.mark.usefixtures("elsewhere")

ROUNDS = 200
RELAYS = 4
FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
AFTER = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
INSPECTOR = Caller(sub="i", roles=frozenset({Role.INSPECTOR}), department="inspection")


def a_passed_clock() -> str:
    wanted = Wanted(
        file_no="1号", basis="《监察法》", scope=Scope(departments=("traffic",)), expires_on=date(2027, 1, 1)
    )
    mandate, _ = container().inspection.ask(wanted, by=INSPECTOR, at=FRIDAY, idempotency_key=None)
    with transaction() as tx:
        container().clocks.start(
            ClockKind.HANDLING_PROMISED,
            Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner=mandate.owner,
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=FRIDAY,
            tx=tx,
        )
    return mandate.owner


@pytest.mark.requirement("R4.21")
def test_two_sweeps_and_four_relays_at_once_raise_each_alert_once() -> None:
    for _ in range(ROUNDS):
        owner = a_passed_clock()
        with ThreadPoolExecutor(RELAYS) as pool:
            list(pool.map(lambda _: container().clocks.sweep(at=AFTER), range(2)))
            together = Barrier(RELAYS)
            told = [event for event in container().timeline.events(owner) if event.kind.startswith("clock:")]

            def relay(number: int, told: list[Event] = told, together: Barrier = together) -> None:
                together.wait()
                for event in told if number % 2 else reversed(told):
                    container().alerts.on_event(event, AFTER)

            list(pool.map(relay, range(RELAYS)))
        kinds = [event.kind for event in container().timeline.events(owner)]
        assert kinds.count(EventKind.CLOCK_WARNED) == kinds.count(EventKind.CLOCK_PASSED) == 1
        assert kinds.count(EventKind.ALERT_RAISED) == 2
