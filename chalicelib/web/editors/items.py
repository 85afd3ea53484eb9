"""The catalogue editor's pages: which version of each item holds, and publishing the next after seeing what changes."""

from typing import Any, Final
from urllib.parse import quote

from chalicelib.api.catalogue.routes import items
from chalicelib.api.catalogue.schemas.editions import ItemEditionsResponse
from chalicelib.api.catalogue.schemas.items import AbolishItemRequest, ItemResponse
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.names import can_be
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.forms import DOCUMENT, at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.editors.drafts import (
    UnreadableError,
    at_document,
    changes,
    digest_of,
    document_in,
    is_to_publish,
    with_look,
    written,
)

EDITORS: Final = (Role.CATALOGUE_EDITOR,)
ABOLITION: Final = tuple(AbolishItemRequest.model_fields)
"""The fields of the form that abolishes an item."""

WORKED_OUT: Final = {"item_code", "version", "offers_commitment", "notice_hash", "abolition"}
"""What an item's answer says beyond what an editor writes."""


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
    """Show which versions an item has, and the form for the next one, which begins with what is published last."""
    (one,) = visit.get(items.item_editions, query={"item": visit.path["item_code"]}).items or (None,)
    before = _version(visit, one.latest) if one else None
    facts = {
        "code": visit.path["item_code"],
        "one": one,
        "next": 1 if one is None else one.latest + 1,
        "words": before,
        "start": "" if before is None else written(_as_written(before)),
        "done": visit.query.get("done"),
    }
    return Page(template="item_edition.html", facts=facts)


@pages.post("/catalogue/{item_code}", roles=EDITORS, form="/catalogue/{item_code}")
def publish(visit: PageRequest) -> Page | Redirect:
    """Say what a version would change, and publish it once somebody has seen that."""
    page = read_item(visit)
    number = visit.sent("version")
    if not can_be("version", number):
        return at_fault(page, version=text("version_is_a_number", visit.language))
    path = {"item_code": visit.path["item_code"], "version": number}
    try:
        body = document_in(visit)
        digest = digest_of(path, body)
        if not is_to_publish(visit, digest):
            return with_look(page, visit, _seen(visit, page, path, body), digest)
        visit.do(items.publish_item, path=path, body=body)
    except UnreadableError as error:
        return at_fault(page, **{error.field: text(error.text, visit.language, **error.blanks)})
    except DomainError as refusal:
        is_taken = refusal.code is ErrorCode.ITEM_VERSION_EXISTS
        return at_document(page, refusal, visit, otherwise="version" if is_taken else DOCUMENT)
    return Redirect(to=f"catalogue/{quote(path['item_code'], safe='')}", query={"done": "published"})


@pages.get("/catalogue/{item_code}/abolition", roles=EDITORS)
def ask_abolition(visit: PageRequest) -> Page:
    """Ask by what an item is abolished, from which day, and where people turn; what is recorded stands there."""
    (one,) = visit.get(items.item_editions, query={"item": visit.path["item_code"]}).items or (None,)
    if one is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    start = {name: "" if one.abolition is None else getattr(one.abolition, name) for name in ABOLITION}
    return Page(template="abolition.html", facts={"code": visit.path["item_code"], "start": start})


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


def _seen(visit: PageRequest, page: Page, path: dict[str, str], body: dict[str, Any]) -> dict[str, object]:
    """Return what a version would change, against the one in force, and what it would put aside."""
    proposed = visit.do(items.publish_item, path=path, query={"dry_run": "true"}, body=body)
    one = page.fact("one", ItemEditionsResponse) if page.facts["one"] else None
    in_force = one.in_force if one else None
    before = _version(visit, in_force.version) if in_force else None
    return {
        "proposed": proposed,
        "before": before,
        "changes": tuple(changes(_as_written(before), _as_written(proposed))) if before else (),
        "is_noticed": before is not None and before.notice_hash != proposed.notice_hash,
        "put_aside": one.to_come if one else None,
    }


def _version(visit: PageRequest, version: int) -> ItemResponse:
    return visit.get(items.read_item_version, path={"version": str(version)})


def _as_written(item: ItemResponse) -> dict[str, Any]:
    """Return an item as an editor sends it."""
    return item.model_dump(mode="json", exclude=WORKED_OUT)
