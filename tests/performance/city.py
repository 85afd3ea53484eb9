"""``python -m tests.performance.city SUBJECTS``: takes a city of any size, some 74 records a subject, and tells how."""

import os
import sys
from functools import partial
from typing import TextIO

import tests.conftest  # noqa: F401 - first of all that is ours: it sets the environment that the settings read
from infra.engine import running

from tests.performance import bulk  # isort: skip
from tests.performance.house import house  # isort: skip

WARMING = 100
"""Subjects that are taken first, for the engine starts slowly."""

A_TURN = 24_000
"""Lines taken between two turns of bare writing."""


def main(subjects: int) -> None:
    """Take the city; a line for each turn, the last of which is the result."""
    lines = subjects * 74
    paper, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - logs go nowhere
    with running(heap_mib=4096) as endpoint:
        with house(endpoint):
            bulk.imported(WARMING, turns=1)
        with house(endpoint):
            bulk.imported(subjects, turns=max(8, lines // A_TURN), told=partial(tell, paper=paper))


def tell(done: bulk.Bulk, *, paper: TextIO) -> None:
    """Print how it goes."""
    ours, batches, transactions = done.ours, done.batches, done.transactions
    paper.write(
        f"{ours.items:>9,} items of {done.records:,} records in {ours.seconds:,.0f} s: {ours.rate:,.0f} a second, "
        f"{ours.rate / batches.rate:.2f} of {batches.rate:,.0f} in bare batches, "
        f"{ours.rate / transactions.rate:.2f} of {transactions.rate:,.0f} in bare transactions; "
        f"{done.memory_mb[-1]:.0f} MB\n"
    )
    paper.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
