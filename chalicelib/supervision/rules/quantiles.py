"""Quantiles from counts alone: buckets whose bounds grow by a fixed ratio, as in DDSketch (VLDB 2019)."""

from collections.abc import Mapping
from itertools import accumulate
from math import ceil, floor, log

ERROR_PERCENT = 1
"""The relative error of a bucket's value in per cent, before rounding."""

RATIO = (100 + ERROR_PERCENT) / (100 - ERROR_PERCENT)


def bucket(value: int) -> int:
    """Return the bucket of a value: 0 for zero, 1 and up for values of 1 and above."""
    return 0 if value <= 0 else 1 + ceil(log(value, RATIO) - 1e-9)


def up_to(buckets: Mapping[int, int], value: int) -> int:
    """Return how many values are at most ``value``; values within 1 % of it may or may not be counted."""
    last = bucket(value)
    return sum(number for index, number in buckets.items() if index <= last)


def quantile(buckets: Mapping[int, int], per_cent: int) -> int | None:
    """Return the value that this percentage does not exceed (nearest rank), ``None`` without values.

    Sketches are merged by adding their counts.
    """
    total = sum(buckets.values())
    if total == 0:
        return None
    rank = ceil(total * per_cent / 100)
    ascending = sorted(buckets)
    reached = accumulate(buckets[index] for index in ascending)
    index = next(index for index, seen in zip(ascending, reached, strict=True) if seen >= rank)
    return 0 if index == 0 else floor(2 * RATIO ** (index - 1) / (RATIO + 1) + 0.5)
