"""What a request costs in CPU time beside the same wire calls made with bare botocore, round by round."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from tests.cloud import Client
from tests.performance.bare import Bare, Rehearsal
from tests.wire import WireCall

IN_A_ROUND = 10
"""Requests that are timed in one go, so that neither side begins with cold processor caches each time."""

WARM_UP = 2
"""Rounds before those that count: imports, caches and connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was measured of one route.

    ``ratio`` is the median of the rounds' ratios, ``lowest`` and ``highest`` their quartiles; ``ours_ms`` and
    ``bare_ms`` are medians of CPU milliseconds a request.
    """

    name: str
    ratio: float
    lowest: float
    highest: float
    ours_ms: float
    bare_ms: float
    rounds: int
    calls: Sequence[WireCall]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request ready to be handed in, and what it was seen to send."""

    event: dict[str, Any]
    rehearsal: Rehearsal


def cost_of(
    name: str, prepare: Callable[[], dict[str, Any]], *, status: int, bare: Bare, client: Client, rounds: int
) -> Cost:
    """Measure a request in rounds of ours and bare botocore's, each first in every other round.

    ``prepare`` makes whatever a request needs and returns its event; that, and putting the tables back, is not timed.
    """
    ours: list[float] = []
    theirs: list[float] = []
    calls: Sequence[WireCall] = ()
    for number in range(WARM_UP + rounds):
        prepared = [_rehearsed(prepare(), status=status, bare=bare, client=client) for _ in range(IN_A_ROUND)]
        calls = prepared[-1].rehearsal.calls
        sides = [
            (ours, partial(_handle, client=client, status=status)),
            (theirs, partial(_replay, bare=bare)),
        ]
        for times, side in sides if number % 2 else reversed(sides):
            gc.collect()
            times.append(sum(side(one) for one in prepared) * 1000 / IN_A_ROUND)
            for one in prepared:
                bare.put_back(one.rehearsal)
    counted = list(zip(ours, theirs, strict=True))[WARM_UP:]
    ratios = sorted(one / other for one, other in counted)
    return Cost(
        name=name,
        ratio=median(ratios),
        lowest=ratios[len(ratios) // 4],
        highest=ratios[len(ratios) * 3 // 4],
        ours_ms=median(one for one, _ in counted),
        bare_ms=median(other for _, other in counted),
        rounds=rounds,
        calls=calls,
    )


def _rehearsed(event: dict[str, Any], *, status: int, bare: Bare, client: Client) -> Prepared:
    def request() -> None:
        _require(client.answer(event), status=status)

    return Prepared(event, bare.rehearse(request))


def _handle(prepared: Prepared, *, client: Client, status: int) -> float:
    began = time.process_time()
    answer = client.answer(prepared.event)
    took = time.process_time() - began
    _require(answer, status=status)
    return took


def _require(answer: dict[str, Any], *, status: int) -> None:
    if answer["statusCode"] != status:
        message = f"expected {status}, not {answer['statusCode']}: {answer['body']}"
        raise AssertionError(message)


def _replay(prepared: Prepared, *, bare: Bare) -> float:
    return bare.replay(prepared.rehearsal)
