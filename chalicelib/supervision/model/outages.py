"""An outage: when the system was down, for whom, and the evidence."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.timeline.events import ChainHead

LONGEST = timedelta(days=31)
"""An outage excuses nothing beyond this, so that one that is never ended does not excuse for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A document that proves the outage, by name and hexadecimal SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is recorded: start and end, departments and clock kinds; an empty list means all of them."""

    starts_at: datetime
    ends_at: datetime | None
    departments: tuple[str, ...]
    kinds: tuple[ClockKind, ...]
    reason: str
    evidence: tuple[Proof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty that an outage may excuse: who owed it, its last second in time, and when it was done, if it was."""

    department: str
    kind: ClockKind
    due_at: datetime
    done_at: datetime | None = None

    @classmethod
    def of(cls, clock: Clock) -> "Duty":
        """Return the duty that a clock measures."""
        return cls(department=clock.department, kind=clock.kind, due_at=clock.due_at, done_at=clock.stopped_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A recorded outage (系统故障时段).

    ``version`` and ``head`` belong to the row and are not part of the stored document.
    """

    outage_id: str
    window: Window
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The name of its timeline."""
        return f"outage:{self.outage_id}"
