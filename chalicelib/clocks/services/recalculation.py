"""Recalculating open due dates after a change of calendar (R4.5)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from chalicelib.clocks.model import Clock
from chalicelib.clocks.rules import clocks, events
from chalicelib.clocks.store import BoardPage, ClockStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.timeline.store import Timeline
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import YellowRule
from chalicelib.workdays.rules.due_dates import start_of_day

PROVISIONAL = "/provisional"
BOARDS = ("", "/paused", PROVISIONAL)
"""The suffixes of a department's boards; an open clock is on exactly one of them."""


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

    @retry_on_conflict
    def recount(self, seen: Clock, *, calendar: Calendar, reason: str, edition: str, at: datetime) -> bool:
        """Recalculate a clock and save it with its event, all or nothing; return whether it changed.

        ``seen`` is what an index returned: only a clock that would change is read again and saved.
        """
        if self.would_be(seen, calendar=calendar, at=at) is None:
            return False
        clock = self._store.get(seen.owner, seen.clock_id)
        counted = self.would_be(clock, calendar=calendar, at=at)
        if counted is None:
            return False
        with transaction() as tx:
            self._store.save(counted, tx)
            event = events.recounted(clock, counted, reason=reason, edition=edition, at=at)
            self._timeline.append([event], owner=clock.owner, at=at, tx=tx)
        return True
