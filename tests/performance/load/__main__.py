"""``make load``: tries on AWS's own engine what a city brings, and says what was measured beside its reach.

It prints each figure as soon as there is one and writes all of them to ``.local/load.json``. Like ``make bench`` it
judges and ends with 0; only what must never be, a milestone that is missed or told twice, ends it otherwise.
Sizes are set in the environment, for instance ``make load PARTS=sweep CLOCKS=20000``.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Final, TextIO

import tests.conftest  # noqa: F401 - first of all that is ours: it sets the environment that the settings read
from infra.engine import running
from infra.engine.installation import local_folder

from tests.performance.figures import Figure  # isort: skip
from tests.performance.load import department, relaying, sizes, storms, sweeping  # isort: skip

HEAP_MIB: Final = 6144


def number(name: str, usual: int) -> int:
    """Return a size from the environment, or the usual one."""
    return int(os.environ.get(name) or usual)


def parts() -> dict[str, Callable[[str], Iterable[Figure]]]:
    """Return what can be measured, by name, each with its sizes."""
    seed = number("SEED", 1)
    many = sizes.Size(
        clocks=number("CLOCKS", 1_000_000),
        cases=number("CASES", 100_000),
        subjects=number("SUBJECTS", 200_000),
        days=30,
        items=number("ITEMS", 325),
    )
    return {
        "sweep": partial(
            sweeping.measured,
            clocks=number("CLOCKS", 100_000),
            workers=number("WORKERS", 8),
            dying=number("DYING", 20_000),
        ),
        "relay": partial(
            relaying.measured, clocks=number("CLOCKS", 5_000), events=number("EVENTS", 100_000), seed=seed
        ),
        "sizes": partial(sizes.measured, few=sizes.FEW, many=many),
        "department": partial(
            department.measured,
            few=department.FEW,
            many=department.Size(cases=number("CASES", 100_000), late=number("LATE", 2_000)),
        ),
        "storms": partial(storms.measured, runs=number("RUNS", 10_000), seed=seed),
    }


def main() -> None:
    """Measure the parts that are asked for, all of them unless PARTS says which."""
    paper, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - logs go nowhere
    known = parts()
    figures: list[Figure] = []
    for name in (os.environ.get("PARTS") or ",".join(known)).split(","):
        began = time.monotonic()
        with running(heap_mib=HEAP_MIB) as endpoint:
            for figure in known[name](endpoint):
                figures.append(figure)
                _print(str(figure), paper)
        _print(f"  {name}: {time.monotonic() - began:,.0f} s", paper)
    told = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "figures": [{**asdict(figure), "is_met": figure.is_met} for figure in figures],
    }
    (local_folder() / "load.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _print(line: str, paper: TextIO) -> None:
    print(line, file=paper, flush=True)


if __name__ == "__main__":
    main()
