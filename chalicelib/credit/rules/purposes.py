"""What credit may be asked for: each purpose is bound to roles, and for people to a case (R7.5)."""

from collections.abc import Mapping

from chalicelib.credit.model.records import Purpose
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role

ROLES: Mapping[Purpose, frozenset[Role]] = {
    Purpose.HANDLING: frozenset({Role.OFFICER, Role.SYSTEM}),
    Purpose.VERIFICATION: frozenset({Role.OFFICER, Role.SYSTEM}),
    Purpose.ENFORCEMENT: frozenset({Role.OFFICER, Role.SYSTEM}),
    Purpose.SUPERVISION: frozenset({Role.SYSTEM}),
    Purpose.DATA_SHARING: frozenset({Role.SYSTEM}),
}
"""Who may state each purpose at a check; an agent's is stated by nobody."""

NO_CASE = FieldError(
    pointer="/case_no",
    detail="请说明本部门正在办理、与该主体有关的办件。",
    english="Name a case of your department that concerns this subject.",
    code="CASE_REQUIRED",
)


def require_purpose(purpose: Purpose, *, case_no: str | None, by: Caller) -> bool:
    """Return whether the case has to be looked up: a person's always, a system's stands in its own register.

    Raises ``PURPOSE_REQUIRED`` for a purpose that is not the caller's role's, or a person who names no case.
    """
    if not by.roles & ROLES.get(purpose, frozenset()):
        raise DomainError(ErrorCode.PURPOSE_REQUIRED)
    if Role.SYSTEM in by.roles:
        return False
    if case_no is None:
        raise DomainError(ErrorCode.PURPOSE_REQUIRED, faults=(NO_CASE,))
    return True
