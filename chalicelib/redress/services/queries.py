"""Who may read and decide: the subject, the office, the credit office for records, and supervisors."""

from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.dynamo.model import Page, Position
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, is_own_matter, require, sees
from chalicelib.redress.model import Entry, EntryKind
from chalicelib.redress.store import M, Matters

DECIDERS = (Role.CREDIT_OFFICER,)
READERS = (Role.APPLICANT, *DECIDERS, Role.SUPERVISOR, Role.HEAD, Role.MONITOR)


def offices_of(entry: Entry, department: str) -> tuple[str, ...]:
    """Return who may act on an entry: its office and, for records and repairs, the credit office (谁认定、谁修复)."""
    return (department,) if entry.kind in {EntryKind.FLAG, EntryKind.CASE} else (department, CREDIT_OFFICE)


def require_decider(entry: Entry, department: str, *, subject: str, by: Caller) -> None:
    """Raise ``FORBIDDEN`` unless the caller is a credit officer of an office that may act on the entry.

    Raises ``OWN_MATTER`` for one whom it concerns.
    """
    if is_own_matter(by, (subject,)):
        raise DomainError(ErrorCode.OWN_MATTER)
    if not any(sees(by, roles=DECIDERS, department=name) for name in offices_of(entry, department)):
        raise DomainError(ErrorCode.FORBIDDEN)


def one(matters: Matters[M], name: str, *, by: Caller) -> M:
    """Return a matter to its subject, to the offices that may act on it, and to their supervisors."""
    matter = matters.load(name)
    offices, concerned = offices_of(matter.entry, matter.department), (matter.subject,)
    is_seen = any(sees(by, roles=READERS, department=office, subjects=concerned) for office in offices)
    if not (by.is_staff and is_seen):
        require(by, roles=READERS, department=matter.department, subjects=concerned)
    return matter


def page(
    matters: Matters[M],
    *,
    by: Caller,
    department: str | None,
    limit: int,
    after: Position | None,
) -> Page[M]:
    """Return a page of matters about the caller, or of those of a department, by default the caller's own.

    In other departments the credit office sees only what it may act on; such a page may be short.
    """
    if not by.is_staff:
        return matters.of_person(by.own_subject(), limit=limit, after=after)
    wanted = department or by.department or ""
    if sees(by, roles=READERS, department=wanted):
        office = wanted
    else:
        require(by, roles=DECIDERS, department=CREDIT_OFFICE)
        office = CREDIT_OFFICE
    found = matters.of_department(wanted, limit=limit, after=after)
    return found._replace(
        items=tuple(
            one
            for one in found.items
            if office in offices_of(one.entry, wanted) and not is_own_matter(by, (one.subject,))
        )
    )
