"""Forms over a document: what each asks, where in the document its answer stands, and how it is said in words.

A part of an edition is declared once, as a list of ``Ask``. From that its form is drawn, what was sent is read back
into the document, faults of the route are led to their inputs, and two versions are compared in words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

from chalicelib.api.catalogue.routes import items
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.clock import day_in_shanghai
from chalicelib.errors import FieldError
from chalicelib.web.core.actions import Options, number_of
from chalicelib.web.core.directory import item_names
from chalicelib.web.core.i18n import day_text, limit_text, text
from chalicelib.web.core.request import PageRequest
from chalicelib.workdays.model.limits import Unit

Document = Mapping[str, Any]
"""A document, or one entry of a list in it, as JSON."""

Kind = Literal[
    "line",
    "area",
    "number",
    "day",
    "choice",
    "set",
    "select",
    "ticks",
    "tick",
    "lines",
    "groups",
    "rows",
    "limit",
    "when",
    "grid",
]

BETWEEN: Final = re.compile(r"[、,，;；]")
"""What stands between the words of a group."""

SPARE: Final = 2
"""Empty rows at the end of a table in a form; whoever needs more saves and gets as many again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an editor's form is drawn from beside its own answers: the whole document, and who looks at it."""

    document: Document
    visit: PageRequest
    entry: Document = field(default_factory=dict)

    @property
    def between(self) -> str:
        """What stands between the parts of a list."""
        return "；" if self.visit.language == "zh" else "; "

    def t(self, name: str, **blanks: object) -> str:
        """Return a text."""
        return text(name, self.visit.language, **blanks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing that a form asks: ``path`` says where in the document it stands, and with that it names its texts.

    The kinds: ``line`` and ``area`` of text, a whole ``number``, a ``day``; one of some options by radios (``choice``),
    from a list (``select``), or a list of codes that go together (``set``); any of them (``ticks``), or of the pairs of
    two lists (``grid``); yes or no (``tick``); the answer to another question on which this depends (``when``); a list
    of texts (``lines``) or of groups of words (``groups``), a line each; a table of texts (``rows``) with its
    ``columns``, of which ``adds`` gives what else a new row holds; a time with its unit and basis (``limit``).

    What ``is_optional`` may be left out and is ``None`` then, and what ``is_explained`` has a hint below its label.
    ``is_asked`` says by the entry whether it is asked at all, and ``shown_as`` what the form begins with, where that is
    not what the document holds.
    """

    path: str
    kind: Kind = "line"
    label: str = ""
    options: Callable[[Desk], Options] | None = None
    columns: tuple[str, ...] = ()
    is_optional: bool = False
    is_explained: bool = False
    is_asked: Callable[[Document], bool] = lambda _entry: True
    adds: Callable[[Sequence[Document]], Mapping[str, object]] | None = None
    shown_as: Callable[[Desk], object] | None = None
    rows: int = 4

    @property
    def name(self) -> str:
        """The name of its input, or what the names of its inputs begin with."""
        return self.path.replace("/", "-")

    def inputs(self, count: int = 0) -> list[str]:
        """Return the names of its inputs, in their order; ``count`` rows of a table."""
        if self.kind == "limit":
            return [f"{self.name}-{part}" for part in ("value", "unit", "basis")]
        if self.kind == "rows":
            return [f"{self.name}-{row}-{column}" for row in range(count) for column in self.columns]
        return [self.name]

    def offered(self, desk: Desk) -> Options:
        """Return the options to choose from; of a time its units."""
        if self.kind == "limit":
            return [("", desk.t("edit_choose")), *((unit.value, desk.t(f"edit_unit_{unit}")) for unit in Unit)]
        return self.options(desk) if self.options else ()

    def start(self, value: object) -> dict[str, object]:  # noqa: C901, PLR0911 - a line a kind
        """Return what stands in each input for a value of the document."""
        match self.kind, value:
            case "limit", _:
                limit: Any = value or {}
                shown = [limit.get("value") or "", limit.get("unit") or "", limit.get("basis") or ""]
                return dict(zip(self.inputs(), map(str, shown), strict=True))
            case "rows", list() as rows:
                return {
                    f"{self.name}-{at}-{one}": row.get(one) or "" for at, row in enumerate(rows) for one in self.columns
                }
            case "lines", list() as lines:
                return {self.name: "\n".join(lines)}
            case "groups", list() as groups:
                return {self.name: "\n".join("、".join(group) for group in groups)}
            case "set", list() as codes:
                return {self.name: " ".join(sorted(codes))}
            case "ticks", list() as chosen:
                return {self.name: chosen}
            case "when", dict() as when:
                return {self.name: option_of(when["question"], when["equals"])}
            case "grid", dict() as grid:
                return {self.name: _pairs(grid)}
            case "tick", _:
                return {self.name: "yes" if value else "no"}
            case "number", int():
                return {self.name: str(value)}
            case _:
                return {self.name: "" if value is None else value}

    def read(self, visit: PageRequest, before: object) -> object:  # noqa: C901, PLR0911 - as above
        """Return the value of the document that a form says; what it cannot read it leaves for the route to refuse."""
        sent = visit.sent(self.name).replace("\r\n", "\n")
        match self.kind:
            case "number":
                return number_of(sent) if sent else None if self.is_optional else 0
            case "tick":
                return sent == "yes"
            case "ticks":
                return list(visit.form.get(self.name, ()))
            case "set":
                # Codes that go together have no order of their own: they keep the one that they had.
                return before if isinstance(before, list) and sorted(before) == sent.split() else sent.split()
            case "when":
                return _when(sent)
            case "grid":
                return _grid(visit.form.get(self.name, ()))
            case "lines":
                return [line.strip() for line in sent.split("\n") if line.strip()]
            case "groups":
                lines = ([word.strip() for word in BETWEEN.split(line) if word.strip()] for line in sent.split("\n"))
                return [group for group in lines if group]
            case "rows":
                return self._rows(visit, before if isinstance(before, list) else [])
            case "limit":
                value, unit, basis = (visit.sent(name) for name in self.inputs())
                if self.is_optional and not (value or unit or basis):
                    return None
                return {"value": number_of(value) if value else 0, "unit": unit or None, "basis": basis}
            case _:
                return None if self.is_optional and not sent else sent

    def words(self, value: object, desk: Desk) -> str:  # noqa: C901, PLR0911, PLR0912 - as above
        """Say a value in words; nothing for one that is not there."""
        match self.kind, value:
            case _, None | "" | [] | ():
                return ""
            case "tick", _:
                return desk.t("edit_yes" if value else "edit_no")
            case "limit", dict() as limit:
                return _limit_words(limit, desk)
            case "day", str() as day:
                return _day_words(day, desk)
            case (("choice" | "select"), _):
                return self._option(str(value), desk)
            case "when", dict() as when:
                return self._option(option_of(when["question"], when["equals"]), desk)
            case "grid", dict() as grid:
                return desk.between.join(self._chosen(_pairs(grid), desk))
            case "set", list() as codes:
                return self._option(" ".join(sorted(codes)), desk)
            case "ticks", list() as codes:
                return desk.between.join(self._chosen(codes, desk))
            case "lines", list() as lines:
                return desk.between.join(lines)
            case "groups", list() as groups:
                return " / ".join("、".join(group) for group in groups)
            case "rows", list() as rows:
                return " / ".join(" ".join(str(row.get(one) or "") for one in self.columns).strip() for row in rows)
            case _:
                return str(value)

    def _option(self, value: str, desk: Desk) -> str:
        return next(iter(self._chosen([value], desk)))

    def _chosen(self, values: Iterable[str], desk: Desk) -> list[str]:
        """Return what options are called; they are asked for once, as some come from the database."""
        called = {option[0]: option[1] for option in self.offered(desk)}
        return [called.get(value, desk.t("edit_unknown")) for value in values]

    def _rows(self, visit: PageRequest, before: Sequence[Document]) -> list[Document]:
        """Return the rows that are not blank; each keeps what the form does not show of it."""
        rows: list[Document] = []
        count = sum(1 for name in visit.form if name.startswith(f"{self.name}-") and name.endswith(self.columns[0]))
        for at in range(count):
            said = {one: visit.sent(f"{self.name}-{at}-{one}") for one in self.columns}
            if any(said.values()):
                kept = before[at] if at < len(before) else self.adds([*before, *rows]) if self.adds else {}
                rows.append({**kept, **said})
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a document with a page of its own: some questions, or a list whose entries each have a page.

    ``name`` stands in its address and names its texts. ``entries`` is the list's name in the document, ``title`` the
    path at which an entry says what it is. ``key`` tells entries apart; with a ``prefix`` the form makes it, else the
    editor says it. ``new`` is what a new entry holds before anything is said.
    """

    name: str
    asks: tuple[Ask, ...]
    entries: str = ""
    title: str = ""
    key: str = "id"
    prefix: str = ""
    new: Document = field(default_factory=dict)

    def listed(self, document: Document) -> list[Document]:
        """Return the entries of its list."""
        found = document.get(self.entries)
        return list(found) if isinstance(found, list | tuple) else []

    def asked(self, thing: Document) -> list[Ask]:
        """Return what is asked of the document, or of an entry."""
        return [ask for ask in self.asks if ask.is_asked(thing)]

    def label(self, ask: Ask) -> str:
        """Return the name of the text that says what is asked."""
        return ask.label or "edit_" + "_".join((*([self.entries] if self.entries else ()), *ask.path.split("/")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two versions, in words: in which part, of which entry, of which question.

    ``kind`` is ``added``, ``removed`` or ``changed``; an entry that came or went has no ``label``.
    """

    part: str
    entry: str
    label: str
    kind: Literal["added", "removed", "changed"]
    before: str
    after: str


def option_of(question: str, answer: object) -> str:
    """Return the value of an option that stands for an answer to a question; true and "true" are two answers."""
    return f"{question} {int(isinstance(answer, bool))} {answer}"


def named(prefix: str, values: Sequence[str]) -> Callable[[Desk], Options]:
    """Return a function that offers some values, each by the text that is called after it."""
    return lambda desk: [(str(value), desk.t(f"{prefix}{value}".replace("-", "_"))) for value in values]


def offered_items(desk: Desk) -> Options:
    """Offer the items in force by their names, and those that are chosen whatever became of them."""
    found = desk.visit.get_all(items.find_items).items
    is_english = desk.visit.language == "en"
    known = {one.item_code: one.name_en if is_english and one.name_en else one.name for one in found}
    chosen = (desk.entry or desk.document).get("related_items", ())
    known |= item_names(desk.visit, [code for code in chosen if code not in known])
    return list(({code: known[code] for code in chosen} | known).items())


def new_id(prefix: str, entries: Sequence[Document], name: str = "id") -> str:
    """Return an id that no entry of a list has."""
    taken = {one.get(name) for one in entries}
    return next(found for number in range(1, len(entries) + 2) if (found := f"{prefix}{number}") not in taken)


def value_at(thing: Document, path: str) -> object:
    """Return what stands at a place; ``None`` for nothing."""
    found: Any = thing
    for name in path.split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def with_value(thing: Document, path: str, value: object) -> dict[str, Any]:
    """Return a document with something else at a place."""
    name, _, rest = path.partition("/")
    if not rest:
        return {**thing, name: value}
    below = thing.get(name)
    return {**thing, name: with_value(below if isinstance(below, Mapping) else {}, rest, value)}


def started(asks: Sequence[Ask], thing: Document, desk: Desk) -> dict[str, object]:
    """Return what stands in the inputs of a form before anybody has typed."""
    shown: dict[str, object] = {}
    for ask in asks:
        shown |= ask.start(ask.shown_as(desk) if ask.shown_as else value_at(thing, ask.path))
    return shown


def read_into(asks: Sequence[Ask], thing: Document, visit: PageRequest) -> dict[str, Any]:
    """Return a document with what a form says."""
    changed = dict(thing)
    for ask in asks:
        changed = with_value(changed, ask.path, ask.read(visit, value_at(thing, ask.path)))
    return changed


def rows_of(ask: Ask, thing: Document) -> int:
    """Return how many rows a table has in its form."""
    value = value_at(thing, ask.path)
    return (len(value) if isinstance(value, list) else 0) + SPARE


def field_of(pointer: str, asks: Sequence[Ask], thing: Document) -> str:
    """Return the input at which a fault is shown, by its place in the document or the entry; "" for none of these.

    The rules of publication leave out the name of the group that a check of an answer stands in.
    """
    wanted = pointer.strip("/").replace("/", "-")
    if not wanted:
        return ""
    names = {ask.name: ask.inputs(rows_of(ask, thing)) for ask in asks}
    every = [name for each in names.values() for name in each]
    if wanted in every:
        return wanted
    for name, inputs in names.items():
        if name == wanted or wanted.startswith(f"{name}-") or name.endswith(f"-{wanted}"):
            return inputs[0]
    return next((name for name in every if name.startswith(f"{wanted}-")), "")


def part_of(pointer: str, parts: Sequence[Part], document: Document) -> Part | None:
    """Return the part to which a place belongs, if any does."""
    for part in parts:
        if part.entries and (pointer == f"/{part.entries}" or pointer.startswith(f"/{part.entries}/")):
            return part
        if not part.entries and field_of(pointer, part.asks, document):
            return part
    return None


def number_in(pointer: str, part: Part) -> int | None:
    """Return which entry of a list a place is in, from 0; ``None`` for the list as a whole."""
    found = re.match(rf"/{part.entries}/(\d+)", pointer)
    return int(found[1]) if found else None


def within(fault: FieldError, pointer: str) -> FieldError | None:
    """Return a fault by its place within an entry; ``None`` if it is not in there."""
    if fault.pointer != pointer and not fault.pointer.startswith(f"{pointer}/"):
        return None
    return replace(fault, pointer=fault.pointer.removeprefix(pointer))


def differences(before: Document, after: Document, parts: Sequence[Part], visit: PageRequest) -> Iterator[Difference]:
    """Go through what differs between two versions; entries are told apart by their ids."""
    for part in parts:
        old, new = (Desk(document=each, visit=visit) for each in (before, after))
        if not part.entries:
            yield from _differing(part, "", (before, old), (after, new))
            continue
        there, then = ({str(one.get(part.key)): one for one in part.listed(each)} for each in (before, after))
        for name in dict.fromkeys((*then, *there)):
            one, other = there.get(name), then.get(name)
            title = title_of(part, other or one or {})
            if one is None or other is None:
                kind: Literal["added", "removed"] = "added" if one is None else "removed"
                yield Difference(part=part.name, entry=title, label="", kind=kind, before="", after="")
                continue
            yield from _differing(part, title, (one, replace(old, entry=one)), (other, replace(new, entry=other)))


def title_of(part: Part, entry: Document) -> str:
    """Return what an entry of a list is called."""
    return str(value_at(entry, part.title) or "")


def _differing(
    part: Part, entry: str, one: tuple[Document, Desk], other: tuple[Document, Desk]
) -> Iterator[Difference]:
    for ask in part.asks:
        if value_at(one[0], ask.path) == value_at(other[0], ask.path):
            continue
        before, after = (ask.words(value_at(thing, ask.path), desk) for thing, desk in (one, other))
        if before != after:
            kind: Literal["added", "removed", "changed"] = "changed"
            if not before or not after:
                kind = "removed" if before else "added"
            yield Difference(part=part.name, entry=entry, label=part.label(ask), kind=kind, before=before, after=after)


def _when(sent: str) -> dict[str, object] | None:
    """Read what ``option_of`` wrote."""
    question, _, rest = sent.partition(" ")
    kind, _, answer = rest.partition(" ")
    if not kind:
        return None
    return {"question": question, "equals": answer == "True" if kind == "1" else answer}


def _pairs(grid: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the pairs that are chosen of a grid, as its boxes are called."""
    return [f"{row} {column}" for row, columns in grid.items() for column in columns]


def _grid(pairs: Sequence[str]) -> dict[str, list[str]]:
    """Read what ``_pairs`` wrote; the rows of which nothing is chosen are left out."""
    grid: dict[str, list[str]] = {}
    for row, _, column in (pair.partition(" ") for pair in pairs):
        grid.setdefault(row, []).append(column)
    return grid


def _limit_words(limit: Document, desk: Desk) -> str:
    value, unit, basis = limit.get("value"), limit.get("unit"), str(limit.get("basis") or "")
    if not isinstance(value, int) or unit not in list(Unit):
        return basis
    said = limit_text(WrittenLimit(value=value, unit=Unit(unit)), desk.visit.language)
    return desk.t("edit_limit_said", limit=said, basis=basis) if basis else said


def _day_words(day: str, desk: Desk) -> str:

    try:
        return day_text(date.fromisoformat(day), desk.visit.language, year=day_in_shanghai(desk.visit.at).year)
    except ValueError:
        return day
