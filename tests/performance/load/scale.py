"""``python -m tests.performance.load.scale``: computes the tables of docs/scale.md and writes them into the page."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chalicelib.catalogue.store.items import GATES
from tests.performance.load.lambda_model import FULL_CORE_MB, Function, Work, seconds_to_clear

PAGE: Final = Path(__file__).parents[3] / "docs" / "scale.md"
BEGINS: Final = "<!-- computed by tests/performance/load/scale.py -->"
ENDS: Final = "<!-- end of what is computed -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A city by its cases a day, and the subjects that its credit store knows."""

    name: str
    cases: int


CITIES: Final = (
    City(name="Yiwu", cases=10_358),
    City(name="Shanghai", cases=280_000),
    City(name="Shanghai ×10", cases=2_800_000),
    City(name="Shanghai ×100", cases=28_000_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What nobody has measured: how people and offices behave. Shares are of all cases."""

    seconds_of_a_day: int = 8 * 3600
    """Cases come within eight hours."""
    peak: float = 2.0
    """The busiest hour over the mean of them."""
    yellow: float = 0.3
    """Cases a clock of which turns yellow."""
    passed: float = 0.05
    """Cases a clock of which passes."""
    department: float = 0.2
    """Of the largest department."""
    item: float = 0.05
    """Of the most popular item."""
    reads: int = 12
    """Requests of a case that only read: search, guide, status, worklist, messages."""
    latency: float = 0.006
    """Seconds of a call to DynamoDB within a region."""
    key_requests: int = 2
    """Of KMS, for a case: who is new has an identity and contacts to be sealed."""
    memory_mb: int = 1769
    """Of the function that answers, in production."""


ASSUMED: Final = Assumed()
TABLE_UNITS: Final = 40_000
"""Write units a second that AWS lets a table or an index have unless it is asked for more."""
NEW_TABLE_UNITS: Final = 4_000
"""What a table on demand takes from its first second."""
KEY_UNITS: Final = 1_000
"""What one partition takes; a key that is split further than its sort key allows stays below it."""
CONCURRENCY: Final = 1_000
"""Functions side by side that an account has unless it asks for more."""
GATEWAY_CALLS: Final = 10_000
PARALLEL: Final = 10
"""Batches of one stream shard that are told side by side (``ParallelizationFactor``)."""
NEW_TABLE_SHARDS: Final = NEW_TABLE_UNITS // KEY_UNITS
"""Partitions of a table that has just been made, and shards of its stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What is asked of something in a second at the worst moment of a day of one case, and what it gives."""

    name: str
    a_case: float
    gives: float
    way_out: str

    def used_by(self, city: City) -> float:
        """Return the part of it that a city uses."""
        return self.a_case * city.cases / self.gives


def limits(measured: Mapping[str, Any]) -> list[Limit]:
    """Return what a city could break, from measured units; the first to break stands first."""
    promise = measured["promise"]
    all_ = _units_of_a_case(promise)
    second = ASSUMED.peak / ASSUMED.seconds_of_a_day
    table, units = max(((name, n) for name, n in all_.items() if "." not in name), key=lambda one: one[1])
    boards = max((n, name) for name, n in all_.items() if name in BY_DEPARTMENT)
    statistics = all_.get("statistics", 0)
    request = promise["cpu_ms"] / 1000 * FULL_CORE_MB / ASSUMED.memory_mb + promise["calls"] * ASSUMED.latency
    passed = measured["passed"]
    told = passed["cpu_ms"] / 1000 / Function().share + passed["calls"] * ASSUMED.latency
    found = [
        Limit(
            name=f"write units of table `{table}` in the busiest hour",
            a_case=units * second,
            gives=TABLE_UNITS,
            way_out="a quota that AWS raises",
        ),
        Limit(
            name=f"one department's key of index `{boards[1]}`",
            a_case=boards[0] * second * ASSUMED.department,
            gives=KEY_UNITS,
            way_out="shards of the key",
        ),
        Limit(
            name="the department's key of table `statistics`",
            a_case=statistics * second * ASSUMED.department,
            gives=KEY_UNITS,
            way_out="a key for each of the rows among which a sum is split",
        ),
        Limit(
            name=f"{GATES} copies of what a filing of the most popular item checks",
            a_case=2 * second * ASSUMED.item,
            gives=KEY_UNITS * GATES,
            way_out="more copies",
        ),
        Limit(
            name="functions side by side",
            a_case=request * second,
            gives=CONCURRENCY,
            way_out="a quota that AWS raises",
        ),
        Limit(
            name="calls of the API",
            a_case=(promise["requests"] + ASSUMED.reads) * second,
            gives=GATEWAY_CALLS,
            way_out="a quota that AWS raises",
        ),
        Limit(
            name=f"relay of the busiest hour, {NEW_TABLE_SHARDS} stream shards",
            a_case=promise["events"] * told * second,
            gives=PARALLEL * NEW_TABLE_SHARDS,
            way_out="more shards come with the table's partitions",
        ),
    ]
    return sorted(found, key=lambda one: -one.used_by(CITIES[0]))


BY_DEPARTMENT: Final = frozenset(
    {"cases.by_department", "cases.by_state", "clocks.board", "clocks.by_kind", "clocks.by_officer", "clocks.by_item"}
)
"""Indexes whose key begins with a department, in its largest list."""


def tables(measured: Mapping[str, Any], prices: Mapping[str, Any]) -> str:
    """Return all that is computed, as Markdown."""
    return "\n".join([*_of_limits(measured), "", *_of_nights(measured), "", *_of_costs(measured, prices)])


def _of_limits(measured: Mapping[str, Any]) -> Iterator[str]:
    yield f"What a second of the busiest hour uses of each limit (measured {measured['on']}):"
    yield ""
    yield from _table(
        ["limit", *(city.name for city in CITIES), "breaks at cases a day", "then"],
        [
            [
                limit.name,
                *(f"{limit.used_by(city):.1%}" for city in CITIES),
                f"{_round(limit.gives / limit.a_case):,}" if limit.a_case else "never",
                limit.way_out,
            ]
            for limit in limits(measured)
        ],
    )


def _of_nights(measured: Mapping[str, Any]) -> Iterator[str]:
    clock, passed, promise = measured["clock"], measured["passed"], measured["promise"]
    work = Work(calls=clock["calls"], cpu_ms=clock["cpu_ms"])
    near = Function(latency=ASSUMED.latency)
    worst = max(promise["yellow_written"].values())
    told = Work(calls=passed["calls"], cpu_ms=passed["cpu_ms"]).seconds(near) / PARALLEL / NEW_TABLE_SHARDS
    yield "Minutes from midnight until as many clocks as there are cases in a day have moved, by 64 workers of 512 MB,"
    yield f"and until the last of them has been told, by a stream of {NEW_TABLE_SHARDS} shards:"
    yield ""
    yield from _table(
        ["city", "clocks", "30 ms a call", "6 ms a call", "and tables as new", "and tables warmed to 40,000", "told"],
        [
            [
                city.name,
                f"{city.cases:,}",
                *(
                    f"{seconds / 60:,.1f}"
                    for seconds in (
                        seconds_to_clear(city.cases, work, Function()),
                        seconds_to_clear(city.cases, work, near),
                        seconds_to_clear(city.cases, work, near, most_a_second=NEW_TABLE_UNITS / worst),
                        seconds_to_clear(city.cases, work, near, most_a_second=TABLE_UNITS / worst),
                        city.cases * told,
                    )
                ),
            ]
            for city in CITIES
        ],
    )


def _of_costs(measured: Mapping[str, Any], prices: Mapping[str, Any]) -> Iterator[str]:
    yield "What a million promises cost, in yuan:"
    yield ""
    rows, total = [], 0.0
    for name, amount in amounts(measured).items():
        price = prices[name]
        cost = amount * 1_000_000 * price["price"] / price["for"]
        total += cost
        each = f"¥ {price['price']:g} for {price['for']:,}" if price["for"] > 1 else f"¥ {price['price']:g}"
        rows.append([name, f"{amount * 1_000_000:,.0f}", each, price["source"], f"{cost:,.0f}"])
    yield from _table(
        ["part", "of a million promises", "price", "", "yuan"], [*rows, ["all", "", "", "", f"{total:,.0f}"]]
    )


def amounts(measured: Mapping[str, Any]) -> dict[str, float]:
    """Return what one promise uses of each part that has a price."""
    promise, passed = measured["promise"], measured["passed"]
    requests = promise["requests"] + ASSUMED.reads
    relays = promise["events"] / 10  # a batch of ten on an ordinary day
    share = ASSUMED.memory_mb / FULL_CORE_MB
    seconds = promise["cpu_ms"] / 1000 / share + promise["calls"] * ASSUMED.latency
    seconds += ASSUMED.reads * 0.02 / share
    seconds += (ASSUMED.yellow + ASSUMED.passed) * passed["cpu_ms"] / 1000 / Function().share
    return {
        "DynamoDB, write units": sum(_units_of_a_case(promise).values()),
        "DynamoDB, read units": promise["read_units"] + ASSUMED.reads,
        "DynamoDB, GB stored for a year": promise["bytes"] / 1e9,
        "Lambda, requests": requests + relays,
        "Lambda, GB-seconds": seconds * ASSUMED.memory_mb / 1024,
        "API Gateway, calls": requests,
        "SQS, requests": 3 * (2 + ASSUMED.yellow + ASSUMED.passed),
        "KMS, requests": ASSUMED.key_requests,
        "S3, uploads": 2,
    }


def _units_of_a_case(promise: Mapping[str, Any]) -> Counter[str]:
    """Write units of a case by table and index: kept, told, and warned of as often as is assumed."""
    found: Counter[str] = Counter()
    late = ASSUMED.yellow + ASSUMED.passed
    for part, share in (
        ("written", 1.0),
        ("relayed", 1.0),
        *((part, late) for part in ("yellow_written", "yellow_relayed")),
    ):
        for name, units in promise[part].items():
            found[name] += units * share  # a part of a unit, over many cases
    return found


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _round(value: float) -> int:
    """Two digits that count are as many as there are."""
    return int(float(f"{value:.2g}"))


def page(text: str) -> str:
    """Return the page with its tables computed anew."""
    here = Path(__file__).parent
    measured = json.loads((here / "measured.json").read_text(encoding="utf-8"))
    prices = json.loads((here / "prices.json").read_text(encoding="utf-8"))
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n\n{tables(measured, prices)}\n\n{ENDS}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
