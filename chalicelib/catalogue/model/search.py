"""What the search compares: an item's words as they are kept for it, a question as typed, and what is nearly meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from chalicelib.catalogue.model.versions import Abolition, ItemVersions, Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Characters:
    """Which character stands for which: code points of traditional ones to simplified ones, and each one's syllable."""

    simplified: Mapping[int, int]
    syllables: Mapping[str, str]


class Word(NamedTuple):
    """A word that people use, folded, and how it is read: its syllables without tones, blank if it is not Chinese."""

    text: str
    sound: str = ""

    @property
    def run(self) -> str:
        """The word without blanks."""
        return self.text.replace(" ", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWords:
    """The words by which one version is found.

    A keyword is enough by itself; of ``synonyms`` it takes words from two groups. ``text`` is what else is searched.
    """

    keywords: tuple[Word, ...] = ()
    synonyms: tuple[tuple[Word, ...], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """An item in the index of the search: its versions, and the words of each by its number."""

    versions: ItemVersions = field(default_factory=ItemVersions)
    words: Mapping[int, SearchWords] = field(default_factory=dict)

    def with_new(self, listed: Listed, words: SearchWords, *, on: date) -> "SearchEntry":
        """Return the entry after a publication on that day, without the words of versions that are gone."""
        versions = self.versions.with_new(listed, on=on)
        known = {**self.words, listed.version: words}
        kept = {one.version for one in (versions.current, versions.upcoming) if one is not None}
        return SearchEntry(versions=versions, words={version: known[version] for version in sorted(kept)})

    def with_abolition(self, abolition: Abolition) -> "SearchEntry":
        """Return the entry of an item that is abolished; its words stay, so that people find out what became of it."""
        return replace(self, versions=replace(self.versions, abolition=abolition))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuestion:
    """A question as typed, folded.

    ``text`` has single blanks between words, ``run`` none. ``edges`` are the places of ``run`` where a word begins or
    ends, ``meant`` those that say something: not part of the words that any question may have in it.
    ``heard`` is ``run`` as pinyin is compared, blank if there is no letter in it, and ``syllables`` are how it is read.
    """

    text: str
    run: str
    edges: frozenset[int]
    meant: frozenset[int]
    heard: str
    syllables: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An item that may be meant although nothing fits, and the word of it that comes near ("您是不是要找")."""

    item: Listed
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What was searched on a day without anything being found, and how often."""

    day: date
    words: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of items; ``after`` is the code after which the next page starts, ``None`` at the end.

    ``near`` are those that may be meant, if nothing fits.
    """

    items: tuple[Listed, ...] = ()
    near: tuple[NearMiss, ...] = ()
    after: str | None = None
