"""The board of clocks and the heartbeats behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product

from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.rules.indexes import ClockFilter, ClockStatus
from chalicelib.clocks.services.clocks import Clocks
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_lists
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, department_shown, require
from chalicelib.relay.rules import behind
from chalicelib.relay.services import Relay
from chalicelib.supervision.rules.ageing import KINDS, Ageing, ageing_of

WATCHERS = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR)
WORKERS = (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)

DUE_FIRST = (Light.RED, Light.YELLOW, Light.GREEN, Light.GREY, Light.WHITE)
"""The lights in the order in which a worklist shows them."""

MOST_AGED = 1_000
"""How many clocks of a kind and status are read for the ageing of open cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A clock with its current light."""

    clock: Clock
    light: Light


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Filter for the board.

    Without a department it covers those that the caller watches; without a light, overdue and nearly due clocks.
    ``due_on`` wants the running ones that are due on a day, whatever their light.
    """

    department: str | None = None
    light: Light | None = None
    kind: ClockKind | None = None
    officer: str | None = None
    item: str | None = None
    due_on: date | None = None

    def within(self, department: str) -> ClockFilter:
        """Return the filter for one department."""
        return ClockFilter(
            department=department,
            light=self.light,
            kind=self.kind,
            officer=self.officer,
            item=self.item,
            due_on=self.due_on,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Since when nothing can have been missed; ``None`` for what is not known yet.

    ``complete_since`` is that of the sweep, while everything has been told. ``untold_seconds`` is how far behind that
    is, 0 while it is in time.
    """

    complete_since: datetime | None
    last_sweep_at: datetime | None
    lag_seconds: int | None
    told_until: datetime | None
    untold_seconds: int | None


class Supervision:
    """What supervisors see."""

    def __init__(self, clocks: Clocks, relay: Relay, *, departments: Sequence[str]) -> None:
        """Show all clocks alike: duties of offices beside those of applicants."""
        self._clocks = clocks
        self._relay = relay
        self._departments = tuple(departments)

    def board(self, wanted: Filter, *, by: Caller, at: datetime, limit: int, after: Position | None) -> Page[Shown]:
        """Return a page of open clocks, oldest due first; correct to the second, independent of the sweep.

        Without a light, these are the overdue and nearly due ones. A page reads a bounded number of clocks, so it may
        be short although another one follows. For callers who watch all departments and name none, departments follow
        one another. ``FORBIDDEN`` for another department, except for the monitoring office.
        """
        return self._page(self.watched(wanted.department, by=by), wanted, at=at, limit=limit, after=after)

    def worklist(
        self,
        wanted: Filter,
        *,
        lights: Sequence[Light] = DUE_FIRST,
        by: Caller,
        at: datetime,
        limit: int,
        after: Position | None,
    ) -> Page[Shown]:
        """Return a page of the open clocks of the caller's own department, to anybody who works there.

        The lights follow one another in the order of ``DUE_FIRST``, and within each light clocks by due day.
        """
        within = self.own(wanted, by=by)
        if within.due_on is not None:
            return self._shown(within, at=at, limit=limit, after=after)

        def of_light(light: str, most: int, begins: Position | None) -> Page[Shown]:
            return self._shown(replace(within, light=Light(light)), at=at, limit=most, after=begins)

        return page_of_lists([one for one in DUE_FIRST if one in lights], of_light, limit=limit, after=after)

    def own(self, wanted: Filter, *, by: Caller) -> ClockFilter:
        """Return the filter for the caller's own department; ``FORBIDDEN`` to whoever does not work there."""
        if by.department is None:
            raise DomainError(ErrorCode.FORBIDDEN)
        require(by, roles=WORKERS, department=by.department)
        return wanted.within(by.department)

    def _page(
        self,
        departments: Sequence[str],
        wanted: Filter,
        *,
        at: datetime,
        limit: int,
        after: Position | None,
    ) -> Page[Shown]:
        def of_department(name: str, most: int, begins: Position | None) -> Page[Shown]:
            return self._shown(wanted.within(name), at=at, limit=most, after=begins)

        return page_of_lists(departments, of_department, limit=limit, after=after)

    def _shown(self, wanted: ClockFilter, *, at: datetime, limit: int, after: Position | None) -> Page[Shown]:
        page = self._clocks.on_board(wanted, at=at, limit=limit, after=after)
        shown = (Shown(clock=clock, light=self._clocks.light(clock, at=at)) for clock in page.clocks)
        return Page(tuple(shown), page.after)

    def ageing(self, department: str | None, *, by: Caller, at: datetime) -> tuple[Ageing, ...]:
        """Return how long open cases have waited, for one department or for each that the caller watches.

        ``FORBIDDEN`` for another department, except for the monitoring office. A bounded number of clocks of each kind
        is read.
        """
        return tuple(self._aged(one, at=at) for one in self.watched(department, by=by))

    def _aged(self, department: str, *, at: datetime) -> Ageing:
        waits: list[tuple[Clock, ClockStatus]] = []
        is_more = False
        for kind, status in product(KINDS, ClockStatus):
            clocks = self._clocks.open_of_kind(kind, department, status, limit=MOST_AGED + 1)
            is_more |= len(clocks) > MOST_AGED
            waits.extend((clock, status) for clock in clocks[:MOST_AGED])
        return ageing_of(department, waits, today=day_in_shanghai(at), is_more=is_more)

    def watch(self, *, at: datetime) -> Watched:
        """Return since when nothing can have been missed: no clock by the sweep, and no event by the relay."""
        watch, told_until = self._clocks.watch(at=at), self._relay.told_until()
        seconds = behind(told_until, at=at)
        return Watched(
            complete_since=watch.complete_since if watch is not None and seconds == 0 else None,
            last_sweep_at=None if watch is None else watch.last_sweep_at,
            lag_seconds=None if watch is None else watch.lag_seconds,
            told_until=told_until,
            untold_seconds=seconds,
        )

    def watched(self, department: str | None, *, by: Caller) -> tuple[str, ...]:
        """Return the departments that the caller watches, or the one that is named.

        ``FORBIDDEN`` for another one than the caller's own, except for the monitoring office.
        """
        named = department_shown(department, by=by, roles=WATCHERS)
        return self._departments if named is None else (named,)

    def heartbeats(self, *, by: Caller, limit: int) -> tuple[dict[str, object], ...]:
        """Return the reports of the last sweeps, newest first."""
        require(by, roles=(*WATCHERS, Role.INSPECTOR))
        return self._clocks.heartbeats(limit=limit)
