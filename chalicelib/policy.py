"""The one policy: who may see or do what, by role, department and subject.

Services check single things with it and lists filter by it, so that a list never shows what a read would refuse.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Identity, SubjectKey


class Role(StrEnum):
    """Roles (角色), named as by the identity provider."""

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
"""Roles whose rights come from being the person concerned."""

ALL_DEPARTMENTS = frozenset({Role.MONITOR})
"""Roles whose rights are not limited to a department."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller, according to the verified token.

    ``identity`` is vouched for by the identity platform (applicants and agents only), ``subject`` is its key,
    ``auth_time`` the real time of the login. ``own`` are the subject keys that are the person's own, whatever they act
    as; ``name`` is what the issuer calls them, blank if it does not say.
    """

    sub: str
    roles: frozenset[Role]
    department: str | None = None
    identity: Identity | None = None
    subject: SubjectKey | None = None
    auth_time: datetime | None = None
    own: frozenset[SubjectKey] = frozenset()
    name: str = field(default="", repr=False)

    @property
    def actor(self) -> str:
        """The caller's name in timelines: a subject key, a staff id or a system, never a person's name."""
        if self.subject is not None:
            return f"subject:{self.subject}"
        return f"system:{self.sub}" if Role.SYSTEM in self.roles else f"staff:{self.sub}"

    @property
    def is_staff(self) -> bool:
        """Whether the caller acts for an office."""
        return not self.roles & FOR_THEMSELVES

    def own_subject(self) -> SubjectKey:
        """Return the caller's own subject key; ``INSUFFICIENT_IDENTITY`` if the token names no subject."""
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
    """Return whether the caller has one of the roles and, through it, access to this thing.

    People see what is theirs (``subjects``), staff what belongs to their department, the monitoring office everything
    its role is listed for. ``department=None`` is a thing that belongs to no department.
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
    """Refuse callers for whom ``sees`` is false: staff with ``FORBIDDEN``, people with ``NOT_FOUND``.

    To a person, somebody else's thing must look like one that does not exist.
    """
    if not sees(caller, roles=roles, department=department, subjects=subjects):
        raise DomainError(ErrorCode.FORBIDDEN if caller.is_staff else ErrorCode.NOT_FOUND)
