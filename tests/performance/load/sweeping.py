"""N clocks that pass in one second, cleared by workers as processes, beside bare transactions of the same items."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from chalicelib.clock import instant_from, instant_text
from chalicelib.clocks.services.shard_sweep import ShardReport
from chalicelib.clocks.services.sweep import Sweeping
from chalicelib.clocks.store import WITHIN, ClockStore
from chalicelib.clocks.table import ClockRow
from chalicelib.container import container
from chalicelib.jobs.sweep_shard import sweep_shard
from chalicelib.timeline.table import EventRow
from tests.cloud import turn_clock
from tests.performance.bare import Bare
from tests.performance.figures import Figure
from tests.performance.house import house
from tests.performance.load.lambda_model import Function, Work, figures
from tests.performance.load.many import RED, Pattern, a_pattern, add_cases, owner_of, pages_of
from tests.performance.load.workers import Done, Fleet, Place, sharded
from tests.wire import Wire

MOST_ROUNDS: Final = 1_000
MINUTE: Final = timedelta(minutes=1)
PASSED: Final = '"clock:passed"'
MOST_ALONE: Final = 2_000
"""Clocks that are moved one by one, to compare with."""

DIES_WITHIN: Final = 40
"""Calls within which a worker dies."""

WARMING: Final = 70
"""Clocks for each worker that are swept before those that count."""
IN_A_MESSAGE: Final = 10
"""Bare transactions, or clocks one by one, that a worker is given at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """How the clocks were cleared: seconds by the clock on the wall, and CPU seconds and calls of all workers."""

    clocks: int
    seconds: float
    cpu: float
    calls: int
    deaths: int
    rounds: int


# What is swept, and how: the only lines that know.


Order: TypeAlias = dict[str, Any]
"""A message of the queue between the dispatcher and the workers, as Lambda hands it over."""


class ComesAgainError(Exception):
    """A worker could not take an order; the queue delivers it again."""


@dataclass(slots=True)
class Orders:
    """The queue of workers; ``wire`` sees what goes into it."""

    wire: Wire = field(default_factory=Wire)
    sent: list[Order] = field(default_factory=list)

    def send(self, message: str, *, name: str) -> None:
        """Keep an order."""
        self.wire.before("SendMessage", {})
        self.sent.append({"messageId": name, "body": message})
        self.wire.after("SendMessage", {})

    def dispatch(self, at: datetime) -> None:
        """Let the dispatcher look at every shard."""
        Sweeping(ClockStore(), queue=self, sweep_shard=_nobody).sweep(at=at)


def dispatched(at: datetime) -> list[Order]:
    """Return what the dispatcher puts into the queue at an instant."""
    orders = Orders()
    orders.dispatch(at)
    return orders.sent


def sweep(order: Order) -> None:
    """Take an order, as the function does that the queue calls."""
    turn_clock(instant_from(json.loads(order["body"])["at"]))
    answer = sweep_shard([order], _Run(order["messageId"]))
    if answer["batchItemFailures"]:
        raise ComesAgainError(order["body"])


@dataclass(frozen=True, slots=True)
class _Run:
    """What Lambda says to a function about its run."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Give it all the time that a function of the template has."""
        return int(Function().timeout * 1000)


def _nobody(_shard: int, _at: datetime) -> ShardReport:
    problem = "clocks are moved by workers alone"
    raise AssertionError(problem)


def one_by_one(owners: list[str]) -> None:
    """Move clocks one after the other, as the sweep does with those that will not go together."""
    for owner in owners:
        container().clocks.tell_milestones(owner, "handling_promised", RED)


# What is measured


def cleared(pattern: Pattern, place: Place, clocks: int, *, workers: int) -> Cleared:
    """Sweep from ``RED`` on, minute by minute, until nothing is due; what the watch says meanwhile must be so.

    Other clocks are swept before, so that every worker is as warm as it is at midnight.
    """
    done: list[Done] = []
    rounds = 0
    with Fleet(place, sweep, workers) as fleet:
        add_cases(pattern, range(clocks, clocks + WARMING * workers))
        while orders := dispatched(RED):
            fleet.work(orders)
        add_cases(pattern, range(clocks))
        began = time.perf_counter()
        while orders := dispatched(at := RED + rounds * MINUTE):
            require_a_true_watch(at)
            rounds += 1
            if rounds > MOST_ROUNDS:
                problem = f"{due(at)} clocks are still due after {MOST_ROUNDS} rounds"
                raise AssertionError(problem)
            done += fleet.work(orders)
        seconds = time.perf_counter() - began
        require_a_true_watch(at)
        return Cleared(
            clocks=clocks,
            seconds=seconds,
            cpu=sum(each.cpu for each in done),
            calls=sum(each.calls for each in done),
            deaths=fleet.deaths,
            rounds=rounds,
        )


def due(at: datetime) -> int:
    """Count the clocks that the sweep has still to move, whatever their shards are."""
    return sum(
        int(page["Count"])
        for page in pages_of(
            ClockRow.Meta.table_name,
            IndexName="due",
            Select="COUNT",
            FilterExpression="next_at <= :at",
            ExpressionAttributeValues={":at": {"S": instant_text(at)}},
        )
    )


def require_a_true_watch(at: datetime) -> None:
    """See that the watch of a sweep says complete if, and only if, nothing has been due for longer than it may be."""
    watch = container().clocks.watch(at=at)
    assert watch is not None, "no sweep has left a trace"
    is_complete = watch.complete_since is not None
    waits = due(at - WITHIN - MINUTE) > 0
    assert not (is_complete and waits), f"the watch says complete at {at} while clocks wait"
    newest, *_ = container().clocks.heartbeats(limit=1)
    assert newest["at"] == instant_text(at), "the newest heartbeat is not of this sweep"


def require_each_once(clocks: int) -> None:
    """See that every clock passed, and was told once."""
    told: dict[str, int] = {}
    for page in pages_of(
        EventRow.Meta.table_name,
        FilterExpression="kind = :passed",
        ProjectionExpression="#owner",
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues={":passed": {"S": "clock:passed"}},
    ):
        for item in page["Items"]:
            owner = item["owner"]["S"]
            told[owner] = told.get(owner, 0) + 1
    twice = [owner for owner, times in told.items() if times > 1]
    missed = [owner for owner in map(owner_of, range(clocks)) if owner not in told]
    assert not twice, f"told twice: {twice[:5]}"
    assert not missed, f"missed: {missed[:5]} of {len(missed)}"
    for number in range(0, clocks, max(1, clocks // 100)):
        *_, last = container().timeline.events(owner_of(number))
        head = container().timeline.head(owner_of(number))
        assert (head.seq, head.hash) == (last.seq, last.hash)


def by_themselves(place: Place, numbers: range) -> Done:
    """Move clocks one by one in one process, and return what it cost."""
    owners = [owner_of(number) for number in numbers]
    with Fleet(place, one_by_one, 1) as fleet:
        fleet.work([owners[: len(owners) // 10]])  # to be as warm as the others
        (done,) = fleet.work([owners[len(owners) // 10 :]])
    return done


def work(endpoint: str, clocks: int) -> Work:
    """Return what a clock costs one worker, in the house that this process is in."""
    swept = cleared(a_pattern(), here(endpoint), clocks, workers=1)
    return Work(calls=swept.calls / clocks, cpu_ms=swept.cpu / clocks * 1000)


def bare(lines: list[str]) -> float:
    """Send transactions with bare botocore; return the seconds that it took."""
    sent = [{"TransactItems": json.loads(line)["TransactItems"]} for line in lines]
    client = Bare().client
    began = time.perf_counter()
    for each in sent:
        client.transact_write_items(**each)
    return time.perf_counter() - began


def measured(endpoint: str, *, clocks: int, workers: int, dying: int, shards: int = 64) -> list[Figure]:
    """Clear so many clocks, and ``dying`` of them by workers that die; return what was promised of it."""
    with sharded(shards):
        found = list(_paces(endpoint, partial(here, endpoint, shards=shards), clocks, workers))
    if dying:
        found.append(deaths(endpoint, clocks=dying, workers=workers, shards=shards))
    return found


def deaths(
    endpoint: str, *, clocks: int, workers: int, shards: int = 64, dies_within: int = DIES_WITHIN, seed: int = 0
) -> Figure:
    """Clear so many clocks by workers each of which dies at a call, and see that every clock was told once."""
    with sharded(shards), house(endpoint):
        place = here(endpoint, shards=shards, dies_within=dies_within, seed=seed)
        survived = cleared(a_pattern(), place, clocks, workers=workers)
        require_each_once(clocks)
    return Figure(
        name=f"milestones missed or told twice of {clocks:,}",
        value=0,
        reach=0,
        remark=f"{survived.deaths} workers died on the way, the watch was true throughout",
    )


def _paces(endpoint: str, place: Callable[..., Place], clocks: int, workers: int) -> Iterator[Figure]:
    alone = min(clocks, MOST_ALONE)
    with house(endpoint):
        pattern = a_pattern()
        add_cases(pattern, range(alone))
        single = by_themselves(place(), range(alone))
    with TemporaryDirectory() as folder:
        with house(endpoint):
            swept = cleared(pattern, place(record=Path(folder)), clocks, workers=workers)
            require_each_once(clocks)
        lines = [line for path in sorted(Path(folder).iterdir()) for line in path.read_text().splitlines()]
    lines = [line for line in lines if PASSED in line]
    moved = sum(line.count(PASSED) for line in lines)
    with house(endpoint):
        add_cases(pattern, range(clocks + WARMING * workers))
        parts = [lines[first : first + IN_A_MESSAGE] for first in range(0, len(lines), IN_A_MESSAGE)]
        with Fleet(place(), bare, workers) as fleet:
            sent = fleet.work(parts)
    busy = sum(each.result for each in sent) / min(workers, len(parts))
    yield Figure(
        name=f"{clocks:,} clocks of one second over bare transactions",
        value=(clocks / swept.seconds) / (moved / busy),
        reach=0.8,
        is_floor=True,
        remark=f"{clocks / swept.seconds:,.0f} over {moved / busy:,.0f} clocks a second, {workers} workers, "
        f"{swept.seconds:,.1f} s in {swept.rounds} rounds; {moved / len(lines):.1f} clocks a transaction",
    )
    each, before = swept.cpu / clocks * 1000, single.cpu / (alone - alone // 10) * 1000
    yield Figure(
        name="CPU of a clock over moving it by itself",
        value=each / before,
        reach=0.3,
        remark=f"{each:.2f} over {before:.2f} ms; {swept.calls / clocks:.2f} calls a clock over "
        f"{single.calls / (alone - alone // 10):.2f}",
    )
    yield from figures(Work(calls=swept.calls / clocks, cpu_ms=each))


def here(endpoint: str, **more: Any) -> Place:  # noqa: ANN401 - any field of a place
    """Return the place of the house that this process is in."""
    return Place(endpoint=endpoint, key=os.environ["AWS_ACCESS_KEY_ID"], **more)
