"""Writing an edition in parts: the task list, a page for each part and entry, and what is still to be put right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.catalogue.model.drafts import EditionDraft
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.problems import STATUS
from chalicelib.web.core.forms import DOCUMENT_FILE, again, at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Download, Page, PageRequest, Redirect
from chalicelib.web.editors.drafts import UnreadableError, at_document, document_in, has_document, written
from chalicelib.web.editors.fields import (
    Ask,
    Desk,
    Document,
    Part,
    field_of,
    new_id,
    number_in,
    part_of,
    read_into,
    rows_of,
    started,
    title_of,
    within,
)

MOST_ENTRIES: Final = 50
"""How many entries a list has at most, as the routes of publication take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What is written in parts, as one visit sees it.

    ``name`` is that of its draft, ``at`` its address in the portal, ``title`` the path in the document of what it is
    called, and ``untitled`` names the text for one without. ``department`` shares the draft. ``judge`` asks the route
    of publication what is wrong with a document; it raises what has nothing to do with the document.
    ``settle`` makes an entry whole that a form has said: (part, said, before, entries, place).
    """

    name: str
    at: str
    title: str
    untitled: str
    department: str
    parts: tuple[Part, ...]
    judge: Callable[[Document], Sequence[FieldError]]
    settle: Callable[[Part, dict[str, Any], Document, list[Document], int], dict[str, Any]] = (
        lambda _part, said, _before, _entries, _place: said
    )

    def draft(self, visit: PageRequest) -> EditionDraft:
        """Return the draft; ``NOT_FOUND`` if none was begun."""
        return container().edition_drafts.read(self.name, by=visit.caller)

    def found(self, visit: PageRequest) -> EditionDraft | None:
        """Return the draft, if one was begun."""
        return container().edition_drafts.find(self.name, by=visit.caller)

    def offered(self, visit: PageRequest) -> dict[str, object]:
        """Return what leads to the draft: whether the caller may write it, and if so the one that was begun."""
        may_write = container().edition_drafts.is_shared(self.department, by=visit.caller)
        return {"may_write": may_write, "draft": self.found(visit) if may_write else None}

    def begin(self, visit: PageRequest, document: Document) -> Redirect:
        """Begin a draft with a document, or go on with the one that is there."""
        container().edition_drafts.begin(self.name, document, department=self.department, by=visit.caller, at=visit.at)
        return Redirect(to=f"{self.at}/draft")

    def save(self, visit: PageRequest, document: Document) -> EditionDraft:
        """Save the draft over the version that the form was drawn from."""
        return container().edition_drafts.save(
            self.name, document, version=visit.version(), by=visit.caller, at=visit.at
        )

    def discard(self, visit: PageRequest) -> Redirect:
        """Throw the draft away; what is published stays as it is."""
        container().edition_drafts.discard(self.name, version=visit.version(), by=visit.caller)
        return Redirect(to=self.at, query={"done": "discarded"})

    def let_go(self, visit: PageRequest, draft: EditionDraft) -> None:
        """Throw away a draft that is published; one that a colleague has saved meanwhile stays."""
        try:
            container().edition_drafts.discard(self.name, version=draft.version, by=visit.caller)
        except DomainError as error:
            if error.code is not ErrorCode.STALE_VERSION:
                raise

    def facts(self, visit: PageRequest, draft: EditionDraft) -> dict[str, object]:
        """Return what every page of it shows."""
        called = draft.document.get(self.title) or text(self.untitled, visit.language)
        return {"at": self.at, "draft": draft, "called": called, "untitled": self.untitled}

    def of(self, fault: FieldError, document: Document) -> Part | None:
        """Return the part in which a fault is put right, if any."""
        return part_of(fault.pointer, self.parts, document)


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


def list_tasks(writing: Writing, visit: PageRequest) -> Page:
    """Show the parts of the draft, which of them are done, and how much is to be put right."""
    draft = writing.draft(visit)
    faults = writing.judge(draft.document)
    tasks = [
        Task(
            part=part,
            entries=len(part.listed(draft.document)),
            faults=sum(1 for fault in faults if writing.of(fault, draft.document) is part),
        )
        for part in writing.parts
    ]
    return Page(
        template="edit_tasks.html", facts={**writing.facts(visit, draft), "tasks": tasks, "faults_left": len(faults)}
    )


def ask_part(writing: Writing, visit: PageRequest) -> Page:
    """Show one part: its questions, or the entries of its list; ``check=1`` says at once what is to be put right."""
    draft, part = writing.draft(visit), _part(writing, visit)
    page = _part_page(writing, visit, draft, part)
    return _faulty(page, writing, visit, part, status=200) if visit.query.get("check") else page


def save_part(writing: Writing, visit: PageRequest) -> Page | Redirect:
    """Save a part; whatever is to be put right in it is said at once, and it is saved all the same."""
    draft, part = writing.draft(visit), _part(writing, visit)
    if part.entries:
        raise DomainError(ErrorCode.NOT_FOUND)
    try:
        saved = writing.save(visit, read_into(part.asks, draft.document, visit))
    except DomainError as refusal:
        return again(_part_page(writing, visit, draft, part), refusal, visit, fields={"": ""})
    page = _faulty(_part_page(writing, visit, saved, part), writing, visit, part)
    return page if page.facts.get("faults") else Redirect(to=f"{writing.at}/draft", query={"done": "saved"})


def ask_entry(writing: Writing, visit: PageRequest) -> Page:
    """Show one entry of a list, or the form for one more."""
    draft, part = writing.draft(visit), _part(writing, visit)
    page = _entry_page(writing, visit, draft, part)
    is_there = _place(visit, part, draft.document) < len(part.listed(draft.document))
    if not (is_there and visit.query.get("check")):
        return page
    return _faulty(page, writing, visit, part, place=_place(visit, part, draft.document), status=200)


def save_entry(writing: Writing, visit: PageRequest) -> Page | Redirect:
    """Save an entry, remove it, or move it before the one above."""
    draft, part = writing.draft(visit), _part(writing, visit)
    place, entries, act = _place(visit, part, draft.document), part.listed(draft.document), visit.sent("act")
    before = entries[place] if place < len(entries) else _new(part, entries)
    after = before
    if act == "remove":
        entries[place : place + 1] = []
    elif act == "up" and 0 < place < len(entries):
        entries[place - 1 : place + 1] = [entries[place], entries[place - 1]]
    else:
        after = writing.settle(part, read_into(part.asked(before), before, visit), before, entries, place)
        entries[place : place + 1] = [after]
    try:
        saved = writing.save(visit, {**draft.document, part.entries: entries})
    except DomainError as refusal:
        return again(_entry_page(writing, visit, draft, part), refusal, visit, fields={"": ""})
    here = f"{writing.at}/draft/{part.name}"
    if act in {"remove", "up"}:
        return Redirect(to=here)
    if part.asked(after) != part.asked(before):
        return Redirect(to=f"{here}/{place + 1}")
    page = _faulty(_entry_page(writing, visit, saved, part), writing, visit, part, place=place)
    return page if page.facts.get("faults") else Redirect(to=here)


def ask_file(writing: Writing, visit: PageRequest) -> Page:
    """Offer the draft as a file to take away, and to bring one in its place."""
    return Page(template="edit_file.html", facts={"at": writing.at, "draft": writing.found(visit)})


def take_file(writing: Writing, visit: PageRequest, *, require: Callable[[Document], object]) -> Page | Redirect:
    """Take a file as the draft; what ``require`` refuses is told with its place, all else when it is checked."""
    page = ask_file(writing, visit)
    if not has_document(visit):
        return at_fault(page, **{DOCUMENT_FILE: text("edit_choose_file", visit.language)})
    try:
        document = document_in(visit)
    except UnreadableError as error:
        return at_fault(page, **{DOCUMENT_FILE: text(error.text, visit.language, **error.blanks)})
    try:
        require(document)
        if page.facts["draft"] is None:
            writing.begin(visit, document)
        else:
            writing.save(visit, document)
    except DomainError as refusal:
        return at_document(page, refusal, visit, where=lambda place: (DOCUMENT_FILE, place), otherwise=DOCUMENT_FILE)
    return Redirect(to=f"{writing.at}/check")


def as_file(document: Document, name: str) -> Download:
    """Answer a document as a file."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}.json"',
    }
    return Download(text=written(document), headers=headers)


def told(writing: Writing, visit: PageRequest, faults: Sequence[FieldError], document: Document) -> list[Told]:
    """Return what is to be put right, each with its place in words and the page where that is done."""
    return [_told(writing, visit, fault, document) for fault in faults]


def _part(writing: Writing, visit: PageRequest) -> Part:
    found = next((part for part in writing.parts if part.name == visit.path["part"]), None)
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return found


def _place(visit: PageRequest, part: Part, document: Document) -> int:
    """Return which entry an address names, from 0; the one after the last is a new one."""
    place = int(visit.path["number"]) - 1
    if not part.entries or not 0 <= place <= min(len(part.listed(document)), MOST_ENTRIES - 1):
        raise DomainError(ErrorCode.NOT_FOUND)
    return place


def _part_page(writing: Writing, visit: PageRequest, draft: EditionDraft, part: Part) -> Page:
    desk = Desk(document=draft.document, visit=visit)
    entries = part.listed(draft.document)
    facts = {
        **writing.facts(visit, draft),
        "part": part,
        "shown": [] if part.entries else _shown(part, part.asks, draft.document, desk),
        "entries": [title_of(part, entry) for entry in entries],
        "may_add": len(entries) < MOST_ENTRIES,
    }
    return Page(template="edit_part.html", facts=facts)


def _entry_page(writing: Writing, visit: PageRequest, draft: EditionDraft, part: Part) -> Page:
    entries, place = part.listed(draft.document), _place(visit, part, draft.document)
    entry = entries[place] if place < len(entries) else _new(part, entries)
    desk = Desk(document=draft.document, visit=visit, entry=entry)
    facts = {
        **writing.facts(visit, draft),
        "part": part,
        "number": place + 1,
        "is_new": place == len(entries),
        "entry": title_of(part, entry),
        "shown": _shown(part, part.asked(entry), entry, desk),
    }
    return Page(template="edit_entry.html", facts=facts)


def _new(part: Part, entries: Sequence[Document]) -> dict[str, Any]:
    """Return what an entry is before anything is said of it."""
    made = {part.key: new_id(part.prefix, entries, part.key)} if part.prefix else {}
    return {**made, **part.new}


def _shown(part: Part, asks: Sequence[Ask], thing: Document, desk: Desk) -> list[Shown]:
    """Return the questions of a form with what was typed, or else with what the document says."""
    visit = desk.visit
    stands: Mapping[str, object] = started(asks, thing, desk)
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


def _faulty(
    page: Page,
    writing: Writing,
    visit: PageRequest,
    part: Part,
    *,
    place: int | None = None,
    status: int | None = None,
) -> Page:
    """Return a form's page with what is to be put right in it, each at its input; unchanged if there is nothing."""
    document = page.fact("draft", EditionDraft).document
    faults = writing.judge(document)
    asks, thing = part.asks, document
    if place is not None:
        found = (within(fault, f"/{part.entries}/{place}") for fault in faults)
        faults = [fault for fault in found if fault is not None]
        thing = part.listed(document)[place]
        asks = tuple(part.asked(thing))
    elif part.entries:
        faults = [
            fault for fault in faults if writing.of(fault, document) is part and number_in(fault.pointer, part) is None
        ]
    else:
        faults = [fault for fault in faults if writing.of(fault, document) is part]
    if not faults:
        return page
    fields = {
        fault.pointer: "" if part.entries and place is None else field_of(fault.pointer, asks, thing)
        for fault in faults
    }
    error = DomainError(ErrorCode.ITEM_NOT_PUBLISHABLE, faults=tuple(faults))
    drawn = again(page, error, visit, fields=fields)
    told = [{**one, "text": _named(one, part, asks, visit)} for one in drawn.fact("faults", list)]
    is_saved = status is None
    return replace(
        drawn,
        facts={**drawn.facts, "faults": told, "is_saved": is_saved},
        status=status or STATUS[ErrorCode.ITEM_NOT_PUBLISHABLE],
    )


def _named(fault: Mapping[str, str], part: Part, asks: Sequence[Ask], visit: PageRequest) -> str:
    """Return what is wrong with the name of the question that it is about, as it stands in the summary on top, too."""
    field = fault["field"]
    ask = next((ask for ask in asks if field == ask.name or field.startswith(f"{ask.name}-")), None)
    if ask is None or not field:
        return fault["text"]
    return f"{text(part.label(ask), visit.language)}{text('colon', visit.language)}{fault['text']}"


def _told(writing: Writing, visit: PageRequest, fault: FieldError, document: Document) -> Told:
    """Return what is to be put right with the page where that is done, and the place in words."""
    drawn = again(Page(template=""), DomainError(ErrorCode.ITEM_NOT_PUBLISHABLE, faults=(fault,)), visit)
    said = drawn.fact("faults", list)[0]["text"]
    part = writing.of(fault, document)
    if part is None:
        return Told(text=said, to="", place=text("edit_elsewhere", visit.language))
    place, to = text(f"edit_part_{part.name}", visit.language), f"{writing.at}/draft/{part.name}"
    if part.entries and (number := number_in(fault.pointer, part)) is not None:
        entries = part.listed(document)
        title = title_of(part, entries[number]) if number < len(entries) else ""
        nth = text("edit_nth", visit.language, number=number + 1)
        return Told(text=said, to=f"{to}/{number + 1}", place=f"{place} · {title or nth}")
    return Told(text=said, to=to, place=place)
