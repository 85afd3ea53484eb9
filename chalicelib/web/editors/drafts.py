"""What editors' forms share: a document, its faults, and looking at what it would change before it is published."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chalicelib.errors import DomainError
from chalicelib.http.routes import Route
from chalicelib.validation import repeated_names
from chalicelib.web.core.forms import DOCUMENT, DOCUMENT_FILE, again
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest

if TYPE_CHECKING:
    from chalicelib.api.calendars.schemas import LoadCalendarResponse
    from chalicelib.api.sanctions.schemas.measures import LoadMeasureListResponse

L = TypeVar("L", "LoadCalendarResponse", "LoadMeasureListResponse")

PAGE: Final = 100
MOST_LOOKS: Final = 5
"""How often a dry run is asked to go on before a page is drawn: it walks over boards, and a step may find nothing."""


Where = Callable[[str], tuple[str, str]]
"""For a place in the route's body, the form's field and what is to be said of the place within it."""


class Slip(StrEnum):
    """What can be wrong with what was typed, by the names of the texts that say so."""

    NOT_JSON = "document_not_json"
    NOT_AN_OBJECT = "document_not_an_object"
    NAME_TWICE = "document_name_twice"
    TOO_LARGE = "document_too_large"
    LINE = "line_unreadable"
    SPAN = "line_too_long"
    TWICE = "day_twice"


class UnreadableError(Exception):
    """What was typed is no document, or a line of it says nothing: what is wrong, its blanks, and the field."""

    def __init__(self, text: Slip, *, field: str = DOCUMENT_FILE, **blanks: object) -> None:
        """Keep what to tell."""
        super().__init__(text)
        self.text, self.field, self.blanks = text, field, blanks


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a dry run answered: so many things were looked at, these would change, and where the next look begins."""

    looked_at: int
    items: tuple[object, ...]
    after: str | None


def document_in(visit: PageRequest) -> dict[str, Any]:
    """Return the document that was handed in, or looked at; ``UnreadableError`` if it is not a JSON object."""
    if any(upload.field == DOCUMENT_FILE for upload in visit.uploads):
        raise UnreadableError(Slip.TOO_LARGE)
    try:
        read = json.loads(visit.sent(DOCUMENT))
    except json.JSONDecodeError as error:
        raise UnreadableError(Slip.NOT_JSON, line=error.lineno, column=error.colno) from None
    except (ValueError, RecursionError):
        raise UnreadableError(Slip.NOT_AN_OBJECT) from None
    if not isinstance(read, dict):
        raise UnreadableError(Slip.NOT_AN_OBJECT)
    if repeated := repeated_names(visit.sent(DOCUMENT)):
        raise UnreadableError(Slip.NAME_TWICE, place=repeated[0])
    return read


def has_document(visit: PageRequest) -> bool:
    """Whether a document was handed in beside the fields that a person fills in."""
    return bool(visit.sent(DOCUMENT)) or any(upload.field == DOCUMENT_FILE for upload in visit.uploads)


def written(document: Mapping[str, Any]) -> str:
    """Write a document as people read and change it."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def digest_of(*parts: object) -> str:
    """Name what was looked at, so that nothing else is published in its place."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def is_to_publish(visit: PageRequest, digest: str) -> bool:
    """Whether somebody publishes exactly what they have looked at; anything else is looked at first."""
    return visit.sent("act") == "publish" and visit.sent("seen") == digest


def with_look(page: Page, visit: PageRequest, seen: object, digest: str) -> Page:
    """Return the form's page with what the dry run answered, and with the way to publish it."""
    is_changed = visit.sent("act") == "publish"
    return replace(page, facts={**page.facts, "seen": seen, "digest": digest, "is_changed": is_changed})


def look(
    visit: PageRequest, route: Route[Any, L], body: Mapping[str, object], *, path: Mapping[str, str] | None = None
) -> Seen:
    """Ask a route what it would change, from where the look before ended; nothing is written."""
    items: list[object] = []
    looked_at, after = 0, visit.sent("after") or None
    for _ in range(MOST_LOOKS):
        query = {"dry_run": "true", "limit": str(PAGE)} | ({"cursor": after} if after else {})
        told = visit.do(route, path=path, query=query, body=body)
        items += told.items
        looked_at, after = looked_at + told.looked_at, told.next_cursor
        if after is None or len(items) >= PAGE:
            break
    return Seen(looked_at=looked_at, items=tuple(items), after=after)


def at_document(page: Page, refusal: DomainError, visit: PageRequest, *, where: Where, otherwise: str) -> Page:
    """Return the form's page with what is wrong: at its field, or at the file with the place in it.

    ``where`` says for a pointer which field it stands for, and which place within that; ``otherwise`` is the field of
    a refusal that points at nothing.
    """
    page = again(page, refusal, visit, fields={"": otherwise})
    drawn = page.fact("faults", list)
    faults = []
    for fault, told in zip(refusal.faults, drawn, strict=False):
        field, place = where(fault.pointer)
        faults.append(
            {"field": field, "text": f"{place}{text('colon', visit.language)}{told['text']}"}
            if place
            else {**told, "field": field}
        )
    return replace(page, facts={**page.facts, "faults": faults or drawn})
