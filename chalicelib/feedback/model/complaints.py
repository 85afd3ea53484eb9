"""A complaint or suggestion: what was said, which office has it, and what it answered."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class ComplaintState(StrEnum):
    """How far a complaint has come (投诉建议状态)."""

    OPEN = "open"
    ANSWERED = "answered"


class AnswerOutcome(StrEnum):
    """What the office makes of it (答复结果): taken up, explained, or not taken up."""

    ACCEPTED = "accepted"
    EXPLAINED = "explained"
    REJECTED = "rejected"


class RoutedBy(StrEnum):
    """Why a complaint came to a department (转办依据)."""

    CASE = "case"
    ITEM = "item"
    NAMED = "named"
    NOBODY = "nobody"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance:
    """What somebody sends: a category of the rule pack, a text, and what it is about as far as they know."""

    category: str
    text: str
    case_no: str | None = None
    item_code: str | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """One way that a complaint went (转办): to which department, why, when and by whom."""

    department: str
    routed_by: RoutedBy
    reason: str
    routed_at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """Whether it is clear or complex (分类): a complex one has more time, and the person is told why."""

    is_clear: bool
    reason: str
    sorted_at: datetime
    sorted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The office's answer (答复); a late one says why."""

    outcome: AnswerOutcome
    text: str
    late_reason: str | None
    given_at: datetime
    given_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A complaint or suggestion (投诉建议).

    ``person`` is who sent it, whom staff see by ``masked_name`` only. ``due_on`` and the like are its clock's.
    ``version`` and ``head`` are the row's own and are not part of the stored document.
    """

    complaint_id: str
    category: str
    text: str
    case_no: str | None
    item_code: str | None
    department: str
    pack: str
    person: SubjectKey
    masked_name: str
    received_at: datetime
    routings: tuple[Routing, ...]
    sorting: Sorting | None = None
    answer: Answer | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """What its timeline and its clock are kept under."""
        return f"complaint:{self.complaint_id}"

    @property
    def state(self) -> ComplaintState:
        """Whether somebody is still waited for."""
        return ComplaintState.OPEN if self.answer is None else ComplaintState.ANSWERED
