"""Finding what to do: the start, the search, and all that an applicant must know before anything is asked of them."""

import re
from collections.abc import Mapping
from typing import Final

from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.model.questions import Answer
from chalicelib.catalogue.model.versions import Abolition
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.core import pages
from chalicelib.web.core.assets import asset
from chalicelib.web.core.request import Asset, Page, PageRequest

CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST: Final = 100
"""How many characters of a question are looked for."""
SHOWN: Final = 20


@pages.get("/", public=True)
def start(visit: PageRequest) -> Page:
    """Ask what somebody wants to do, or let questions lead to it."""
    from chalicelib.api.catalogue.routes import guides  # noqa: PLC0415 - reading an item needs no guide

    return Page(template="start.html", facts={"guides": visit.get(guides.find_guides).items})


@pages.get("/items", public=True)
def find_items(visit: PageRequest) -> Page:
    """List the items that plain words find; too long a question is said to be so, and stays in its field."""
    from chalicelib.api.catalogue.routes import guides  # noqa: PLC0415 - as above

    asked = visit.query.get("q", "").strip()
    if len(asked) > LONGEST:
        return Page(template="items.html", facts={"asked": asked, "fault": "search_too_long"}, status=400)
    after = visit.query.get("after")
    if after is not None and CODE.fullmatch(after) is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    found = container().search.find(at=visit.at, limit=SHOWN, q=asked, after=after)
    query = {"q": asked} if asked else {}
    leading = visit.get(guides.find_guides, query=query).items if after is None else ()
    return Page(template="items.html", facts={"asked": asked, "found": found, "guides": leading})


@pages.get("/items/{item_code}", public=True)
def read_item(visit: PageRequest) -> Page:
    """Show all that an applicant must know, or what became of the item; after a guide, only what its answers leave."""
    item, abolition = _guide_at(visit)
    until = container().pack(item.jurisdiction, visit.at).withdraw_until
    known = known_answers(item, visit.query)
    facts: dict[str, object] = {
        "item": item,
        "abolition": abolition,
        "until": until,
        "known": {f"answer-{name}": visit.query[f"answer-{name}"] for name in known},
    }
    facts["materials"] = [
        one for one in item.materials if one.when is None or one.when.question not in known or one.when.holds(known)
    ]
    return Page(template="item.html", facts=facts)


def known_answers(item: Item, query: Mapping[str, str]) -> dict[str, Answer]:
    """Return the answers that an address brings along, as a guide leads to it; anything that is no choice is none."""
    return {
        question.id: option.value
        for question in item.questions
        for option in question.options
        if query.get(f"answer-{question.id}") == str(option.value).lower()
    }


def item_at(visit: PageRequest) -> Item:
    """Return the item that an address names, to apply for; ``NOT_FOUND`` if there is none, ``ITEM_ABOLISHED``."""
    item, abolition = _guide_at(visit)
    if abolition is not None:
        container().catalogue.require_open(item.code, at=visit.at)
    return item


def _guide_at(visit: PageRequest) -> tuple[Item, Abolition | None]:
    code = visit.path["item_code"]
    item, abolition = container().catalogue.guide(code, at=visit.at) if CODE.fullmatch(code) else (None, None)
    if item is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return item, abolition


@pages.get("/assets/{name}", public=True)
def read_asset(visit: PageRequest) -> Asset:
    """Answer a built file."""
    return asset(visit.path["name"])
