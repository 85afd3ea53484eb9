"""Choosing the role in which staff with several of them act (R7.10)."""

from chalicelib.policy import Role
from chalicelib.sessions.rules import onward_of
from chalicelib.web.core import pages
from chalicelib.web.core.cookies import ROLE, given
from chalicelib.web.core.forms import at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect


@pages.get("/role", roles=tuple(Role), undecided=True)
def ask(visit: PageRequest) -> Page:
    """Ask in which role somebody acts from now on."""
    onward = visit.sent("next") or visit.query.get("next", "")
    return Page(template="role.html", facts={"roles": [role for role in Role if role in visit.roles], "next": onward})


@pages.post("/role", roles=tuple(Role), form="/role", undecided=True)
def choose(visit: PageRequest) -> Page | Redirect:
    """Remember the role in this browser, and go on to the page that was wanted or to where the role's work begins."""
    role = visit.sent("role")
    if role not in visit.roles:
        return at_fault(ask(visit), role=text("role_missing", visit.language))
    return Redirect(to=onward_of(visit.sent("next")) or "home", cookies=(given(ROLE, role),))
