"""Who staff are on pages: names instead of staff ids, and whom a form can name."""

from collections.abc import Iterable, Mapping

from chalicelib.api.staff import routes
from chalicelib.api.staff.routes import StaffResponse
from chalicelib.container import container
from chalicelib.staff.model import StaffMember
from chalicelib.web.core.i18n import STAFF, text
from chalicelib.web.core.request import PageRequest


def staff_named(names: Iterable[str | None]) -> Mapping[str, StaffMember]:
    """Return whom a page names, for it to show as ``staff``; names are staff ids or actors of events, or nobody's."""
    ids = {name.removeprefix(STAFF) for name in names if name}
    return container().staff.named(ids) if ids else {}


def choices(visit: PageRequest, *, department: str, role: str = "") -> list[tuple[str, str]]:
    """Return a department's active staff to choose from, with who is absent, as far as the caller may see them."""
    query = {"department": department, "state": "active"} | ({"role": role} if role else {})
    found = visit.get_all(routes.staff, query=query)
    return [(member.staff_id, _called(member, visit)) for member in found.items]


def _called(member: StaffResponse, visit: PageRequest) -> str:
    absence = member.absence
    today = visit.today.isoformat()
    if absence is None or not absence.since.isoformat() <= today <= absence.until.isoformat():
        return member.name
    return text("staff_absent_until", visit.language, who=member.name, until=absence.until.isoformat())
