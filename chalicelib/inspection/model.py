"""A mandate: who may read what, until when, and who approved it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.cases.model.case import CaseCard
from chalicelib.clocks.model import Light
from chalicelib.timeline.events import ChainHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a mandate covers (查阅范围): each list that is not empty narrows it; both end days are included.

    Departments or case numbers are required: there is no mandate for everything.
    """

    departments: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    received_from: date | None = None
    received_to: date | None = None
    case_nos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request for a mandate: the inspection's file number, its legal basis, its scope and its last day."""

    file_no: str
    basis: str
    scope: Scope
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """The facts of a case that decide whether it is within a scope."""

    case_no: str
    department: str
    item_code: str
    received_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """An inspector's filter for cases: the light shown now, and an officer who acted in the case.

    ``case_no``, ``department``, ``item`` and the days of receipt, both included, narrow the mandate's scope.
    """

    light: Light | None = None
    officer: str | None = None
    case_no: str | None = None
    department: str | None = None
    item: str | None = None
    received_from: date | None = None
    received_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSeen:
    """A case in the inspector's list: its card, and the most serious light of its clocks."""

    card: CaseCard
    light: Light


class ChangeOf(StrEnum):
    """What an event may change in a case (变动事项)."""

    STATE = "state"
    OFFICER = "officer"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the event ``seq`` changed in a case (变动前后); blank where there was nothing before, or is nothing after.

    ``before`` and ``after`` are states, staff ids or last days; ``clock`` is the kind of the clock whose day it is.
    """

    seq: int
    what: ChangeOf
    before: str
    after: str
    clock: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A reminder to an office (预警), and when somebody there said that they had read it (签收), if anybody has."""

    seq: int
    to: str
    level: int
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A mandate to inspect (查阅授权): file number, legal basis, scope and last day; in force once approved.

    ``department`` is the inspectors' own, outside which nobody learns of it (R7.13).
    ``version`` and ``head`` belong to the row and are not part of the stored document.
    """

    mandate_id: str
    file_no: str
    basis: str
    scope: Scope
    expires_on: date
    inspector: str
    department: str
    asked_at: datetime
    approver: str | None = None
    approved_at: datetime | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The name of its timeline."""
        return owner_of(self.mandate_id)


def owner_of(mandate_id: str) -> str:
    """Return the name of a mandate's timeline."""
    return f"mandate:{mandate_id}"
