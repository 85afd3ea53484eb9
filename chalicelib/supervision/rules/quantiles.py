"""Quantiles out of counts alone: buckets whose bounds grow by a fixed ratio, as DDSketch has them (VLDB 2019)."""

from collections.abc import Mapping
from math import ceil, floor, log

ERROR_PERCENT = 1
"""How far a bucket's answer is from any value in it, in per cent of that value, before it is rounded."""

RATIO = (100 + ERROR_PERCENT) / (100 - ERROR_PERCENT)


def bucket(value: int) -> int:
    """Return in which bucket a value is counted: 0 for nothing, from 1 on for values of 1 and above."""
    return 0 if value <= 0 else 1 + ceil(log(value, RATIO) - 1e-9)


def up_to(buckets: Mapping[int, int], value: int) -> int:
    """Return how many values do not exceed one, as far as buckets can tell: within 1 % of it, they may or may not."""
    last = bucket(value)
    return sum(number for index, number in buckets.items() if index <= last)


def quantile(buckets: Mapping[int, int], per_cent: int) -> int | None:
    """Return a value that so many per cent do not exceed (nearest rank), ``None`` where nothing was counted.

    Two sketches are merged by adding their counts, whatever they were counted over.
    """
    total = sum(buckets.values())
    if total == 0:
        return None
    rank = ceil(total * per_cent / 100)
    seen = 0
    for index in sorted(buckets):
        seen += buckets[index]
        if seen >= rank:
            break
    return 0 if index == 0 else floor(2 * RATIO ** (index - 1) / (RATIO + 1) + 0.5)
