"""Sweeps and relays at once, on AWS's own engine: one alert for a clock, level and recipient."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest

from chalicelib.container import container
from chalicelib.timeline.event_types import EventKind
from tests.depth import goes
from tests.services.alerting import LAST_DAY, MORNING, a_running_clock

pytestmark = pytest.mark.usefixtures("elsewhere")

RELAYS = 4


@pytest.mark.requirement("R4.21")
@goes("rounds", usually=10, deep=400)
def test_two_sweeps_and_four_relays_at_once_raise_each_alert_once(rounds: int) -> None:
    for _ in range(rounds):
        owner = a_running_clock()
        with ThreadPoolExecutor(RELAYS) as pool:
            # The warning on its day and the milestone after it: once the clock has passed, no warning goes out.
            for moment in (LAST_DAY, MORNING):
                sweep_and_relay(owner, moment, pool=pool)
        kinds = [event.kind for event in container().timeline.events(owner)]
        assert kinds.count(EventKind.CLOCK_WARNED) == kinds.count(EventKind.CLOCK_PASSED) == 1
        assert kinds.count(EventKind.ALERT_RAISED) == 2


def sweep_and_relay(owner: str, moment: datetime, *, pool: ThreadPoolExecutor) -> None:
    """Sweep twice at once; then let every relay hear of all that the clock has told so far, some in reverse."""
    list(pool.map(lambda _: container().clocks.sweep(at=moment), range(2)))
    together = Barrier(RELAYS)
    told = [event for event in container().timeline.events(owner) if event.kind.startswith("clock:")]

    def relay(number: int) -> None:
        together.wait()
        for event in told if number % 2 else reversed(told):
            container().alerts.on_event(event, moment)

    list(pool.map(relay, range(RELAYS)))
