"""Every minute: move every due clock to its next milestone and save a report."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from chalicelib.clock import instant_text
from chalicelib.clocks.store import SHARDS, ClockStore
from chalicelib.logging import logger

Step = Callable[[str, str, datetime], None]
"""A step that runs instead of recording a milestone: owner, clock id, instant."""

MOST_AT_ONCE = 500
"""How many clocks one sweep moves in a shard; the rest follow a minute later."""


@dataclass(slots=True, kw_only=True)
class ShardReport:
    """The result of a sweep in one shard; ``lag_seconds`` is how late the oldest clock was processed."""

    shard: int
    due: int = 0
    moved: int = 0
    failed: int = 0
    lag_seconds: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether everything due has moved, and nothing was left for the next minute."""
        return self.failed == 0 and self.due < MOST_AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """The result of a whole sweep."""

    at: datetime
    shards: list[ShardReport] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many clocks failed."""
        return sum(shard.failed for shard in self.shards)

    @property
    def is_complete(self) -> bool:
        """Whether every shard is complete."""
        return all(shard.is_complete for shard in self.shards)

    @property
    def lag_seconds(self) -> int:
        """How late the oldest clock was processed."""
        return max((shard.lag_seconds for shard in self.shards), default=0)

    def to_json(self) -> dict[str, object]:
        """Return the report as JSON values."""
        shards = [{**asdict(shard), "complete": shard.is_complete} for shard in self.shards]
        return {"at": instant_text(self.at), "complete": self.is_complete, "shards": shards}


class SweepIncompleteError(RuntimeError):
    """Some clocks could not be moved; the others were. The heartbeat and the log say how many."""


class Sweeping:
    """The sweep over all shards, and its heartbeats."""

    def __init__(self, store: ClockStore, *, default_step: Step) -> None:
        """Run ``default_step`` for each due clock whose kind has no step of its own."""
        self._store = store
        self._default_step = default_step
        self._steps: dict[str, Step] = {}

    def on_due(self, kind: str, step: Step) -> None:
        """Register a step for a kind of clock, to run when it is due."""
        self._steps[kind] = step

    def sweep(self, *, at: datetime) -> SweepReport:
        """Move every due clock to its next milestone, save a heartbeat, and raise at the end if any failed.

        Safe to run twice, late and concurrently: the condition is on the clock's own row. An idle sweep is one empty
        query per shard, one heartbeat and one update of the watch.
        """
        report = SweepReport(at=at)
        for shard in range(SHARDS):
            report.shards.append(self._sweep_shard(shard, at=at))
        self._store.beat(at, report.to_json())
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
                # One bad row must not stop everybody else's clocks; the sweep raises at its end.
                seen.failed += 1
                logger("sweep").exception("clock_not_moved", clock=clock_id, error=type(error).__name__)
            else:
                seen.moved += 1
        return seen

    def _move(self, owner: str, clock_id: str, at: datetime) -> None:
        step = self._steps.get(clock_id.partition(".")[0], self._default_step)
        step(owner, clock_id, at)
