"""Subscriptions of departments to flags, the notices sent to them, and their acknowledgements."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.credit.model.records import Effect
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class Change(StrEnum):
    """The change to a flag that a notice reports (标识变动)."""

    IN_FORCE = "in_force"
    LIFTED = "lifted"
    ENDED = "ended"
    SUSPENDED = "suspended"
    OBJECTED = "objected"
    OBJECTION_ENDED = "objection_ended"


ENDINGS = frozenset({Change.LIFTED, Change.ENDED, Change.SUSPENDED})
"""Changes that end a flag's effect: a department that misses one goes on sanctioning (R3.8)."""


class IncidentState(StrEnum):
    """Whether a department may still be applying a flag that has ended."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A department's subscription, at one of its endpoints, to flags for some items.

    ``last`` is the number of the last notice; numbers have no gaps.
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
    """One change of one flag, notified to one subscription.

    ``number`` counts the notices of the subscription. ``flag_seq`` is the change's position in the flag's own timeline:
    of two notices about a flag, the one with the higher ``flag_seq`` counts, whichever arrived last.
    ``office`` is the credit office responsible for the flag; ``items`` are those named by both flag and subscription.
    ``incident_at`` is when the ending of a flag had been unacknowledged for a day.
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
        """The key of the notice's timeline."""
        return f"flag_notice:{self.flag_notice_id}"

    @property
    def incident(self) -> IncidentState | None:
        """The state of the incident, or None if there never was one."""
        if self.incident_at is None:
            return None
        return IncidentState.OPEN if self.acknowledged_at is None else IncidentState.CLOSED
