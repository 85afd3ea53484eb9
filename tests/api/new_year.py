"""A clock that runs over a New Year whose calendar nobody knows yet."""

from datetime import UTC, datetime

from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.workdays.model.limits import Limit, Unit
from tests.services.timelines import an_owner

OVER_NEW_YEAR = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)


def a_clock_over_new_year(*, days: int = 3) -> Clock:
    with transaction() as tx:
        return container().clocks.start(
            ClockKind.HANDLING_PROMISED,
            Limit(value=days, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner=an_owner(),
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=OVER_NEW_YEAR,
            tx=tx,
        )
