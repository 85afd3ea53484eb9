"""A mandate: who may read what, until when, and who approved it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.cases.model.case import CaseCard
from chalicelib.clocks.model import Light
from chalicelib.timeline.events import ChainHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a mandate reaches (查阅范围): each list that is not empty narrows it, both days included.

    Departments or case numbers must be named: there is no mandate for everything.
    """

    departments: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    received_from: date | None = None
    received_to: date | None = None
    case_nos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an inspector asks for: the inspection's file number, its legal basis, its scope and its last day."""

    file_no: str
    basis: str
    scope: Scope
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What of a case decides whether it is within a scope."""

    case_no: str
    department: str
    item_code: str
    received_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What an inspector looks for among the cases: a light that is shown now, something that an officer did."""

    light: Light | None = None
    officer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSeen:
    """A case as the list shows it: its card, and the gravest light of its clocks."""

    card: CaseCard
    light: Light


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A mandate to inspect (查阅授权): file number, legal basis, scope and last day; in force once approved.

    ``version`` and ``head`` are the row's own and are not part of the stored document.
    """

    mandate_id: str
    file_no: str
    basis: str
    scope: Scope
    expires_on: date
    inspector: str
    asked_at: datetime
    approver: str | None = None
    approved_at: datetime | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """What its timeline is kept under."""
        return owner_of(self.mandate_id)


def owner_of(mandate_id: str) -> str:
    """Return the owner's name under which a mandate's timeline is kept."""
    return f"mandate:{mandate_id}"
