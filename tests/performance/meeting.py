"""Several who act at once."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

HEAD_START = 0.008
"""Seconds that either side may be held up at the most, so that they meet at every point of each other's way."""


def meeting(*sides: Callable[[], Any], pool: ThreadPoolExecutor, chance: random.Random) -> list[Any]:
    """Let all sides begin at the same moment, each held up by chance; returns what they return."""
    gate = Barrier(len(sides))

    def begin(side: Callable[[], Any], held_up: float) -> Any:  # noqa: ANN401 - whatever the side returns
        gate.wait()
        time.sleep(held_up)
        return side()

    return [one.result() for one in [pool.submit(begin, side, chance.uniform(0, HEAD_START)) for side in sides]]
