"""An entry of the register of staff."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class StaffState(StrEnum):
    """Whether somebody still works here (在职状态)."""

    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """An absence (不在岗): first and last day, both included, and the deputy (代理人), by staff id."""

    since: date
    until: date
    deputy: str

    def covers(self, day: date) -> bool:
        """Whether the person is absent on a day."""
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a department's personnel system says of somebody; ``subjects`` is empty if it names no identity number."""

    name: str
    department: str
    roles: frozenset[Role]
    state: StaffState = StaffState.ACTIVE
    subjects: tuple[SubjectKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """One member of staff (工作人员).

    ``staff_id`` is the issuer's ``sub``, as timelines name it after ``staff:``; ``person`` is the keyed digest of
    issuer and ``sub``, under which sessions are found too; ``department`` is blank for somebody of no department.
    ``subjects`` are the keys of the identity number that was loaded. ``heard_at`` is the real instant of the latest
    word on them: the login of the token that was learned from, or the loading; earlier logins change nothing.
    ``token_at`` is when that token was made, for tokens of one login that differ; ``None`` after a loading.
    ``version`` and ``head`` belong to the row and are not part of the stored document.
    """

    staff_id: str
    person: str
    name: str
    department: str
    roles: frozenset[Role]
    heard_at: datetime
    token_at: datetime | None = None
    state: StaffState = StaffState.ACTIVE
    absence: Absence | None = None
    subjects: tuple[SubjectKey, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The name of their timeline, which is also their name in others'."""
        return owner_of(self.staff_id)

    def serves(self, department: str, *roles: Role) -> bool:
        """Whether they work in a department now, in one of the roles; in any role if none is named."""
        is_there = self.state is StaffState.ACTIVE and self.department == department
        return is_there and (not roles or not self.roles.isdisjoint(roles))


def owner_of(staff_id: str) -> str:
    """Return the name of a member's timeline."""
    return f"staff:{staff_id}"
