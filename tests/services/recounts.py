"""Clocks over a New Year, and the editions of the calendar that count them anew."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from chalicelib.calendars.model import Recount, YearStatus
from chalicelib.calendars.rules import SETTLED_AFTER
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.policy import Caller, Role
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import Edition, Limit, Notice, Unit
from tests.services.timelines import an_owner
from tests.services.walking import recount

STARTED = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
LOADED = STARTED + timedelta(hours=1)
SETTLED = LOADED + SETTLED_AFTER
EDITOR = Caller(sub="calendar", roles=frozenset({Role.CALENDAR_EDITOR}), department="monitoring")
NOTICE = Notice("国务院办公厅关于2027年部分节假日安排的通知", None, date(2026, 11, 4))
NEW_YEAR = date(2027, 1, 1)


def an_edition(*holidays: date, make_up_days: tuple[date, ...] = ()) -> Edition:
    return Edition(
        year=2027,
        notice=NOTICE,
        holidays=dict.fromkeys(holidays or (NEW_YEAR,), "元旦"),
        make_up_days=dict.fromkeys(make_up_days, "元旦"),
    )


def a_clock(
    *,
    limit: Limit | None = None,
    department: str = "traffic",
    started_at: datetime = STARTED,
    owner: str | None = None,
) -> Clock:
    with transaction() as tx:
        return container().clocks.start(
            ClockKind.HANDLING_PROMISED,
            limit or Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner=owner or an_owner(),
            department=department,
            responsible="officer",
            pack="corrects-first",
            started_at=started_at,
            tx=tx,
        )


def load(edition: Edition, *, at: datetime = LOADED, version: int | None = None) -> YearStatus:
    """Load an edition, and let its recount go as far as it comes at once."""
    loaded = container().calendar_editions.load(edition, by=EDITOR, version=version, at=at)
    recount(at=at)
    return replace(loaded, recount=the_recount())


def recounted(clock: Clock) -> list[Event]:
    return [event for event in container().timeline.events(clock.owner) if event.kind == "clock:recounted"]


def the_recount() -> Recount:
    (year,) = container().years.each([2027])
    found = container().recalculation.of(year)
    assert found is not None
    return found
