"""Complaints and suggestions: what was said, which office has it, and its answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class ComplaintState(StrEnum):
    """The state of a complaint (投诉建议状态)."""

    OPEN = "open"
    ANSWERED = "answered"


class AnswerOutcome(StrEnum):
    """The outcome of an answer (答复结果): accepted, explained or rejected."""

    ACCEPTED = "accepted"
    EXPLAINED = "explained"
    REJECTED = "rejected"


class RoutedBy(StrEnum):
    """Why a complaint was routed to a department (转办依据)."""

    CASE = "case"
    ITEM = "item"
    NAMED = "named"
    NOBODY = "nobody"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance:
    """What somebody submits: a category of the rule pack, a text, and what it concerns, as far as they know."""

    category: str
    text: str
    case_no: str | None = None
    item_code: str | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """One routing of a complaint (转办): to which department, why, when and by whom."""

    department: str
    routed_by: RoutedBy
    reason: str
    routed_at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """Whether a complaint is clear or complex (分类); a complex one gets more time, and the person is told why."""

    is_clear: bool
    reason: str
    sorted_at: datetime
    sorted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The office's answer (答复); a late one gives a reason."""

    outcome: AnswerOutcome
    text: str
    late_reason: str | None
    given_at: datetime
    given_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRating:
    """How satisfied the sender is with the answer, from 1 (非常不满意) to 5 (非常满意)."""

    level: int
    comment: str
    rated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A complaint or suggestion (投诉建议).

    ``person`` sent it; staff see only ``masked_name``. Somebody without a login has neither, and follows it by its
    ``code``. ``officer`` has taken it. Due dates are those of its clock.
    ``version`` and ``head`` come from the row and are not part of the stored document.
    """

    complaint_id: str
    category: str
    text: str
    case_no: str | None
    item_code: str | None
    department: str
    pack: str
    person: SubjectKey | None
    masked_name: str
    received_at: datetime
    routings: tuple[Routing, ...]
    sorting: Sorting | None = None
    answer: Answer | None = None
    code: str = ""
    officer: str | None = None
    rating: AnswerRating | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The key of its timeline and clock."""
        return f"complaint:{self.complaint_id}"

    @property
    def people(self) -> tuple[SubjectKey, ...]:
        """Whom it concerns: its sender, if anybody is known."""
        return () if self.person is None else (self.person,)

    @property
    def state(self) -> ComplaintState:
        """Whether it is open or answered."""
        return ComplaintState.OPEN if self.answer is None else ComplaintState.ANSWERED
