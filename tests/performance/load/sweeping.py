"""N clocks that pass in one second, cleared by workers as processes, beside bare transactions of the same items."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from chalicelib.clocks.table import ClockRow
from chalicelib.container import container
from chalicelib.timeline.table import EventRow
from tests.cloud import turn_clock
from tests.performance.bare import Bare
from tests.performance.figures import Figure
from tests.performance.house import house
from tests.performance.load.lambda_model import Work
from tests.performance.load.many import RED, a_pattern, add_cases, owner_of, pages_of
from tests.performance.load.workers import Done, Fleet, Place

MOST_ROUNDS: Final = 1_000
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


def messages(at: datetime, *, workers: int) -> list[datetime]:
    """Return what the dispatcher hands to workers at an instant: a sweep each."""
    return [at] * workers


def sweep(at: datetime) -> None:
    """Take one such message, as the function does that is given it."""
    turn_clock(at)
    container().clocks.sweep(at=at)


def one_by_one(owners: list[str]) -> None:
    """Move clocks one after the other, as the sweep does with those that will not go together."""
    for owner in owners:
        container().clocks.tell_milestones(owner, "handling_promised", RED)


# What is measured


def cleared(place: Place, clocks: int, *, workers: int) -> Cleared:
    """Sweep at ``RED`` until nothing is due; whatever the watch says meanwhile must be so."""
    done: list[Done] = []
    rounds = 0
    with Fleet(place, sweep, workers) as fleet:
        began = time.perf_counter()
        while left := due(RED):
            rounds += 1
            if rounds > MOST_ROUNDS:
                problem = f"{left} clocks are still due after {MOST_ROUNDS} rounds"
                raise AssertionError(problem)
            done += fleet.work(messages(RED, workers=workers))
            require_a_true_watch()
        seconds = time.perf_counter() - began
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
            ExpressionAttributeValues={":at": {"S": at.strftime("%Y-%m-%dT%H:%M:%SZ")}},
        )
    )


def require_a_true_watch() -> None:
    """See that nothing is due where the watch says that everything was seen."""
    watch = container().clocks.watch(at=RED)
    if watch is not None and watch.complete_since is not None and watch.last_sweep_at >= RED:
        assert due(RED) == 0, "the watch says complete while clocks are due"


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
    add_cases(a_pattern(), range(clocks))
    swept = cleared(here(endpoint), clocks, workers=1)
    return Work(calls=swept.calls / clocks, cpu_ms=swept.cpu / clocks * 1000)


def bare(lines: list[str]) -> tuple[int, float]:
    """Send transactions with bare botocore; return how many, and the seconds that it took."""
    sent = [{"TransactItems": json.loads(line)["TransactItems"]} for line in lines]
    client = Bare().client
    began = time.perf_counter()
    for each in sent:
        client.transact_write_items(**each)
    return len(sent), time.perf_counter() - began


def measured(endpoint: str, *, clocks: int, workers: int, dying: int) -> Iterator[Figure]:
    """Clear so many clocks, and ``dying`` of them by workers that die, and yield what was promised of it."""
    alone = min(clocks, 2_000)
    with house(endpoint):
        pattern = a_pattern()
        add_cases(pattern, range(alone))
        single = by_themselves(here(endpoint), range(alone))
    with TemporaryDirectory() as folder:
        with house(endpoint):
            add_cases(pattern, range(clocks))
            swept = cleared(here(endpoint, record=Path(folder)), clocks, workers=workers)
            require_each_once(clocks)
        lines = [line for path in sorted(Path(folder).iterdir()) for line in path.read_text().splitlines()]
    lines = [line for line in lines if '"clock:passed"' in line]
    moved = sum(line.count('"clock:passed"') for line in lines)
    with house(endpoint):
        add_cases(pattern, range(clocks))
        parts = [lines[first : first + IN_A_MESSAGE] for first in range(0, len(lines), IN_A_MESSAGE)]
        with Fleet(here(endpoint), bare, workers) as fleet:
            sent = fleet.work(parts)
    busy = sum(each.result[1] for each in sent) / min(workers, len(parts))
    yield Figure(
        name=f"{clocks:,} clocks of one second over bare transactions",
        value=(swept.clocks / swept.seconds) / (moved / busy),
        reach=0.8,
        is_floor=True,
        remark=f"{swept.clocks / swept.seconds:,.0f} over {moved / busy:,.0f} clocks a second, {workers} workers, "
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
    with house(endpoint):
        add_cases(pattern, range(dying))
        survived = cleared(here(endpoint, dies_within=DIES_WITHIN), dying, workers=workers)
        require_each_once(dying)
    yield Figure(
        name=f"milestones missed or told twice of {dying:,}",
        value=0,
        reach=0,
        remark=f"{survived.deaths} workers died on the way, the watch was true throughout",
    )


DIES_WITHIN: Final = 40
"""Calls within which a worker dies."""


def here(endpoint: str, **more: Any) -> Place:  # noqa: ANN401 - any field of a place
    """Return the place of the house that this process is in."""
    return Place(endpoint=endpoint, key=os.environ["AWS_ACCESS_KEY_ID"], **more)
