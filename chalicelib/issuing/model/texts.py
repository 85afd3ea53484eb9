"""The texts of documents (文书格式), as a place publishes them: data with the article that asks for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """The name under which a department issues documents (机关名称), which is more formal than that on pages."""

    name: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One kind of document (文书种类).

    It follows from an event of one of the kinds ``events`` whose data has every value of ``when``; with ``results``,
    only for items with one of these results. ``basis`` is the article that asks for it. Paragraphs name facts in
    braces; one that names a fact which is blank is left out. ``remedies`` says whether the ways to review and to the
    courts must stand in it. It is replaced by a later document of a kind in ``replaced_by``, and no longer stands
    after an event of a kind in ``ended_by``.
    """

    code: str
    title: str
    english: str
    basis: str
    events: tuple[str, ...]
    paragraphs: tuple[str, ...]
    translation: tuple[str, ...]
    when: Mapping[str, str] = field(default_factory=dict)
    results: tuple[str, ...] = ()
    remedies: bool = False
    replaced_by: tuple[str, ...] = ()
    ended_by: tuple[str, ...] = ()

    @property
    def is_for_cases(self) -> bool:
        """Whether it follows from events of cases, and not from those of flags."""
        return all(event.startswith("case:") for event in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """What stands in every document, each in Chinese and, where the translation repeats it, in English."""

    case_no: str
    document_no: str
    number_tail: str
    check: str
    unprintable: str
    translation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTexts:
    """One edition of all texts, in force from a day on; ``organs`` are the departments, by their codes."""

    edition: str
    in_force_from: date
    organs: Mapping[str, Organ]
    phrases: Phrases
    templates: tuple[Template, ...]

    def template(self, code: str) -> Template | None:
        """Return a kind of document, or ``None`` if this edition does not have it."""
        return next((template for template in self.templates if template.code == code), None)
