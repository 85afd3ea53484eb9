"""Loading and saving clocks, asking for what is due, and the sweep's heartbeats."""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.clocks.model import Clock, Light
from chalicelib.clocks.rules import next_at
from chalicelib.clocks.table import ClockRow, HeartbeatRow, TaskRow
from chalicelib.errors import Reason, Refusal
from chalicelib.transaction import MovedError, Transaction

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

SHARDS = 4
"""Partitions of the index of due clocks: each takes 1,000 writes a second (see docs/decisions)."""

HEARTBEATS_KEPT = timedelta(days=90)
HEARTBEAT = "heartbeat"

NEAR = (None, Light.YELLOW)
"""What is nearly due, alone or with what is late: a pause that has outlasted its notice belongs there too."""

WARNED_WITHIN = timedelta(days=90)
"""How far ahead a clock can be yellow already: a fifth of more than a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """A page of a board, oldest due first; ``after`` is where the next one begins."""

    clocks: tuple[Clock, ...]
    after: dict[str, dict[str, Any]] | None


class ClockStore:
    """All clocks."""

    def add(self, clock: Clock, tx: Transaction) -> None:
        """Write a clock that must not be there yet."""
        tx.add(_row_of(clock), otherwise=MovedError())

    def save(self, clock: Clock, tx: Transaction) -> None:
        """Write a changed clock over the revision that it was made from."""
        tx.put(_row_of(clock), condition=ClockRow.rev == clock.rev - 1, otherwise=MovedError())

    def get(self, owner: str, clock_id: str) -> Clock:
        """Return one clock, strongly consistent; ``NOT_FOUND`` if there is none."""
        try:
            return ClockRow.get(owner, clock_id, consistent_read=True).document
        except ClockRow.DoesNotExist:
            raise Refusal(Reason.NOT_FOUND) from None

    def of_owner(self, owner: str) -> tuple[Clock, ...]:
        """Return all clocks of an owner in one strongly consistent query, in the order in which they started."""
        clocks = [row.document for row in ClockRow.query(owner, consistent_read=True)]
        return tuple(sorted(clocks, key=lambda clock: (clock.started_at, clock.clock_id)))

    def due(self, shard: int, *, at: datetime, most: int) -> Iterator[tuple[str, str, datetime]]:
        """Return owner, clock id and next instant of the clocks of a shard that must be looked at, oldest first."""
        for row in ClockRow.due.query(shard, ClockRow.next_at <= at, limit=most):
            if row.next_at is not None:
                yield row.owner, row.clock_id, row.next_at

    def board(
        self,
        department: str,
        *,
        light: Light | None,
        kind: str | None,
        at: datetime,
        most: int,
        after: dict[str, dict[str, Any]] | None,
    ) -> BoardPage:
        """Return open clocks of a department by due date, right at the second a clock passes: one index query.

        ``light=None`` is what is late or nearly so.
        That and YELLOW go on, where the running clocks end, with those whose pause has outlasted its notice (R4.10).
        """
        board = _board(department, light)
        outlasted = f"{department}/paused"
        if light in NEAR:
            if after is None or after["board"]["S"] != outlasted:
                page = self._on(board, light=light, kind=kind, at=at, most=most, after=after)
                if page.after is not None:
                    return page
                if len(page.clocks) == most:
                    return BoardPage(clocks=page.clocks, after={"board": {"S": outlasted}})
                rest = self._on(outlasted, light=light, kind=kind, at=at, most=most - len(page.clocks), after=None)
                return BoardPage(clocks=(*page.clocks, *rest.clocks), after=rest.after)
            board, after = outlasted, after if len(after) > 1 else None
        return self._on(board, light=light, kind=kind, at=at, most=most, after=after)

    def _on(
        self,
        board: str,
        *,
        light: Light | None,
        kind: str | None,
        at: datetime,
        most: int,
        after: dict[str, dict[str, Any]] | None,
    ) -> BoardPage:
        reach: Condition | None = None
        matches: Condition | None = None
        if board.endswith("/paused"):
            is_over = ClockRow.pause_until < day_in_shanghai(at).isoformat()
            matches = is_over if light in NEAR else ~is_over
        elif light is None:
            reach, matches = ClockRow.due_at < at + WARNED_WITHIN, ClockRow.yellow_at <= at
        elif light is Light.RED:
            reach = ClockRow.due_at < at
        elif light in {Light.YELLOW, Light.GREEN}:
            reach = ClockRow.due_at >= at
            matches = ClockRow.yellow_at <= at if light is Light.YELLOW else ClockRow.yellow_at > at
        if kind is not None:
            matches = (ClockRow.kind == kind) if matches is None else matches & (ClockRow.kind == kind)
        rows = ClockRow.on_board.query(
            board,
            range_key_condition=reach,
            filter_condition=matches,
            limit=most,
            last_evaluated_key=after,
        )
        clocks = tuple(row.document for row in rows)
        return BoardPage(clocks=clocks, after=rows.last_evaluated_key)

    def due_from(self, board: str, since: datetime, *, most: int, after: dict[str, dict[str, Any]] | None) -> BoardPage:
        """Return clocks of one board by its name that are due at an instant or later, oldest first: one index query."""
        rows = ClockRow.on_board.query(
            board, range_key_condition=ClockRow.due_at >= since, limit=most, last_evaluated_key=after
        )
        return BoardPage(clocks=tuple(row.document for row in rows), after=rows.last_evaluated_key)

    def beat(self, at: datetime, report: Mapping[str, object]) -> None:
        """Leave a heartbeat; two sweeps of the same second leave one, the later."""
        HeartbeatRow(
            HEARTBEAT,
            instant_text(at),
            report=json.dumps(report),
            expires=int((at + HEARTBEATS_KEPT).timestamp()),
        ).save()

    def beats(self, *, most: int) -> tuple[dict[str, object], ...]:
        """Return the newest heartbeats first."""
        rows = HeartbeatRow.query(HEARTBEAT, scan_index_forward=False, limit=most)
        return tuple(json.loads(row.report) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work that the sweep goes on with at ``next_at``, or that is done; ``text`` is its own, ``rev`` its condition."""

    owner: str
    kind: str
    text: str
    next_at: datetime | None
    rev: int


class TaskStore:
    """What the sweep goes on with beside clocks; ``kind`` names the step that does it (``Clocks.on_due``)."""

    def get(self, owner: str, kind: str) -> Task | None:
        """Return a task, strongly consistent, or ``None``."""
        try:
            row = TaskRow.get(owner, kind, consistent_read=True)
        except TaskRow.DoesNotExist:
            return None
        return Task(owner=owner, kind=kind, text=row.text, next_at=row.next_at, rev=int(row.rev))

    def save(self, task: Task, tx: Transaction) -> None:
        """Write a task over the revision that it was made from; revision 1 is new."""
        row = TaskRow(
            task.owner,
            task.kind,
            rev=task.rev,
            shard=zlib.crc32(task.owner.encode()) % SHARDS,
            next_at=task.next_at,
            text=task.text,
        )
        if task.rev == 1:
            tx.add(row, otherwise=MovedError())
        else:
            tx.put(row, condition=TaskRow.rev == task.rev - 1, otherwise=MovedError())


def _board(department: str, light: Light | None) -> str:
    match light:
        case Light.GREY:
            return f"{department}/paused"
        case Light.WHITE:
            return f"{department}/provisional"
        case _:
            return department


def _row_of(clock: Clock) -> ClockRow:
    board: str | None = None
    pause = clock.open_pause
    if clock.stopped_at is None:
        is_held = pause is not None and not clock.is_late(pause.started_at)
        standing = Light.WHITE if clock.provisional else Light.GREY if is_held else None
        board = _board(clock.department, standing)
    return ClockRow(
        clock.owner,
        clock.clock_id,
        rev=clock.rev,
        shard=zlib.crc32(clock.owner.encode()) % SHARDS,
        next_at=next_at(clock),
        board=board,
        kind=clock.kind.value,
        due_at=clock.due_at,
        yellow_at=clock.yellow_at,
        pause_until=None if pause is None else pause.expected_until.isoformat(),
        document=clock,
    )
