"""Writing an item's next version step by step: a draft that is saved with each step, and published once it was seen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from chalicelib.api.catalogue.routes import items
from chalicelib.api.catalogue.schemas.editions import ItemEditionsResponse
from chalicelib.api.catalogue.schemas.items import ItemResponse, PublishItemRequest
from chalicelib.catalogue.model.drafts import EditionDraft
from chalicelib.catalogue.model.items import Acceptance, Item
from chalicelib.catalogue.model.questions import Place, QuestionKind
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.rules.publication import ORDINARY_RISK
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.problems import STATUS
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.web.core import pages
from chalicelib.web.core.forms import DOCUMENT_FILE, again, at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Download, Page, PageRequest, Redirect
from chalicelib.web.editors.drafts import (
    UnreadableError,
    at_document,
    digest_of,
    document_in,
    has_document,
    is_to_publish,
    written,
)
from chalicelib.web.editors.fields import (
    Ask,
    Desk,
    Document,
    Part,
    differences,
    field_of,
    number_in,
    part_of,
    read_into,
    rows_of,
    started,
    title_of,
    within,
)
from chalicelib.web.editors.item_parts import PARTS, QUESTIONS, new_id

EDITORS: Final = (Role.CATALOGUE_EDITOR,)

WORKED_OUT: Final = {"item_code", "version", "offers_commitment", "notice_hash", "abolition"}
"""What an item's answer says beyond what an editor writes."""

MOST_ENTRIES: Final = 50
"""How many entries the route of publication takes in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A line of the task list: a part, how many entries it has, and how much there is to put right."""

    part: Part
    entries: int
    faults: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something to put right, and the page and the input where that is done."""

    text: str
    to: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A question as its form draws it: its inputs with what stands in them, and its options."""

    ask: Ask
    label: str
    hint: str
    options: Sequence[tuple[str, ...]]
    inputs: Mapping[str, object]


@pages.post("/catalogue/{item_code}/draft", roles=EDITORS, form="/catalogue/{item_code}")
def begin(visit: PageRequest) -> Redirect:
    """Begin a draft with what is published last, or with nothing; one that is there already is gone on with."""
    one = editions_of(visit)
    _begun(visit, one, blank(visit) if one is None else _with_day(as_written(version_of(visit, one.latest)), visit))
    return Redirect(to=f"{_at(visit)}/draft")


@pages.get("/catalogue/{item_code}/draft", roles=EDITORS)
def list_tasks(visit: PageRequest) -> Page:
    """Show the parts of the draft, which of them are done, and what is to be put right."""
    draft = _draft(visit)
    one = editions_of(visit)
    _, faults = _tried(visit, draft.document, one)
    tasks = [
        Task(
            part=part,
            entries=len(part.listed(draft.document)),
            faults=sum(1 for fault in faults if part_of(fault.pointer, PARTS, draft.document) is part),
        )
        for part in PARTS
    ]
    facts = {"code": visit.path["item_code"], "draft": draft, "tasks": tasks, "faults_left": len(faults), "one": one}
    return Page(template="item_tasks.html", facts=facts)


@pages.post("/catalogue/{item_code}/discard", roles=EDITORS, form="/catalogue/{item_code}/draft")
def discard(visit: PageRequest) -> Redirect:
    """Throw the draft away; what is published stays as it is."""
    container().edition_drafts.discard(_name(visit), version=visit.version(), by=visit.caller)
    return Redirect(to=_at(visit), query={"done": "discarded"})


@pages.get("/catalogue/{item_code}/draft/{part}", roles=EDITORS)
def ask_part(visit: PageRequest) -> Page:
    """Show one part: its questions, or the entries of its list; ``check=1`` says at once what is to be put right."""
    draft, part = _draft(visit), _part(visit)
    page = _part_page(visit, draft, part)
    return _faulty(page, visit, draft.document, part, status=200) if visit.query.get("check") else page


@pages.post("/catalogue/{item_code}/draft/{part}", roles=EDITORS, form="/catalogue/{item_code}/draft/{part}")
def save_part(visit: PageRequest) -> Page | Redirect:
    """Save a part; whatever is to be put right in it is said at once, and it is saved all the same."""
    draft, part = _draft(visit), _part(visit)
    if part.entries:
        raise DomainError(ErrorCode.NOT_FOUND)
    document = read_into(part.asks, draft.document, visit)
    try:
        saved = _save(visit, document)
    except DomainError as refusal:
        return again(_part_page(visit, draft, part), refusal, visit, fields={"": ""})
    page = _faulty(_part_page(visit, saved, part), visit, document, part)
    return page if page.facts.get("faults") else Redirect(to=f"{_at(visit)}/draft", query={"done": "saved"})


@pages.get("/catalogue/{item_code}/draft/{part}/{number}", roles=EDITORS)
def ask_entry(visit: PageRequest) -> Page:
    """Show one entry of a list, or the form for one more."""
    draft, part = _draft(visit), _part(visit)
    page = _entry_page(visit, draft, part)
    place = _place(visit, part, draft.document)
    is_asked = bool(visit.query.get("check")) and place < len(part.listed(draft.document))
    return _faulty(page, visit, draft.document, part, place=place, status=200) if is_asked else page


@pages.post(
    "/catalogue/{item_code}/draft/{part}/{number}",
    roles=EDITORS,
    form="/catalogue/{item_code}/draft/{part}/{number}",
)
def save_entry(visit: PageRequest) -> Page | Redirect:
    """Save an entry, remove it, or move it before the one above."""
    draft, part = _draft(visit), _part(visit)
    place, entries = _place(visit, part, draft.document), part.listed(draft.document)
    before = entries[place] if place < len(entries) else {"id": new_id(part.prefix, entries)}
    after, act = before, visit.sent("act")
    if act == "remove":
        entries[place : place + 1] = []
    elif act == "up" and 0 < place < len(entries):
        entries[place - 1 : place + 1] = [entries[place], entries[place - 1]]
    else:
        after = read_into(part.asked(before), before, visit)
        if part is QUESTIONS:
            after = _settled(after, before, entries, place)
        entries[place : place + 1] = [after]
    document = {**draft.document, part.entries: entries}
    try:
        saved = _save(visit, document)
    except DomainError as refusal:
        return again(_entry_page(visit, draft, part), refusal, visit, fields={"": ""})
    here = f"{_at(visit)}/draft/{part.name}"
    if act in {"remove", "up"}:
        return Redirect(to=here)
    if [ask.path for ask in part.asked(after)] != [ask.path for ask in part.asked(before)]:
        return Redirect(to=f"{here}/{place + 1}")
    page = _faulty(_entry_page(visit, saved, part), visit, document, part, place=place)
    return page if page.facts.get("faults") else Redirect(to=here)


@pages.get("/catalogue/{item_code}/preview", roles=EDITORS)
def preview(visit: PageRequest) -> Page | Redirect:
    """Show the draft as the applicant will see it: the page of the item, and the questions that follow."""
    draft = _draft(visit)
    item, faults = _tried(visit, draft.document, editions_of(visit))
    if item is None or faults:
        return Redirect(to=f"{_at(visit)}/check")
    shown = _item(visit, draft.document, item.version)
    facts: dict[str, object] = {
        "item": shown,
        "abolition": None,
        "until": container().pack(shown.jurisdiction, visit.at).withdraw_until,
        "known": {},
        "materials": shown.materials,
        "code": shown.code,
    }
    return Page(template="item_preview.html", facts=facts)


@pages.get("/catalogue/{item_code}/check", roles=EDITORS)
def check(visit: PageRequest) -> Page:
    """Say what is still to be put right; where nothing is, what the version would change, and let it be published."""
    draft, one = _draft(visit), editions_of(visit)
    proposed, faults = _tried(visit, draft.document, one)
    facts: dict[str, object] = {
        "code": visit.path["item_code"],
        "draft": draft,
        "proposed": proposed,
        "told": [_told(visit, fault, draft.document) for fault in faults],
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
    draft = container().edition_drafts.find(_name(visit), by=visit.caller)
    if draft is None:
        # The second click of a double click: the first one has published it.
        return Redirect(to=_at(visit), query={"done": "published"})
    if not is_to_publish(visit, digest_of(visit.path["item_code"], draft.document)):
        return check(visit)
    path = {"version": str(_next(editions_of(visit)))}
    try:
        visit.do(items.publish_item, path=path, body=draft.document)
    except DomainError as refusal:
        return again(check(visit), refusal, visit, fields={"": ""})
    container().edition_drafts.discard(draft.name, version=draft.version, by=visit.caller)
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
        "code": visit.path["item_code"],
        "one": one,
        "first": first,
        "second": second,
        "differences": _differences(visit, as_written(first), as_written(second)),
    }
    return Page(template="item_comparison.html", facts=facts)


@pages.get("/catalogue/{item_code}/file", roles=EDITORS)
def ask_file(visit: PageRequest) -> Page:
    """Offer the draft as a file to take away, and to bring one in its place."""
    draft = container().edition_drafts.find(_name(visit), by=visit.caller)
    return Page(template="item_file.html", facts={"code": visit.path["item_code"], "draft": draft})


@pages.post("/catalogue/{item_code}/file", roles=EDITORS, form="/catalogue/{item_code}/file")
def take_file(visit: PageRequest) -> Page | Redirect:
    """Take a file as the draft; what no item can say is refused with its place, all else is said when it is checked."""
    page, one = ask_file(visit), editions_of(visit)
    if not has_document(visit):
        return at_fault(page, **{DOCUMENT_FILE: text("edit_choose_file", visit.language)})
    try:
        document = document_in(visit)
    except UnreadableError as error:
        return at_fault(page, **{DOCUMENT_FILE: text(error.text, visit.language, **error.blanks)})
    try:
        _require_item(visit, document, one)
        if page.facts["draft"] is None:
            _begun(visit, one, document)
        else:
            _save(visit, document)
    except DomainError as refusal:
        return at_document(page, refusal, visit, where=lambda place: (DOCUMENT_FILE, place), otherwise=DOCUMENT_FILE)
    return Redirect(to=f"{_at(visit)}/check")


@pages.get("/catalogue/{item_code}/download", roles=EDITORS)
def download(visit: PageRequest) -> Download:
    """Answer the draft as a file; where none was begun, what is published last."""
    draft, one = container().edition_drafts.find(_name(visit), by=visit.caller), editions_of(visit)
    if draft is None and one is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    document = draft.document if draft else as_written(version_of(visit, one.latest if one else 1))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{visit.path["item_code"]}.json"',
    }
    return Download(text=written(document), headers=headers)


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


def _name(visit: PageRequest) -> str:
    return f"item:{visit.path['item_code']}"


def _draft(visit: PageRequest) -> EditionDraft:
    return container().edition_drafts.read(_name(visit), by=visit.caller)


def _begun(visit: PageRequest, one: ItemEditionsResponse | None, document: Document) -> None:
    shown = None if one is None else one.in_force or one.to_come
    department = (visit.caller.department or "") if shown is None else shown.department
    container().edition_drafts.begin(_name(visit), document, department=department, by=visit.caller, at=visit.at)


def _save(visit: PageRequest, document: Document) -> EditionDraft:
    """Save the draft over the version that the form was drawn from."""
    return container().edition_drafts.save(
        _name(visit), document, version=visit.version(), by=visit.caller, at=visit.at
    )


def _part(visit: PageRequest) -> Part:
    found = next((part for part in PARTS if part.name == visit.path["part"]), None)
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return found


def _place(visit: PageRequest, part: Part, document: Document) -> int:
    """Return which entry an address names, from 0; the one after the last is a new one."""
    place = int(visit.path["number"]) - 1
    if not part.entries or not 0 <= place <= min(len(part.listed(document)), MOST_ENTRIES - 1):
        raise DomainError(ErrorCode.NOT_FOUND)
    return place


def _next(one: ItemEditionsResponse | None) -> int:
    return 1 if one is None else one.latest + 1


def _compared(one: ItemEditionsResponse) -> dict[str, int]:
    """Return which versions are compared unless others are asked for: the last one with the one before it."""
    return {"one": max(one.latest - 1, 1), "other": one.latest}


def _part_page(visit: PageRequest, draft: EditionDraft, part: Part) -> Page:
    desk = Desk(document=draft.document, visit=visit)
    entries = part.listed(draft.document)
    facts = {
        "code": visit.path["item_code"],
        "draft": draft,
        "part": part,
        "shown": [] if part.entries else _shown(part, part.asks, draft.document, desk),
        "entries": [title_of(part, entry) for entry in entries],
        "may_add": len(entries) < MOST_ENTRIES,
    }
    return Page(template="item_part.html", facts=facts)


def _entry_page(visit: PageRequest, draft: EditionDraft, part: Part) -> Page:
    entries, place = part.listed(draft.document), _place(visit, part, draft.document)
    entry = entries[place] if place < len(entries) else _new(part)
    desk = Desk(document=draft.document, visit=visit, entry=entry)
    shown = _shown(part, part.asked(entry), entry, desk)
    if part is QUESTIONS:
        shown = [each for each in shown if place or each.ask.path != "group"]
        is_with = _is_with_previous(entries, place)
        shown = [
            replace(each, inputs={"group": visit.sent("group") or ("yes" if is_with else "no")})
            if each.ask.path == "group"
            else each
            for each in shown
        ]
    facts = {
        "code": visit.path["item_code"],
        "draft": draft,
        "part": part,
        "number": place + 1,
        "is_new": place == len(entries),
        "shown": shown,
    }
    return Page(template="item_entry.html", facts=facts)


def _new(part: Part) -> Document:
    """Return what the form of a new entry begins with: what the route takes where nothing is said."""
    return (
        {"required": True, "kind": QuestionKind.TEXT.value, "shown": [place.value for place in Place]}
        if part is QUESTIONS
        else {}
    )


def _shown(part: Part, asks: Sequence[Ask], thing: Document, desk: Desk) -> list[Shown]:
    """Return the questions of a form with what was typed, or else with what the document says."""
    visit = desk.visit
    stands: Mapping[str, object] = started(asks, thing)
    if visit.form:
        stands = {name: [*values] if len(values) > 1 else values[0] for name, values in visit.form.items()}
    return [
        Shown(
            ask=ask,
            label=part.label(ask),
            hint=f"{part.label(ask)}_hint" if ask.is_explained else "",
            options=ask.offered(desk),
            inputs={name: stands.get(name, "") for name in ask.inputs(rows_of(ask, thing))},
        )
        for ask in asks
    ]


def _is_with_previous(entries: Sequence[Document], place: int) -> bool:
    """Whether a question is asked on one page with the one before it."""
    if not 0 < place < len(entries):
        return False
    return bool(entries[place].get("group")) and entries[place].get("group") == entries[place - 1].get("group")


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
    is_with, after["group"] = after.get("group"), before.get("group") or ""
    if is_with is True and place:
        group = entries[place - 1].get("group") or new_id("g", entries, "group")
        entries[place - 1] = {**entries[place - 1], "group": group}
        after["group"] = group
    elif _is_with_previous(entries, place):
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


def _faulty(
    page: Page,
    visit: PageRequest,
    document: Document,
    part: Part,
    *,
    place: int | None = None,
    status: int | None = None,
) -> Page:
    """Return a form's page with what is to be put right in it, each at its input; unchanged if there is nothing."""
    _, faults = _tried(visit, document, editions_of(visit))
    asks, thing = part.asks, document
    if place is not None:
        found = (within(fault, f"/{part.entries}/{place}") for fault in faults)
        faults = [fault for fault in found if fault is not None]
        thing = part.listed(document)[place]
        asks = tuple(part.asked(thing))
    elif part.entries:
        faults = [
            fault
            for fault in faults
            if part_of(fault.pointer, PARTS, document) is part and number_in(fault.pointer, part) is None
        ]
    else:
        faults = [fault for fault in faults if part_of(fault.pointer, PARTS, document) is part]
    if not faults:
        return page
    fields = {
        fault.pointer: "" if part.entries and place is None else field_of(fault.pointer, asks, thing)
        for fault in faults
    }
    error = DomainError(ErrorCode.ITEM_NOT_PUBLISHABLE, faults=tuple(faults))
    drawn = again(page, error, visit, fields=fields)
    return replace(drawn, status=status or STATUS[ErrorCode.ITEM_NOT_PUBLISHABLE])


def _told(visit: PageRequest, fault: FieldError, document: Document) -> Told:
    """Return what is to be put right with the page where that is done, and the place in words."""
    drawn = again(Page(template=""), DomainError(ErrorCode.ITEM_NOT_PUBLISHABLE, faults=(fault,)), visit)
    said = drawn.fact("faults", list)[0]["text"]
    part = part_of(fault.pointer, PARTS, document)
    if part is None:
        return Told(text=said, to="", place=text("edit_elsewhere", visit.language))
    place, to = text(f"edit_part_{part.name}", visit.language), f"{_at(visit)}/draft/{part.name}"
    if part.entries and (number := number_in(fault.pointer, part)) is not None:
        entries = part.listed(document)
        title = title_of(part, entries[number]) if number < len(entries) else ""
        nth = text("edit_nth", visit.language, number=number + 1)
        return Told(text=said, to=f"{to}/{number + 1}", place=f"{place} · {title or nth}")
    return Told(text=said, to=to, place=place)


def _differences(visit: PageRequest, before: Document, after: Document) -> list[object]:
    return list(differences(before, _body(after).model_dump(mode="json", by_alias=False), PARTS, visit))


def _item(visit: PageRequest, document: Document, version: int) -> Item:
    return _body(document).item(visit.path["item_code"], version)


def _body(document: Document) -> PublishItemRequest:
    return PublishItemRequest.model_validate_json(json.dumps(document))
