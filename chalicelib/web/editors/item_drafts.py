"""Writing an item's next version step by step: a draft that is saved with each step, and published once it was seen."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from chalicelib.api.catalogue.routes import items
from chalicelib.api.catalogue.schemas.editions import ItemEditionsResponse
from chalicelib.api.catalogue.schemas.items import ItemResponse, PublishItemRequest
from chalicelib.catalogue.model.items import Acceptance
from chalicelib.catalogue.model.questions import QuestionKind
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.rules.publication import ORDINARY_RISK
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.web.core import pages
from chalicelib.web.core.forms import again
from chalicelib.web.core.request import Download, Page, PageRequest, Redirect
from chalicelib.web.editors import writing
from chalicelib.web.editors.drafts import digest_of, is_to_publish
from chalicelib.web.editors.fields import Difference, Document, differences, new_id
from chalicelib.web.editors.item_parts import PARTS, QUESTIONS, is_with_previous
from chalicelib.web.editors.writing import Writing

EDITORS: Final = (Role.CATALOGUE_EDITOR,)

WORKED_OUT: Final = {"item_code", "version", "offers_commitment", "notice_hash", "abolition"}
"""What an item's answer says beyond what an editor writes."""


@pages.post("/catalogue/{item_code}/draft", roles=EDITORS, form="/catalogue/{item_code}")
def begin(visit: PageRequest) -> Redirect:
    """Begin a draft with what is published last, or with nothing; one that is there already is gone on with."""
    one = editions_of(visit)
    document = blank(visit) if one is None else _with_day(as_written(version_of(visit, one.latest)), visit)
    return writing_of(visit, one).begin(visit, document)


@pages.get("/catalogue/{item_code}/draft", roles=EDITORS)
def list_tasks(visit: PageRequest) -> Page:
    """Show the parts of the draft, and which of them are done."""
    return writing.list_tasks(writing_of(visit, editions_of(visit)), visit)


@pages.post("/catalogue/{item_code}/discard", roles=EDITORS, form="/catalogue/{item_code}/draft")
def discard(visit: PageRequest) -> Redirect:
    """Throw the draft away."""
    return writing_of(visit, editions_of(visit)).discard(visit)


@pages.get("/catalogue/{item_code}/draft/{part}", roles=EDITORS)
def ask_part(visit: PageRequest) -> Page:
    """Show one part."""
    return writing.ask_part(writing_of(visit, editions_of(visit)), visit)


@pages.post("/catalogue/{item_code}/draft/{part}", roles=EDITORS, form="/catalogue/{item_code}/draft/{part}")
def save_part(visit: PageRequest) -> Page | Redirect:
    """Save a part."""
    return writing.save_part(writing_of(visit, editions_of(visit)), visit)


@pages.get("/catalogue/{item_code}/draft/{part}/{number}", roles=EDITORS)
def ask_entry(visit: PageRequest) -> Page:
    """Show one entry of a list."""
    return writing.ask_entry(writing_of(visit, editions_of(visit)), visit)


@pages.post(
    "/catalogue/{item_code}/draft/{part}/{number}",
    roles=EDITORS,
    form="/catalogue/{item_code}/draft/{part}/{number}",
)
def save_entry(visit: PageRequest) -> Page | Redirect:
    """Save, remove or move an entry."""
    return writing.save_entry(writing_of(visit, editions_of(visit)), visit)


@pages.get("/catalogue/{item_code}/preview", roles=EDITORS)
def preview(visit: PageRequest) -> Page | Redirect:
    """Show the draft as the applicant will see it: the page of the item, and the questions that follow."""
    one = editions_of(visit)
    draft = writing_of(visit, one).draft(visit)
    proposed, _ = _tried(visit, draft.document, one)
    if proposed is None:
        return Redirect(to=f"{_at(visit)}/check")
    item = _body(draft.document).item(visit.path["item_code"], proposed.version)
    facts: dict[str, object] = {
        "item": item,
        "abolition": None,
        "until": container().pack(item.jurisdiction, visit.at).withdraw_until,
        "known": {},
        "materials": item.materials,
        "at": _at(visit),
    }
    return Page(template="item_preview.html", facts=facts)


@pages.get("/catalogue/{item_code}/check", roles=EDITORS)
def check(visit: PageRequest) -> Page:
    """Say what is still to be put right; where nothing is, what the version would change, and let it be published."""
    one = editions_of(visit)
    written = writing_of(visit, one)
    draft = written.draft(visit)
    proposed, faults = _tried(visit, draft.document, one)
    facts: dict[str, object] = {
        **written.facts(visit, draft),
        "proposed": proposed,
        "told": writing.told(written, visit, faults, draft.document),
        "digest": digest_of(visit.path["item_code"], draft.document),
        "before": None,
        "is_changed": visit.sent("act") == "publish",
    }
    if proposed is not None and one is not None:
        before = version_of(visit, one.in_force.version if one.in_force else one.latest)
        facts |= {
            "before": before if one.in_force else None,
            "differences": _differences(visit, as_written(before), draft.document),
            "is_noticed": before.notice_hash != proposed.notice_hash,
            "put_aside": one.to_come,
        }
    return Page(template="item_check.html", facts=facts)


@pages.post("/catalogue/{item_code}/check", roles=EDITORS, form="/catalogue/{item_code}/check")
def publish(visit: PageRequest) -> Page | Redirect:
    """Publish the draft exactly as it was seen; a colleague's change since then is shown first."""
    one = editions_of(visit)
    written = writing_of(visit, one)
    draft = written.found(visit)
    if draft is None:
        # The second click of a double click: the first one has published it.
        return Redirect(to=_at(visit), query={"done": "published"})
    if not is_to_publish(visit, digest_of(visit.path["item_code"], draft.document)):
        return check(visit)
    try:
        visit.do(items.publish_item, path={"version": str(_next(one))}, body=draft.document)
    except DomainError as refusal:
        return again(check(visit), refusal, visit, fields={"": ""})
    written.let_go(visit, draft)
    return Redirect(to=_at(visit), query={"done": "published"})


@pages.get("/catalogue/{item_code}/comparison", roles=EDITORS)
def compare(visit: PageRequest) -> Page:
    """Compare two versions in words: what was added, changed and removed, before and after."""
    one = editions_of(visit)
    if one is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    chosen = [visit.query.get(name) or str(otherwise) for name, otherwise in _compared(one).items()]
    first, second = (visit.get(items.read_item_version, path={"version": each}) for each in chosen)
    facts = {
        "at": _at(visit),
        "one": one,
        "first": first,
        "second": second,
        "differences": _differences(visit, as_written(first), as_written(second)),
    }
    return Page(template="item_comparison.html", facts=facts)


@pages.get("/catalogue/{item_code}/file", roles=EDITORS)
def ask_file(visit: PageRequest) -> Page:
    """Offer the draft as a file to take away, and to bring one in its place."""
    return writing.ask_file(writing_of(visit, editions_of(visit)), visit)


@pages.post("/catalogue/{item_code}/file", roles=EDITORS, form="/catalogue/{item_code}/file")
def take_file(visit: PageRequest) -> Page | Redirect:
    """Take a file as the draft, if it is an item at all."""
    one = editions_of(visit)
    return writing.take_file(
        writing_of(visit, one), visit, require=lambda document: _require_item(visit, document, one)
    )


@pages.get("/catalogue/{item_code}/download", roles=EDITORS)
def download(visit: PageRequest) -> Download:
    """Answer the draft as a file; where none was begun, what is published last."""
    one = editions_of(visit)
    draft = writing_of(visit, one).found(visit)
    if draft is None and one is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    document = draft.document if draft else as_written(version_of(visit, one.latest if one else 1))
    return writing.as_file(document, visit.path["item_code"])


def editions_of(visit: PageRequest) -> ItemEditionsResponse | None:
    """Return which versions the item has; ``None`` for one that was never published."""
    return next(iter(visit.get(items.item_editions, query={"item": visit.path["item_code"]}).items), None)


def version_of(visit: PageRequest, version: int) -> ItemResponse:
    """Return a version of the item."""
    return visit.get(items.read_item_version, path={"version": str(version)})


def as_written(item: ItemResponse) -> dict[str, Any]:
    """Return an item as an editor sends it."""
    return item.model_dump(mode="json", exclude=WORKED_OUT)


def blank(visit: PageRequest) -> dict[str, Any]:
    """Return what the draft of a new item begins with: what most items say, of the editor's own department."""
    return {
        "department": visit.caller.department or "",
        "audience": Audience.BOTH.value,
        "acceptance": Acceptance.OFFICER.value,
        "jurisdiction": settings().rule_pack,
        "risk_class": ORDINARY_RISK,
        "proxy_allowed": True,
        "effective_from": (visit.today + timedelta(days=1)).isoformat(),
    }


def _with_day(document: dict[str, Any], visit: PageRequest) -> dict[str, Any]:
    """Let a version begin tomorrow, unless the one that it is written from begins later."""
    return {
        **document,
        "effective_from": max(document["effective_from"], (visit.today + timedelta(days=1)).isoformat()),
    }


def _at(visit: PageRequest) -> str:
    return f"catalogue/{quote(visit.path['item_code'], safe='')}"


def writing_of(visit: PageRequest, one: ItemEditionsResponse | None) -> Writing:
    """Return the draft of an item: its department's, also once it is abolished; that of a new one the editor's."""
    shown = one and (one.in_force or one.to_come or version_of(visit, one.latest))
    return Writing(
        name=f"item:{visit.path['item_code']}",
        at=_at(visit),
        title="name",
        untitled="new_item",
        department=shown.department if shown else visit.caller.department or "",
        parts=PARTS,
        judge=lambda document: _tried(visit, document, one)[1],
        settle=lambda part, said, before, entries, place: (
            _settled(said, before, entries, place) if part is QUESTIONS else said
        ),
    )


def _next(one: ItemEditionsResponse | None) -> int:
    return 1 if one is None else one.latest + 1


def _compared(one: ItemEditionsResponse) -> dict[str, int]:
    """Return which versions are compared unless others are asked for: the last one with the one before it."""
    return {"one": max(one.latest - 1, 1), "other": one.latest}


def _settled(after: dict[str, Any], before: Document, entries: list[Document], place: int) -> dict[str, Any]:
    """Return a question without what its kind does not have, and on the page where its editor wants it."""
    unasked = [ask.path.partition("/") for ask in QUESTIONS.asks if not ask.is_asked(after)]
    for name, _, rest in unasked:
        if rest:
            after[name] = {each: value for each, value in (after.get(name) or {}).items() if each != rest}
        else:
            after.pop(name, None)
    if after.get("kind") == QuestionKind.DOCUMENT:
        after["required"] = False
    if after.get("kind") == QuestionKind.PERSON:
        after["sensitive"] = True
    is_with, after["group"] = after.get("group") is True, before.get("group") or ""
    if is_with and place:
        group = entries[place - 1].get("group") or new_id("g", entries, "group")
        entries[place - 1] = {**entries[place - 1], "group": group}
        after["group"] = group
    elif is_with_previous(entries, place):
        after["group"] = ""
    return after


def _tried(
    visit: PageRequest, document: Document, one: ItemEditionsResponse | None
) -> tuple[ItemResponse | None, Sequence[FieldError]]:
    """Ask the route whether the next version could be published: what it would be, or all that speaks against it."""
    path = {"version": str(_next(one))}
    try:
        return visit.do(items.publish_item, path=path, query={"dry_run": "true"}, body=document), ()
    except DomainError as refusal:
        if refusal.code not in {ErrorCode.ITEM_NOT_PUBLISHABLE, ErrorCode.INVALID_BODY}:
            raise
        return None, refusal.faults


def _require_item(visit: PageRequest, document: Document, one: ItemEditionsResponse | None) -> None:
    """Raise ``INVALID_BODY`` for a document that is no item at all; what only cannot be published yet may be kept."""
    try:
        visit.do(items.publish_item, path={"version": str(_next(one))}, query={"dry_run": "true"}, body=document)
    except DomainError as refusal:
        if refusal.code is not ErrorCode.ITEM_NOT_PUBLISHABLE:
            raise


def _differences(visit: PageRequest, before: Document, after: Document) -> list[Difference]:
    return list(differences(before, _body(after).model_dump(mode="json", by_alias=False), PARTS, visit))


def _body(document: Document) -> PublishItemRequest:
    return PublishItemRequest.model_validate_json(json.dumps(document))
