"""Large type (适老): a switch that stays in the browser, for everybody and without a script."""

from chalicelib.sessions.rules import onward_of
from chalicelib.web.core import pages
from chalicelib.web.core.cookies import LARGE, TYPE, given, taken
from chalicelib.web.core.request import PageRequest, Redirect


@pages.get("/type-size", public=True)
def set_size(visit: PageRequest) -> Redirect:
    """Remember the size, and show the page again on which it was chosen: a link, as the other language is."""
    cookie = given(TYPE, LARGE) if visit.query.get("size") == LARGE else taken(TYPE)
    return Redirect(to=onward_of(visit.query.get("next", "")), cookies=(cookie,))
