"""Where a complaint goes, how long it may take, and what may still be done with it."""

import hmac
from collections.abc import Collection

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.complaints import Complaint, RoutedBy
from chalicelib.policy import Role
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.workdays.model.limits import Limit, Unit

OFFICE = (Role.OFFICER, Role.SUPERVISOR)


def destination(
    *, of_case: str | None, of_item: str | None, named: str | None, monitoring: str
) -> tuple[str, RoutedBy]:
    """Return the department to route a complaint to, and why; case and item take precedence over the person's guess."""
    if of_case is not None:
        return of_case, RoutedBy.CASE
    if of_item is not None:
        return of_item, RoutedBy.ITEM
    if named is not None:
        return named, RoutedBy.NAMED
    return monitoring, RoutedBy.NOBODY


def require_known(department: str | None, *, departments: Collection[str]) -> None:
    """Raise ``DEPARTMENT_UNKNOWN`` for a department that the town does not have; None is allowed."""
    if department is not None and department not in departments:
        raise DomainError(ErrorCode.DEPARTMENT_UNKNOWN)


def answerers(department: str, *, monitoring: str) -> tuple[Role, ...]:
    """Return the roles that may answer: the department's own staff, and the monitoring staff in their own office."""
    return (*OFFICE, Role.MONITOR) if department == monitoring else OFFICE


def require_open(complaint: Complaint) -> None:
    """Raise ``STEP_NOT_ALLOWED`` for a complaint that has been answered."""
    if complaint.answer is not None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)


def require_rateable(complaint: Complaint) -> None:
    """Raise ``STEP_NOT_ALLOWED`` before there is an answer, and ``ALREADY_RATED`` for a second rating of it."""
    if complaint.answer is None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
    if complaint.rating is not None:
        raise DomainError(ErrorCode.ALREADY_RATED)


def holds_code(complaint: Complaint, code: str) -> bool:
    """Whether this is the code by which a complaint without a login is followed."""
    return bool(complaint.code) and hmac.compare_digest(complaint.code.encode(), code.encode())


def first_limit(pack: RulePack) -> Limit:
    """Return the time limit for a clear complaint, which applies until it is found to be complex."""
    term = pack.limit_term(TermKey.CLEAR_COMPLAINT)
    return Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)


def more_time(pack: RulePack) -> Limit:
    """Return the extra time for a complex complaint, so that the total counts from receipt.

    Raises ``ValueError`` for a pack whose two limits cannot be combined.
    """
    clear, complex_ = pack.limit_term(TermKey.CLEAR_COMPLAINT), pack.limit_term(TermKey.COMPLEX_COMPLAINT)
    if clear.unit != complex_.unit or complex_.value <= clear.value:
        message = f"{pack.code}: {complex_.value} {complex_.unit} is not more than {clear.value} {clear.unit}"
        raise ValueError(message)
    return Limit(value=complex_.value - clear.value, unit=Unit(complex_.unit), basis=complex_.basis)
