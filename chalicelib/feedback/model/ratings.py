"""Ratings of how a case was handled; an anonymous one holds nothing that identifies the person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class Aspect(StrEnum):
    """The aspects that can be rated separately (评价内容: 整体、效率、指南、便捷、平台)."""

    OVERALL = "overall"
    EFFICIENCY = "efficiency"
    GUIDE = "guide"
    CONVENIENCE = "convenience"
    PLATFORM = "platform"


class Suspicion(StrEnum):
    """Why a rating is marked and counted separately (存疑原因, R5.9): by staff, many from one device, or too soon."""

    STAFF = "staff"
    DEVICE = "device"
    TOO_SOON = "too_soon"


class ReplyOutcome(StrEnum):
    """The outcome of following up a bad rating (回访结果): resolved, explained, or needing more time."""

    RESOLVED = "resolved"
    EXPLAINED = "explained"
    NEEDS_TIME = "needs_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A rating as given: from 1 (非常不满意) to 5 (非常满意), overall and by aspect."""

    level: int
    comment: str = ""
    real_name: bool = False
    aspects: Mapping[Aspect, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """Who gave a rating under their real name (实名评价), for which case and when."""

    case_no: str
    subject: SubjectKey
    masked_name: str
    rated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The department's reply to a bad rating (回访核实); ``expected_on`` is set if more time is needed."""

    outcome: ReplyOutcome
    findings: str
    expected_on: date | None
    late_reason: str | None
    given_at: datetime
    given_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A rating (评价); an anonymous one has no ``rater``, and only its day is stored.

    ``rating_id`` is a keyed digest of case and handling: it allows one rating per handling, and without the key it does
    not lead to the case. ``version`` and ``head`` come from the row and are not part of the stored document.
    """

    rating_id: str
    level: int
    comment: str
    aspects: Mapping[Aspect, int]
    item_code: str
    department: str
    pack: str
    day: date
    suspicious: tuple[Suspicion, ...] = ()
    rater: Rater | None = None
    replies: tuple[Reply, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The key of its timeline and clock."""
        return owner_of(self.rating_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFilter:
    """Which ratings to list; every field that is not None narrows the list."""

    department: str | None = None
    level: int | None = None
    is_suspicious: bool | None = None


def owner_of(rating_id: str) -> str:
    """Return the key under which a rating's timeline is kept."""
    return f"rating:{rating_id}"
