"""Recalculating open due dates after a change of calendar (R4.5)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from chalicelib.clocks.model import Clock
from chalicelib.clocks.rules import clocks, events
from chalicelib.clocks.store import BoardPage, ClockStore
from chalicelib.dynamo.model import Page
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.timeline.store import Timeline
from chalicelib.walks.model import Step
from chalicelib.walks.services import step_over
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import YellowRule
from chalicelib.workdays.rules.due_dates import start_of_day

PROVISIONAL = "/provisional"
BOARDS = ("", "/paused", PROVISIONAL)
"""The suffixes of a department's boards; an open clock is on exactly one of them."""


MOST_TOGETHER: Final = 33
"""How many clocks a transaction moves: each is three writes, with its event and its owner's head."""


class ClockRecalculation:
    """Reads open clocks and recalculates them."""

    def __init__(self, store: ClockStore, timeline: Timeline, *, yellow: Callable[[str, datetime], YellowRule]) -> None:
        """Save clocks together with events on their owners' timelines."""
        self._store = store
        self._timeline = timeline
        self._yellow = yellow

    def page(self, board: str, *, since: date, limit: int, after: dict[str, dict[str, Any]] | None) -> BoardPage:
        """Return a board's open clocks that are due on a day or later, oldest first."""
        return self._store.due_from(board, start_of_day(since), limit=limit, after=after)

    def behind(self, clock: Clock, board: str) -> dict[str, dict[str, Any]]:
        """Return the position on a board after a clock."""
        return self._store.place_of(clock, board)

    def would_be(self, clock: Clock, *, calendar: Calendar, at: datetime) -> Clock | None:
        """Return the clock recalculated with a calendar; ``None`` if nothing changes."""
        counted = clocks.recount(clock, at=at, calendar=calendar, yellow=self._yellow(clock.pack, at))
        return counted if clock.stopped_at is None and clocks.has_moved(clock, counted) else None

    def recount_page(self, seen: Page[Clock], *, calendar: Calendar, reason: str, edition: str, at: datetime) -> Step:
        """Recalculate the clocks of a page, many in a transaction, and one by one what has changed meanwhile.

        ``seen`` is what an index returned: only a clock that would change is read again and saved.
        """
        moving, left = self._moving(seen.items, calendar=calendar, at=at)
        moved = 0
        while moving:
            batch, moving = _of_different_owners(moving)
            try:
                moved += self._recount_together(batch, calendar=calendar, reason=reason, edition=edition, at=at)
            except Exception:  # noqa: BLE001 - one of them failed, or has changed meanwhile: each is tried by itself
                left.extend(batch)
        step = step_over(
            Page(tuple(left), seen.after),
            lambda clock: self.recount(clock, calendar=calendar, reason=reason, edition=edition, at=at),
            named=lambda clock: clock.clock_id,
        )
        return replace(step, looked_at=len(seen.items), changed=step.changed + moved)

    def _moving(self, clocks: Sequence[Clock], *, calendar: Calendar, at: datetime) -> tuple[list[Clock], list[Clock]]:
        """Return the clocks that would change, and those that cannot be counted as they were seen."""
        moving: list[Clock] = []
        failing: list[Clock] = []
        for clock in clocks:
            try:
                if self.would_be(clock, calendar=calendar, at=at) is not None:
                    moving.append(clock)
            except Exception:  # noqa: BLE001 - it is tried by itself, and fails there if it must
                failing.append(clock)
        return moving, failing

    def _recount_together(
        self, batch: Sequence[Clock], *, calendar: Calendar, reason: str, edition: str, at: datetime
    ) -> int:
        names = [(clock.owner, clock.clock_id) for clock in batch]
        clocks, heads = self._store.together(names, [clock.owner for clock in batch])
        moved = 0
        with transaction() as tx:
            for clock, head in zip(clocks, heads, strict=True):
                counted = None if clock is None else self.would_be(clock, calendar=calendar, at=at)
                if clock is not None and counted is not None:
                    if head is None:
                        raise DomainError(ErrorCode.NOT_FOUND)
                    self._store.save(counted, tx)
                    event = events.recounted(clock, counted, reason=reason, edition=edition, at=at)
                    self._timeline.append([event], owner=clock.owner, at=at, tx=tx, known=head)
                    moved += 1
        return moved

    @retry_on_conflict
    def recount(self, seen: Clock, *, calendar: Calendar, reason: str, edition: str, at: datetime) -> bool:
        """Recalculate a clock and save it with its event, all or nothing; return whether it changed."""
        clock = self._store.get(seen.owner, seen.clock_id)
        counted = self.would_be(clock, calendar=calendar, at=at)
        if counted is None:
            return False
        with transaction() as tx:
            self._store.save(counted, tx)
            event = events.recounted(clock, counted, reason=reason, edition=edition, at=at)
            self._timeline.append([event], owner=clock.owner, at=at, tx=tx)
        return True


def _of_different_owners(clocks: Sequence[Clock]) -> tuple[list[Clock], list[Clock]]:
    """Return as many clocks as fit into a transaction, one of each owner, and those that are left."""
    batch: dict[str, Clock] = {}
    left: list[Clock] = []
    for clock in clocks:
        if clock.owner in batch or len(batch) == MOST_TOGETHER:
            left.append(clock)
        else:
            batch[clock.owner] = clock
    return list(batch.values()), left
