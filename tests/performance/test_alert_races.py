"""Sweeps and relays at once, on AWS's own engine: one alert for a clock, level and recipient."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from chalicelib.container import container
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from tests.depth import goes
from tests.services.alerting import a_running_clock

pytestmark = pytest.mark.usefixtures("elsewhere")

RELAYS = 4
AFTER = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)


@pytest.mark.requirement("R4.21")
@goes("rounds", usually=10, deep=400)
def test_two_sweeps_and_four_relays_at_once_raise_each_alert_once(rounds: int) -> None:
    for _ in range(rounds):
        owner = a_running_clock()
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
