"""Which calendar a process counts on, how long it keeps it, and what it knows of the past."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.calendars.model import Year
from chalicelib.calendars.rules import with_edition
from chalicelib.calendars.store import KEPT_SECONDS, LoadedCalendars, YearStore
from chalicelib.container import container
from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.workdays.model.limits import Edition, Notice
from chalicelib.workdays.store import load_calendar

pytestmark = pytest.mark.usefixtures("cloud")

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
NOTICE = Notice("国务院办公厅关于2027年部分节假日安排的通知", None, date(2026, 11, 4))
NEW_YEAR = date(2027, 1, 1)


class Ticks:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def calendars(ticks: Ticks) -> LoadedCalendars:
    return LoadedCalendars(container().years, load_calendar().editions, now=lambda: AT, ticks=ticks)


def a_fact(at: datetime) -> NewEvent:
    return NewEvent(kind=EventKind.CALENDAR_LOADED, occurred_at=at, actor="staff:calendar", department="monitoring")


def load(year: int = 2027, *, at: datetime = AT, day: date = NEW_YEAR) -> Year:
    store: YearStore = container().years
    (before,) = store.each([year])
    edition = Edition(year=year, notice=NOTICE, holidays={day: "元旦"}, make_up_days={})
    with transaction() as tx:
        return store.save(before, with_edition(before, edition, by="staff:calendar", at=at), [a_fact(at)], at=at, tx=tx)


def test_a_process_reads_again_when_what_it_has_read_is_too_old() -> None:
    ticks = Ticks()
    known = calendars(ticks)
    before = known.current()
    load()

    ticks.seconds = KEPT_SECONDS - 1
    assert known.current() is before
    ticks.seconds = KEPT_SECONDS
    assert known.current().is_announced(NEW_YEAR)


def test_a_process_that_is_told_so_reads_again_at_once() -> None:
    known = calendars(Ticks())
    assert not known.current().is_announced(NEW_YEAR)
    load()

    known.refresh()

    assert known.current().is_announced(NEW_YEAR)


def test_the_calendar_of_a_moment_is_that_of_the_editions_loaded_by_then() -> None:
    load(at=AT)
    load(at=AT + timedelta(hours=1), day=date(2027, 1, 4))
    known = calendars(Ticks())

    def holiday(at: datetime) -> list[bool]:
        calendar = known.at(at)
        return [calendar.is_announced(NEW_YEAR), calendar.is_working(NEW_YEAR), calendar.is_working(date(2027, 1, 4))]

    assert holiday(AT - timedelta(seconds=1)) == [False, True, True]
    assert holiday(AT) == [True, False, True]
    assert holiday(AT + timedelta(hours=1)) == [True, True, False]
    assert known.at(AT - timedelta(days=1000)).is_announced(date(2024, 1, 1))


def test_an_edition_of_a_packaged_year_counts_from_its_loading_on() -> None:
    day = date(2026, 12, 9)
    load(2026, at=AT, day=day)
    known = calendars(Ticks())

    assert known.at(AT - timedelta(seconds=1)).is_working(day)
    assert not known.current().is_working(day)


def test_a_year_is_not_written_over_what_somebody_else_wrote() -> None:
    (empty,) = container().years.each([2027])
    first = load()
    load(at=AT + timedelta(hours=1))

    for stale in (empty, first):
        with pytest.raises(ConflictError), transaction() as tx:
            container().years.save(stale, stale, [a_fact(AT)], at=AT, tx=tx)
