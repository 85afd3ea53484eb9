"""Webhook endpoints, and the notices delivered to them."""

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
    """The state of a delivery: not yet accepted, accepted, or given up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An endpoint of a department's own system.

    Its secrets are derived (see ``rules.secret_of``): only ``generation``, the number of secrets so far, is stored.
    ``disabled_at`` is when the endpoint answered that it is gone for good (410), ``ended_at`` when the department
    ended it.
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
        """Whether notices are delivered to it."""
        return self.disabled_at is None and self.ended_at is None

    @property
    def state(self) -> str:
        """The state shown to people."""
        if self.ended_at is not None:
            return "ended"
        return "active" if self.disabled_at is None else "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell a department's systems; ``name`` is the same whenever the same thing is told.

    ``data`` holds codes and dates, no personal data.
    """

    topic: Topic
    name: str
    subject: str
    department: str
    at: datetime
    data: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice for one endpoint. ``delivery_id`` is the ``webhook-id`` and the event's id, the same at every attempt.

    ``attempts`` counts attempts since it was last made pending; ``outcome`` is the result of the last one: an HTTP
    status or a value of ``webhook_sender.Outcome``.
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
