"""Walking over the open due dates of all departments, to recalculate them or to preview how they would move."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chalicelib.calendars.model import Moving, Place, Preview, Recount, RecountState, first_day_touched
from chalicelib.calendars.rules import advance, calendar_with
from chalicelib.calendars.store import LoadedCalendars, RecountStore
from chalicelib.clocks.model import Clock
from chalicelib.clocks.rules import clocks as clock_rules
from chalicelib.clocks.services.recalculation import BOARDS, PROVISIONAL, ClockRecalculation
from chalicelib.dynamo.transaction import ConflictError, Transaction, transaction
from chalicelib.logging import logger
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Edition

PAGE = 100
"""How many clocks are in a batch; progress is saved after each."""

BATCHES_AT_ONCE = 5
"""How many batches one sweep runs, so that it ends within its minute even if every clock moves."""

LOOKED_AT_ONCE = 500
"""The most clocks that a page of a preview reads; it may be short, or empty, and still have a next page."""


class RecountIncompleteError(RuntimeError):
    """Some clocks could not be recalculated; the others were, and the log says which."""


class Recalculation:
    """Recalculations and their previews."""

    def __init__(
        self,
        store: RecountStore,
        counting: ClockRecalculation,
        calendars: LoadedCalendars,
        *,
        departments: Sequence[str],
    ) -> None:
        """Walk over the boards of these departments, using the calendar as loaded."""
        self._store = store
        self._counting = counting
        self._calendars = calendars
        self._boards = tuple(department + board for department in departments for board in BOARDS)

    def of(self, year: int) -> Recount | None:
        """Return the recalculation that a year's last edition started."""
        return self._store.of(year)

    def begin(self, edition: Edition, *, at: datetime, tx: Transaction) -> Recount:
        """Start the recalculation of everything, replacing that of an earlier edition."""
        before = self._store.of(edition.year)
        recount = Recount(
            year=edition.year,
            number=edition.number,
            reason=edition.notice.citation,
            loaded_at=at,
            next_at=at,
            rev=1 if before is None else before.rev + 1,
        )
        self._store.save(recount, tx)
        return recount

    def step(self, owner: str, _kind: str, at: datetime) -> None:
        """Continue from the sweep, a few batches at a time; raises at the end if a clock failed."""
        year = int(owner.partition(":")[2])
        for _ in range(BATCHES_AT_ONCE):
            before = self._store.of(year)
            if before is None or before.next_at is None or before.next_at > at:
                return
            after = self.go_on(before, at=at)
            if after is None:
                return
            if after.failed > before.failed:
                message = f"{after.failed - before.failed} clocks could not be counted anew"
                raise RecountIncompleteError(message)

    def go_on(self, recount: Recount, *, at: datetime) -> Recount | None:
        """Process one batch and save the progress; ``None`` if another process continued meanwhile."""
        if recount.state is RecountState.DONE or not self._boards:
            return recount
        self._calendars.refresh()
        calendar = self._calendars.current()
        edition = f"{recount.year}/{recount.number}"
        clocks, place = self._batch(recount)
        moved = failed = 0
        for clock in clocks:
            try:
                moved += self._counting.recount(clock, calendar=calendar, reason=recount.reason, edition=edition, at=at)
            except Exception as error:  # noqa: BLE001 - one poisoned row must not keep the others from being counted
                failed += 1
                logger("recount").exception("clock_not_recounted", clock=clock.clock_id, error=type(error).__name__)
        following = advance(recount, place, looked_at=len(clocks), moved=moved, failed=failed, at=at)
        try:
            with transaction() as tx:
                self._store.save(following, tx)
        except ConflictError:
            return None
        return following

    def _batch(self, recount: Recount) -> tuple[list[Clock], Place | None]:
        """Return the clocks to check next, over as many boards as it takes."""
        place: Place | None = recount.place
        clocks: list[Clock] = []
        while place is not None and len(clocks) < PAGE:
            more, place = self._page(place, year=recount.year, limit=PAGE - len(clocks))
            clocks.extend(more)
        return clocks, place

    def preview(self, edition: Edition, *, at: datetime, limit: int, after: Place | None) -> Preview:
        """Return a page of what an edition would move, in the order of a recalculation; writes nothing."""
        calendar = calendar_with(self._calendars.current(), edition)
        place: Place | None = after or Place()
        movings: list[Moving] = []
        looked_at = 0
        while place is not None and self._boards and len(movings) < limit and looked_at < LOOKED_AT_ONCE:
            clocks, place = self._page(place, year=edition.year, limit=min(PAGE, limit - len(movings)))
            looked_at += len(clocks)
            movings.extend(moving for clock in clocks if (moving := self._moving(clock, calendar=calendar, at=at)))
        return Preview(looked_at=looked_at, movings=tuple(movings), after=place if self._boards else None)

    def waiting(
        self, year: int, *, limit: int, after: Mapping[str, Any] | None
    ) -> tuple[tuple[Clock, ...], Mapping[str, Any] | None]:
        """Return a page of open due dates of all departments that need a year's edition, oldest due first.

        One query per department: each reads a whole page, and the next page starts after what was used of it.
        """
        if self._calendars.current().is_announced(date(year, 1, 1)):
            return (), None
        begin = after or {board: None for board in self._boards if board.endswith(PROVISIONAL)}
        pages = {
            board: self._counting.page(board, since=date(year, 1, 1), limit=limit, after=key)
            for board, key in begin.items()
        }
        found = sorted(
            ((clock, board) for board, page in pages.items() for clock in page.clocks),
            key=lambda each: (each[0].due_at, each[0].owner, each[0].clock_id),
        )[:limit]
        following = {}
        for board, page in pages.items():
            taken = [clock for clock, on in found if on == board]
            if len(taken) < len(page.clocks):
                following[board] = self._counting.behind(taken[-1], board) if taken else begin[board]
            elif page.after is not None:
                following[board] = page.after
        return tuple(clock for clock, _ in found if clock.started_at.year <= year), following or None

    def _page(self, place: Place, *, year: int, limit: int) -> tuple[tuple[Clock, ...], Place | None]:
        page = self._counting.page(
            self._boards[place.board], since=first_day_touched(year), limit=limit, after=place.key
        )
        return page.clocks, self._behind(place, page.after)

    def _behind(self, place: Place, key: dict[str, dict[str, str]] | None) -> Place | None:
        if key is not None:
            return Place(place.board, key)
        return Place(place.board + 1) if place.board + 1 < len(self._boards) else None

    def _moving(self, clock: Clock, *, calendar: Calendar, at: datetime) -> Moving | None:
        counted = self._counting.would_be(clock, calendar=calendar, at=at)
        if counted is None:
            return None
        return Moving(
            clock=clock,
            light=clock_rules.light(clock, at=at),
            would_be=replace(counted, rev=clock.rev),
            would_be_light=clock_rules.light(counted, at=at),
        )
