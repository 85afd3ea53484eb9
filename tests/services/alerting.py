"""A clock that may pass, and who is alerted of it, on the services as they are wired."""

from collections.abc import Iterable
from datetime import UTC, datetime

from chalicelib.alerts.model.alerts import Alert
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.policy import Caller, Role
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import Limit, Unit
from tests.services.timelines import FRIDAY, an_owner

RED = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
"""The second after the day on which the clock is due."""

LAST_DAY = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
"""The morning of that day, on which the light is yellow."""

MORNING = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
"""The morning after."""


def staff(role: Role, department: str) -> Caller:
    return Caller(sub=f"{role}.{department}", roles=frozenset({role}), department=department)


def a_running_clock(days: int = 3, since: datetime = FRIDAY) -> str:
    """Promise to handle something within three working days from Friday on, or others; returns whose clock it is."""
    owner = an_owner()
    with transaction() as tx:
        container().clocks.start(
            ClockKind.HANDLING_PROMISED,
            Limit(value=days, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner=owner,
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=since,
            tx=tx,
        )
    return owner


def a_late_clock() -> str:
    """The same, passed and told; returns whose clock it is."""
    owner = a_running_clock()
    for moment in (LAST_DAY, MORNING):
        container().clocks.sweep(at=moment)
        tell(owner, at=moment)
    return owner


def tell(owner: str, *, at: datetime, events: Iterable[Event] | None = None) -> None:
    """Let the relay hear of events, by default of the whole timeline again."""
    for event in list(container().timeline.events(owner)) if events is None else events:
        container().alerts.on_event(event, at)


def inbox(role: Role, department: str, state: str = "open") -> list[Alert]:
    found, _ = container().alerts.inbox(staff(role, department), state=state, limit=100, after=None)
    return list(found)
