"""``python -m tests.performance.load.measure``: what a promise costs, in units, calls and CPU, for docs/scale.md.

Units and calls are the same on every machine; CPU is that of a whole core of this one.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from unittest import mock

import tests.conftest  # noqa: F401 - first of all that is ours: it sets the environment that the settings read
from infra.engine import running

from chalicelib.clocks.table import ClockRow  # isort: skip
from chalicelib.timeline.table import EventRow  # isort: skip
from tests.performance import promise  # isort: skip
from tests.performance.house import house  # isort: skip
from tests.performance.load.many import items_of  # isort: skip
from tests.performance.load.relaying import way  # isort: skip
from tests.performance.load.sweeping import work  # isort: skip
from tests.performance.units import Bill  # isort: skip
from tests.tables import definitions  # isort: skip
from tests.wire import Wire, watched  # isort: skip

MEASURED: Final = Path(__file__).with_name("measured.json")
PROMISES: Final = 10
CLOCKS: Final = 1_200


def of_promises() -> dict[str, Any]:
    """Return what a kept promise and a yellow light cost."""
    promises = promise.Promises()
    rows_before, bytes_before = _stored()
    with watched(Wire()) as wire:
        kept = promises.kept()
    rows, kept_bytes = _stored()
    yellow = promises.yellow()
    with mock.patch.object(promise, "billed", _unbilled):
        promises.kept()
        began = time.process_time()
        for _ in range(PROMISES):
            promises.kept()
        cpu = (time.process_time() - began) / PROMISES
    written, relayed = Bill(), Bill()
    for step in kept:
        written.units.update(step.written.units)
        relayed.units.update(step.relayed.units)
    return {
        "written": dict(sorted(written.units.items())),
        "relayed": dict(sorted(relayed.units.items())),
        "yellow_written": dict(sorted(yellow.written.units.items())),
        "yellow_relayed": dict(sorted(yellow.relayed.units.items())),
        "read_units": wire.read_units,
        "calls": len(wire.calls),
        "cpu_ms": round(cpu * 1000, 1),
        "requests": len(kept) + 1,
        "events": rows["events"] - rows_before["events"],
        "clocks": rows["clocks"] - rows_before["clocks"],
        "bytes": kept_bytes - bytes_before,
    }


def measured(endpoint: str) -> dict[str, Any]:
    """Measure everything that the page computes with."""
    with house(endpoint):
        of_one = of_promises()
    with house(endpoint):
        clock = work(endpoint, CLOCKS)
    with house(endpoint):
        relay, _ = way(CLOCKS // 4)
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "promise": of_one,
        "clock": {"calls": round(clock.calls, 3), "cpu_ms": round(clock.cpu_ms, 2)},
        "passed": {"calls": round(relay.calls, 2), "cpu_ms": round(relay.cpu_ms, 2)},
    }


def _stored() -> tuple[dict[str, int], int]:
    """Count events and clocks, and about the bytes of all items."""
    tables = {table: list(items_of(table)) for table in definitions()}
    counted = {"events": len(tables[EventRow.Meta.table_name]), "clocks": len(tables[ClockRow.Meta.table_name])}
    return counted, sum(len(repr(item)) for items in tables.values() for item in items)


@contextmanager
def _unbilled(bill: Bill) -> Iterator[Bill]:
    yield bill


def main() -> None:
    """Measure, and write it down beside this file."""
    paper, sys.stdout = sys.stdout, open("/dev/null", "w", encoding="utf-8")  # noqa: PTH123, SIM115 - logs go nowhere
    with running() as endpoint:
        found = measured(endpoint)
    MEASURED.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    paper.write(MEASURED.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
