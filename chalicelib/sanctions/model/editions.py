"""The loaded editions of the list of measures, and the re-evaluation of live flags that each triggers."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from chalicelib.sanctions.model.flags import Flag, LostGround, MeasureList
from chalicelib.timeline.events import ChainHead

THE_LIST = "list"
"""The key under which all editions are kept: there is only one list."""


class Loaded(NamedTuple):
    """A loaded edition: its name, first day in force, and when and by whom it was loaded."""

    edition: str
    in_force_from: date
    loaded_at: datetime
    loaded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionIndex:
    """The editions that were loaded, oldest first.

    ``version`` and ``head`` come from the row and are not part of the stored document; version 0 means there is no row.
    """

    loaded: tuple[Loaded, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The key of the timeline of all editions."""
        return f"measures:{THE_LIST}"


class EvaluationState(StrEnum):
    """The state of a re-evaluation of live flags."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Place(NamedTuple):
    """The position of a walk over live flags: the shard, and the last row read in it."""

    shard: int = 0
    key: dict[str, dict[str, Any]] | None = None


AT_THE_START = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The re-evaluation of all live flags under an edition, from its first day in force; resumable.

    ``passage`` 1 checks everything at once; 2 repeats it once no process can still confirm flags on the old list.
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
    """A live flag that an edition no longer supports, and why."""

    flag: Flag
    grounds: tuple[LostGround, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A page of the flags that an edition would suspend; ``after`` is where the next page begins."""

    looked_at: int
    losing: tuple[Losing, ...]
    after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionStatus:
    """A loaded edition, with the progress of its re-evaluation."""

    edition: MeasureList
    evaluation: Evaluation | None
