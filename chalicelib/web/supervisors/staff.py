"""The department's staff: who works here, who is absent, and who stands in for them."""

from typing import Final

from chalicelib.api.staff import routes
from chalicelib.api.staff.routes import StaffResponse
from chalicelib.staff.services import SUPERIORS, superiors_of
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, Options, carry_out, draw, named
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import choices, staff_named


def _deputies(member: StaffResponse, visit: PageRequest) -> Options:
    found = choices(visit, department=member.department or "")
    return [("", text("choose_somebody", visit.language)), *(one for one in found if one[0] != member.staff_id)]


ACTIONS: Final[tuple[Action[StaffResponse], ...]] = (
    Action(
        name="absence",
        route=routes.be_absent,
        fields=(
            Field(name="since", kind="day", label="absent_from", sent_as="from"),
            Field(name="until", kind="day", label="absent_until"),
            Field(name="deputy", kind="select", label="deputy", options=_deputies),
        ),
        at={"": "deputy"},
    ),
    Action(name="back", route=routes.be_back),
)


@pages.get("/staff", roles=SUPERIORS)
def list_staff(visit: PageRequest) -> Page:
    """List the department's active staff with their roles, absences and deputies."""
    query = {"state": "active", "limit": "20"} | (
        {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    )
    found = visit.get(routes.staff, query=query)
    done = visit.query.get("done")
    own, roles = visit.caller.sub, visit.caller.roles
    facts = {
        "found": found,
        "staff": staff_named(member.absence.deputy for member in found.items if member.absence),
        "changeable": {
            member.staff_id
            for member in found.items
            if member.staff_id == own or not roles.isdisjoint(superiors_of(member.roles))
        },
        "done": done if done in {action.name for action in ACTIONS} else None,
    }
    return Page(template="staff.html", facts=facts)


@pages.get("/staff/{staff_id}/acts/{act}", roles=SUPERIORS)
def ask(visit: PageRequest) -> Page:
    """Ask how long somebody is absent and who stands in, or whether they are back."""
    action, member = named(ACTIONS, visit.path["act"], visit), visit.get(routes.member)
    return draw("staff_action.html", action, member, visit, title=f"staff_{action.name}", member=member)


@pages.post("/staff/{staff_id}/acts/{act}", roles=SUPERIORS, form="/staff/{staff_id}/acts/{act}")
def do(visit: PageRequest) -> Page | Redirect:
    """Record an absence or its end."""
    action, member = named(ACTIONS, visit.path["act"], visit), visit.get(routes.member)
    return carry_out(action, member, visit, ask=ask, onward=Redirect(to="staff", query={"done": action.name}))
