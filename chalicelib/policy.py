"""The one policy function: who may see or do what, by role, department and subject.

Services ask it for single things and lists filter by it, so that a list never shows what a read would refuse.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Identity, SubjectKey


class Role(StrEnum):
    """Roles (角色) as the identity provider names them."""

    APPLICANT = "applicant"
    AGENT = "agent"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    HEAD = "head"
    MONITOR = "monitor"
    INSPECTOR = "inspector"
    CREDIT_OFFICER = "credit_officer"
    CATALOGUE_EDITOR = "catalogue_editor"
    CALENDAR_EDITOR = "calendar_editor"
    SYSTEM = "system"


FOR_THEMSELVES = frozenset({Role.APPLICANT, Role.AGENT})
"""Roles whose right comes from being the person concerned."""

ALL_DEPARTMENTS = frozenset({Role.MONITOR})
"""Roles whose right is not bound to a department."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is calling, as the verified token says.

    ``identity`` is what the identity platform vouches for (applicants and agents only), ``subject`` its key,
    ``auth_time`` the real instant of the login.
    """

    sub: str
    roles: frozenset[Role]
    department: str | None = None
    identity: Identity | None = None
    subject: SubjectKey | None = None
    auth_time: datetime | None = None

    @property
    def actor(self) -> str:
        """How timelines name the caller: a subject key, a staff id or a system, never a person's name."""
        if self.subject is not None:
            return f"subject:{self.subject}"
        return f"system:{self.sub}" if Role.SYSTEM in self.roles else f"staff:{self.sub}"

    @property
    def is_staff(self) -> bool:
        """Whether the caller acts for an office."""
        return not self.roles & FOR_THEMSELVES

    def own_subject(self) -> SubjectKey:
        """Return whose matters these are; ``INSUFFICIENT_IDENTITY`` if the token names no subject."""
        if self.subject is None:
            raise DomainError(ErrorCode.INSUFFICIENT_IDENTITY)
        return self.subject


def sees(
    caller: Caller,
    *,
    roles: Collection[Role],
    department: str | None = None,
    subjects: Collection[str] = (),
) -> bool:
    """Say whether the caller has one of the roles and, with it, a right to this thing.

    People see what is theirs (``subjects``), staff what is their department's, the monitoring office everything
    that its role is named for. ``department=None`` means a thing that belongs to no department.
    """
    for role in caller.roles & frozenset(roles):
        if role in FOR_THEMSELVES:
            if caller.subject is not None and caller.subject in subjects:
                return True
        elif role in ALL_DEPARTMENTS or department is None or caller.department == department:
            return True
    return False


def require(
    caller: Caller,
    *,
    roles: Collection[Role],
    department: str | None = None,
    subjects: Collection[str] = (),
) -> None:
    """Refuse whoever ``sees`` does not let: staff with ``FORBIDDEN``, people with ``NOT_FOUND``.

    To a person somebody else's thing is indistinguishable from one that does not exist.
    """
    if not sees(caller, roles=roles, department=department, subjects=subjects):
        raise DomainError(ErrorCode.FORBIDDEN if caller.is_staff else ErrorCode.NOT_FOUND)
