"""No page says a code of ours to anybody: every page of every role, in both languages, in a town with everything."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import chalicelib
from chalicelib.http.language import Language
from chalicelib.subjects.model.subjects import Algorithm
from tests.api.world import world
from tests.web.crawl import Found, pages_of, words_at_fault
from tests.web.town import PERSONAS, Came, come, languages_of

__all__ = ["come", "world"]

TELLTALE: Final = re.compile(
    r"""
    \b(?:staff|system|service|subject|case|flag|complaint|objection|repair):\w  # an actor or the owner of a timeline
    | \b[0-9a-f]{32,}\b                # an id, a key, a digest
    | \bNone\b | \bnull\b | \bundefined\b | \bNaN\b | \bTrue\b | \bFalse\b
    | \{\s*["'] | \[\s*[{"'] | ["']\s*:\s*[\[{"'\d]   # JSON
    | (?:^|\s)/[a-z_]+(?:/[\w-]+)*(?=$|[\s,:;：，。])   # a pointer into JSON
    | \d{4}-\d\d-\d\dT\d\d             # an instant as machines write it
    | urn:xinnuo
    """,
    re.VERBOSE,
)
NAMES: Final = frozenset({"plate-replacement", "business-address", "spouse-household", "traffic", "market"})
"""Codes of items and departments of the town."""

WEB: Final = Path(chalicelib.__path__[0]) / "web"
FILE: Final = re.compile(r"[^\s“”]+\.(?:pdf|png|jpe?g|ofd|docx?|xlsx?)\b")
WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*[A-Za-z0-9]")


@cache
def codes() -> frozenset[str]:
    """Return every value of a closed set of ours."""
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        importlib.import_module(module.name)
    return frozenset(value for kind in _below(StrEnum) for value in kind if len(value) > 2 and kind is not Algorithm)


def _below(kind: type[StrEnum]) -> Iterator[type[StrEnum]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("chalicelib"):
            yield each
        yield from _below(each)


@cache
def texts(language: Language) -> frozenset[str]:
    """Return every text of the portal: what we have written for people is none of our codes."""
    files = sorted(WEB.glob(f"*/locale/{language}/*.po"))
    found = (entry for path in files for entry in re.findall(r'^msgstr "(.*)"$', path.read_text("utf-8"), re.MULTILINE))
    return frozenset(found)


def is_code(words: str, language: Language) -> bool:
    """Say whether a sentence holds what only we understand.

    Many of our values are English words: among Chinese they are codes, unless many of them stand there, as among the
    words by which people search; in English they are if they stand alone, or hold a mark that no word has.
    """
    if words in texts(language):
        return False
    found = set(WORD.findall(FILE.sub("", words)))
    ours = found & (codes() | NAMES)
    is_odd = any(re.search(r"[_:-]", word) for word in ours)
    is_alone = bool(ours) and (words in ours if language == "en" else len(found) <= 2)
    return bool(TELLTALE.search(words)) or is_odd or is_alone


@pytest.mark.deep
@pytest.mark.parametrize(
    ("persona", "language"), [(persona, language) for persona in PERSONAS for language in languages_of(persona)]
)
def test_no_page_says_a_code(come: Came, persona: str | None, language: Language) -> None:
    browser, starts = come(persona, language)

    pages = list(pages_of(browser, *starts))

    found = {each for seen in pages for each in words_at_fault(seen, lambda words: is_code(words, language))}

    assert {Found(page=each.page, words=each.words[:80]) for each in found} == set()
    assert len(pages) > 5


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("经办人 staff:officer.traffic", "zh"),
        ("步骤 handling", "zh"),
        ("plate-replacement", "en"),
        ("The step is handling_promised", "en"),
        ("case:filed", "en"),
        ("Grade: None", "en"),
        ("7bde8501c199eb1ba8d3aa2f7bde8501c199eb1ba8d3aa2f", "en"),
        ('{"a": 1}', "en"),
        ("缺少此项 /subject/number", "zh"),
        ("2026-12-01T10:00:00+08:00", "en"),
    ],
)
def test_a_code_is_found(words: str, language: Language) -> None:
    assert is_code(words, language)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("车牌丢了，怎么办", "zh"),
        ("The handling of your case is open", "en"),
        ("Weekend", "en"),
        ("到12月1日(周二)为止", "zh"),
        ("RTXD73YU2RMOFSRKQ", "zh"),
        ("and/or", "en"),
    ],
)
def test_what_people_say_is_none(words: str, language: Language) -> None:
    assert not is_code(words, language)
