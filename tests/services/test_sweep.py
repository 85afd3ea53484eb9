"""Sweeping a shard: clocks together, alone where one is in the way, until nothing is left or no time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from chalicelib.clocks import store
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services import shard_sweep
from chalicelib.clocks.services.shard_sweep import ShardReport
from chalicelib.clocks.store import ClockStore, shard_of
from chalicelib.clocks.table import ClockRow
from chalicelib.container import container
from chalicelib.dynamo.model import connection
from chalicelib.dynamo.transaction import Transaction, transaction
from chalicelib.settings import settings
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.workdays.model.limits import Limit, Unit
from tests.services.committing import before_commit
from tests.services.timelines import an_owner, kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
RED = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
TOLD = ["clock:warned", "clock:passed"]
THREE_DAYS = Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条")


@pytest.fixture(autouse=True)
def _one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    let_there_be(1, monkeypatch)


def let_there_be(shards: int, monkeypatch: pytest.MonkeyPatch) -> None:
    known = replace(settings(), sweep_shards=shards)
    monkeypatch.setattr(store, "settings", lambda: known)
    monkeypatch.setattr("chalicelib.clocks.services.sweep.settings", lambda: known)


def a_clock(owner: str, *, suffix: str = "", kind: ClockKind = ClockKind.STEP, started_at: datetime = FRIDAY) -> Clock:
    with transaction() as tx:
        return container().clocks.start(
            kind,
            THREE_DAYS,
            owner=owner,
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=started_at,
            suffix=suffix,
            tx=tx,
        )


def now(clock: Clock) -> Clock:
    return container().clocks.get(clock.owner, clock.clock_id)


def told(owner: str) -> list[str]:
    return [kind for kind in kinds_of(owner) if kind.startswith("clock:")]


def sweep(**how: Callable[[], float]) -> ShardReport:
    return container().clocks.sweep_shard(0, at=RED, **how)


@contextmanager
def commits() -> Iterator[list[int]]:
    """The writes of each transaction, in order."""
    commit, seen = Transaction.commit, []

    def counted(tx: Transaction) -> None:
        seen.append(len([*tx._checks, *tx._deletes, *tx._puts, *tx._updates]))  # noqa: SLF001 - its size is not public
        commit(tx)

    with mock.patch.object(Transaction, "commit", counted):
        yield seen


def test_all_clocks_of_one_owner_extend_its_chain_in_one_go() -> None:
    owner, other = an_owner(), an_owner()
    for suffix in "abcde":
        a_clock(owner, suffix=suffix)
    a_clock(other)

    with commits() as writes:
        report = sweep()

    # Six clocks and twelve events, and two heads.
    assert writes == [20]
    assert (told(owner), told(other)) == (TOLD * 5, TOLD)
    assert (report.due, report.moved, report.failed, report.is_complete) == (6, 6, 0, True)


def test_more_than_fit_into_one_transaction_are_moved_in_several() -> None:
    owners = [an_owner() for _ in range(40)]
    for owner in owners:
        a_clock(owner)

    with commits() as writes:
        report = sweep()

    # Four writes for each: 33 read together, and then seven.
    assert writes == [100, 32, 28]
    assert (report.due, report.moved) == (40, 40)
    assert [told(owner) for owner in owners] == [TOLD] * 40


def test_as_many_clocks_as_are_read_together_fit_into_one_transaction_if_they_have_one_owner() -> None:
    owner = an_owner()
    for number in range(shard_sweep.TOGETHER):
        a_clock(owner, suffix=str(number))

    with commits() as writes:
        sweep()

    assert writes == [100]
    assert told(owner) == TOLD * 33


def test_clocks_on_several_pages_of_the_index_are_all_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "DUE_AT_ONCE", 2)
    monkeypatch.setattr(shard_sweep, "TOGETHER", 3)
    owners = [an_owner() for _ in range(7)]
    for owner in owners:
        a_clock(owner)

    report = sweep()

    assert (report.due, report.moved) == (7, 7)
    assert [told(owner) for owner in owners] == [TOLD] * 7


def test_clocks_without_an_owner_or_that_cannot_be_read_keep_no_other_from_being_told() -> None:
    owners = [an_owner() for _ in range(3)]
    clocks = [a_clock(owner) for owner in (*owners, "mandate:that-is-not-there")]
    damaged = {**ClockRow.get(owners[0], clocks[0].clock_id).serialize(), "document": {"S": "{}"}}
    connection().dispatch("PutItem", {"TableName": ClockRow.Meta.table_name, "Item": damaged})

    report = sweep()

    assert (report.due, report.moved, report.failed, report.is_complete) == (4, 2, 2, False)
    assert [told(owner) for owner in owners] == [[], TOLD, TOLD]


def test_what_another_changed_meanwhile_is_read_again_and_the_rest_moves_together() -> None:
    clocks = [a_clock(an_owner()) for _ in range(3)]

    def stop_one() -> None:
        with transaction() as tx:
            container().clocks.stop(clocks[0], at=FRIDAY, tx=tx)

    with before_commit(1, stop_one), commits() as writes:
        report = sweep()

    # The stop, the first attempt, and the second without it.
    assert sorted(writes) == [1, 8, 12]
    assert [told(clock.owner) for clock in clocks] == [[], TOLD, TOLD]
    assert (report.due, report.moved, report.failed) == (3, 2, 0)


def test_a_clock_that_the_index_still_has_is_not_written_if_it_is_not_due_any_more() -> None:
    clocks = [a_clock(an_owner()) for _ in range(2)]
    stale = list(ClockStore().due(0, at=RED))
    with transaction() as tx:
        longer = container().clocks.extend(clocks[0], THREE_DAYS, at=FRIDAY, tx=tx)

    with mock.patch.object(ClockStore, "due", return_value=iter(stale)):
        report = sweep()

    assert (report.due, report.moved, report.failed) == (2, 1, 0)
    assert (now(clocks[0]), told(clocks[0].owner), told(clocks[1].owner)) == (longer, [], TOLD)


def test_who_conflicts_again_and_again_moves_alone() -> None:
    clocks = [a_clock(an_owner()) for _ in range(3)]
    note = NewEvent(kind=EventKind.MANDATE_READ, occurred_at=RED, actor="staff:officer", department="traffic")
    commit, seen = Transaction.commit, []

    def in_the_way(tx: Transaction) -> None:
        seen.append(tx)
        if len(seen) in {1, 3}:
            # Another event on the timeline of a clock's owner, before each attempt to move them together.
            with transaction() as other:
                container().timeline.append([note], owner=clocks[0].owner, at=RED, tx=other)
        commit(tx)

    with mock.patch.object(Transaction, "commit", in_the_way):
        report = sweep()

    assert (report.moved, report.failed) == (3, 0)
    assert [told(clock.owner) for clock in clocks] == [TOLD] * 3
    assert len(seen) == 2 + 2 + 3


def test_two_workers_in_one_shard_tell_each_milestone_once_and_one_of_them_goes() -> None:
    owners = [an_owner() for _ in range(40)]
    for owner in owners:
        a_clock(owner)
    other: list[ShardReport] = []

    with before_commit(1, lambda: other.append(sweep())), commits() as writes:
        report = sweep()

    assert [told(owner) for owner in owners] == [TOLD] * 40
    assert (other[0].moved, other[0].is_complete) == (40, True)
    assert (report.moved, report.failed, report.is_complete) == (0, 0, False)
    # Three of the one who moved them, and one in vain.
    assert len(writes) == 4


def test_a_run_without_time_leaves_the_rest_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_sweep, "TOGETHER", 2)
    owners = [an_owner() for _ in range(5)]
    for owner in owners:
        a_clock(owner)
    seconds = iter([45.0, 10.5, 10.0])

    report = sweep(seconds_left=lambda: next(seconds))
    rest = sweep(seconds_left=lambda: 45.0)

    assert (report.due, report.moved, report.is_complete) == (4, 4, False)
    assert (rest.due, rest.moved, rest.is_complete) == (1, 1, True)
    assert [told(owner) for owner in owners] == [TOLD] * 5


def test_what_passed_is_told_before_what_is_warned_of() -> None:
    near, late = a_clock(an_owner()), a_clock(an_owner(), started_at=FRIDAY - timedelta(days=1))
    with transaction() as tx:
        ClockStore().save(replace(late, warned_at=late.yellow_at, rev=2), tx)
    night = RED - timedelta(hours=16)

    found = [(key.owner, key.next_at) for key in ClockStore().due(0, at=night)]

    assert [owner for owner, _ in found] == [late.owner, near.owner]
    assert found[0][1] == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert found[1][1] >= datetime(2026, 11, 24, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize("shards", [1, 2, 64])
def test_when_there_are_more_shards_no_clock_is_lost_and_each_moves_when_it_is_written(
    shards: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_there_be(shards, monkeypatch)
    clocks = [a_clock(an_owner()) for _ in range(8)]
    places = [ClockRow.get(clock.owner, clock.clock_id).shard for clock in clocks]

    let_there_be(64, monkeypatch)
    container().clocks.sweep(at=RED - timedelta(hours=16))

    assert max(places) < shards
    assert [told(clock.owner) for clock in clocks] == [["clock:warned"]] * 8
    moved = [ClockRow.get(clock.owner, clock.clock_id).shard for clock in clocks]
    assert moved == [shard_of(clock.owner) for clock in clocks]
    container().clocks.sweep(at=RED)
    assert [told(clock.owner) for clock in clocks] == [TOLD] * 8
