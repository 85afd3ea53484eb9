"""What may be meant where nothing fits: keywords that sound like the question, or are mistyped in it."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from jellyfish import damerau_levenshtein_distance

from chalicelib.catalogue.model.search import NearMiss, SearchEntry, SearchQuestion, Word
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.rules.search import in_force
from chalicelib.catalogue.rules.words import is_chinese

MOST: Final = 3
"""How many items are offered."""

ALIKE: Final = 1
"""How far a word is that sounds nearly the same (模糊音): further than one that does, nearer than any mistake."""

SOFTENED: Final = re.compile("(?<=[zcs])h|(?<=n)g")

LEAST_LETTERS: Final = {False: (5, 9), True: (3, 7)}
"""From how many letters, or Chinese characters, a word may have one mistake in it, and from how many two."""


def near_misses(
    entries: Iterable[SearchEntry],
    question: SearchQuestion,
    *,
    on: date,
    audience: Audience | None = None,
    department: str | None = None,
) -> tuple[NearMiss, ...]:
    """Return the items in force that may be meant: fewest mistakes first, then the longest word, then by code."""
    typed = _Typed(question)
    found: list[tuple[tuple[int, int, str], NearMiss]] = []
    for item, words in in_force(entries, on=on, audience=audience, department=department):
        near = [
            (differs, -len(word.text), word.text)
            for word in words.keywords
            if (differs := typed.differs(word)) is not None
        ]
        if near:
            differs, length, text = min(near)
            found.append(((differs, length, item.code), NearMiss(item=item, word=text)))
    return tuple(miss for _, miss in sorted(found, key=lambda one: one[0])[:MOST])


class _Typed:
    """What was typed, in the pieces that are compared with words."""

    def __init__(self, question: SearchQuestion) -> None:
        self._said = "".join(question.run[place] for place in sorted(question.meant))
        self._softened = _softened("".join(question.syllables))
        self._marks = frozenset(self._said)
        self._padded = f" {' '.join(question.syllables)} "
        self._words = {self._said, *question.text.split()}
        self._heard = {"".join(question.syllables), *(one for one in self._words if not is_chinese(one))}

    def differs(self, word: Word) -> int | None:
        """Return how far a word is from the question, in thousandths of its letters: 0 if it sounds the same in it."""
        if " " in word.sound:
            if f" {word.sound} " in self._padded:
                return 0
            if _softened(word.sound) in self._softened:
                return ALIKE
        text = word.run
        if not word.sound:
            return _nearest(text, self._words)
        # Nobody mistypes every character: most words of a catalogue cost no more than this.
        found = (
            None if self._marks.isdisjoint(text) else _nearest(text, self._parts(len(text))),
            _nearest(word.sound.replace(" ", ""), self._heard),
        )
        return min((each for each in found if each is not None), default=None)

    def _parts(self, length: int) -> set[str]:
        """Return the words, and every part of what was said that is as long as this."""
        return self._words | {self._said[place : place + length] for place in range(len(self._said) - length)}


def _softened(sound: str) -> str:
    """Return a reading without what many people do not tell apart: zh and z, ch and c, sh and s, ng and n."""
    return SOFTENED.sub("", sound.replace(" ", ""))


def _nearest(meant: str, typed: Iterable[str]) -> int | None:
    """Return the fewest mistakes that made one of these of the word, in thousandths; ``None`` if too many."""
    one, two = LEAST_LETTERS[is_chinese(meant)]
    allowed = (len(meant) >= one) + (len(meant) >= two)
    if not allowed:
        return None
    alike = (each for each in typed if abs(len(each) - len(meant)) <= allowed)
    fewest = min((damerau_levenshtein_distance(each, meant) for each in alike), default=allowed + 1)
    return None if fewest > allowed else fewest * 1000 // len(meant)
