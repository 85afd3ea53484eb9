"""Walking over the open due dates of all departments, to recalculate them or to preview how they would move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chalicelib.calendars import rules
from chalicelib.calendars.model import Moving, Place, Preview, Recount, Year, first_day_touched
from chalicelib.calendars.rules import FIRST_YEAR, calendar_with
from chalicelib.calendars.store import LoadedCalendars, YearStore
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock
from chalicelib.clocks.rules import clocks as clock_rules
from chalicelib.clocks.services.recalculation import BOARDS, PROVISIONAL, ClockRecalculation
from chalicelib.dynamo.model import Page
from chalicelib.logging import logger
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.walks import model as walk
from chalicelib.walks.services import Walks
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Edition

PAGE = 100
"""How many clocks a step reads."""

LOOKED_AT_ONCE = 500
"""The most clocks that a page of a preview reads; it may be short, or empty, and still have a next page."""

WALK = "recount"


class Recalculation:
    """Recalculations and their previews."""

    def __init__(
        self,
        counting: ClockRecalculation,
        calendars: LoadedCalendars,
        years: YearStore,
        *,
        walks: Callable[[], Walks],
        departments: Sequence[str],
    ) -> None:
        """Walk over the boards of these departments, using the calendar as loaded."""
        self._counting = counting
        self._calendars = calendars
        self._years = years
        self._walks = walks
        self.boards = tuple(department + board for department in departments for board in BOARDS)

    def of(self, year: Year) -> Recount | None:
        """Return how far the recalculation after a year's last loaded edition has come; ``None`` without one."""
        if not year.editions:
            return None
        loaded = year.editions[-1]
        return rules.recount_of(loaded, self._walks().of(f"{WALK}:{year.year}/{loaded.edition.number}"))

    def on_event(self, event: Event, at: datetime) -> None:
        """Begin the recalculation for an edition that was loaded, all boards side by side. Idempotent."""
        if event.kind == EventKind.CALENDAR_LOADED:
            name = f"{WALK}:{event.data['year']}/{event.data['edition']}"
            self._walks().begin(name, self.boards, at=at)

    def catch_up(self, *, at: datetime) -> tuple[int, ...]:
        """Begin the recalculation of years that are announced while due dates still wait for them; return the years.

        An edition that comes with a release is loaded by nobody, and a process of the release before may start a clock
        without it. One query a department, which reads the clock that is due first among the provisional ones.
        Idempotent; a year is walked at most once a day, even if one of its clocks can never be counted.
        """
        self._calendars.refresh()
        calendar = self._calendars.current()
        found: dict[int, Edition] = {}
        for board in (board for board in self.boards if board.endswith(PROVISIONAL)):
            for clock in self._counting.page(board, since=date(FIRST_YEAR, 1, 1), limit=1, after=None).clocks:
                if self._waits_no_more(clock, calendar=calendar, at=at):
                    known = (edition for edition in calendar.editions if edition.year <= clock.due_on.year)
                    newest = max(known, key=lambda edition: edition.year)
                    found[newest.year] = newest
        return tuple(year for year, edition in sorted(found.items()) if self._begin_again(edition, at=at))

    def _waits_no_more(self, clock: Clock, *, calendar: Calendar, at: datetime) -> bool:
        """Return whether a provisional date would change; of one that cannot be counted, whether its year is there."""
        try:
            return self._counting.would_be(clock, calendar=calendar, at=at) is not None
        except Exception as error:  # noqa: BLE001 - one bad row must keep no other from its walk, which counts it
            logger("recount").exception("clock_not_counted", clock=clock.clock_id, error=type(error).__name__)
            return calendar.is_announced(clock.due_on)

    def _begin_again(self, edition: Edition, *, at: datetime) -> bool:
        """Begin the walk of the day for an edition, unless it has begun; return whether this call did."""
        name = f"{WALK}:{edition.year}/{edition.number}"
        first = self._walks().of(name)
        today = f"{name}/{day_in_shanghai(at)}"
        if any(not part.is_done for part in first) or self._walks().of(today):
            return False
        self._walks().begin(today, self.boards, at=at)
        return True

    def step(self, about: str, board: str, place: walk.Place, at: datetime) -> walk.Step:
        """Recalculate the next clocks of a board; nothing once a later edition of the year was loaded.

        ``about`` is the year, the edition's number, and the day if the edition is walked again.
        """
        number, edition, *_ = about.split("/")
        (year,) = self._years.each([int(number)])
        if str(len(year.editions)) != edition:
            return walk.Step()
        # One that came with a release was loaded by nobody.
        notice, loaded_at = (
            (year.editions[-1].edition.notice, year.editions[-1].loaded_at)
            if year.editions
            else (self._calendars.packaged_for(year.year).notice, at)
        )
        self._calendars.refresh()
        calendar = self._calendars.current()
        page = self._counting.page(board, since=first_day_touched(year.year), limit=PAGE, after=place.get("key"))
        step = self._counting.recount_page(
            Page(page.clocks, page.after),
            calendar=calendar,
            reason=notice.citation,
            edition=f"{number}/{edition}",
            at=at,
        )
        return rules.next_step(step, passage=place.get("passage", 1), key=page.after, loaded_at=loaded_at)

    def preview(self, edition: Edition, *, at: datetime, limit: int, after: Place | None) -> Preview:
        """Return a page of what an edition would move or cannot, in the order of a recalculation; writes nothing."""
        calendar = calendar_with(self._calendars.current(), edition)
        place: Place | None = after or Place()
        movings: list[Moving] = []
        looked_at = 0
        while place is not None and self.boards and len(movings) < limit and looked_at < LOOKED_AT_ONCE:
            clocks, place = self._page(place, year=edition.year, limit=min(PAGE, limit - len(movings)))
            looked_at += len(clocks)
            movings.extend(moving for clock in clocks if (moving := self._moving(clock, calendar=calendar, at=at)))
        return Preview(looked_at=looked_at, movings=tuple(movings), after=place if self.boards else None)

    def waiting(
        self, year: int, *, limit: int, after: Mapping[str, Any] | None
    ) -> tuple[tuple[Clock, ...], Mapping[str, Any] | None]:
        """Return a page of open due dates of all departments that need a year's edition, oldest due first.

        One query per department: each reads a whole page, and the next page starts after what was used of it.
        """
        if self._calendars.current().is_announced(date(year, 1, 1)):
            return (), None
        begin = after or {board: None for board in self.boards if board.endswith(PROVISIONAL)}
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
            self.boards[place.board], since=first_day_touched(year), limit=limit, after=place.key
        )
        return page.clocks, self._behind(place, page.after)

    def _behind(self, place: Place, key: dict[str, dict[str, str]] | None) -> Place | None:
        if key is not None:
            return Place(place.board, key)
        return Place(place.board + 1) if place.board + 1 < len(self.boards) else None

    def _moving(self, clock: Clock, *, calendar: Calendar, at: datetime) -> Moving | None:
        light = clock_rules.light(clock, at=at)
        try:
            counted = self._counting.would_be(clock, calendar=calendar, at=at)
        except LookupError:  # no release has its rule pack any more
            return Moving(clock=clock, light=light)
        if counted is None:
            return None
        return Moving(
            clock=clock,
            light=light,
            would_be=replace(counted, rev=clock.rev),
            would_be_light=clock_rules.light(counted, at=at),
        )
