"""Proof of watching: since when every sweep has come in time and seen everything through."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.clocks.model import ClockKind
from chalicelib.clocks.services import sweep
from chalicelib.clocks.services.sweep import SweepIncompleteError
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.workdays.model.limits import Limit, Unit

pytestmark = pytest.mark.usefixtures("cloud")

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def a_clock_that_cannot_be_moved_on() -> None:
    with transaction() as tx:
        container().clocks.start(
            ClockKind.HANDLING_PROMISED,
            Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner="mandate:that-is-not-there",
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=NINE - timedelta(days=30),
            tx=tx,
        )


def complete_since(at: datetime) -> datetime | None:
    watch = container().clocks.watch(at=at)
    assert watch is not None
    return watch.complete_since


def test_before_the_first_sweep_nobody_has_watched() -> None:
    assert container().clocks.watch(at=NINE) is None


def test_sweeps_that_come_in_time_have_watched_since_the_first() -> None:
    for minutes in (0, 1, 2, 5):
        container().clocks.sweep(at=NINE + minutes * MINUTE)

    watch = container().clocks.watch(at=NINE + 6 * MINUTE)

    assert watch is not None
    assert (watch.complete_since, watch.last_sweep_at, watch.lag_seconds) == (NINE, NINE + 5 * MINUTE, 0)


def test_after_three_minutes_and_a_second_the_watch_begins_anew() -> None:
    container().clocks.sweep(at=NINE)
    late = NINE + 3 * MINUTE + SECOND

    container().clocks.sweep(at=late)

    assert complete_since(late) == late


def test_nobody_watches_while_the_next_sweep_is_overdue() -> None:
    container().clocks.sweep(at=NINE)

    assert complete_since(NINE + 3 * MINUTE) == NINE
    assert complete_since(NINE + 3 * MINUTE + SECOND) is None


def test_a_sweep_that_left_something_undone_ends_the_watch_until_the_next_complete_one() -> None:
    container().clocks.sweep(at=NINE)
    a_clock_that_cannot_be_moved_on()

    with pytest.raises(SweepIncompleteError):
        container().clocks.sweep(at=NINE + MINUTE)

    watch = container().clocks.watch(at=NINE + MINUTE)
    assert watch is not None
    assert (watch.complete_since, watch.last_sweep_at) == (None, NINE)
    newest, older = container().clocks.heartbeats(limit=2)
    assert (newest["complete"], older["complete"]) == (False, True)


def test_a_shard_that_had_more_than_a_sweep_takes_is_not_seen_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MOST_AT_ONCE", 1)
    with transaction() as tx:
        container().clocks.start(
            ClockKind.HANDLING_PROMISED,
            Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner="mandate:stopped",
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=NINE - timedelta(days=30),
            tx=tx,
            recheck_at=NINE - MINUTE,
        )
    container().clocks.on_due(ClockKind.HANDLING_PROMISED, lambda *_: None)

    report = container().clocks.sweep(at=NINE)

    assert (report.failed, report.is_complete, report.lag_seconds) == (0, False, 60)
    assert container().clocks.watch(at=NINE) is None


def test_the_next_complete_sweep_begins_a_new_watch_after_one_that_failed() -> None:
    container().clocks.sweep(at=NINE)
    a_clock_that_cannot_be_moved_on()
    with pytest.raises(SweepIncompleteError):
        container().clocks.sweep(at=NINE + MINUTE)
    container().clocks.on_due(ClockKind.HANDLING_PROMISED, lambda *_: None)

    container().clocks.sweep(at=NINE + 2 * MINUTE)

    assert complete_since(NINE + 2 * MINUTE) == NINE + 2 * MINUTE


def test_a_sweep_that_a_later_one_overtook_changes_nothing() -> None:
    container().clocks.sweep(at=NINE)
    container().clocks.sweep(at=NINE + MINUTE)

    container().clocks.sweep(at=NINE + 30 * SECOND)

    watch = container().clocks.watch(at=NINE + MINUTE)
    assert watch is not None
    assert (watch.complete_since, watch.last_sweep_at) == (NINE, NINE + MINUTE)
