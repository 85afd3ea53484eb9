"""Loading and saving clocks, finding due ones, and the sweep's heartbeats."""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.pagination import ResultIterator

from chalicelib.clock import day_in_shanghai, instant_from, instant_text
from chalicelib.clocks.model import Clock, ClockKind, ClockOutline, Light, Outlines
from chalicelib.clocks.rules.clocks import ONE_DAY, ONE_SECOND, next_at
from chalicelib.clocks.rules.indexes import ClockFilter, ClockStatus, Listing, list_for, lists_of, partition
from chalicelib.clocks.table import ClockRow, HeartbeatRow, TaskRow, WatchRow
from chalicelib.dynamo.model import code_of
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow, row_of
from chalicelib.timeline.store import HEAD
from chalicelib.workdays.rules.due_dates import start_of_day

DUE_AT_ONCE = 330
"""How many clocks are found by one query: as many as fit into ten transactions."""

CLOCK = ("owner", "clock_id", "rev", "warned_at", "passed_at", "recheck_at", "document")
"""What is read of a clock's row to move the clock."""

BEATS_AT_ONCE = 100
"""How many heartbeats are read by one query."""

HEARTBEATS_KEPT = timedelta(days=90)
HEARTBEAT = "heartbeat"
WATCH = ("watch", "sweep")

WITHIN = timedelta(minutes=3)
"""The longest gap between two sweeps, and the longest wait of what is due, with which watching is uninterrupted."""

TURNED = "turned"
"""In a page's position: all running clocks were returned, and paused ones follow."""

OUTLINE = ("owner", "kind", "responsible", "due_at", "yellow_at", "pause_until")
"""What is read of a clock to count it."""

LOOKED_AT = 500
"""How many clocks a page reads if only some match; one page of DynamoDB holds about as many."""

INDEXES = {
    Listing.DEPARTMENT: ClockRow.on_board,
    Listing.KIND: ClockRow.of_kind,
    Listing.OFFICER: ClockRow.of_officer,
    Listing.ITEM: ClockRow.of_item,
}
"""The index that holds each list."""

WARNED_WITHIN = timedelta(days=90)
"""How far ahead a clock can already be yellow: a fifth of more than a year."""


class DueKey(NamedTuple):
    """A clock or task that must be checked since ``next_at``."""

    owner: str
    clock_id: str
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """A page of a board, oldest due first; ``after`` is where the next page begins."""

    clocks: tuple[Clock, ...]
    after: dict[str, dict[str, Any]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Since when every sweep has been on time and complete, and the last one that was."""

    complete_since: datetime | None
    last_sweep_at: datetime
    lag_seconds: int

    def as_of(self, at: datetime) -> "Watch":
        """Return the watch as of an instant: interrupted if the next sweep is overdue, or the last one lies ahead."""
        return self if abs(at - self.last_sweep_at) <= WITHIN else replace(self, complete_since=None)


class ClockStore:
    """All clocks."""

    def add(self, clock: Clock, tx: Transaction) -> None:
        """Save a new clock. Raises ``ConflictError`` if it exists already."""
        tx.add(_row_of(clock), on_failure=ConflictError())

    def save(self, clock: Clock, tx: Transaction) -> None:
        """Save the new version. Raises ``ConflictError`` if the stored revision has changed."""
        tx.put(_row_of(clock), condition=ClockRow.rev == clock.rev - 1, on_failure=ConflictError())

    def get(self, owner: str, clock_id: str) -> Clock:
        """Return one clock, strongly consistent; ``NOT_FOUND`` if there is none."""
        try:
            return ClockRow.get(owner, clock_id, consistent_read=True).clock
        except ClockRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def several(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Clock]:
        """Return those of these clocks that exist, by owner and id: one strongly consistent read for a hundred."""
        wanted = list(dict.fromkeys(names))
        found, _ = self.together(wanted, ())
        return {name: clock for name, clock in zip(wanted, found, strict=True) if clock is not None}

    def together(
        self, names: Sequence[tuple[str, str]], owners: Sequence[str]
    ) -> tuple[list[Clock | None], list[OwnerRow | None]]:
        """Return clocks by owner and id, and the heads of owners, in one strongly consistent read for a hundred."""
        heads = [row_of(owner)(owner) for owner in owners]
        wanted = (*(ClockRow(*name) for name in names), *heads)
        rows = read_together(*wanted, only={ClockRow: CLOCK, **{type(head): HEAD for head in heads}})
        clocks = [row.clock if isinstance(row, ClockRow) else None for row in rows[: len(names)]]
        return clocks, [row if isinstance(row, OwnerRow) else None for row in rows[len(names) :]]

    def of_owner(self, owner: str) -> tuple[Clock, ...]:
        """Return all clocks of an owner in one strongly consistent query, in the order in which they started."""
        clocks = [row.clock for row in ClockRow.query(owner, consistent_read=True)]
        return tuple(sorted(clocks, key=lambda clock: (clock.started_at, clock.clock_id)))

    def due(self, shard: int, *, at: datetime) -> Iterator[DueKey]:
        """Yield a shard's clocks that must be checked, oldest first, and read them a page at a time."""
        for row in ClockRow.due.query(shard, ClockRow.next_at <= at, page_size=DUE_AT_ONCE):
            if row.next_at is not None:
                yield DueKey(row.owner, row.clock_id, row.next_at)

    def oldest_due(self, shard: int, *, at: datetime) -> datetime | None:
        """Return since when a shard's first clock must be checked; ``None`` if nothing is due: half a read unit."""
        first = next(iter(ClockRow.due.query(shard, ClockRow.next_at <= at, limit=1, page_size=1)), None)
        return None if first is None else first.next_at

    def board(
        self, wanted: ClockFilter, *, at: datetime, limit: int, after: dict[str, dict[str, Any]] | None = None
    ) -> BoardPage:
        """Return open clocks by due date, correct to the second and independent of the sweep.

        A page is one query, which reads a bounded number of clocks: it may be short, and then says where to continue.
        Nearly due clocks include, after the running ones, those paused longer than the applicant was told (R4.10);
        only the page where running clocks end may need a second query.
        """
        if not wanted.is_near:
            return self._page(wanted, wanted.status, at=at, limit=limit, after=after)
        shown: tuple[Clock, ...] = ()
        begun = dict(after or {})
        if begun.pop(TURNED, None) is None:
            page = self._page(wanted, ClockStatus.RUNNING, at=at, limit=limit, after=after)
            if page.after is not None:
                return page
            if len(page.clocks) == limit:
                return BoardPage(clocks=page.clocks, after={TURNED: {}})
            shown, begun = page.clocks, {}
        rest = self._page(wanted, ClockStatus.PAUSED, at=at, limit=limit - len(shown), after=begun or None)
        following = None if rest.after is None else {**rest.after, TURNED: {}}
        return BoardPage(clocks=(*shown, *rest.clocks), after=following)

    def _page(
        self,
        wanted: ClockFilter,
        status: ClockStatus,
        *,
        at: datetime,
        limit: int,
        after: dict[str, dict[str, Any]] | None,
    ) -> BoardPage:
        reach, matches = _shows(wanted, status, at=at) if wanted.due_on is None else (_on(wanted.due_on), None)
        listing, rows = _query(wanted, status, reach, matches, limit=limit, after=after)
        # One page of DynamoDB, not PynamoDB's limit, which would go on reading until enough clocks match.
        page = next(rows.page_iter)
        found, following = page["Items"], page.get("LastEvaluatedKey")
        if len(found) > limit:
            found = found[:limit]
            following = {key: found[-1][key] for key in ("owner", "clock_id", "due_at", listing.value)}
        return BoardPage(clocks=tuple(ClockRow.from_raw_data(item).clock for item in found), after=following)

    def outlines(
        self,
        wanted: ClockFilter,
        status: ClockStatus,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> Outlines:
        """Return the first open clocks of a status that are due in a span, whatever their light: one query.

        No more than ``LOOKED_AT``, and nothing of them but what counting needs.
        """
        reach = ClockRow.due_at >= since if since else ClockRow.due_at < before if before else None
        _, rows = _query(wanted, status, reach, None, limit=LOOKED_AT + 1, only=OUTLINE)
        # One page of DynamoDB, read without a model: a city's board counts thousands.
        page = next(rows.page_iter)
        found = page["Items"]
        return Outlines(
            clocks=tuple(_outline(item) for item in found[:LOOKED_AT]),
            is_more=len(found) > LOOKED_AT or "LastEvaluatedKey" in page,
        )

    def of_kind(self, kind: ClockKind, department: str, status: ClockStatus, *, limit: int) -> tuple[Clock, ...]:
        """Return up to ``limit`` open clocks of a kind and status in a department, oldest due first."""
        rows = ClockRow.of_kind.query(partition(department, status, kind.value), limit=limit, page_size=limit)
        return tuple(row.clock for row in rows)

    def due_from(
        self, board: str, since: datetime, *, limit: int, after: dict[str, dict[str, Any]] | None
    ) -> BoardPage:
        """Return the clocks of one board that are due at an instant or later, oldest first: one index query."""
        rows = ClockRow.on_board.query(
            board, range_key_condition=ClockRow.due_at >= since, limit=limit, last_evaluated_key=after
        )
        return BoardPage(clocks=tuple(row.clock for row in rows), after=rows.last_evaluated_key)

    def place_of(self, clock: Clock, board: str) -> dict[str, dict[str, Any]]:
        """Return a clock's position on a board, after which ``due_from`` continues."""
        return {
            "board": {"S": board},
            "due_at": {"S": instant_text(clock.due_at)},
            "owner": {"S": clock.owner},
            "clock_id": {"S": clock.clock_id},
        }

    def beat(self, at: datetime, report: Mapping[str, object], *, of: str = "") -> None:
        """Save a heartbeat; of two sweeps in the same second the later one is kept.

        ``of`` names a worker's run whose report adds to that of the sweep ``at`` which called for it.
        """
        HeartbeatRow(
            HEARTBEAT,
            f"{instant_text(at)}/{of}" if of else instant_text(at),
            report=json.dumps(report),
            expires=int((at + HEARTBEATS_KEPT).timestamp()),
        ).save()

    def waiting(self) -> dict[int, datetime]:
        """Return since when shards have had something due that the sweep has not seen moved, strongly consistent."""
        try:
            row = WatchRow.get(*WATCH, consistent_read=True)
        except WatchRow.DoesNotExist:
            return {}
        return {int(shard): instant_from(since) for shard, since in json.loads(row.waiting).items()}

    def watch(self, at: datetime, *, lag_seconds: int, waiting: Mapping[int, datetime]) -> None:
        """Record a complete sweep in one write; a second one if a sweep before it was missed or incomplete.

        A sweep that finishes after a later one changes nothing.
        """
        row = WatchRow(*WATCH)
        seen = [
            WatchRow.last_sweep_at.set(at),
            WatchRow.lag_seconds.set(lag_seconds),
            WatchRow.waiting.set(_waiting_text(waiting)),
        ]
        follows = WatchRow.last_sweep_at.between(at - WITHIN, at) & WatchRow.complete_since.exists()
        if not _changed(row, seen, follows):
            begins = WatchRow.last_sweep_at.does_not_exist() | (WatchRow.last_sweep_at <= at)
            _changed(row, [*seen, WatchRow.complete_since.set(at)], begins)

    def unwatch(self, *, waiting: Mapping[int, datetime]) -> None:
        """Record an incomplete sweep; the next complete one starts anew."""
        actions = [WatchRow.complete_since.remove(), WatchRow.waiting.set(_waiting_text(waiting))]
        _changed(WatchRow(*WATCH), actions, WatchRow.last_sweep_at.exists())

    def watched(self) -> Watch | None:
        """Return since when every sweep has been complete; ``None`` before the first complete one."""
        try:
            row = WatchRow.get(*WATCH)
        except WatchRow.DoesNotExist:
            return None
        return Watch(
            complete_since=row.complete_since, last_sweep_at=row.last_sweep_at, lag_seconds=int(row.lag_seconds)
        )

    def beats(self, *, limit: int) -> Iterator[tuple[dict[str, Any], tuple[dict[str, Any], ...]]]:
        """Yield the newest heartbeats first, each with the reports of the workers that it called for."""
        workers: list[dict[str, Any]] = []
        for row in HeartbeatRow.query(HEARTBEAT, scan_index_forward=False, page_size=BEATS_AT_ONCE):
            if limit == 0:
                return
            if "/" in row.clock_id:
                workers.append(json.loads(row.report))
                continue
            yield json.loads(row.report), tuple(workers)
            workers, limit = [], limit - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work that the sweep continues at ``next_at``, or that is done; ``text`` is its state, ``rev`` its version."""

    owner: str
    kind: str
    text: str
    next_at: datetime | None
    rev: int


class TaskStore:
    """Work for the sweep besides clocks; ``kind`` names the step that does it (``Clocks.on_due``)."""

    def get(self, owner: str, kind: str) -> Task | None:
        """Return a task, strongly consistent, or ``None``."""
        try:
            row = TaskRow.get(owner, kind, consistent_read=True)
        except TaskRow.DoesNotExist:
            return None
        return Task(owner=owner, kind=kind, text=row.text, next_at=row.next_at, rev=int(row.rev))

    def save(self, task: Task, tx: Transaction) -> None:
        """Save a task. Raises ``ConflictError`` if the stored revision has changed; revision 1 is a new task."""
        row = TaskRow(
            task.owner,
            task.kind,
            rev=task.rev,
            shard=shard_of(task.owner),
            next_at=task.next_at,
            text=task.text,
        )
        if task.rev == 1:
            tx.add(row, on_failure=ConflictError())
        else:
            tx.put(row, condition=TaskRow.rev == task.rev - 1, on_failure=ConflictError())


def shard_of(owner: str) -> int:
    """Return the partition of the index of due clocks in which an owner's clocks are written from now on.

    Each partition takes 1,000 writes a second.
    """
    return zlib.crc32(owner.encode()) % settings().sweep_shards


def _waiting_text(waiting: Mapping[int, datetime]) -> str:
    return json.dumps({str(shard): instant_text(since) for shard, since in waiting.items()})


def _changed(row: WatchRow, actions: Sequence[Action], condition: Condition) -> bool:
    try:
        row.update(actions=list(actions), condition=condition)
    except UpdateError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _query(  # noqa: PLR0913 - what a query takes, each named
    wanted: ClockFilter,
    status: ClockStatus,
    reach: Condition | None,
    matches: Condition | None,
    *,
    limit: int,
    after: dict[str, dict[str, Any]] | None = None,
    only: Sequence[str] = (),
) -> tuple[Listing, ResultIterator[ClockRow]]:
    """Return the smallest list that holds the wanted clocks, and the query of it; what only some match has a bound."""
    listing, name = list_for(wanted, status)
    for also in _also(wanted, within=listing):
        matches = also if matches is None else matches & also
    rows = INDEXES[listing].query(
        name,
        range_key_condition=reach,
        filter_condition=matches,
        page_size=limit if matches is None else max(limit, LOOKED_AT),
        last_evaluated_key=after,
        attributes_to_get=list(only) or None,
    )
    return listing, rows


def _shows(wanted: ClockFilter, status: ClockStatus, *, at: datetime) -> tuple[Condition | None, Condition | None]:
    """Return the range of due dates that shows a light, and any further condition."""
    if status is ClockStatus.PAUSED:
        is_over = ClockRow.pause_until < day_in_shanghai(at).isoformat()
        return None, is_over if wanted.is_near else ~is_over
    match wanted.light:
        case None:
            return ClockRow.due_at < at + WARNED_WITHIN, ClockRow.yellow_at <= at
        case Light.RED:
            return ClockRow.due_at < at, None
        case Light.YELLOW:
            return ClockRow.due_at.between(at, at + WARNED_WITHIN), ClockRow.yellow_at <= at
        case Light.GREEN:
            return ClockRow.due_at >= at, ClockRow.yellow_at > at
        case _:
            return None, None


def _on(day: date) -> Condition:
    """Return the range of due dates that is a day in Shanghai."""
    midnight = start_of_day(day)
    return ClockRow.due_at.between(midnight, midnight + ONE_DAY - ONE_SECOND)


def _outline(item: Mapping[str, Any]) -> ClockOutline:
    until = item.get("pause_until", {}).get("S")
    return ClockOutline(
        owner=item["owner"]["S"],
        kind=item["kind"]["S"],
        responsible=item["responsible"]["S"],
        due_at=instant_from(item["due_at"]["S"]),
        yellow_at=instant_from(item["yellow_at"]["S"]),
        paused_until=None if until is None else date.fromisoformat(until),
    )


def _also(wanted: ClockFilter, *, within: Listing) -> Iterator[Condition]:
    """Yield what a list does not say already of the clocks that are wanted."""
    if wanted.officer and within is not Listing.OFFICER:
        yield ClockRow.responsible == wanted.officer
    if wanted.item and within is not Listing.ITEM:
        yield ClockRow.item == wanted.item
    if wanted.kind and within is not Listing.KIND:
        yield ClockRow.kind == wanted.kind.value


def _row_of(clock: Clock) -> ClockRow:
    pause = clock.open_pause
    lists = lists_of(clock)
    return ClockRow(
        clock.owner,
        clock.clock_id,
        rev=clock.rev,
        shard=shard_of(clock.owner),
        next_at=next_at(clock),
        board=lists.get(Listing.DEPARTMENT),
        kind_board=lists.get(Listing.KIND),
        officer_board=lists.get(Listing.OFFICER),
        item_board=lists.get(Listing.ITEM),
        due_at=clock.due_at,
        yellow_at=clock.yellow_at,
        pause_until=None if pause is None else pause.expected_until.isoformat(),
        kind=clock.kind.value,
        responsible=clock.responsible,
        item=clock.item or None,
        warned_at=clock.warned_at,
        passed_at=clock.passed_at,
        recheck_at=clock.recheck_at,
        document=clock,
    )
