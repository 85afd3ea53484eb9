"""On which lists a clock stands, and which list answers a question: each is one partition of one index."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.clocks.model import Clock, ClockKind, Light

PERSONS = ("applicant", "subject:")
"""How those begin whom a clock binds if it does not bind an office."""


class ClockStatus(StrEnum):
    """How an open clock stands; each stands on lists of its own, for its due date means something else."""

    RUNNING = "running"
    PAUSED = "paused"
    PROVISIONAL = "provisional"


class Listing(StrEnum):
    """The lists, by the attribute that names the partition; the first that a question fits answers it."""

    OFFICER = "officer_board"
    ITEM = "item_board"
    KIND = "kind_board"
    DEPARTMENT = "board"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFilter:
    """Which of a department's open clocks; without a light, what is late or nearly so."""

    department: str
    light: Light | None = None
    kind: ClockKind | None = None
    officer: str | None = None
    item: str | None = None

    @property
    def standing(self) -> ClockStatus:
        """Where clocks that show the light stand."""
        match self.light:
            case Light.GREY:
                return ClockStatus.PAUSED
            case Light.WHITE:
                return ClockStatus.PROVISIONAL
            case _:
                return ClockStatus.RUNNING

    @property
    def is_near(self) -> bool:
        """Whether what is nearly due is wanted: a pause that has outlasted its notice belongs there too (R4.10)."""
        return self.light in {None, Light.YELLOW}


def standing_of(clock: Clock) -> ClockStatus | None:
    """Return how a clock stands, ``None`` if it is over; one that was late before its pause runs on the lists."""
    pause = clock.open_pause
    if clock.stopped_at is not None:
        return None
    if clock.provisional:
        return ClockStatus.PROVISIONAL
    if pause is not None and not clock.is_late(pause.started_at):
        return ClockStatus.PAUSED
    return ClockStatus.RUNNING


def lists_of(clock: Clock) -> Mapping[Listing, str]:
    """Return the partition of each list on which a clock stands; of none once it is over."""
    standing = standing_of(clock)
    if standing is None:
        return {}
    names = {Listing.OFFICER: clock.responsible, Listing.ITEM: clock.item, Listing.KIND: clock.kind.value}
    lists = {listing: partition(clock.department, standing, name) for listing, name in names.items() if name}
    return {**lists, Listing.DEPARTMENT: partition(clock.department, standing)}


def lists_for(sought: ClockFilter, standing: ClockStatus) -> Mapping[Listing, str]:
    """Return the partitions that a clock must stand in to be shown, the one that holds fewest others first.

    Somebody's own clocks are few; an item's are fewer than all of a kind.
    """
    names = {Listing.OFFICER: sought.officer, Listing.ITEM: sought.item, Listing.KIND: sought.kind}
    lists = {listing: partition(sought.department, standing, name) for listing, name in names.items() if name}
    return lists or {Listing.DEPARTMENT: partition(sought.department, standing)}


def partition(department: str, standing: ClockStatus, name: str = "") -> str:
    """Name a partition; the name comes last, for only a staff id might hold a slash."""
    if not name:
        return department if standing is ClockStatus.RUNNING else f"{department}/{standing}"
    return f"{department}/{standing}/{name}"


def binds_person(clock: Clock) -> bool:
    """Whether the clock binds the person that the matter is about, and not an office."""
    return clock.responsible.startswith(PERSONS)
