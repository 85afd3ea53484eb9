"""The form engine: an action declares its fields and its route, and from that its form is drawn and carried out.

What asks for more than an action can declare is a page's own function: it reads its form and calls ``submit``.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, Literal, Protocol, TypeVar

from chalicelib.clock import SHANGHAI, real_now
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.parsing import body_of
from chalicelib.http.routes import Route
from chalicelib.http.schemas import ResponseBody
from chalicelib.http.tokens import require_fresh
from chalicelib.web.core.forms import FILES, MATERIAL, again, at_fault, materials_sent, moment_of
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect


class Versioned(Protocol):
    """Anything that an action can be done to."""

    @property
    def version(self) -> int:
        """Its version, which the form brings back."""


T = TypeVar("T", bound=Versioned)
R = TypeVar("R", bound=ResponseBody | None)
P = TypeVar("P", bound=Page | Redirect)

Ask = Callable[[PageRequest], Page]
"""A function that draws the page with the form."""

Options = Sequence[tuple[str, ...]]
"""The answers to choose from: value, text and, if there is one, a hint."""

Said = ResponseBody | Mapping[str, object] | None
"""What a thing keeps of an action once it was done, and ``by`` whom."""

Kind = Literal[
    "text", "area", "number", "choice", "select", "picker", "ticks", "tick", "day", "moment", "file", "materials"
]

NOTHING: Final[Mapping[str, str]] = {}

MOST_DIGITS: Final = 18
"""The digits of the largest number that is read."""


def number_of(sent: str) -> int | str:
    """Read a whole number; anything else stays as it is, for the route to say what is wrong with it.

    So does one with more digits than any number that is asked for: Python refuses to read thousands of them.
    """
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= MOST_DIGITS else sent


READ: Final[Mapping[Kind, Callable[[str], object]]] = {
    "number": number_of,
    "tick": lambda sent: sent == "yes",
    "moment": moment_of,
}
"""What turns that which was typed into what a route takes, for the kinds that are no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[T]):
    """A field of a form.

    ``label`` and ``hint`` name texts. ``sent_as`` is its name in the route's body, if it is another one there; ``read``
    turns what was typed into what the route takes, where that is not plain from the kind. What may be blank and is, is
    not sent. ``unanswered`` names the text to show where there must be an answer and the portal itself sees none.
    """

    name: str
    kind: Kind
    label: str = ""
    hint: str = ""
    sent_as: str = ""
    options: Callable[[T, PageRequest], Options] | None = None
    start: Callable[[PageRequest], str] = lambda _visit: ""
    read: Callable[[str], object] | None = None
    is_asked: Callable[[T], bool] = lambda _thing: True
    may_be_blank: bool = False
    unanswered: str = ""
    rows: int = 5

    def value(self, visit: PageRequest) -> object:
        """Return what the form says, as the route takes it."""
        match self.kind:
            case "ticks":
                return list(visit.form.get(self.name, ()))
            case "file":
                found = (upload for upload in visit.uploads if upload.field == self.name)
                return next(({"name": one.name[:200], "sha256": one.sha256} for one in found), None)
            case "materials":
                return materials_sent(visit)
            case _:
                read = self.read or READ.get(self.kind, str)
                return read(visit.sent(self.name))

    def unanswered_in(self, thing: T, visit: PageRequest) -> list[str]:
        """Return the names of the inputs that want an answer and have none."""
        if not self.unanswered:
            return []
        if self.kind == "materials":
            brought = {one["id"] for one in materials_sent(visit)}
            owed = self.options(thing, visit) if self.options else ()
            return [f"{MATERIAL}{option[0]}" for option in owed if option[0] not in brought]
        return [] if visit.sent(self.name) else [self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Generic[T]):
    """Something that somebody may do to a thing: its form, and the route of the API that takes it.

    ``button`` names a text. ``adds`` is what the route wants beyond the fields. ``at`` says at which field an error is
    shown that names none itself: by a pointer into the route's body, by its code, or "" for any other. ``said`` finds
    what the thing keeps of the action, where the route takes no idempotency key. ``is_fresh`` wants a login that is at
    most 300 seconds old.
    """

    name: str
    route: Route[Any, Any]
    fields: tuple[Field[T], ...] = ()
    adds: Callable[[T, PageRequest], Mapping[str, object]] = lambda _thing, _visit: {}
    at: Mapping[str, str] = field(default_factory=dict)
    said: Callable[[T], Said] = lambda _thing: None
    button: str = ""
    is_grave: bool = False
    is_fresh: bool = False

    def body(self, thing: T, visit: PageRequest) -> dict[str, object] | None:
        """Return what the route is sent; ``None`` if there is nothing to say."""
        values = ((each, each.value(visit)) for each in self.fields)
        said = {each.sent_as or each.name: v for each, v in values if not (each.may_be_blank and v in ("", None))}
        return {**said, **self.adds(thing, visit)} or None


def named(actions: Iterable[Action[T]], name: str, visit: PageRequest) -> Action[T]:
    """Return an action by its name; ``NOT_FOUND``, or ``FRESH_LOGIN_REQUIRED`` if it wants a fresh login."""
    found = next((action for action in actions if action.name == name), None)
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    if found.is_fresh:
        require_fresh(visit.caller, at=real_now())
    return found


def draw(
    template: str, action: Action[T], thing: T, visit: PageRequest, *, title: str, is_open: bool = True, **facts: object
) -> Page:
    """Draw the form of an action.

    ``template`` extends ``action.html`` by what stands around the form. ``title`` names a text, as it does with
    ``_hint``; ``is_open`` says whether the action may be taken now.
    """
    has_files = any(each.kind == "file" for each in action.fields)
    facts |= {
        "action": action,
        "thing": thing,
        "fields": [each for each in action.fields if each.is_asked(thing)],
        "options": {each.name: each.options(thing, visit) for each in action.fields if each.options},
        "start": {each.name: each.start(visit) for each in action.fields},
        "version": thing.version if action.route.needs_version else None,
        "title": title,
        "is_open": is_open,
        "has_files": has_files,
    }
    scripts = (
        *(FILES if has_files else ()),
        *(("picker",) if any(each.kind == "picker" for each in action.fields) else ()),
    )
    return Page(template=template, facts=facts, scripts=scripts)


def carry_out(
    action: Action[T],
    thing: T,
    visit: PageRequest,
    *,
    ask: Ask,
    onward: Redirect,
    path: Mapping[str, str] | None = None,
) -> Page | Redirect:
    """Do what a form of ``draw`` asks for and go on, or draw the form again with what is wrong."""
    unanswered = {
        name: text(each.unanswered, visit.language)
        for each in action.fields
        for name in each.unanswered_in(thing, visit)
    }
    body = action.body(thing, visit)
    at = {f"/{each.sent_as}": each.name for each in action.fields if each.sent_as} | dict(action.at)
    return submit(
        visit,
        action.route,
        body,
        ask=ask,
        onward=onward,
        path=path,
        at=at,
        unanswered=unanswered,
        said=lambda page: action.said(page.fact("thing", type(thing))),
    )


def submit(  # noqa: PLR0913 - what forms differ in, each named at the call
    visit: PageRequest,
    route: Route[Any, R],
    body: Mapping[str, object] | None,
    *,
    ask: Ask,
    onward: Redirect | Callable[[R], P],
    path: Mapping[str, str] | None = None,
    at: Mapping[str, str] | None = None,
    unanswered: Mapping[str, str] = NOTHING,
    said: Callable[[Page], Said] = lambda _page: None,
) -> Page | Redirect | P:
    """Send a form to its route and go on; if that is refused, draw it again with what is wrong.

    Where the route wants a version, it is the one that the form was drawn from: what somebody else did meanwhile is
    never undone unseen. ``unanswered`` are the fields without an answer that the portal itself sees, each with a text:
    then nothing is sent, and what the route would find wrong with the rest is said with it. ``said`` finds in the page
    what was done before; if that is just what the form says, by the same person, this is the second click of a double
    click, and ends where the first one did.
    """
    if unanswered:
        return at_fault(_looked_over(route, body, visit, ask=ask, at=at), **unanswered)
    try:
        version = visit.version() if route.needs_version else None
        made = visit.do(route, path=path, body=body, version=version)
    except DomainError as error:
        page = ask(visit)
        if isinstance(onward, Redirect) and _is_said(said(page), body or {}, visit):
            return onward
        return again(page, error, visit, fields=at)
    return onward if isinstance(onward, Redirect) else onward(made)


def _looked_over(
    route: Route[Any, R],
    body: Mapping[str, object] | None,
    visit: PageRequest,
    *,
    ask: Ask,
    at: Mapping[str, str] | None,
) -> Page:
    """Return the form's page with what its route would find wrong with the form itself; nothing is done."""
    try:
        body_of(route, "", json.dumps(body or {}).encode())
    except DomainError as error:
        return again(ask(visit), error, visit, fields=at)
    return ask(visit)


def _is_said(said: Said, body: Mapping[str, object], visit: PageRequest) -> bool:
    """Say whether the same person has said exactly this before; what is not kept cannot be compared."""
    if said is None:
        return False
    kept = said.model_dump() if isinstance(said, ResponseBody) else said
    actor = visit.caller.actor
    return kept.get("by", kept.get("decided_by", actor)) == actor and _holds(kept, body)


def _holds(kept: Any, sent: object) -> bool:  # noqa: ANN401 - whatever the thing keeps
    """Say whether what was sent is among what is kept."""
    if isinstance(sent, Mapping):
        return all(_holds(kept[name], value) for name, value in sent.items() if name in kept)
    if isinstance(sent, list):
        return list(kept) == sent or (bool(sent) and all(any(_holds(one, each) for one in kept) for each in sent))
    if isinstance(kept, datetime):
        return kept.astimezone(SHANGHAI).isoformat() == sent
    return bool(kept == sent) or str(kept) == sent
