"""A year's editions, and the recalculation that a new one starts."""

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
    """An edition, with when and by whom it was loaded."""

    edition: Edition
    loaded_at: datetime
    loaded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """All loaded editions of a year, oldest first, and when a missing one was recorded, if it was.

    ``version`` and ``head`` belong to the row and are not part of the stored document; 0 is a year without a row.
    """

    year: int
    editions: tuple[Loaded, ...] = ()
    missed_at: datetime | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The name of its timeline."""
        return owner_of(self.year)

    @property
    def latest(self) -> Edition | None:
        """The edition loaded last, if any."""
        return self.editions[-1].edition if self.editions else None


def owner_of(year: int) -> str:
    """Return the name of a year's timeline."""
    return f"calendar:{year}"


class RecountState(StrEnum):
    """Whether every open due date has been checked since an edition was loaded."""

    RUNNING = "running"
    DONE = "done"


class Place(NamedTuple):
    """The position of a preview: which board, and after which of its rows."""

    board: int = 0
    key: dict[str, dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """How far the recalculation of every open due date after an edition has come (R4.5)."""

    year: int
    number: int
    looked_at: int = 0
    moved: int = 0
    failed: int = 0
    state: RecountState = RecountState.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """An open due date that an edition would move, before and after.

    There is no after where the rule pack is gone by which it would be counted; it stays as it is then.
    """

    clock: Clock
    light: Light
    would_be: Clock | None = None
    would_be_light: Light | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A page of what an edition would move; ``after`` is where the next page begins."""

    looked_at: int
    movings: tuple[Moving, ...]
    after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearStatus:
    """A year as of an instant: the edition in use, all loaded by then, and the last recalculation."""

    year: int
    edition: Edition
    loaded: tuple[Loaded, ...]
    version: int
    recount: Recount | None


def first_day_touched(year: int) -> date:
    """Return the first day that an edition can affect: notices reach back into December."""
    return date(year - 1, 12, 1)
