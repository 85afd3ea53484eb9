"""Two editions of the table of consequences side by side, or those of two places (后果清单对照)."""

from chalicelib.api.catalogue.routes import consequences
from chalicelib.api.catalogue.schemas.consequences import PackResponse
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest


@pages.get("/rule-packs", roles=(Role.CATALOGUE_EDITOR,))
def compare_packs(visit: PageRequest) -> Page:
    """Ask which two, and show them once both are chosen; what is no edition is as good as not chosen.

    Where they say the same is shown only to those who ask for all of it.
    """
    known = {_name(pack): pack for pack in visit.get(consequences.rule_packs).items}
    one, other = (known.get(visit.query.get(name, "")) for name in ("one", "other"))
    compared = None
    if one is not None and other is not None:
        query = {"one": one.code, "one_edition": one.edition, "other": other.code, "other_edition": other.edition}
        compared = visit.get(consequences.compare_rule_packs, query=query)
    facts = {
        "known": known,
        "one": one,
        "other": other,
        "compared": compared,
        "shows_all": bool(visit.query.get("all")),
    }
    return Page(template="rule_packs.html", facts=facts)


def _name(pack: PackResponse) -> str:
    return f"{pack.code}/{pack.edition}"
