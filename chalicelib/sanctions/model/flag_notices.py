"""A department's wish to be told of flags, each thing that it was told, and what it answered."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.credit.model.records import Effect
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class Change(StrEnum):
    """How a flag stands after what is told (标识变动)."""

    IN_FORCE = "in_force"
    LIFTED = "lifted"
    ENDED = "ended"
    SUSPENDED = "suspended"
    OBJECTED = "objected"
    OBJECTION_ENDED = "objection_ended"


ENDINGS = frozenset({Change.LIFTED, Change.ENDED, Change.SUSPENDED})
"""Changes that take a flag's effect away: whoever has not heard of one still punishes (R3.8)."""


class IncidentState(StrEnum):
    """Whether a department's system still serves what has ended."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A department's system that is told of flags for some items at one of the department's endpoints.

    ``last`` is the number of the last thing that it was told: numbers have no gaps.
    """

    subscription_id: str
    department: str
    webhook_id: str
    items: tuple[str, ...]
    made_by: str
    made_at: datetime
    last: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagNotice:
    """One change of one flag, told to one subscription.

    ``number`` counts what the subscription was told, ``flag_seq`` is the place of the change in the flag's own
    timeline: of two flag_notices about a flag the one with the higher ``flag_seq`` counts, whichever came last.
    ``office`` is the credit office that answers for the flag; ``items`` are those that both sides name.
    ``incident_at``: a day has passed since an ending and the system has not said that it knows.
    """

    flag_notice_id: str
    version: int = 1
    head: ChainHead = field(default_factory=ChainHead)
    subscription_id: str
    department: str
    number: int
    flag_id: str
    flag_seq: int
    change: Change
    subject: SubjectKey
    office: str
    measure_code: str
    measure: str
    edition: str
    effect: Effect
    basis: str
    items: tuple[str, ...]
    starts_on: date
    ends_on: date
    changed_at: datetime
    told_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    incident_at: datetime | None = None

    @property
    def owner(self) -> str:
        """How the timeline names the notice."""
        return f"flag_notice:{self.flag_notice_id}"

    @property
    def incident(self) -> IncidentState | None:
        """Whether an incident is open or was closed; ``None`` if there never was one."""
        if self.incident_at is None:
            return None
        return IncidentState.OPEN if self.acknowledged_at is None else IncidentState.CLOSED
