"""Loading and saving editions, and the calendars made from them."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.calendars.model import Year, owner_of
from chalicelib.calendars.rules import editions_at, years_within_reach
from chalicelib.calendars.table import YearRow
from chalicelib.clock import day_in_shanghai
from chalicelib.dynamo.transaction import read_together
from chalicelib.timeline.repository import Repository
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Edition

KEPT_SECONDS = 30
"""How long a process uses the editions that it has read; a recalculation repeats after that."""


class YearStore(Repository[Year]):
    """All years."""

    kind = "calendar"
    row = YearRow

    def each(self, years: Sequence[int]) -> tuple[Year, ...]:
        """Return these years in one strongly consistent read; a year without a row has no editions."""
        rows = read_together(*(YearRow(owner_of(year)) for year in years))
        return tuple(
            Year(year=year) if row is None else self.from_row(row) for year, row in zip(years, rows, strict=True)
        )


class LoadedCalendars:
    """The calendars made from the editions packaged with the code and those loaded since."""

    def __init__(
        self,
        store: YearStore,
        packaged: Sequence[Edition],
        *,
        now: Callable[[], datetime],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read ``store`` when a calendar is needed and the cache is too old; ``now`` says which years exist."""
        self._store = store
        self.packaged = tuple(packaged)
        self._now = now
        self._ticks = ticks
        self._years: tuple[Year, ...] = ()
        self._read_at: float | None = None
        self._made: dict[tuple[tuple[int, int], ...], Calendar] = {}

    def current(self) -> Calendar:
        """Return the calendar for new dates, at most half a minute old."""
        years = self._fresh()
        loaded = [each.loaded_at for year in years for each in year.editions]
        return self._calendar(years, at=max(loaded, default=self._now()))

    def at(self, instant: datetime) -> Calendar:
        """Return the calendar that was in use at an instant."""
        return self._calendar(self._fresh(), at=instant)

    def packaged_for(self, year: int) -> Edition:
        """Return the edition of a year that came with the code; raises ``LookupError`` if none did."""
        found = next((edition for edition in self.packaged if edition.year == year), None)
        if found is None:
            raise LookupError(year)
        return found

    def refresh(self) -> None:
        """Drop the cache, so that the next call reads again."""
        self._read_at = None

    def _fresh(self) -> tuple[Year, ...]:
        ticks = self._ticks()
        if self._read_at is None or ticks - self._read_at >= KEPT_SECONDS:
            self._years = self._store.each(years_within_reach(day_in_shanghai(self._now())))
            self._read_at = ticks
        return self._years

    def _calendar(self, years: Sequence[Year], *, at: datetime) -> Calendar:
        editions = editions_at(self.packaged, years, at=at)
        named = tuple((edition.year, edition.number) for edition in editions)
        if named not in self._made:
            self._made[named] = Calendar(editions)
        return self._made[named]
