"""Moving the due clocks of one shard past their milestones, many in one transaction."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.clocks.model import Clock
from chalicelib.clocks.rules import clocks, events
from chalicelib.clocks.store import ClockStore, DueKey
from chalicelib.dynamo.transaction import MOST_WRITES, ConflictError, transaction
from chalicelib.logging import logger
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.owners import OwnerRow
from chalicelib.timeline.store import Timeline

Step = Callable[[str, str, datetime], None]
"""What is done for one due clock or task: owner, clock id, instant."""

TOGETHER = 33
"""How many clocks are read together: each with both milestones, and one owner's head, fit into a transaction."""

TRIES = 2
"""How often clocks are tried together; whoever changed one of them is seldom there twice."""

SECONDS_TO_SPARE = 10.0
"""With no more time left than that, a run begins nothing new."""


def no_deadline() -> float:
    """Return the seconds left to a process that nobody stops."""
    return math.inf


@dataclass(slots=True, kw_only=True)
class ShardReport:
    """The result of a sweep in one shard; ``lag_seconds`` is how late the oldest clock was found.

    ``due`` are the clocks found, ``moved`` those that this run moved. ``is_left`` says that others stay: for want
    of time, because another worker has the shard, or because something has waited for too long.
    """

    shard: int
    due: int = 0
    moved: int = 0
    failed: int = 0
    lag_seconds: int = 0
    is_left: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing failed and nothing was left."""
        return self.failed == 0 and not self.is_left

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        counts = {name: getattr(self, name) for name in ("shard", "due", "moved", "failed", "lag_seconds")}
        return {**counts, "complete": self.is_complete}


class _Moved(NamedTuple):
    """Clocks of one owner as they were and as they will be, with the events between and the owner's head."""

    head: OwnerRow
    clocks: list[tuple[DueKey, Clock]]
    events: list[NewEvent]

    @property
    def writes(self) -> int:
        return 1 + len(self.clocks) + len(self.events)


class ShardSweep:
    """Moves what is due in a shard; several at once in one shard do no harm."""

    def __init__(self, store: ClockStore, timeline: Timeline, *, default_step: Step) -> None:
        """Run ``default_step`` for a clock that could not be moved together with others."""
        self._store = store
        self._timeline = timeline
        self._default_step = default_step
        self._steps: dict[str, Step] = {}

    def on_due(self, kind: str, step: Step) -> None:
        """Register a step for a kind of clock or task, to run when it is due instead of recording a milestone."""
        self._steps[kind] = step

    def sweep(self, shard: int, *, at: datetime, seconds_left: Callable[[], float] = no_deadline) -> ShardReport:
        """Move every clock of a shard that is due at an instant, oldest first, until nearly no time is left.

        Whatever is left, the next sweep finds again. Exactly once, late, twice and beside another: the condition is on
        the clock's own row. Who finds that another has moved the same clocks leaves the shard to them.
        """
        seen = ShardReport(shard=shard)
        for batch in self._batches(self._store.due(shard, at=at)):
            if seconds_left() <= SECONDS_TO_SPARE:
                seen.is_left = True
                break
            seen.due += len(batch)
            seen.lag_seconds = max(seen.lag_seconds, *(int((at - key.next_at).total_seconds()) for key in batch))
            if self._step_of(batch[0]) is not None:
                self._move_alone(batch, at=at, seen=seen)
            elif not self._move_together(batch, at=at, seen=seen):
                seen.is_left = True
                break
        return seen

    def _step_of(self, key: DueKey) -> Step | None:
        return self._steps.get(key.clock_id.partition(".")[0])

    def _batches(self, keys: Iterable[DueKey]) -> Iterator[list[DueKey]]:
        """Yield clocks that may be moved together, and by itself each whose kind has a step of its own."""
        batch: list[DueKey] = []
        for key in keys:
            if self._step_of(key) is not None:
                yield [key]
                continue
            batch.append(key)
            if len(batch) == TOGETHER:
                yield batch
                batch = []
        if batch:
            yield batch

    def _move_together(self, batch: Sequence[DueKey], *, at: datetime, seen: ShardReport) -> bool:
        """Move clocks in as few transactions as they fit in, and alone those that are in the way of the others.

        Returns ``False`` if another worker has moved them all meanwhile.
        """
        left = list(batch)
        for attempt in range(TRIES):
            try:
                owners, alone = self._read(left, at=at)
                if attempt and not owners and not alone:
                    return False
                left = [*alone, *(key for owner in owners for key, _ in owner.clocks)]
                for part in _parts(owners):
                    self._write(part, at=at)
                    done = {key for owner in part for key, _ in owner.clocks}
                    left = [key for key in left if key not in done]
                    seen.moved += len(done)
                break
            except ConflictError:
                continue
            except Exception as error:  # noqa: BLE001 - each is tried alone below, and fails there if it must
                logger("sweep").warning("clocks_not_moved_together", clocks=len(left), error=type(error).__name__)
                break
        self._move_alone(left, at=at, seen=seen)
        return True

    def _read(self, keys: Sequence[DueKey], *, at: datetime) -> tuple[list[_Moved], list[DueKey]]:
        """Read clocks with the heads of their owners; return what moves, and which must be looked at alone.

        A clock that is not due any more is in neither: the index had not caught up.
        """
        names = list(dict.fromkeys(key.owner for key in keys))
        found, heads = self._store.together([(key.owner, key.clock_id) for key in keys], names)
        owners = {name: _Moved(head, [], []) for name, head in zip(names, heads, strict=True) if head is not None}
        alone: list[DueKey] = []
        for key, clock in zip(keys, found, strict=True):
            if clock is None or key.owner not in owners:
                alone.append(key)
            elif (following := clocks.next_at(clock)) is not None and following <= at:
                after = clocks.move_on(clock, at=at)
                owners[key.owner].clocks.append((key, after))
                owners[key.owner].events.extend(events.milestones(clock, after))
        return [owner for owner in owners.values() if owner.clocks], alone

    def _write(self, owners: Sequence[_Moved], *, at: datetime) -> None:
        with transaction() as tx:
            for owner in owners:
                for _, clock in owner.clocks:
                    self._store.save(clock, tx)
                self._timeline.append(owner.events, owner=owner.head.pk, at=at, tx=tx, known=owner.head)

    def _move_alone(self, keys: Iterable[DueKey], *, at: datetime, seen: ShardReport) -> None:
        for key in keys:
            step = self._step_of(key) or self._default_step
            try:
                step(key.owner, key.clock_id, at)
            except Exception as error:  # noqa: BLE001 - see the next line
                # One bad row must not stop everybody else's clocks; the report says how many failed.
                seen.failed += 1
                logger("sweep").exception("clock_not_moved", clock=key.clock_id, error=type(error).__name__)
            else:
                seen.moved += 1


def _parts(owners: Sequence[_Moved]) -> Iterator[list[_Moved]]:
    """Divide what moves into transactions; the clocks of one owner extend one chain, and stay together."""
    part: list[_Moved] = []
    for owner in owners:
        if sum(each.writes for each in part) + owner.writes > MOST_WRITES:
            yield part
            part = []
        part.append(owner)
    if part:
        yield part
