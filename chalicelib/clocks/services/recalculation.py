"""Counting open due dates anew, because the calendar under them has changed (R4.5)."""

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
"""What a department's boards are called after its name: an open clock stands on one of them."""


class ClockRecalculation:
    """Walks over open clocks and counts them anew."""

    def __init__(self, store: ClockStore, timeline: Timeline, *, yellow: Callable[[str, datetime], YellowRule]) -> None:
        """Change clocks together with their owners' timelines."""
        self._store = store
        self._timeline = timeline
        self._yellow = yellow

    def page(self, board: str, *, since: date, limit: int, after: dict[str, dict[str, Any]] | None) -> BoardPage:
        """Return open clocks of a board that are due on a day or later, oldest first."""
        return self._store.due_from(board, start_of_day(since), limit=limit, after=after)

    def behind(self, clock: Clock, board: str) -> dict[str, dict[str, Any]]:
        """Return where a board goes on behind a clock."""
        return self._store.place_of(clock, board)

    def would_be(self, clock: Clock, *, calendar: Calendar, at: datetime) -> Clock | None:
        """Return the clock as it would be on a calendar; ``None`` if nothing about it moves."""
        counted = clocks.recounted(clock, at=at, calendar=calendar, yellow=self._yellow(clock.pack, at))
        return counted if clock.stopped_at is None and clocks.has_moved(clock, counted) else None

    @retry_on_conflict
    def recount(self, seen: Clock, *, calendar: Calendar, reason: str, edition: str, at: datetime) -> bool:
        """Count a clock anew with its event, all or nothing, and say whether it moved.

        ``seen`` is what an index showed: only a clock that moves by it is read again and written.
        """
        if self.would_be(seen, calendar=calendar, at=at) is None:
            return False
        clock = self._store.get(seen.owner, seen.clock_id)
        counted = self.would_be(clock, calendar=calendar, at=at)
        if counted is None:
            return False
        with transaction() as tx:
            self._store.save(counted, tx)
            fact = events.recounted(clock, counted, reason=reason, edition=edition, at=at)
            self._timeline.append([fact], owner=clock.owner, at=at, tx=tx)
        return True
