"""Passed clocks told by one relay beside the way before, and a day's events replayed from nothing."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.container import container
from chalicelib.supervision.services.statistics import Asked
from chalicelib.timeline.table import EventRow
from tests.cloud import turn_clock
from tests.performance.bare import Bare
from tests.performance.figures import Figure
from tests.performance.house import house
from tests.performance.load.faults import Counted, on_the_way
from tests.performance.load.many import RED, a_pattern, add_cases, items_of, owner_of
from tests.performance.load.stream import IN_A_BATCH, Record, Stream, record_of, tell
from tests.performance.load.sweeping import one_by_one
from tests.performance.load.town import DAYS, MONITOR, figures_of, table_of

STICKS: Final = 50
"""Bare transactions beside each batch."""

EVENTS_OF_A_CASE: Final = 5
"""What a made case tells: signed, filed, accepted, passed, and the alert about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What a passed clock costs the relay: calls, and seconds and CPU seconds in those of one bare transaction.

    ``cpu_ms`` is the CPU itself, on this machine.

    A bare transaction (``yardstick``) writes an event and moves a head; whatever the machine, it is measured in the
    same run.
    """

    calls: float
    seconds: float
    cpu: float
    cpu_ms: float = 0.0


BEFORE: Final = Way(calls=6.0, seconds=5.0, cpu=5.8)
"""Event by event, as it was told until 30 November 2026 (40d1e274), measured by ``way`` of this file."""


def measured(endpoint: str, *, clocks: int, events: int, seed: int) -> Iterator[Figure]:
    """Tell so many passed clocks, and replay so many events, and yield what was promised of it."""
    with house(endpoint):
        now, rate = way(clocks)
    yield Figure(
        name="passed clocks told a second over the way before",
        value=BEFORE.seconds / now.seconds,
        reach=4,
        is_floor=True,
        remark=f"{rate:,.0f} a second in one process; {now.calls:.2f} calls a clock over {BEFORE.calls:.2f}, "
        f"{now.cpu:.2f} over {BEFORE.cpu:.2f} of a bare transaction's CPU",
    )
    yield replays(endpoint, events=events, seed=seed)


def replays(endpoint: str, *, events: int, seed: int) -> Figure:
    """Tell so many events in order, and elsewhere the same from nothing, out of order and a tenth of them twice."""
    cases = max(1, events // EVENTS_OF_A_CASE)
    with house(endpoint):
        pattern = a_pattern()
        told = replayed(lambda: add_cases(pattern, range(cases), events=True), cases, in_order)
    with house(endpoint):
        dice = random.Random(seed)
        again = replayed(
            lambda: add_cases(pattern, range(cases), events=True), cases, lambda all_: out_of_order(all_, dice)
        )
    assert again.figures == told.figures
    assert again.alerts == told.alerts
    assert told.alerts_number >= cases
    return Figure(
        name=f"figures and alerts of {told.events:,} events that a replay gives otherwise",
        value=0,
        reach=0,
        remark=f"{told.alerts_number:,} alerts; told in order in {told.seconds:,.0f} s, and from nothing, out of order "
        f"and a tenth twice, in {again.seconds:,.0f} s",
    )


def way(clocks: int) -> tuple[Way, float]:
    """Tell so many passed clocks, after a few to be warm; return what each costs, and how many go in a second."""
    few = max(10, clocks // 10)
    pattern = a_pattern()
    add_cases(pattern, range(few + clocks), events=True)
    one_by_one([owner_of(number) for number in range(few + clocks)])
    passed = [
        record_of(item, number)
        for number, item in enumerate(items_of(EventRow.Meta.table_name))
        if item["kind"]["S"] == "clock:passed"
    ]
    turn_clock(RED)
    tell_all(passed[:few])
    counted = Counted()
    seconds = cpu = stick = stick_cpu = 0.0
    # Both take turns, so that whatever else the machine does meanwhile is the same to each.
    batches = [passed[first : first + IN_A_BATCH] for first in range(few, len(passed), IN_A_BATCH)]
    for batch in batches:
        one, one_cpu = yardstick(STICKS)
        stick, stick_cpu = stick + one, stick_cpu + one_cpu
        with on_the_way(counted):
            cpu_began, began = time.process_time(), time.perf_counter()
            tell_all(batch)
            cpu, seconds = cpu + time.process_time() - cpu_began, seconds + time.perf_counter() - began
    costs = Way(
        calls=counted.number / clocks,
        seconds=seconds / clocks / (stick / len(batches)),
        cpu=cpu / clocks / (stick_cpu / len(batches)),
        cpu_ms=cpu / clocks * 1000,
    )
    return costs, clocks / seconds


def tell_all(records: Sequence[Record]) -> None:
    """Tell records in batches, in order."""
    for first in range(0, len(records), IN_A_BATCH):
        failed = tell(records[first : first + IN_A_BATCH])
        assert not failed, failed


_STICKS = iter(range(1_000_000_000))


def yardstick(times: int) -> tuple[float, float]:
    """Return the seconds and CPU seconds of a bare transaction that writes an event and a row."""
    client = Bare().client
    sample = next(items_of(EventRow.Meta.table_name))
    absent = {"ConditionExpression": "attribute_not_exists(#owner)", "ExpressionAttributeNames": {"#owner": "owner"}}
    table = EventRow.Meta.table_name
    writes = []
    for _ in range(times):
        place = next(_STICKS)
        pair = [{**sample, "owner": {"S": f"stick:{place}"}, "seq": {"N": str(seq)}} for seq in (1, 2)]
        writes.append([{"Put": {"TableName": table, "Item": item, **absent}} for item in pair])
    cpu, began = time.process_time(), time.perf_counter()
    for each in writes:
        client.transact_write_items(TransactItems=each)
    return (time.perf_counter() - began) / times, (time.process_time() - cpu) / times


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of telling: how many events, figures, alerts by their names and states, and how long it took."""

    events: int
    figures: tuple[Any, ...]
    alerts: frozenset[tuple[str, str]]
    seconds: float

    @property
    def alerts_number(self) -> int:
        """How many alerts there are."""
        return len(self.alerts)


def replayed(add: Callable[[], None], cases: int, tell_them: Callable[[Sequence[Record]], None]) -> Replayed:
    """Let all that happened in the cases be told in some way, and what that brings about, too."""
    add()
    one_by_one([owner_of(number) for number in range(cases)])
    turn_clock(RED)
    made = {owner_of(number) for number in range(cases)}
    records = [
        record_of(item, number)
        for number, item in enumerate(items_of(EventRow.Meta.table_name))
        if item["owner"]["S"] in made
    ]
    stream = Stream()
    began = time.perf_counter()
    with on_the_way(stream):
        tell_them(records)
        tell_them(stream.records)
    seconds = time.perf_counter() - began
    asked = Asked(first=DAYS[0], last=DAYS[1], as_of=RED)
    figures = container().statistics.figures(asked, by=MONITOR, at=RED)
    return Replayed(
        events=len(records) + len(stream.records),
        figures=figures_of(figures),
        alerts=frozenset((item["pk"]["S"], item["recipient_state"]["S"]) for item in items_of(table_of("alerts"))),
        seconds=seconds,
    )


def in_order(records: Sequence[Record]) -> None:
    """Tell each event once, in the order in which the table gives them."""
    tell_all(records)


def out_of_order(records: Sequence[Record], dice: random.Random) -> None:
    """Tell all events in any order, a tenth of them twice."""
    wanted = [*records, *(record for record in records if dice.random() < 0.1)]
    dice.shuffle(wanted)
    tell_all(wanted)
