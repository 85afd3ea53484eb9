"""The catalogue editor's pages: which version of each item holds, what is searched in vain, and abolishing an item."""

from typing import Final
from urllib.parse import quote

from chalicelib.api.catalogue.routes import items
from chalicelib.api.catalogue.schemas.items import AbolishItemRequest
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.editors.item_drafts import EDITORS, editions_of, version_of, writing_of

ABOLITION: Final = tuple(AbolishItemRequest.model_fields)
"""The fields of the form that abolishes an item."""


@pages.get("/catalogue", roles=EDITORS)
def list_items(visit: PageRequest) -> Page | Redirect:
    """List items by code with the version in force and the one to come; or go to one by its code."""
    if code := visit.query.get("item", "").strip():
        return Redirect(to=f"catalogue/{quote(code, safe='')}")
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    return Page(template="catalogue.html", facts={"found": visit.get(items.item_editions, query=query)})


@pages.get("/catalogue-searches", roles=EDITORS)
def read_missed_searches(visit: PageRequest) -> Page:
    """Show what was searched on a day without anything being found, today's unless another day is chosen."""
    query = {"day": visit.query["day"]} if visit.query.get("day") else {}
    return Page(template="missed_searches.html", facts={"found": visit.get(items.missed_searches, query=query)})


@pages.get("/catalogue/{item_code}", roles=EDITORS)
def read_item(visit: PageRequest) -> Page:
    """Show which versions an item has, the words by which it is found, and the way to the draft of its next version."""
    one = editions_of(visit)
    facts = {
        "code": visit.path["item_code"],
        "one": one,
        "words": version_of(visit, one.latest) if one else None,
        "done": visit.query.get("done"),
    } | writing_of(visit, one).offered(visit)
    return Page(template="item_edition.html", facts=facts)


@pages.get("/catalogue/{item_code}/abolition", roles=EDITORS)
def ask_abolition(visit: PageRequest) -> Page:
    """Ask by what an item is abolished, from which day, and where people turn; what is recorded stands there."""
    one = editions_of(visit)
    if one is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    start = {name: "" if one.abolition is None else getattr(one.abolition, name) for name in ABOLITION}
    shown = one.in_force or one.to_come or version_of(visit, one.latest)
    called = shown.name_en if visit.language == "en" and shown.name_en else shown.name
    return Page(template="abolition.html", facts={"code": visit.path["item_code"], "called": called, "start": start})


@pages.post("/catalogue/{item_code}/abolition", roles=EDITORS, form="/catalogue/{item_code}/abolition")
def abolish(visit: PageRequest) -> Page | Redirect:
    """Record the abolition."""
    body = {name: visit.sent(name) for name in ABOLITION}
    return submit(
        visit,
        items.abolish_item,
        body,
        ask=ask_abolition,
        onward=lambda _: Redirect(
            to=f"catalogue/{quote(visit.path['item_code'], safe='')}", query={"done": "abolished"}
        ),
    )
