"""Sweeping a shard on AWS's own engine: how many calls clocks take together, and workers in each other's way."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from unittest import mock

import pytest

from chalicelib.clocks import store
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.settings import settings
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.workdays.model.limits import Limit, Unit
from tests.depth import goes
from tests.performance.deaths import Death, DiedError
from tests.services.timelines import an_owner, kinds_of
from tests.wire import Wire, watched

pytestmark = pytest.mark.usefixtures("elsewhere")

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
RED = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
TOLD = ["clock:warned", "clock:passed"]
NOTE = NewEvent(kind=EventKind.MANDATE_READ, occurred_at=RED, actor="staff:inspector", department="inspection")


@pytest.fixture(autouse=True)
def _one_shard() -> Iterator[None]:
    with mock.patch.object(store, "settings", return_value=replace(settings(), sweep_shards=1)):
        yield


def a_clock(owner: str, *, suffix: str = "") -> Clock:
    with transaction() as tx:
        return container().clocks.start(
            ClockKind.STEP,
            Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner=owner,
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=FRIDAY,
            suffix=suffix,
            tx=tx,
        )


def told(clock: Clock) -> list[str]:
    return [kind for kind in kinds_of(clock.owner) if kind.startswith("clock:")]


def work(shard: int = 0) -> None:
    container().clocks.sweep_shard(shard, at=RED)


def test_thirty_three_clocks_of_as_many_owners_take_four_calls_and_not_ninety_nine() -> None:
    together = [a_clock(an_owner()) for _ in range(33)]
    with watched(Wire()) as wire:
        work()
    alone = [a_clock(an_owner()) for _ in range(33)]
    with watched(Wire()) as wires:
        for clock in alone:
            container().clocks.tell_milestones(clock.owner, clock.clock_id, RED)

    # Four writes each are 132, and a transaction takes a hundred.
    assert wire.operations == ["Query", "BatchGetItem", "TransactWriteItems", "TransactWriteItems"]
    assert len(wires.operations) == 3 * 33
    assert [told(clock) for clock in (*together, *alone)] == [TOLD] * 66


@goes("storms", usually=4, deep=100)
def test_workers_that_meet_die_and_find_others_in_the_way_tell_each_milestone_once(storms: int) -> None:
    dice = random.Random(19)
    for _ in range(storms):
        owners = [an_owner() for _ in range(30)]
        clocks = [a_clock(owner, suffix=str(number)) for owner in owners for number in range(dice.choice((1, 1, 2)))]

        @retry_on_conflict
        def somebody_writes(owner: str) -> None:
            with transaction() as tx:
                container().timeline.append([NOTE], owner=owner, at=RED, tx=tx)

        deaths = Death(dice.randint(1, 12), after=dice.random() < 0.5)
        with watched(deaths.wire), ThreadPoolExecutor(5) as pool:
            meeting = [pool.submit(work) for _ in range(3)]
            others = [pool.submit(somebody_writes, owner) for owner in dice.sample(owners, 6)]
            for one in (*meeting, *others):
                with suppress(DiedError):
                    one.result()
        work()

        for owner in owners:
            number = sum(clock.owner == owner for clock in clocks)
            events = [kind for kind in kinds_of(owner) if kind.startswith("clock:")]
            assert sorted(events) == sorted(TOLD * number)
