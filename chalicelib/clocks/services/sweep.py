"""Each minute: every clock that is due moves on, and what the sweep saw is left behind."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from chalicelib.clock import instant_text
from chalicelib.clocks.store import SHARDS, ClockStore
from chalicelib.logging import logger

Step = Callable[[str, str, datetime], None]
"""What the sweep does instead of telling a milestone: owner, clock id, instant."""

MOST_AT_ONCE = 500
"""How many clocks one sweep moves on in a shard; the rest are still there a minute later."""


@dataclass(slots=True, kw_only=True)
class ShardReport:
    """What a sweep saw in one shard; ``lag_seconds`` is how late the oldest clock was looked at."""

    shard: int
    due: int = 0
    moved: int = 0
    failed: int = 0
    lag_seconds: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether everything that was due has moved on, and nothing was left for the next minute."""
        return self.failed == 0 and self.due < MOST_AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a whole sweep saw."""

    at: datetime
    shards: list[ShardReport] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many clocks could not be moved on."""
        return sum(shard.failed for shard in self.shards)

    @property
    def is_complete(self) -> bool:
        """Whether the sweep saw everything through."""
        return all(shard.is_complete for shard in self.shards)

    @property
    def lag_seconds(self) -> int:
        """How late the oldest clock was looked at."""
        return max((shard.lag_seconds for shard in self.shards), default=0)

    def told(self) -> dict[str, object]:
        """Return the report as JSON values."""
        shards = [{**asdict(shard), "complete": shard.is_complete} for shard in self.shards]
        return {"at": instant_text(self.at), "complete": self.is_complete, "shards": shards}


class SweepIncompleteError(RuntimeError):
    """Some clocks could not be moved on; the others were. The heartbeat and the log say how many."""


class Sweeping:
    """The sweep over all shards, and the heartbeats that it leaves."""

    def __init__(self, store: ClockStore, *, on_failure: Step) -> None:
        """Do ``otherwise`` with what is due, unless its kind has a step of its own."""
        self._store = store
        self._otherwise = on_failure
        self._steps: dict[str, Step] = {}

    def on_due(self, kind: str, step: Step) -> None:
        """Let a kind of clock do something of its own when it is due."""
        self._steps[kind] = step

    def sweep(self, *, at: datetime) -> SweepReport:
        """Move every clock that is due to its next milestone, leave a heartbeat, and only then fail if any did.

        Safe to run twice, late and beside another sweep: the condition is on the clock's own row.
        An idle sweep is one empty query a shard, one heartbeat and one note that everything was seen.
        """
        report = SweepReport(at=at)
        for shard in range(SHARDS):
            report.shards.append(self._sweep_shard(shard, at=at))
        self._store.beat(at, report.told())
        if report.is_complete:
            self._store.watch(at, lag_seconds=report.lag_seconds)
        else:
            self._store.unwatch()
        if report.failed:
            message = f"{report.failed} clocks could not be moved on"
            raise SweepIncompleteError(message)
        return report

    def _sweep_shard(self, shard: int, *, at: datetime) -> ShardReport:
        seen = ShardReport(shard=shard)
        for owner, clock_id, due_at in list(self._store.due(shard, at=at, limit=MOST_AT_ONCE)):
            seen.due += 1
            seen.lag_seconds = max(seen.lag_seconds, int((at - due_at).total_seconds()))
            try:
                self._move(owner, clock_id, at)
            except Exception as error:  # noqa: BLE001 - see the next line
                # One poisoned row must not keep everybody else's clocks from being told; the sweep fails at its end.
                seen.failed += 1
                logger("sweep").exception("clock_not_moved", clock=clock_id, error=type(error).__name__)
            else:
                seen.moved += 1
        return seen

    def _move(self, owner: str, clock_id: str, at: datetime) -> None:
        step = self._steps.get(clock_id.partition(".")[0], self._otherwise)
        step(owner, clock_id, at)
