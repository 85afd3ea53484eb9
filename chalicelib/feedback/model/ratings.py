"""A rating: what was said of one handling, and of an anonymous one nothing that says by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class Aspect(StrEnum):
    """What is rated beside the whole (评价内容: 整体、效率、指南、便捷、平台)."""

    OVERALL = "overall"
    EFFICIENCY = "efficiency"
    GUIDE = "guide"
    CONVENIENCE = "convenience"
    PLATFORM = "platform"


class Suspicion(StrEnum):
    """Why a rating is marked and counted apart (存疑原因, R5.9): by staff, by one device for many, too soon."""

    STAFF = "staff"
    DEVICE = "device"
    TOO_SOON = "too_soon"


class ReplyOutcome(StrEnum):
    """What came of a bad rating (回访结果): put right, explained, or in need of more time."""

    RESOLVED = "resolved"
    EXPLAINED = "explained"
    NEEDS_TIME = "needs_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What somebody says of a handling: from 1 (非常不满意) to 5 (非常满意), whole and by aspect."""

    level: int
    comment: str = ""
    real_name: bool = False
    aspects: Mapping[Aspect, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """Who gave a rating in their own name (实名评价): the case, the subject key, the masked name and the instant."""

    case_no: str
    subject: SubjectKey
    masked_name: str
    rated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The department's answer to a bad rating (回访核实); ``expected_on`` is there if it needs time."""

    outcome: ReplyOutcome
    findings: str
    expected_on: date | None
    late_reason: str | None
    given_at: datetime
    given_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A rating (评价); of an anonymous one ``rater`` is ``None`` and its day is all that is known of when.

    ``rating_id`` is a keyed digest of case and handling: it lets one handling be rated once, and whoever has no key
    cannot go from it to the case. ``version`` and ``head`` are the row's own and are not part of the stored document.
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
        """What its timeline and its clock are kept under."""
        return owner_of(self.rating_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFilter:
    """Which ratings somebody wants to see; each that is not ``None`` narrows the list."""

    department: str | None = None
    level: int | None = None
    is_suspicious: bool | None = None


def owner_of(rating_id: str) -> str:
    """Return the owner's name under which a rating's timeline is kept."""
    return f"rating:{rating_id}"
