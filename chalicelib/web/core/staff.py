"""Who staff are on pages: names instead of staff ids, and whom a form can name."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from chalicelib.api.staff import routes
from chalicelib.api.staff.routes import StaffResponse
from chalicelib.container import container
from chalicelib.staff.model import StaffMember
from chalicelib.web.core.i18n import STAFF, text
from chalicelib.web.core.request import PageRequest

MOST: Final = "100"


def staff_named(names: Iterable[str | None]) -> Mapping[str, StaffMember]:
    """Return whom a page names, for it to show as ``staff``; names are staff ids or actors of events, or nobody's."""
    ids = {name.removeprefix(STAFF) for name in names if name}
    return container().staff.named(ids) if ids else {}


def choices(visit: PageRequest, *, department: str, role: str = "") -> list[tuple[str, str]]:
    """Return a department's active staff to choose from, with who is absent, as far as the caller may see them."""
    query = {"department": department, "state": "active", "limit": MOST} | ({"role": role} if role else {})
    found: list[StaffResponse] = []
    more: dict[str, Any] = {}
    while True:
        page = visit.get(routes.staff, query=query | more)
        found.extend(page.items)
        if page.next_cursor is None:
            break
        more = {"cursor": page.next_cursor}
    return [(member.staff_id, _called(member, visit)) for member in found]


def _called(member: StaffResponse, visit: PageRequest) -> str:
    absence = member.absence
    today = visit.today.isoformat()
    if absence is None or not absence.since.isoformat() <= today <= absence.until.isoformat():
        return member.name
    return text("staff_absent_until", visit.language, who=member.name, until=absence.until.isoformat())
