"""The one policy: who may see or do what, by role, department and subject.

Services check single things with it and lists filter by it, so that a list never shows what a read would refuse.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Identity, NameRank, NameSource, Representative, SubjectKey


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

TOKENS = frozenset({"staff", "system"})
"""The kinds of actors that are named after their token's ``sub``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two acts on one thing, by the names of their routes, that may never be one person's (两人原则)."""

    first: str
    second: str


NEVER_ONE_PERSON = (
    Pair(first="POST /v1/flags", second="POST /v1/flags/{flag_id}/confirmation"),
    Pair(first="POST /v1/flags/{flag_id}/resumption", second="POST /v1/flags/{flag_id}/resumption"),
    Pair(
        first="POST /v1/cases/{case_no}/verification",
        second="POST /v1/cases/{case_no}/verification/confirmation",
    ),
    Pair(
        first="POST /v1/cases/{case_no}/verification",
        second="POST /v1/cases/{case_no}/revocation",
    ),
    Pair(first="POST /v1/inspections", second="POST /v1/inspections/{mandate_id}/approval"),
    Pair(first="POST /v1/credit/aliases", second="POST /v1/credit/aliases/{alias_id}/confirmation"),
    Pair(
        first="POST /v1/authorities/claims",
        second="POST /v1/authorities/{authority_id}/confirmation",
    ),
    Pair(
        first="PUT /v1/credit/records/{source}/{record_id}",
        second="POST /v1/credit/conflicts/{conflict_id}/decision",
    ),
    Pair(
        first="PUT /v1/credit/records/{source}/{record_id}",
        second="POST /v1/credit/records/{source}/{record_id}/confirmation",
    ),
    Pair(
        first="POST /v1/credit/amendments",
        second="POST /v1/credit/amendments/{amendment_id}/confirmation",
    ),
    Pair(
        first="POST /v1/supervision/cards",
        second="POST /v1/supervision/cards/{card_id}/appeal/decision",
    ),
    Pair(
        first="POST /v1/supervision/cards/{card_id}/appeal",
        second="POST /v1/supervision/cards/{card_id}/appeal/decision",
    ),
    Pair(
        first="POST /v1/objections/{objection_id}/decision",
        second="POST /v1/objections/{objection_id}/decision",
    ),
)
"""What takes two persons; whoever does the second act asks ``require_another_person`` about the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller, according to the verified token.

    ``roles`` of staff is the one role in which they act (``acting``). ``identity`` is vouched for by the identity
    platform (applicants and agents only), ``subject`` is its key, ``auth_time`` the real time of the login, and
    ``told_at`` that of the issuer's word on them: the login's, or the token's if it does not say, and ``token_at`` when
    the token was made, by which words of one login are told apart. ``own`` are the
    subject keys that are the person's own, whatever they act as; ``name`` is what the issuer calls them, blank if it
    does not say. ``representative`` is the natural person who acts, where the identity is an organisation's.
    ``phone`` and ``email`` are theirs as the platform has verified them, written as it writes them; blank without.
    """

    sub: str
    roles: frozenset[Role]
    department: str | None = None
    identity: Identity | None = None
    subject: SubjectKey | None = None
    auth_time: datetime | None = None
    told_at: datetime | None = None
    token_at: datetime | None = None
    own: frozenset[SubjectKey] = frozenset()
    name: str = field(default="", repr=False)
    representative: Representative | None = field(default=None, repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)

    @property
    def actor(self) -> str:
        """The caller's name in timelines: a subject key, a staff id or a system, never a person's name.

        The service's own timers are ``service:<name>``, which no token can be.
        """
        if self.subject is not None:
            return f"subject:{self.subject}"
        return f"system:{self.sub}" if Role.SYSTEM in self.roles else f"staff:{self.sub}"

    @property
    def is_staff(self) -> bool:
        """Whether the caller acts for an office."""
        return not self.roles & FOR_THEMSELVES

    def is_person(self, actor: str) -> bool:
        """Return whether the caller is the person behind a name in timelines, in whatever role either of them acted.

        A person is who the issuer says they are (``sub``). A citizen is the caller if the register of staff, or their
        token, says that the number is their own; two logins of staff are two persons, as the issuer has them.
        """
        kind, _, name = actor.partition(":")
        return name == self.subject or name in self.own if kind == "subject" else kind in TOKENS and name == self.sub

    def naming(self, rank: NameRank) -> NameSource:
        """Return the caller as the source of a name, whose word has this rank."""
        return NameSource(rank=rank, actor=self.actor, department=self.department or "")

    def own_subject(self) -> SubjectKey:
        """Return the caller's own subject key; ``INSUFFICIENT_IDENTITY`` if the token names no subject."""
        if self.subject is None:
            raise DomainError(ErrorCode.INSUFFICIENT_IDENTITY)
        return self.subject


def acting(caller: Caller, role: str | None) -> Caller:
    """Return the caller in the role named, or in the only one that they have (``X-Acting-Role``, R7.10).

    Raises ``FORBIDDEN`` for a role that the token does not give, and ``ACTING_ROLE_MISSING`` for staff with several
    roles who name none.
    """
    if role is not None:
        if role not in caller.roles:
            raise DomainError(ErrorCode.FORBIDDEN)
        return replace(caller, roles=frozenset({Role(role)}))
    if caller.is_staff and len(caller.roles) > 1:
        raise DomainError(ErrorCode.ACTING_ROLE_MISSING, roles=" ".join(sorted(caller.roles)))
    return caller


def require_another_person(caller: Caller, *actors: str) -> None:
    """Raise ``SAME_PERSON`` if the caller is one of those who did the step before (两人原则)."""
    if any(caller.is_person(actor) for actor in actors):
        raise DomainError(ErrorCode.SAME_PERSON)


def sees(
    caller: Caller,
    *,
    roles: Collection[Role],
    department: str | None = None,
    subjects: Collection[str] = (),
) -> bool:
    """Return whether the caller has one of the roles and, through it, access to this thing.

    People see what is theirs (``subjects``), staff what belongs to their department, the monitoring office everything
    its role is listed for. ``department=None`` is a thing that belongs to no department. Whoever is concerned by a
    thing themselves has no office in it (回避).
    """
    if is_own_matter(caller, subjects):
        return False
    for role in caller.roles & frozenset(roles):
        if role in FOR_THEMSELVES:
            if caller.subject is not None and caller.subject in subjects:
                return True
        elif role in ALL_DEPARTMENTS or department is None or caller.department == department:
            return True
    return False


def reads_sensitive_answers(caller: Caller, *, department: str, subjects: Collection[str]) -> bool:
    """Return whether the caller may read what an applicant filled in as sensitive (敏感个人信息).

    The people concerned may, and the officers of the department that handles it, who need it to do so. To heads,
    supervisors, the monitoring office and inspectors it is withheld.
    """
    return sees(caller, roles=FOR_THEMSELVES | {Role.OFFICER}, department=department, subjects=subjects)


def is_own_matter(caller: Caller, subjects: Collection[str]) -> bool:
    """Return whether a thing that concerns these people concerns the official who calls."""
    return caller.is_staff and not caller.own.isdisjoint(subjects)


def require_no_interest(caller: Caller, people: Callable[[], Collection[str]]) -> None:
    """Raise ``OWN_MATTER`` if a thing concerns the official who acts on it (回避).

    ``people`` looks up whom it concerns, and is asked only about officials who are known as citizens.
    """
    if caller.own and is_own_matter(caller, people()):
        raise DomainError(ErrorCode.OWN_MATTER)


def require(
    caller: Caller,
    *,
    roles: Collection[Role],
    department: str | None = None,
    subjects: Collection[str] = (),
) -> None:
    """Refuse callers for whom ``sees`` is false: staff with ``FORBIDDEN``, people with ``NOT_FOUND``.

    To a person, somebody else's thing must look like one that does not exist. An official whose own matter it is
    gets ``OWN_MATTER``.
    """
    if is_own_matter(caller, subjects):
        raise DomainError(ErrorCode.OWN_MATTER)
    if not sees(caller, roles=roles, department=department, subjects=subjects):
        raise DomainError(ErrorCode.FORBIDDEN if caller.is_staff else ErrorCode.NOT_FOUND)


def department_shown(department: str | None, *, by: Caller, roles: Collection[Role]) -> str | None:
    """Return whose matters a list shows: the department that is asked for, or the caller's own; ``None`` for all.

    The monitoring office is shown all, unless it asks for one. ``FORBIDDEN`` for a department that the caller does not
    see, or for staff of none.
    """
    if department is None and by.roles & ALL_DEPARTMENTS:
        return None
    named = department or by.department
    if named is None:
        raise DomainError(ErrorCode.FORBIDDEN)
    require(by, roles=roles, department=named)
    return named
