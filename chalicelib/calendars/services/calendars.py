"""Loading editions, previewing what they would move, and recording overdue ones."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chalicelib.calendars import rules
from chalicelib.calendars.model import Loaded, Place, Preview, Year, YearStatus
from chalicelib.calendars.services.recalculation import Recalculation
from chalicelib.calendars.store import LoadedCalendars, YearStore
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.rulepacks.model.pack import Milestone, RulePack
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.workdays.model.limits import Edition, Notice

EDITORS = (Role.CALENDAR_EDITOR,)
WAITING_FOR_IT = (Role.CALENDAR_EDITOR, Role.MONITOR)
EDITION_ROUTE = "calendar_edition"
"""The name of the alert route for a missing edition in rule packs."""


class CalendarEditions:
    """The editions of all years."""

    def __init__(
        self,
        store: YearStore,
        calendars: LoadedCalendars,
        recounts: Recalculation,
        *,
        pack: Callable[[datetime], RulePack],
    ) -> None:
        """``recounts`` recalculates due dates; ``pack`` says when an edition is overdue."""
        self._store = store
        self._calendars = calendars
        self._recounts = recounts
        self._pack = pack

    def proposed(
        self,
        year: int,
        notice: Notice,
        holidays: dict[date, str],
        make_up_days: dict[date, str],
        *,
        by: Caller,
        at: datetime,
    ) -> Edition:
        """Return the edition submitted; ``EDITION_NOT_ACCEPTABLE`` with every fault."""
        require(by, roles=EDITORS)
        faults = rules.faults_of(year, notice, holidays, make_up_days, today=day_in_shanghai(at))
        if faults:
            raise DomainError(ErrorCode.EDITION_NOT_ACCEPTABLE, faults=faults)
        return Edition(year=year, notice=notice, holidays=holidays, make_up_days=make_up_days)

    def preview(self, edition: Edition, *, by: Caller, at: datetime, limit: int, after: Place | None) -> Preview:
        """Return a page of the open due dates that an edition would move (dry run); writes nothing."""
        require(by, roles=EDITORS)
        self._calendars.refresh()
        return self._recounts.preview(edition, at=at, limit=limit, after=after)

    def load(self, edition: Edition, *, by: Caller, version: int | None, at: datetime) -> YearStatus:
        """Load a year's next edition; its event begins the recalculation of open due dates.

        Idempotent for the same content. ``PRECONDITION_REQUIRED`` and ``STALE_VERSION`` if one was loaded before.
        """
        require(by, roles=EDITORS)
        year = self._load(edition, by=by, version=version, at=at)
        self._calendars.refresh()
        counting = year.latest or self._packaged(edition)
        return YearStatus(
            year=year.year,
            edition=counting,
            loaded=year.editions,
            version=year.version,
            recount=self._recounts.of(year),
        )

    @retry_on_conflict
    def _load(self, edition: Edition, *, by: Caller, version: int | None, at: datetime) -> Year:
        (before,) = self._store.each([edition.year])
        counting = before.latest or self._packaged(edition)
        if rules.is_same(edition, counting) and (before.latest or counting is not edition):
            return before
        if before.editions and version is None:
            raise DomainError(ErrorCode.PRECONDITION_REQUIRED)
        if version is not None and version != before.version:
            raise DomainError(ErrorCode.STALE_VERSION)
        after = rules.with_edition(before, edition, by=by.actor, at=at)
        loaded = after.editions[-1]
        with transaction() as tx:
            return self._store.save(before, after, [_loaded(loaded, by=by)], at=at, tx=tx)

    def _packaged(self, edition: Edition) -> Edition:
        """Return the packaged edition of a year, or the given one if there is none."""
        packaged = self._calendars.packaged
        return next((each for each in packaged if each.year == edition.year), edition)

    def years(self, *, at: datetime, now: datetime) -> tuple[YearStatus, ...]:
        """Return every year that had an edition at an instant, oldest first."""
        within_reach = rules.years_within_reach(day_in_shanghai(now))
        return self._statuses(self._store.each(within_reach), at=at)

    def year(self, number: int, *, at: datetime, now: datetime) -> YearStatus:
        """Return a year as of an instant; ``NOT_FOUND`` if it had no edition."""
        if number not in rules.years_within_reach(day_in_shanghai(now)):
            raise DomainError(ErrorCode.NOT_FOUND)
        (stored,) = self._store.each([number])
        found = next((each for each in self._statuses((stored,), at=at) if each.year == number), None)
        if found is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return replace(found, recount=self._recounts.of(stored))

    def _statuses(self, years: tuple[Year, ...], *, at: datetime) -> tuple[YearStatus, ...]:
        known = {year.year: year for year in years}
        return tuple(
            YearStatus(
                year=edition.year,
                edition=edition,
                loaded=tuple(each for each in known[edition.year].editions if each.loaded_at <= at),
                version=known[edition.year].version,
                recount=None,
            )
            for edition in rules.editions_at(self._calendars.packaged, years, at=at)
            if edition.year in known
        )

    def waiting(
        self, year: int, *, by: Caller, at: datetime, limit: int, after: Mapping[str, Any] | None
    ) -> tuple[tuple[Clock, ...], Mapping[str, Any] | None]:
        """Return a page of the open due dates that wait for a year's edition; ``NOT_FOUND`` for a year out of range."""
        require(by, roles=WAITING_FOR_IT)
        if year not in rules.years_within_reach(day_in_shanghai(at)):
            raise DomainError(ErrorCode.NOT_FOUND)
        return self._recounts.waiting(year, limit=limit, after=after)

    @retry_on_conflict
    def watch(self, at: datetime) -> int | None:
        """Record once that next year's edition is overdue by the rule pack's day; return the year.

        Idempotent and safe to run concurrently: it reads only the cached calendar if nothing is overdue or it is
        already recorded.
        """
        today = day_in_shanghai(at)
        pack = self._pack(at)
        wanted = today.year + 1
        if not rules.is_late(pack.edition_by, today=today):
            return None
        if self._calendars.current().is_announced(date(wanted, 1, 1)):
            return None
        (before,) = self._store.each([wanted])
        if before.editions or before.missed_at is not None:
            return None
        event = NewEvent(
            kind=EventKind.CALENDAR_MISSED,
            occurred_at=at,
            actor="service:remind",
            department="",
            data={
                "year": wanted,
                "kind": EDITION_ROUTE,
                "milestone": Milestone.MISSING.value,
                "pack": pack.code,
                "due_on": date(today.year, pack.edition_by.month, pack.edition_by.day).isoformat(),
                "basis": pack.edition_by.basis,
            },
        )
        with transaction() as tx:
            self._store.save(before, replace(before, missed_at=at), [event], at=at, tx=tx)
        return wanted


def _loaded(loaded: Loaded, *, by: Caller) -> NewEvent:
    edition = loaded.edition
    return NewEvent(
        kind=EventKind.CALENDAR_LOADED,
        occurred_at=loaded.loaded_at,
        actor=by.actor,
        department=by.department or "",
        data={
            "year": edition.year,
            "edition": edition.number,
            "title": edition.notice.title,
            "number": edition.notice.number,
            "issued_on": edition.notice.issued_on.isoformat(),
            "holidays": {day.isoformat(): name for day, name in sorted(edition.holidays.items())},
            "make_up_days": {day.isoformat(): name for day, name in sorted(edition.make_up_days.items())},
        },
    )
