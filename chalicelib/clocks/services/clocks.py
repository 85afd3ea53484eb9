"""What offices and the sweep do with clocks."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chalicelib.clocks.model import Clock, ClockKind, ClockPause, Light, Outlines
from chalicelib.clocks.rules import clocks, events
from chalicelib.clocks.rules.events import clocks_payload
from chalicelib.clocks.rules.indexes import ClockFilter, ClockStatus
from chalicelib.clocks.services.shard_sweep import ShardReport, ShardSweep, Step, no_deadline
from chalicelib.clocks.services.sweep import Sweeping, SweepReport, heartbeat_of
from chalicelib.clocks.store import BoardPage, ClockStore, Watch
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.publisher import Publisher
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.store import Timeline
from chalicelib.workdays.model.calendars import Calendars, Counting
from chalicelib.workdays.model.limits import DayCount, Limit, Unit, YellowRule
from chalicelib.workdays.rules.due_dates import due

__all__ = ["Clocks", "clocks_payload"]

OfficeHours = tuple[tuple[str, str], ...]
"""When offices are open on a working day: stretches of ``HH:MM`` in Shanghai."""


class Clocks:
    """All clocks of the service."""

    def __init__(
        self,
        store: ClockStore,
        timeline: Timeline,
        calendars: Calendars,
        *,
        yellow: Callable[[str, datetime], YellowRule],
        office_hours: Callable[[str, datetime], OfficeHours],
        queue: Publisher | None = None,
    ) -> None:
        """Count on ``calendars``; ``yellow`` and ``office_hours`` return those of a rule pack as of an instant.

        ``queue`` leads to ``sweep_shard``; without one, ``sweep`` moves clocks itself.
        """
        self._office_hours = office_hours
        self._store = store
        self._timeline = timeline
        self._calendars = calendars
        self._yellow = yellow
        self._shards = ShardSweep(store, timeline, default_step=self.tell_milestones)
        self._sweeping = Sweeping(store, queue=queue, sweep_shard=lambda shard, at: self._shards.sweep(shard, at=at))

    def on_due(self, kind: str, step: Step) -> None:
        """Register a step for a kind of clock, to run when it is due instead of recording that it passed."""
        self._shards.on_due(kind, step)

    def start(  # noqa: PLR0913 - a duty has this many sides, and each is named at the call
        self,
        kind: ClockKind,
        limit: Limit,
        *,
        owner: str,
        department: str,
        responsible: str,
        pack: str,
        started_at: datetime,
        tx: Transaction,
        about: str = "",
        level: int = 0,
        suffix: str = "",
        item: str = "",
        recheck_at: datetime | None = None,
    ) -> Clock:
        """Start a clock inside a transaction; the caller's own event must mention it (see ``clocks_payload``)."""
        if limit.unit is Unit.WORKING_HOURS:
            limit = replace(limit, office_hours=self._office_hours(pack, started_at))
        clock = clocks.start(
            kind,
            limit,
            owner=owner,
            department=department,
            responsible=responsible,
            pack=pack,
            started_at=started_at,
            calendar=self._calendars.current(),
            yellow=self._yellow(pack, started_at),
            about=about,
            level=level,
            suffix=suffix,
            item=item,
            recheck_at=recheck_at,
        )
        self._store.add(clock, tx)
        return clock

    def get(self, owner: str, clock_id: str) -> Clock:
        """Return one clock; ``NOT_FOUND`` if there is none."""
        return self._store.get(owner, clock_id)

    def several(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Clock]:
        """Return those of these clocks that exist, by owner and id: one read for a hundred."""
        return self._store.several(names)

    def of_owner(self, owner: str) -> tuple[Clock, ...]:
        """Return all clocks of an owner, including stopped ones, in the order in which they started."""
        return self._store.of_owner(owner)

    def pause(
        self, clock: Clock, *, ground: str, basis: str, expected_until: date, at: datetime, tx: Transaction
    ) -> Clock:
        """Pause a clock from the next day on; the day on which the pause starts still counts."""
        pause = ClockPause(started_at=at, ground=ground, basis=basis, expected_until=expected_until)
        return self._saved(clock, clocks.with_pause(clock, pause), tx)

    def resume(self, clock: Clock, *, at: datetime, tx: Transaction) -> Clock:
        """Resume a clock from the next day on."""
        resumed = clocks.resume(clock, at=at, **self._now(clock, at))
        return self._saved(clock, resumed, tx)

    def restart(self, clock: Clock, *, started_at: datetime, at: datetime, tx: Transaction) -> Clock:
        """Let a clock count from another instant; the caller's own event must mention it."""
        return self._saved(clock, clocks.restart(clock, started_at=started_at, at=at, **self._now(clock, at)), tx)

    def last_second(self, limit: Limit, *, at: datetime) -> datetime:
        """Return the last second of a limit that begins now, for a clock that runs from there."""
        return due(limit, started_at=at, calendar=self._calendars.current()).at

    def extend(self, clock: Clock, by: Limit, *, at: datetime, tx: Transaction) -> Clock:
        """Give a clock its one extension; the caller decides whether it is allowed."""
        longer = clocks.with_extension(clock, by, at=at, **self._now(clock, at))
        return self._saved(clock, longer, tx)

    def stop(self, clock: Clock, *, at: datetime, tx: Transaction) -> Clock:
        """Stop a clock. Idempotent; milestones that it had passed stay marked."""
        return self._saved(clock, clocks.stop(clock, at=at), tx)

    def recheck(self, clock: Clock, *, at: datetime, tx: Transaction) -> Clock:
        """Schedule the next check of a wait; no event, because nothing happened."""
        return self._saved(clock, replace(clock, recheck_at=at, rev=clock.rev + 1), tx)

    def light(self, clock: Clock, *, at: datetime) -> Light:
        """Return a clock's light at an instant."""
        return clocks.light(clock, at=at)

    def as_of(self, clock: Clock, *, at: datetime) -> Clock | None:
        """Return the clock as of an instant, by the calendar and rules of then; ``None`` before its start."""
        if at < clock.started_at:
            return None
        return clocks.as_of(clock, at=at, calendar=self._calendars.at(at), yellow=self._yellow(clock.pack, at))

    def explanation(self, clock: Clock, *, at: datetime) -> tuple[Clock, tuple[DayCount, ...]]:
        """Return the clock with its current dates, and each day from start to due: counted or not, and why."""
        counting = self._now(clock, at)
        counted = clocks.with_pause_ended(clock, at=at, **counting)
        return counted, clocks.days_counted(clock, calendar=counting["calendar"], at=at)

    def on_board(
        self, wanted: ClockFilter, *, at: datetime, limit: int, after: dict[str, dict[str, Any]] | None = None
    ) -> BoardPage:
        """Return a page of open clocks, oldest due first."""
        return self._store.board(wanted, at=at, limit=limit, after=after)

    def outlines(
        self,
        wanted: ClockFilter,
        status: ClockStatus,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> Outlines:
        """Return as much as counting needs of the first open clocks that are due in a span (see ``ClockStore``)."""
        return self._store.outlines(wanted, status, since=since, before=before)

    def open_of_kind(self, kind: ClockKind, department: str, status: ClockStatus, *, limit: int) -> tuple[Clock, ...]:
        """Return up to ``limit`` open clocks of a kind and status in a department, oldest due first."""
        return self._store.of_kind(kind, department, status, limit=limit)

    def watch(self, *, at: datetime) -> Watch | None:
        """Return since when the sweep has been complete, as of an instant; ``None`` before its first complete run."""
        watch = self._store.watched()
        return None if watch is None else watch.as_of(at)

    def heartbeats(self, *, limit: int) -> tuple[dict[str, Any], ...]:
        """Return the reports of the last sweeps, newest first, with what workers did for them."""
        return tuple(heartbeat_of(report, workers) for report, workers in self._store.beats(limit=limit))

    def sweep(self, *, at: datetime) -> SweepReport:
        """Have every clock that is due moved to its next milestone (see ``Sweeping``)."""
        return self._sweeping.sweep(at=at)

    def sweep_shard(self, shard: int, *, at: datetime, seconds_left: Callable[[], float] = no_deadline) -> ShardReport:
        """Move the clocks of one shard that are due, until nearly no time is left (see ``ShardSweep``)."""
        return self._shards.sweep(shard, at=at, seconds_left=seconds_left)

    def report(self, swept: ShardReport, *, sweep: datetime, run: str) -> None:
        """Save what a worker's run did for the sweep that called for it at an instant."""
        self._store.beat(sweep, swept.to_json(), of=f"{swept.shard}/{run}")

    @retry_on_conflict
    def tell_milestones(self, owner: str, clock_id: str, at: datetime) -> None:
        """Move a clock past every milestone up to ``at`` and record each as an event, all or nothing."""
        clock = self._store.get(owner, clock_id)
        if (following := clocks.next_at(clock)) is None or following > at:
            return
        with transaction() as tx:
            moved, happened = self.moved_on(clock, at=at)
            self._store.save(moved, tx)
            self._timeline.append(happened, owner=owner, at=at, tx=tx)

    def moved_on(self, clock: Clock, *, at: datetime) -> tuple[Clock, list[NewEvent]]:
        """Return the clock past its milestones, and their events."""
        moved = clocks.move_on(clock, at=at)
        return moved, events.milestones(clock, moved)

    def untold(self, clock: Clock, *, at: datetime) -> list[NewEvent]:
        """Return the events of milestones that a clock has passed and that nobody has recorded yet."""
        return events.milestones(clock, clocks.marked(clock, at=at))

    def save(self, clock: Clock, tx: Transaction) -> None:
        """Save a clock changed by a step registered with ``on_due``."""
        self._store.save(clock, tx)

    def _now(self, clock: Clock, at: datetime) -> Counting:
        return {"calendar": self._calendars.current(), "yellow": self._yellow(clock.pack, at)}

    def _saved(self, before: Clock, after: Clock, tx: Transaction) -> Clock:
        if after is not before:
            self._store.save(after, tx)
        return after
