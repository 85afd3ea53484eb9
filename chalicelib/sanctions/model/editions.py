"""The editions that were loaded, and the evaluation of live flags that a new one brings."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from chalicelib.sanctions.model.flags import Flag, LostGround, MeasureList
from chalicelib.timeline.events import ChainHead

THE_LIST = "list"
"""What all editions are kept under: there is one list."""


class Loaded(NamedTuple):
    """That an edition was loaded: which, from which day it holds, when and by whom."""

    edition: str
    in_force_from: date
    loaded_at: datetime
    loaded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionIndex:
    """Which editions were loaded, oldest first.

    ``version`` and ``head`` are the row's own and are not part of the stored document; 0 is an index without a row.
    """

    loaded: tuple[Loaded, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """What the timeline of all editions is kept under."""
        return f"measures:{THE_LIST}"


class EvaluationState(StrEnum):
    """Whether every live flag was held against the edition."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Place(NamedTuple):
    """How far a walk over live flags has come: which shard, and after which row of it."""

    shard: int = 0
    key: dict[str, dict[str, Any]] | None = None


AT_THE_START = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Holding every live flag against an edition from the day on which it holds; goes on where it was interrupted.

    ``passage`` 1 looks at everything at once; 2 does so again when no process can confirm on the old list any more.
    """

    edition: str
    begins_at: datetime
    next_at: datetime | None
    state: EvaluationState = EvaluationState.WAITING
    passage: int = 1
    place: Place = AT_THE_START
    looked_at: int = 0
    suspended: int = 0
    failed: int = 0
    rev: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Losing:
    """A live flag that an edition takes the ground from, and why."""

    flag: Flag
    grounds: tuple[LostGround, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A page of what an edition would suspend; ``after`` is where the next one begins."""

    looked_at: int
    losing: tuple[Losing, ...]
    after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionStatus:
    """An edition as it was loaded, with how far the evaluation has come."""

    edition: MeasureList
    evaluation: Evaluation | None
