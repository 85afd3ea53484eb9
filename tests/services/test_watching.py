"""Proof of watching: since when every sweep has come in time and seen everything through."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from chalicelib.clock import instant_from
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.shard_sweep import ShardReport
from chalicelib.clocks.services.sweep import SweepIncompleteError
from chalicelib.clocks.store import ClockStore, shard_of
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.workdays.model.limits import Limit, Unit
from tests.services.timelines import an_owner

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


class Workers:
    """The queue of a sweep whose workers come when they are let."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []

    def send(self, message: str, *, name: str) -> None:
        """Take a shard."""
        self.waiting.append(json.loads(message))
        assert name == f"{self.waiting[-1]['at']}/{self.waiting[-1]['shard']}"

    def work(self, *, at: datetime, seconds_left: float = 45.0) -> list[ShardReport]:
        """Sweep each shard in the queue, as the job does."""
        done = []
        for number, message in enumerate(self.waiting):
            swept = container().clocks.sweep_shard(message["shard"], at=at, seconds_left=lambda: seconds_left)
            container().clocks.report(swept, sweep=instant_from(message["at"]), run=f"run-{number}")
            done.append(swept)
        self.waiting.clear()
        return done


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    queue = Workers()
    monkeypatch.setattr(container().clocks._sweeping, "_queue", queue)  # noqa: SLF001 - the container reads it from the environment
    return queue


class DiedError(BaseException):
    """The process of a sweep ended."""


def a_clock_due(at: datetime, *, owner: str | None = None, suffix: str = "") -> Clock:
    with transaction() as tx:
        return container().clocks.start(
            ClockKind.ACKNOWLEDGEMENT,
            Limit(value=1, unit=Unit.HOURS, basis="第1条"),
            owner=owner or an_owner(),
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=at - timedelta(hours=1) - SECOND,
            suffix=suffix,
            tx=tx,
        )


def test_a_sweep_hands_each_shard_with_work_to_a_worker_and_its_heartbeat_says_what_that_did(workers: Workers) -> None:
    owner = a_clock_due(NINE).owner
    a_clock_due(NINE + 2 * SECOND, owner=owner, suffix="2")
    container().clocks.sweep(at=NINE - MINUTE)
    assert workers.waiting == []

    container().clocks.sweep(at=NINE + 30 * SECOND)

    shard = shard_of(owner)
    assert workers.waiting == [{"shard": shard, "at": "2026-11-20T01:00:30Z"}]
    idle = {"due": 0, "moved": 0, "failed": 0, "lag_seconds": 0, "complete": True}
    of_shard = {"shard": shard, "due": 1, "moved": 0, "failed": 0, "lag_seconds": 30, "complete": True}
    newest, older = container().clocks.heartbeats(limit=2)
    assert newest == {
        "at": "2026-11-20T01:00:30Z",
        "complete": True,
        "shards": [of_shard if number == shard else {"shard": number, **idle} for number in range(4)],
    }
    assert older["shards"] == [{"shard": number, **idle} for number in range(4)]

    workers.work(at=NINE + 31 * SECOND)

    newest, older = container().clocks.heartbeats(limit=2)
    assert newest["shards"][shard] == {**of_shard, "due": 2, "moved": 2}
    assert older["at"] == "2026-11-20T00:59:00Z"
    assert container().clocks.heartbeats(limit=1) == (newest,)

    a_clock_due(NINE + MINUTE, owner=owner, suffix="3")
    container().clocks.sweep(at=NINE + MINUTE)
    workers.work(at=NINE + MINUTE)

    newest, older = container().clocks.heartbeats(limit=2)
    assert (newest["shards"][shard]["moved"], older["shards"][shard]["moved"]) == (1, 2)


def test_a_sweep_that_dies_leaves_a_heartbeat_that_says_that_it_saw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    container().clocks.sweep(at=NINE)
    monkeypatch.setattr(ClockStore, "oldest_due", mock.Mock(side_effect=DiedError))

    with pytest.raises(DiedError):
        container().clocks.sweep(at=NINE + MINUTE)

    newest, older = container().clocks.heartbeats(limit=2)
    assert newest == {"at": "2026-11-20T01:01:00Z", "complete": False, "shards": []}
    assert (older["complete"], len(older["shards"])) == (True, 4)
    assert complete_since(NINE + 3 * MINUTE) == NINE
    assert complete_since(NINE + 3 * MINUTE + SECOND) is None


def test_workers_that_come_within_three_minutes_leave_the_watch_unbroken(workers: Workers) -> None:
    for minute in range(12):
        at = NINE + minute * MINUTE
        a_clock_due(at)
        container().clocks.sweep(at=at)
        if minute % 3 == 2:
            workers.work(at=at + 30 * SECOND)

    assert complete_since(at) == NINE


def test_a_shard_whose_workers_do_not_come_ends_the_watch_after_three_minutes_until_one_came(workers: Workers) -> None:
    container().clocks.sweep(at=NINE)
    a_clock_due(NINE + SECOND)
    since = {}
    for minute in range(1, 7):
        container().clocks.sweep(at=NINE + minute * MINUTE)
        since[minute] = complete_since(NINE + minute * MINUTE)
    workers.work(at=NINE + 6 * MINUTE + SECOND)
    for minute in (7, 8):
        container().clocks.sweep(at=NINE + minute * MINUTE)
        since[minute] = complete_since(NINE + minute * MINUTE)

    assert since == {
        **dict.fromkeys((1, 2, 3, 4), NINE),
        **dict.fromkeys((5, 6)),
        **dict.fromkeys((7, 8), NINE + 7 * MINUTE),
    }
    lag = [max(shard["lag_seconds"] for shard in beat["shards"]) for beat in container().clocks.heartbeats(limit=8)]
    assert lag == [0, 0, 359, 299, 239, 179, 119, 59]


def test_a_shard_that_starves_behind_its_own_work_ends_the_watch_too(workers: Workers) -> None:
    """Each minute another clock is the oldest, but all of them were due in the first."""
    container().clocks.sweep(at=NINE)
    owner = an_owner()
    clocks = [a_clock_due(NINE + SECOND, owner=owner, suffix=str(number)) for number in range(7)]
    since = []
    for minute in range(1, 7):
        container().clocks.sweep(at=NINE + minute * MINUTE)
        since.append(complete_since(NINE + minute * MINUTE))
        container().clocks.tell_milestones(owner, clocks[minute].clock_id, NINE + minute * MINUTE)

    assert (since, len(workers.waiting)) == ([NINE] * 4 + [None] * 2, 6)


def test_a_date_that_is_put_into_the_past_is_not_taken_for_one_that_has_waited(workers: Workers) -> None:
    since = []
    for minute in range(6):
        at = NINE + minute * MINUTE
        container().clocks.sweep(at=at)
        workers.work(at=at + SECOND)
        since.append(complete_since(at))
        if minute == 1:
            a_clock_due(NINE - timedelta(days=2))

    assert since == [NINE] * 6
    assert [
        max(shard["lag_seconds"] for shard in beat["shards"]) for beat in container().clocks.heartbeats(limit=6)
    ] == [
        *[0] * 3,
        2 * 24 * 3600 + 120,
        *[0] * 2,
    ]


def test_a_clock_that_fails_is_in_the_heartbeat_at_once_and_in_the_watch_after_three_minutes(workers: Workers) -> None:
    container().clocks.sweep(at=NINE - MINUTE)
    a_clock_due(NINE, owner="mandate:that-is-not-there")
    since = []
    for minute in range(5):
        at = NINE + minute * MINUTE
        container().clocks.sweep(at=at)
        workers.work(at=at + SECOND)
        since.append(complete_since(at))

    (newest,) = container().clocks.heartbeats(limit=1)
    assert newest["complete"] is False
    assert [sum(shard[name] for shard in newest["shards"]) for name in ("due", "moved", "failed")] == [1, 0, 1]
    assert since == [NINE - MINUTE] * 4 + [None]


def test_a_worker_without_time_says_so_in_the_heartbeat(workers: Workers) -> None:
    a_clock_due(NINE)
    container().clocks.sweep(at=NINE)

    (report,) = workers.work(at=NINE, seconds_left=9.0)

    (beat,) = container().clocks.heartbeats(limit=1)
    assert (report.moved, report.is_complete, beat["complete"]) == (0, False, False)
