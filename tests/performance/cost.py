"""What a request costs in CPU time beside the same wire calls made with bare botocore, round by round."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.cloud import Reply
from tests.performance.bare import Bare
from tests.performance.wire import WireCall

Request = Callable[[], Reply]

WARM_UP = 10
"""Rounds before those that count: imports, caches and connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was measured of one route; times in milliseconds of CPU, medians; ``ratio`` is the median of ratios."""

    name: str
    ratio: float
    lowest: float
    highest: float
    ours_ms: float
    bare_ms: float
    rounds: int
    calls: Sequence[WireCall]


def cost_of(name: str, prepare: Callable[[], Request], *, status: int, bare: Bare, rounds: int) -> Cost:
    """Measure a request anew each round, ours first in one round and bare botocore first in the next.

    ``prepare`` makes whatever the request needs, outside what is timed.
    ``lowest`` and ``highest`` are the quartiles of the ratios.
    """
    ours: list[float] = []
    theirs: list[float] = []
    calls: Sequence[WireCall] = ()
    for number in range(WARM_UP + rounds):
        request = prepare()
        rehearsal = bare.rehearse(lambda: _expected(request(), status))
        calls = rehearsal.calls
        measured: dict[str, float] = {}
        for who in ("ours", "bare") if number % 2 else ("bare", "ours"):
            gc.collect()
            measured[who] = _timed(request, status) if who == "ours" else bare.replay(rehearsal)
            bare.put_back(rehearsal)
        if number >= WARM_UP:
            ours.append(measured["ours"] * 1000)
            theirs.append(measured["bare"] * 1000)
    ratios = sorted(one / other for one, other in zip(ours, theirs, strict=True))
    return Cost(
        name=name,
        ratio=median(ratios),
        lowest=ratios[len(ratios) // 4],
        highest=ratios[len(ratios) * 3 // 4],
        ours_ms=median(ours),
        bare_ms=median(theirs),
        rounds=rounds,
        calls=calls,
    )


def _timed(request: Request, status: int) -> float:
    began = time.process_time()
    reply = request()
    took = time.process_time() - began
    _expected(reply, status)
    return took


def _expected(reply: Reply, status: int) -> None:
    if reply.status != status:
        message = f"expected {status}, not {reply.status}: {reply.text}"
        raise AssertionError(message)
