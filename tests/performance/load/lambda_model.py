"""How long a night takes on AWS, from what a clock costs here and from what AWS allows a function and a table.

What AWS allows is written down in docs/scale.md with where it comes from; here it is computed with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Final

from tests.performance.figures import Figure

FULL_CORE_MB: Final = 1769
"""The memory at which a function has one core; with less it has that share of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the template and how it is fed: seconds, megabytes, functions side by side.

    ``begins_after`` are seconds from the minute to the first call: the dispatcher, the queue, and a cold start.
    """

    memory_mb: int = 512
    timeout: float = 55
    spare: float = 10
    concurrency: int = 64
    latency: float = 0.030
    begins_after: float = 3

    @property
    def share(self) -> float:
        """The part of a core that it has; what runs in one thread cannot use more than one."""
        return min(1.0, self.memory_mb / FULL_CORE_MB)

    @property
    def busy(self) -> float:
        """Seconds of a minute in which a worker moves clocks."""
        return self.timeout - self.spare


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a clock costs, as it was measured: calls one after the other, and CPU milliseconds on a whole core."""

    calls: float
    cpu_ms: float

    def seconds(self, function: Function) -> float:
        """Return how long one worker takes for one clock."""
        return self.calls * function.latency + self.cpu_ms / 1000 / function.share


def seconds_to_clear(
    clocks: int, work: Work, function: Function, *, shards: int = 64, most_a_second: float | None = None
) -> float:
    """Return the seconds from midnight until the last of so many clocks has moved.

    The shard with most of them decides: three deviations above the mean, for owners fall into shards by a hash. A
    worker has one shard until its time is nearly over; the next one begins with the next minute. ``most_a_second`` is
    what the tables take of clocks, if they are what is slow.
    """
    mean = clocks / shards
    fullest = mean + 3 * sqrt(mean)
    turns = -(-shards // function.concurrency)
    rate = 1 / work.seconds(function)
    if most_a_second is not None:
        rate = min(rate, most_a_second / min(shards, function.concurrency))
    in_a_minute = rate * function.busy
    minutes, left = divmod(fullest, in_a_minute)
    return turns * (minutes * 60 + function.begins_after + left / rate)


def figures(work: Work) -> Iterator[Figure]:
    """Yield how long the clocks of a city take, and of more than three."""
    function = Function()
    for clocks, minutes in ((280_000, 5), (1_000_000, 15)):
        taken = seconds_to_clear(clocks, work, function)
        yield Figure(
            name=f"minutes for {clocks:,} clocks by the model",
            value=taken / 60,
            reach=minutes,
            remark=f"{function.concurrency} workers of {function.memory_mb} MB, {function.latency * 1000:.0f} ms a "
            f"call, {work.calls:.2f} calls and {work.cpu_ms:.2f} ms CPU a clock: "
            f"{1 / work.seconds(function):,.0f} a second each",
        )
