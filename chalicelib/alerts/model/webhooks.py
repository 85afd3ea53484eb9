"""An endpoint that wants to be told, and each thing that it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Topic(StrEnum):
    """What endpoints may subscribe to: ``<thing>.<what happened>``."""

    ALERT_RAISED = "alert.raised"
    DIGEST_MADE = "digest.made"
    FLAG_TOLD = "flag.told"


class DeliveryState(StrEnum):
    """Where a delivery is: still to be taken, taken, or given up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An endpoint of a department's own system.

    Its secrets are derived (see ``rules.secret_of``): only ``generation`` is kept, which is how often they were
    rotated. ``disabled_at``: the endpoint said that it is gone for good (410). ``ended_at``: the department ended it.
    """

    webhook_id: str
    department: str
    url: str
    topics: tuple[Topic, ...]
    made_by: str
    made_at: datetime
    generation: int = 1
    rotated_at: datetime | None = None
    disabled_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is told things."""
        return self.disabled_at is None and self.ended_at is None

    @property
    def state(self) -> str:
        """The word for people."""
        if self.ended_at is not None:
            return "ended"
        return "active" if self.disabled_at is None else "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell a department's systems; ``name`` is the same whenever the same thing is told.

    ``data`` are codes and dates, nothing personal.
    """

    topic: Topic
    name: str
    subject: str
    department: str
    at: datetime
    data: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice to one endpoint. ``delivery_id`` is the ``webhook-id`` and the id of the event, at every attempt.

    ``attempts`` have been made since it was last made pending; ``outcome`` is what came of the last one: a status or
    a word of ``sender.Outcome``.
    """

    delivery_id: str
    webhook_id: str
    notice: Notice
    made_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_at: datetime
    outcome: str = ""
    ended_at: datetime | None = None
    replays: int = 0
