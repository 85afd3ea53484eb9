"""A year's editions, and the recount that a new one brings."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from chalicelib.clocks.model import Clock, Light
from chalicelib.timeline.events import ChainHead
from chalicelib.workdays.model.limits import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An edition, when it was loaded and by whom."""

    edition: Edition
    loaded_at: datetime
    loaded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """All editions of a year that were loaded, oldest first, and when it was missed if it was.

    ``version`` and ``head`` are the row's own and are not part of the stored document; 0 is a year without a row.
    """

    year: int
    editions: tuple[Loaded, ...] = ()
    missed_at: datetime | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """What its timeline is kept under."""
        return owner_of(self.year)

    @property
    def latest(self) -> Edition | None:
        """The edition that was loaded last, if any was."""
        return self.editions[-1].edition if self.editions else None


def owner_of(year: int) -> str:
    """Return the owner's name under which a year's timeline is kept."""
    return f"calendar:{year}"


class RecountState(StrEnum):
    """Whether every open due date has been looked at since an edition was loaded."""

    RUNNING = "running"
    DONE = "done"


class Place(NamedTuple):
    """How far a walk over the boards has come: which board, and after which row of it."""

    board: int = 0
    key: dict[str, dict[str, Any]] | None = None


AT_THE_START = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """Counting every open due date anew because of an edition (R4.5); goes on where it was interrupted.

    ``passage`` 1 looks at everything at once; 2 does so again when no process can count on the old calendar any more.
    """

    year: int
    number: int
    reason: str
    loaded_at: datetime
    passage: int = 1
    place: Place = AT_THE_START
    looked_at: int = 0
    moved: int = 0
    failed: int = 0
    state: RecountState = RecountState.RUNNING
    next_at: datetime | None
    rev: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """An open due date that an edition would move, as it stands and as it would."""

    clock: Clock
    light: Light
    would_be: Clock
    would_be_light: Light


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A page of what an edition would move; ``after`` is where the next one begins."""

    looked_at: int
    movings: tuple[Moving, ...]
    after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearStatus:
    """A year as it stood at a moment: the edition that counted, all that had been loaded, and the last recount."""

    year: int
    edition: Edition
    loaded: tuple[Loaded, ...]
    version: int
    recount: Recount | None


def first_day_touched(year: int) -> date:
    """Return the first day that an edition can say anything about: notices reach back into December."""
    return date(year - 1, 12, 1)
