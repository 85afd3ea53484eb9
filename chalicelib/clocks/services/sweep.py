"""Every minute: look which shards have something due, hand them to workers, and save a report."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib.clock import instant_text
from chalicelib.clocks.services.shard_sweep import ShardReport
from chalicelib.clocks.store import WITHIN, ClockStore
from chalicelib.publisher import Publisher
from chalicelib.settings import settings

LOOKS_AT_ONCE = 8
"""How many shards are asked side by side; the connection to DynamoDB has room for ten calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a sweep saw of each shard."""

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
        """How late the oldest clock was found."""
        return max((shard.lag_seconds for shard in self.shards), default=0)

    def to_json(self) -> dict[str, object]:
        """Return the report as JSON values."""
        shards = [shard.to_json() for shard in self.shards]
        return {"at": instant_text(self.at), "complete": self.is_complete, "shards": shards}


class SweepIncompleteError(RuntimeError):
    """Some clocks could not be moved; the others were. The heartbeat and the log say how many."""


class Sweeping:
    """The sweep over all shards, and its heartbeats."""

    def __init__(
        self, store: ClockStore, *, queue: Publisher | None, sweep_shard: Callable[[int, datetime], ShardReport]
    ) -> None:
        """Hand shards to the workers of ``queue``; without one, move their clocks here, by ``sweep_shard``."""
        self._store = store
        self._queue = queue
        self._sweep_shard = sweep_shard

    def sweep(self, *, at: datetime) -> SweepReport:
        """Look at each shard, have those swept that have something due, and save what was seen.

        A sweep is complete if nothing that is due has waited for more than ``WITHIN`` since a sweep could first see it:
        whether workers came, died or were too few shows in the shards themselves. Safe to run twice, late and
        concurrently. An idle sweep is one empty query per shard, a heartbeat before and one after, one read and one
        update of the watch. Raises at the end if clocks failed that were moved here.
        """
        self._store.beat(at, {"at": instant_text(at), "complete": False, "count": 0, "shards": []})
        waited = self._store.waiting()
        with ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
            numbers = range(settings().sweep_shards)
            oldest = list(pool.map(lambda shard: self._store.oldest_due(shard, at=at), numbers))
        waiting = {shard: max(waited[shard], due) if shard in waited else at for shard, due in _due(oldest)}
        report = SweepReport(at=at, shards=[self._seen(shard, oldest[shard], waiting, at=at) for shard in numbers])
        for shard in list(waiting):
            report.shards[shard] = self._swept(report.shards[shard], at=at)
            if self._queue is None and report.shards[shard].is_complete:
                del waiting[shard]
        self._store.beat(at, _in_short(report))
        if report.is_complete:
            self._store.watch(at, lag_seconds=report.lag_seconds, waiting=waiting)
        else:
            self._store.unwatch(waiting=waiting)
        if report.failed:
            message = f"{report.failed} clocks could not be moved on"
            raise SweepIncompleteError(message)
        return report

    def _seen(
        self, shard: int, due_at: datetime | None, waiting: Mapping[int, datetime], *, at: datetime
    ) -> ShardReport:
        if due_at is None:
            return ShardReport(shard=shard)
        late = int((at - due_at).total_seconds())
        return ShardReport(shard=shard, due=1, lag_seconds=late, is_left=at - waiting[shard] > WITHIN)

    def _swept(self, seen: ShardReport, *, at: datetime) -> ShardReport:
        if self._queue is not None:
            message = {"shard": seen.shard, "at": instant_text(at)}
            self._queue.send(json.dumps(message), name=f"{message['at']}/{seen.shard}")
            return seen
        swept = self._sweep_shard(seen.shard, at)
        is_left = swept.is_left or seen.is_left
        return replace(swept, lag_seconds=max(swept.lag_seconds, seen.lag_seconds), is_left=is_left)


def heartbeat_of(report: Mapping[str, Any], workers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a sweep's report with every shard, and with what workers did in those that it handed to them.

    Until a worker has reported, ``due`` is 1 in a shard with something due, however much it is.
    """
    seen = {shard["shard"]: shard for shard in report["shards"]}
    for number, shard in seen.items():
        did = [each for each in workers if each["shard"] == number]
        if did:
            counts = {name: sum(each[name] for each in did) for name in ("due", "moved", "failed")}
            is_complete = shard["complete"] and not counts["failed"] and any(each["complete"] for each in did)
            seen[number] = {**shard, **counts, "complete": is_complete}
    shards = [seen.get(number) or ShardReport(shard=number).to_json() for number in range(report["count"])]
    is_complete = report["complete"] and all(shard["complete"] for shard in shards)
    return {"at": report["at"], "complete": is_complete, "shards": shards}


def _due(oldest: Sequence[datetime | None]) -> Iterator[tuple[int, datetime]]:
    return ((shard, due_at) for shard, due_at in enumerate(oldest) if due_at is not None)


def _in_short(report: SweepReport) -> dict[str, object]:
    """Return a report without the shards that had nothing due: a heartbeat is written each minute."""
    full = report.to_json()
    return {**full, "count": len(report.shards), "shards": [shard.to_json() for shard in report.shards if shard.due]}
