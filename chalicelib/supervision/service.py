"""The board of clocks and the heartbeats behind it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.service import Clocks
from chalicelib.errors import Reason, Refusal
from chalicelib.policy import Caller, Role, require

WATCHERS = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A clock with the light that it shows now."""

    clock: Clock
    light: Light


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which clocks somebody wants to see; without a department, those of the caller's own."""

    department: str | None = None
    light: Light | None = None
    kind: ClockKind | None = None


class Supervision:
    """What supervisors see."""

    def __init__(self, clocks: Clocks) -> None:
        """Look at the clocks of every package alike: offices' duties stand beside applicants'."""
        self._clocks = clocks

    def board(
        self, wanted: Filter, *, by: Caller, at: datetime, most: int, after: dict[str, Any] | None
    ) -> tuple[tuple[Shown, ...], dict[str, Any] | None]:
        """Return a page of open clocks, oldest due first, right at the second a clock passes whatever the sweep did.

        ``FORBIDDEN`` for another department than one's own, but for the monitoring office.
        """
        department = wanted.department or by.department
        if department is None:
            raise Refusal(Reason.FORBIDDEN)
        require(by, roles=WATCHERS, department=department)
        page = self._clocks.on_board(department, light=wanted.light, kind=wanted.kind, at=at, most=most, after=after)
        shown = tuple(Shown(clock=clock, light=self._clocks.light(clock, at=at)) for clock in page.clocks)
        return shown, page.after

    def heartbeats(self, *, by: Caller, most: int) -> tuple[dict[str, object], ...]:
        """Return what the last sweeps saw, newest first."""
        require(by, roles=(*WATCHERS, Role.INSPECTOR))
        return self._clocks.heartbeats(most=most)
