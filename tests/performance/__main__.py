"""``make bench``: measures what the service costs on AWS's own engine; prints it and writes ``.local/bench.json``.

It measures and judges, and always ends with 0; only a measurement that could not be made ends it otherwise.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, TextIO

import tests.conftest  # noqa: F401 - first of all that is ours: it sets the environment that the settings read
from infra.engine import running
from infra.engine.installation import local_folder

from app import app  # isort: skip
from tests.cloud import Client, the_issuer  # isort: skip
from tests.performance import bulk, cold, crowd  # isort: skip
from tests.performance.bare import Bare  # isort: skip
from tests.performance.cost import IN_A_ROUND, Cost, cost_of  # isort: skip
from tests.performance.figures import Figure  # isort: skip
from tests.performance.house import ITEM, house  # isort: skip
from tests.performance.package import Package, packaged  # isort: skip
from tests.performance.pages import REACH, PageCost, page_cost, pages  # isort: skip
from tests.performance import promise  # isort: skip
from tests.performance.story import EVENTS, Story, Visit  # isort: skip

ROUNDS = 21
STARTS = 15
FEW, MANY = 1_000, 100_000
SUBJECTS = 300

METHOD = f"""How this was measured
- The service runs in this process behind its Lambda handler, app(event, context), on DynamoDB Local in memory.
- CPU is time.process_time() of this process, sockets included; the engine is another process and is not counted.
- Each request is rehearsed first: the operations and parameters that it sends are noted, and the tables put back.
  Bare is those very operations and parameters, sent by botocore's client with its defaults.
- {ROUNDS} rounds of {IN_A_ROUND} requests a side, the side that begins changing with each round, after 2 that do not
  count; a ratio is the median of the rounds' ratios, in brackets their quartiles.
- Everything is warm, and the caller's token was seen before; the signature of a filing is new each time.
- Capacity units are the engine's own ConsumedCapacity, indexes included. It counts 4 units for a kilobyte written in a
  transaction where AWS documents 2, and nothing for an empty query of an index where AWS documents a half.
- Write units of a promise are AWS's, computed from the items before and after as tests/performance/units.py says;
  python -m tests.performance.promise prints them by step, table and index.
- A page is laid beside the calls of the API that it shows, sent one after the other with the token that opened the
  page's session: all through the same handler, the page with its session read and its HTML drawn, each call with its
  token checked. The ratio is by the clock on the wall, in {ROUNDS} rounds as above; that of CPU stands beside it.
- A cold start is CPU time in a fresh process that writes no bytecode, on {
    "the unpacked package alone, with the bytecode that it ships" if cold.is_as_deployed() else "this environment"
}:
  INIT is importing app as app.app, the first request is answered after it, tables, secret and issuer on loopback.
  boto3 is a fresh process with boto3 alone and its bytecode, one client, and the same calls to DynamoDB.
  {STARTS} pairs, alternating, after 1 that does not count; a ratio is the median of the pairs' ratios.
- An import is measured as tests/performance/bulk.py says; python -m tests.performance.city takes a larger one.
- The package is what `python -m infra.packaging` makes, compressed, in megabytes of a million bytes."""


def main() -> None:
    """Measure everything, then print and write it."""
    began = time.monotonic()
    paper, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - logs go nowhere
    with running() as endpoint:
        with house(endpoint):
            client, bare = Client(app), Bare()
            story = Story(client)
            _say("CPU beside bare botocore ...")
            costs = _costs(story, client, bare)
            _say("calls and capacity of each route ...")
            visits = tuple(story.visits())
            figures = [*_of_costs(costs)]
            _say("pages beside the calls that they show ...")
            shown = [page_cost(one, client=client, rounds=ROUNDS) for one in pages(story)]
            figures += _of_pages(shown)
            _say("the deployment package, and cold starts on it ...")
            with packaged() as package:
                figures += [*_of_starts(story, client, bare, package), _of_size(package)]
        _say(f"a sweep beside {MANY:,} clocks ...")
        with house(endpoint):
            figures += _of_crowds()
        _say("what a promise writes ...")
        with house(endpoint):
            figures += _of_promises()
        _say("a file of records beside bare batches ...")
        figures += _of_bulk(endpoint)
    took = time.monotonic() - began
    _print(figures, visits, took, paper)
    _write(figures, costs, shown, visits, took)


def _costs(story: Story, client: Client, bare: Bare) -> list[Cost]:
    wanted = [
        ("filing", story.filing, 201),
        ("check", story.check, 200),
        ("decision", story.decision, 200),
        (f"timeline of {EVENTS} events", story.timeline, 200),
    ]
    return [
        cost_of(name, prepare, status=status, bare=bare, client=client, rounds=ROUNDS)
        for name, prepare, status in wanted
    ]


def _of_costs(costs: Sequence[Cost]) -> Iterator[Figure]:
    for cost in costs:
        remark = f"[{cost.lowest:.2f}-{cost.highest:.2f}], {cost.ours_ms:.2f} over {cost.bare_ms:.2f} ms CPU"
        yield Figure(name=f"CPU of a {cost.name} over bare botocore", value=cost.ratio, reach=1.3, remark=remark)


def _of_pages(shown: Sequence[PageCost]) -> Iterator[Figure]:
    for one in shown:
        remark = (
            f"[{one.lowest:.2f}-{one.highest:.2f}], {one.page_ms:.1f} over {one.shown_ms:.1f} ms, CPU {one.cpu:.2f}, "
            f"calls shown: {one.calls}"
        )
        yield Figure(name=f"time of {one.page} over what it shows", value=one.ratio, reach=REACH, remark=remark)


def _of_starts(story: Story, client: Client, bare: Bare, package: Package) -> Iterator[Figure]:
    for name, event in (("item read", client.event("GET", f"/v1/items/{ITEM}")), ("check", story.check())):
        start = cold.start_beside_boto3(event, client=client, bare=bare, package=package.folder, rounds=STARTS)
        remark = f"aim 1.2; {start.init_ms:.0f} in INIT and {start.request_ms:.0f} over {start.theirs_ms:.0f} ms CPU"
        yield Figure(name=f"CPU of a cold start and {name} over boto3", value=start.ratio, reach=1.5, remark=remark)
        remark = "on a full core, as Lambda gives until the first request"
        yield Figure(name=f"ms of INIT before the first {name}", value=start.init_ms, reach=None, remark=remark)
        remark = f"{start.request_ms:.0f} ms CPU on {cold.SHARE * 100:.0f} % of a core"
        waited = start.request_ms / cold.SHARE
        yield Figure(name=f"ms of the first {name} after INIT", value=waited, reach=None, remark=remark)


def _of_crowds() -> Iterator[Figure]:
    client, token = Client(app), the_issuer().token("supervisor.traffic")
    crowd.idle_sweep()
    crowd.add_clocks(0, FEW)
    few, (few_red, _) = crowd.idle_sweep(), crowd.red_page(client, token)
    crowd.add_clocks(FEW, MANY)
    many, (many_red, shown) = crowd.idle_sweep(), crowd.red_page(client, token)
    yield Figure(
        name=f"queries of clocks for a page of {len(shown.body['items'])} red of {MANY:,}",
        value=crowd.queries_of_clocks(many_red),
        reach=1,
        remark=f"{many_red.read_units:g} read units beside {few_red.read_units:g} at {FEW:,}: "
        f"{', '.join(many_red.operations)}; the second asks for the few outages that may excuse",
    )
    # The engine charges an empty query of an index nothing where AWS charges half a unit; equal is equal.
    ratio = many.read_units / few.read_units if few.read_units else 1.0 + many.read_units
    remark = (
        f"{many.read_units:g} over {few.read_units:g} units, {len(many.calls)} calls each: "
        f"{', '.join(dict.fromkeys(many.operations))}"
    )
    yield Figure(
        name=f"read units of an idle sweep at {MANY:,} over {FEW:,} clocks", value=ratio, reach=1, remark=remark
    )


def _of_promises() -> Iterator[Figure]:
    promises = promise.Promises()
    kept, yellow = promises.kept(), promises.yellow()
    steps = ", ".join(f"{step.name} {step.written.total}" for step in kept)
    relayed = sum(step.relayed.total for step in kept)
    yield Figure(
        name="write units of a kept promise, by AWS's count",
        value=promise.of_promise(kept),
        reach=promise.REACH_OF_A_PROMISE,
        remark=f"{steps}; the relay of its events {relayed} more",
    )
    yield Figure(
        name="write units of a yellow and its alert",
        value=promise.of_yellow(yellow),
        reach=promise.REACH_OF_A_YELLOW,
        remark=f"{yellow.written.total} by the sweep, {yellow.relayed.total} by the relay",
    )


def _of_bulk(endpoint: str) -> Iterator[Figure]:
    with house(endpoint):
        bulk.imported(SUBJECTS // 3, turns=1)
    with house(endpoint):
        done = bulk.imported(SUBJECTS, turns=3)
    # At least 0.6 of the items a second is at most 1 / 0.6 of the time.
    yield Figure(
        name="time of an import over bare BatchWriteItem, an item",
        value=done.batches.rate / done.ours.rate,
        reach=1.67,
        remark=f"{done.records:,} records, {done.ours.items:,} items, {done.ours.rate:,.0f} over "
        f"{done.batches.rate:,.0f} items a second, {done.grown_mb:.0f} MB of memory more after a tenth of them",
    )
    yield Figure(
        name="time of an import over bare TransactWriteItems, an item",
        value=done.transactions.rate / done.ours.rate,
        reach=None,
        remark=f"{done.transactions.rate:,.0f} items a second; see decision 0037",
    )


def _of_size(package: Package) -> Figure:
    parts = ", ".join(f"{name} {size:g}" for name, size in package.parts.items())
    remark = f"{package.unpacked_mb:.1f} MB unpacked; largest: {parts}"
    return Figure(name="MB of the package", value=package.compressed_mb, reach=None, remark=remark)


def _say(what: str) -> None:
    print(f"Measuring {what}", file=sys.stderr, flush=True)


def _print(figures: Sequence[Figure], visits: Sequence[Visit], took: float, paper: TextIO) -> None:
    print(METHOD, file=paper)
    print(f"- {_machine()}; {took:.0f} s in all.\n", file=paper)
    for figure in figures:
        print(figure, file=paper)
    print(f"\n{'A warm request on':<54} {'calls':>5} {'read units':>11} {'write units':>12}", file=paper)
    for visit in visits:
        read, written = _units(visit)
        names = ", ".join(call.operation for call in visit.calls)
        print(f"{visit.route:<54} {len(visit.calls):>5} {read:>11g} {written:>12g}  {names}", file=paper)


def _units(visit: Visit) -> tuple[float, float]:
    read = sum(call.units for call in visit.calls if call.is_read)
    return read, sum(call.units for call in visit.calls) - read


def _write(
    figures: Sequence[Figure],
    costs: Sequence[Cost],
    shown: Sequence[PageCost],
    visits: Sequence[Visit],
    took: float,
) -> None:
    told: dict[str, Any] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "seconds": round(took),
        "method": METHOD.splitlines()[1:],
        "figures": [{**asdict(figure), "is_met": figure.is_met} for figure in figures],
        "cpu": [
            {**{name: value for name, value in asdict(cost).items() if name != "calls"}, "calls": len(cost.calls)}
            for cost in costs
        ],
        "pages": [asdict(one) for one in shown],
        "routes": [
            {
                "route": visit.route,
                "calls": [call.operation for call in visit.calls],
                "read_units": _units(visit)[0],
                "write_units": _units(visit)[1],
            }
            for visit in visits
        ],
    }
    path = local_folder() / "bench.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _machine() -> str:
    names = ("botocore", "pynamodb", "pydantic", "boto3")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return f"Python {platform.python_version()}, {versions}, {os.cpu_count()} cores ({platform.machine()})"


if __name__ == "__main__":
    main()
