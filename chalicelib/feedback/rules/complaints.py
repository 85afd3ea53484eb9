"""Where a complaint goes, how long it may take, and what may still be done to it."""

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
    """Return which department a complaint goes to, and why: what it is about decides before what the person guesses."""
    if of_case is not None:
        return of_case, RoutedBy.CASE
    if of_item is not None:
        return of_item, RoutedBy.ITEM
    if named is not None:
        return named, RoutedBy.NAMED
    return monitoring, RoutedBy.NOBODY


def require_known(department: str | None, *, departments: Collection[str]) -> None:
    """Refuse a department that the town does not have with ``DEPARTMENT_UNKNOWN``; none named is none wrong."""
    if department is not None and department not in departments:
        raise DomainError(ErrorCode.DEPARTMENT_UNKNOWN)


def answerers(department: str, *, monitoring: str) -> tuple[Role, ...]:
    """Return whose answer it is: the department's own people, and in the monitoring office those who work there."""
    return (*OFFICE, Role.MONITOR) if department == monitoring else OFFICE


def require_open(complaint: Complaint) -> None:
    """Refuse with ``STEP_NOT_ALLOWED`` whatever would still be done to a complaint that is answered."""
    if complaint.answer is not None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)


def first_limit(pack: RulePack) -> Limit:
    """Return the time that a complaint has from its receipt, unless it turns out to be complex."""
    term = pack.limit_term(TermKey.CLEAR_COMPLAINT)
    return Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)


def more_time(pack: RulePack) -> Limit:
    """Return by how much a complex complaint's time is longer, so that both together count from receipt.

    Raises ``ValueError`` for a pack whose two limits cannot be added up.
    """
    clear, complex_ = pack.limit_term(TermKey.CLEAR_COMPLAINT), pack.limit_term(TermKey.COMPLEX_COMPLAINT)
    if clear.unit != complex_.unit or complex_.value <= clear.value:
        message = f"{pack.code}: {complex_.value} {complex_.unit} is not more than {clear.value} {clear.unit}"
        raise ValueError(message)
    return Limit(value=complex_.value - clear.value, unit=Unit(complex_.unit), basis=complex_.basis)
