"""Loading and saving editions, and the calendars that they make."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.calendars.model import Recount, Year, owner_of
from chalicelib.calendars.rules import editions_at, years_within_reach
from chalicelib.calendars.table import YearRow
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import TaskKind
from chalicelib.clocks.store import Task, TaskStore
from chalicelib.dynamo.transaction import Transaction, read_together
from chalicelib.timeline.repository import Repository
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Edition

if TYPE_CHECKING:
    from pydantic import TypeAdapter

KEPT_SECONDS = 30
"""How long a process counts on the editions that it has read; a recount looks again when that is over."""


class YearStore(Repository[Year]):
    """All years."""

    kind = "calendar"
    row = YearRow

    def each(self, years: Sequence[int]) -> tuple[Year, ...]:
        """Return years in one strongly consistent read; one that has no row has no editions."""
        rows = read_together(*(YearRow(owner_of(year)) for year in years))
        return tuple(
            Year(year=year) if row is None else self.from_row(row) for year, row in zip(years, rows, strict=True)
        )


class RecountStore:
    """The last recount of each year, kept where the sweep sees it while it runs."""

    def __init__(self, tasks: TaskStore) -> None:
        """Keep recounts as tasks."""
        self._tasks = tasks

    def of(self, year: int) -> Recount | None:
        """Return the recount that a year's last edition brought, strongly consistent."""
        task = self._tasks.get(f"{TaskKind.RECOUNT}:{year}", TaskKind.RECOUNT)
        return None if task is None else _recounts().validate_json(task.text)

    def save(self, recount: Recount, tx: Transaction) -> None:
        """Write a recount over the revision that it was made from; ``MovedError`` if that is no more."""
        text = _recounts().dump_json(recount).decode()
        owner = f"{TaskKind.RECOUNT}:{recount.year}"
        self._tasks.save(
            Task(owner=owner, kind=TaskKind.RECOUNT, text=text, next_at=recount.next_at, rev=recount.rev), tx
        )


@cache
def _recounts() -> "TypeAdapter[Recount]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - importing it waits for the first use

    return TypeAdapter(Recount)


class LoadedCalendars:
    """The calendars of the editions that are packaged with the code and those that were loaded since."""

    def __init__(
        self,
        store: YearStore,
        packaged: Sequence[Edition],
        *,
        now: Callable[[], datetime],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read ``store`` when a calendar is asked for and what was read is too old; ``now`` says which years exist."""
        self._store = store
        self.packaged = tuple(packaged)
        self._now = now
        self._ticks = ticks
        self._years: tuple[Year, ...] = ()
        self._read_at: float | None = None
        self._made: dict[tuple[tuple[int, int], ...], Calendar] = {}

    def current(self) -> Calendar:
        """Return the calendar that new dates are counted on, at most half a minute old."""
        years = self._fresh()
        loaded = [each.loaded_at for year in years for each in year.editions]
        return self._calendar(years, at=max(loaded, default=self._now()))

    def at(self, instant: datetime) -> Calendar:
        """Return the calendar that dates were counted on at an instant."""
        return self._calendar(self._fresh(), at=instant)

    def refresh(self) -> None:
        """Forget what was read: the next question reads again."""
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
