"""The lists that a clock is on, and the list that answers a query: each is one partition of one index."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.policy import Role

PERSONS = ("applicant", "subject:")
"""The prefixes of ``responsible`` when a clock binds a person and not an office."""


OF_EVERY_PROMISE = frozenset({ClockKind.HANDLING_STATUTORY, ClockKind.STEP, ClockKind.DELIVERY, ClockKind.VERIFICATION})
"""Kinds without a list of their own: nothing reads them by themselves, and whoever asks for one finds it among the
others, of which each is a good part. A list costs a write when a clock starts and another when it stops."""


class ClockStatus(StrEnum):
    """The status of an open clock; each status has its own lists, because the due date means something else."""

    RUNNING = "running"
    PAUSED = "paused"
    PROVISIONAL = "provisional"


class Listing(StrEnum):
    """The lists, by the attribute that holds the partition; the first that matches a query answers it."""

    OFFICER = "officer_board"
    ITEM = "item_board"
    KIND = "kind_board"
    DEPARTMENT = "board"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFilter:
    """Filter for a department's open clocks; without a light, overdue or nearly due ones.

    ``due_on`` wants the running ones that are due on a day instead.
    """

    department: str
    light: Light | None = None
    kind: ClockKind | None = None
    officer: str | None = None
    item: str | None = None
    due_on: date | None = None

    @property
    def status(self) -> ClockStatus:
        """The status of clocks that show this light."""
        match self.light:
            case Light.GREY:
                return ClockStatus.PAUSED
            case Light.WHITE:
                return ClockStatus.PROVISIONAL
            case _:
                return ClockStatus.RUNNING

    @property
    def is_near(self) -> bool:
        """Whether nearly due clocks are wanted, including pauses longer than the applicant was told (R4.10)."""
        return self.due_on is None and self.light in {None, Light.YELLOW}


def status_of(clock: Clock) -> ClockStatus | None:
    """Return a clock's status, ``None`` if it is stopped; one that was late before its pause counts as running."""
    pause = clock.open_pause
    if clock.stopped_at is not None:
        return None
    if clock.provisional:
        return ClockStatus.PROVISIONAL
    if pause is not None and not clock.is_late(pause.started_at):
        return ClockStatus.PAUSED
    return ClockStatus.RUNNING


def lists_of(clock: Clock) -> Mapping[Listing, str]:
    """Return the partition of each list that a clock is on; empty once it is stopped."""
    status = status_of(clock)
    if status is None:
        return {}
    lists = _lists(clock.department, status, officer=clock.responsible, item=clock.item, kind=clock.kind)
    return {**lists, Listing.DEPARTMENT: partition(clock.department, status)}


def list_for(wanted: ClockFilter, status: ClockStatus) -> tuple[Listing, str]:
    """Return the smallest list, and its partition, that holds every clock of a status which may match.

    One officer has few clocks; an item has fewer than a whole kind.
    """
    lists = _lists(wanted.department, status, officer=wanted.officer, item=wanted.item, kind=wanted.kind)
    return next(iter(lists.items()), (Listing.DEPARTMENT, partition(wanted.department, status)))


def _lists(
    department: str, status: ClockStatus, *, officer: str | None, item: str | None, kind: ClockKind | None
) -> dict[Listing, str]:
    """Return the lists within a department's, the smallest first.

    A role has none: what nobody has in hand yet is found among the others.
    """
    names = {
        Listing.OFFICER: None if officer in set(Role) else officer,
        Listing.ITEM: item,
        Listing.KIND: None if kind in OF_EVERY_PROMISE else kind,
    }
    return {listing: partition(department, status, name) for listing, name in names.items() if name}


def partition(department: str, status: ClockStatus, name: str = "") -> str:
    """Name a partition; the name comes last, because a staff id might contain a slash."""
    if not name:
        return department if status is ClockStatus.RUNNING else f"{department}/{status}"
    return f"{department}/{status}/{name}"


def binds_person(clock: Clock) -> bool:
    """Whether the clock binds the person concerned, and not an office."""
    return clock.responsible.startswith(PERSONS)
