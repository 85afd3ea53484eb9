"""What is wrong with a form, in plain words and at its field: the page is drawn, looked at, and drawn again.

Routes say where a fault is in their body and what is wrong with it there; people see fields with labels. Which field is
meant and what it is called is known once the form is drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as initial
from html.parser import HTMLParser
from typing import Final

from chalicelib.http.language import Language
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page

EMPTY: Final = frozenset({"missing", "string_too_short", "text_blank"})
"""Codes of faults of a field in which nothing stands."""

PLAIN: Final[Mapping[str, str]] = {
    "string_too_long": "fault_too_long",
    "string_too_short": "fault_too_short",
    "too_short": "fault_too_few",
    "enum": "fault_choice",
    "literal_error": "fault_choice",
    "int_type": "fault_number",
    "int_parsing": "fault_number",
    "date_type": "fault_day",
    "date_parsing": "fault_day",
    "date_from_datetime_parsing": "fault_day",
    "date_from_datetime_inexact": "fault_day",
    "datetime_type": "fault_moment",
    "datetime_parsing": "fault_moment",
    "datetime_object_invalid": "fault_moment",
    "datetime_from_date_parsing": "fault_moment",
    "timezone_aware": "fault_moment",
    "bool_type": "fault_choice",
    "bool_parsing": "fault_choice",
    "string_pattern_mismatch": "fault_form",
    "model_type": "fault_form",
}
"""The texts that say of a field with a label what the API says of a place in a body."""

CHOSEN: Final = frozenset({"radio", "checkbox", "select", "file"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to change: the ``field`` where, blank for the form as a whole, and a ``text`` that says what.

    ``code`` and ``blanks`` are those of a ``FieldError``.
    """

    field: str
    text: str
    code: str = ""
    blanks: Mapping[str, object] = initial(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A field as it was drawn: its ``label``, its ``kind`` of input, and whether nothing stands in it."""

    label: str
    kind: str
    is_blank: bool


def faults_of(page: Page) -> Sequence[Fault]:
    """Return what is wrong with the form of a page, as its ``faults`` say."""
    found = page.facts.get("faults")
    return [Fault(**fault) for fault in found if isinstance(fault, Mapping)] if isinstance(found, list) else ()


def settled(page: Page, html: str, language: Language) -> Page:
    """Return a page whose faults name fields that stand in its HTML, each once and in plain words."""
    drawn = _Inputs(html)
    faults = [_settled(fault, drawn, language) for fault in faults_of(page)]
    unique = list({(fault.field, fault.text): fault for fault in faults}.values())
    return replace(page, facts={**page.facts, "faults": unique})


def _settled(fault: Fault, drawn: "_Inputs", language: Language) -> Fault:
    where = drawn.named(fault.field)
    at = drawn.found().get(where)
    return replace(fault, field=where, text=_words(fault, at, language) if at and at.label else fault.text)


def _words(fault: Fault, at: Input, language: Language) -> str:
    blanks = {**fault.blanks, "label": at.label}
    if at.is_blank and (fault.code in EMPTY or fault.code in PLAIN):
        return text("fault_not_chosen" if at.kind in CHOSEN else "fault_empty", language, **blanks)
    return text(PLAIN[fault.code], language, **blanks) if fault.code in PLAIN else fault.text


class _Inputs(HTMLParser):
    """The inputs of a page by their ids, each with its label, or with the legend of the choices it is among."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._kinds: dict[str, tuple[str, bool]] = {}
        self._labels: dict[str, str] = {}
        self._legends: list[str] = []
        self._of_legend: dict[str, str] = {}
        self._reads: str | None = None
        self._select = ""
        self._ids: set[str] = set()
        self.feed(html)

    def named(self, field: str) -> str:
        """Return the id that a field has on the page, else its first part's or that of what it is a part of, or ""."""
        if not field or field in self._ids:
            return field
        part = next((name for name in self._kinds if name.startswith(f"{field}-")), "")
        return part or self.named(field.rpartition("-")[0])

    def found(self) -> Mapping[str, Input]:
        """Return the inputs by their ids."""
        return {
            name: Input(
                label=(self._of_legend.get(name) or self._labels.get(name, "")).strip(), kind=kind, is_blank=blank
            )
            for name, (kind, blank) in self._kinds.items()
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("id", ""), given.get("type", "text") if tag == "input" else tag
        if name and kind != "hidden":
            self._ids.add(name)
        if tag == "fieldset":
            self._legends.append("")
        elif tag in {"label", "legend"}:
            self._reads = given.get("for", "") if tag == "label" else "legend"
        elif tag in {"input", "select", "textarea"} and name and kind != "hidden":
            self._add(name, kind, is_blank=kind in CHOSEN or not given.get("value"))
            self._select = name if tag in {"select", "textarea"} else ""
        elif tag == "option" and "selected" in given and given.get("value") and self._select:
            self._kinds[self._select] = ("select", False)

    def _add(self, name: str, kind: str, *, is_blank: bool) -> None:
        self._kinds[name] = (kind, is_blank)
        if kind in {"radio", "checkbox"} and self._legends:
            self._of_legend[name] = self._legends[-1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset":
            self._legends.pop()
        elif tag in {"label", "legend"}:
            self._reads = None
        elif tag in {"select", "textarea"}:
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._reads == "legend" and self._legends:
            self._legends[-1] += data.strip()
        elif self._reads:
            self._labels[self._reads] = self._labels.get(self._reads, "") + data.strip()
        elif self._select and data.strip() and self._kinds[self._select][0] == "textarea":
            self._kinds[self._select] = ("textarea", False)
