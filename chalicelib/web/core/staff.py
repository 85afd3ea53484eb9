"""Who staff are on pages: names instead of staff ids, and whom a form can name."""

from collections.abc import Iterable, Mapping

from chalicelib.api.staff import routes
from chalicelib.api.staff.routes import StaffResponse
from chalicelib.clocks.rules.indexes import PERSONS
from chalicelib.container import container
from chalicelib.http.language import Language
from chalicelib.policy import Role
from chalicelib.staff.model import StaffMember
from chalicelib.web.core.i18n import STAFF, day_text, text, who_text
from chalicelib.web.core.request import PageRequest


def staff_named(names: Iterable[str | None]) -> Mapping[str, StaffMember]:
    """Return whom a page names, for it to show as ``staff``; names are staff ids or actors of events, or nobody's."""
    ids = {name.removeprefix(STAFF) for name in names if name}
    return container().staff.named(ids) if ids else {}


def officer_text(responsible: str, staff: Mapping[str, StaffMember], language: Language) -> str:
    """Return who has to act: somebody by name, a role, a system, nobody yet, or the person whom it concerns."""
    if responsible.startswith(PERSONS):
        return text("whose_person", language)
    if responsible == Role.OFFICER:
        return text("nobody_yet", language)
    if responsible in set(Role):
        return text(f"role_{responsible}", language)
    is_known = responsible in staff or ":" in responsible
    return who_text(responsible, staff, language) if is_known else text("somebody_who_left", language)


def choices(visit: PageRequest, *, department: str, role: str = "") -> list[tuple[str, str]]:
    """Return a department's active staff to choose from, with who is absent, as far as the caller may see them."""
    query = {"department": department, "state": "active"} | ({"role": role} if role else {})
    found = visit.get_all(routes.staff, query=query)
    return [(member.staff_id, _called(member, visit)) for member in found.items]


def _called(member: StaffResponse, visit: PageRequest) -> str:
    absence = member.absence
    if absence is None or not absence.since <= visit.today <= absence.until:
        return member.name
    until = day_text(absence.until, visit.language, year=visit.today.year)
    return text("staff_absent_until", visit.language, who=member.name, until=until)
