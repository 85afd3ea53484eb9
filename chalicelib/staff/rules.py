"""What is learned of staff, what changes by it, and who takes over from whom."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import FOR_THEMSELVES, Caller, Role
from chalicelib.staff.model import Absence, Loaded, StaffMember, StaffState
from chalicelib.subjects.rules.identifiers import WITH_CHECK, is_valid_number
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent
from chalicelib.validation import Line

STAFF_ROLES: Final = frozenset(Role) - FOR_THEMSELVES - {Role.SYSTEM}
"""The roles that staff can have: neither people's own nor those of machines."""

IN_CHARGE: Final = (Role.OFFICER,)
"""The roles that can be given a case to handle (经办)."""

STAFF_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@|+-]{0,199}")
"""What issuers use as ``sub`` (OpenID Connect Core, 2: ASCII, case-sensitive), short enough for a key."""

LONGEST_NAME: Final = 200
NAME: Final = TypeAdapter[str](Line)
SPACES: Final = re.compile(r"\s+")


def learn(known: StaffMember | None, caller: Caller, *, person: str, heard_at: datetime) -> StaffMember:
    """Return the entry as a verified login says it is; a login without a name leaves the name as it was."""
    name = _readable(caller.name) or (known.name if known is not None else caller.sub)
    department = caller.department or ""
    if known is None:
        return StaffMember(
            staff_id=caller.sub,
            person=person,
            name=name,
            department=department,
            roles=caller.roles,
            heard_at=heard_at,
            token_at=caller.token_at,
        )
    return replace(
        known, name=name, department=department, roles=caller.roles, heard_at=heard_at, token_at=caller.token_at
    )


def load(known: StaffMember | None, loaded: Loaded, *, staff_id: str, person: str, heard_at: datetime) -> StaffMember:
    """Return the entry as a personnel system says it is; without an identity number the earlier one stays."""
    before = known or StaffMember(
        staff_id=staff_id,
        person=person,
        name=loaded.name,
        department=loaded.department,
        roles=loaded.roles,
        heard_at=heard_at,
    )
    return replace(
        before,
        name=loaded.name,
        department=loaded.department,
        roles=loaded.roles,
        state=loaded.state,
        subjects=loaded.subjects or before.subjects,
        heard_at=heard_at,
        token_at=None,
    )


def is_same(before: StaffMember, after: StaffMember) -> bool:
    """Whether the register says the same as before; when it was heard does not matter."""
    return replace(before, heard_at=after.heard_at, token_at=after.token_at) == after


def is_superseded(known: StaffMember, caller: Caller) -> bool:
    """Whether the register has later word than a token: of a later login, or of a later token of the same login.

    A caller of no time counts as the latest.
    """
    if caller.told_at is None or caller.told_at != known.heard_at:
        return caller.told_at is not None and caller.told_at < known.heard_at
    return caller.token_at is not None and known.token_at is not None and caller.token_at < known.token_at


def goes_beyond(caller: Caller, known: StaffMember) -> bool:
    """Whether a login claims a role or a department that the register no longer has."""
    return bool(caller.roles - known.roles) or (caller.department or "") != known.department


def ended_roles(before: StaffMember, after: StaffMember) -> tuple[Role, ...]:
    """Return the roles that somebody no longer has where they had them: all, if they left or changed departments."""
    if before.state is StaffState.ENDED:
        return ()
    has_gone = after.state is StaffState.ENDED or before.department != after.department
    return tuple(sorted(before.roles if has_gone else before.roles - after.roles))


def change_event(before: StaffMember | None, after: StaffMember, *, actor: str, at: datetime) -> NewEvent:
    """Return the event of a changed entry: codes and staff ids, and neither a name nor a subject key."""
    data: dict[str, Json] = {
        "department": after.department,
        "roles": sorted(role.value for role in after.roles),
        "state": after.state.value,
    }
    kind = EventKind.STAFF_REGISTERED
    if before is not None:
        kind = EventKind.STAFF_CHANGED
        data["changed"] = [
            name
            for name in ("name", "department", "roles", "state", "subjects")
            if getattr(before, name) != getattr(after, name)
        ]
        if ended := ended_roles(before, after):
            kind = EventKind.STAFF_ROLE_ENDED
            data["ended"] = [role.value for role in ended]
            data["left"] = before.department
    return NewEvent(kind=kind, occurred_at=at, actor=actor, department=after.department, data=data)


def is_of_a_citizen(staff_id: str) -> bool:
    """Return whether a staff id is the number of an identity document or an organisation."""
    return any(is_valid_number(kind, staff_id, on=date.max) for kind in WITH_CHECK)


def require_staff_id(staff_id: str) -> None:
    """Refuse a staff id that no issuer gives, or that is an identity document's number (``STAFF_ID_NOT_ALLOWED``).

    It names its person in timelines for ever.
    """
    if is_of_a_citizen(staff_id) or not STAFF_ID.fullmatch(staff_id):
        raise DomainError(ErrorCode.STAFF_ID_NOT_ALLOWED)


def require_absence(member: StaffMember, absence: Absence, deputy: StaffMember | None, *, today: date) -> None:
    """Refuse an absence that is over or ends before it begins (``INVALID_BODY``), and an unsuitable deputy.

    ``STAFF_UNKNOWN`` unless the deputy is somebody else, works in the same department, and can be in charge of cases
    if the absent person is. An absence whose last day is today is not over.
    """
    if not max(absence.since, today) <= absence.until:
        fault = FieldError(
            pointer="/until",
            detail="止日不得早于起日，也不得早于今天。",
            english="Neither before the first day nor before today.",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
    needed = IN_CHARGE if not member.roles.isdisjoint(IN_CHARGE) else ()
    is_suitable = (
        deputy is not None and deputy.staff_id != member.staff_id and deputy.serves(member.department, *needed)
    )
    if not is_suitable:
        raise DomainError(ErrorCode.STAFF_UNKNOWN)


def acting_for(member: StaffMember, *roles: Role, on: date, find: Callable[[str], StaffMember | None]) -> StaffMember:
    """Return who acts for somebody on a day: they themselves, or while they are absent their deputy, and so on.

    Whoever has no deputy left who serves in the same department stays in charge.
    """
    acting, seen = member, {member.staff_id}
    while acting.absence is not None and acting.absence.covers(on) and acting.absence.deputy not in seen:
        deputy = find(acting.absence.deputy)
        if deputy is None or not deputy.serves(member.department, *roles):
            break
        seen.add(deputy.staff_id)
        acting = deputy
    return acting if acting.absence is None or not acting.absence.covers(on) else member


def _readable(name: str) -> str:
    """Return a name as a line that people can read, blank if it is none."""
    text = SPACES.sub(" ", name).strip()[:LONGEST_NAME]
    try:
        return NAME.validate_python(text)
    except ValidationError:
        return ""
