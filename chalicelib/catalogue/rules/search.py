"""Finding items by the words that people use: what fits a question, and in which order."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from chalicelib.catalogue.model.search import Characters, SearchEntry, SearchQuestion, SearchWords, Word
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.model.versions import Listed
from chalicelib.catalogue.rules.items import wanted
from chalicelib.catalogue.rules.words import PARTS, fold, is_chinese

FILLERS: Final = re.compile(
    "怎么办理|如何办理|哪里办理|在哪里办|要办什么|去哪里|怎么办|怎么样|能不能|可不可以|要不要|怎么|怎样|如何|哪里|什么|请问"
    "|我想|我要|想要|需要|我们|办理|申请|手续|可以|[我的了吗呢办要想去]"
    r"|\b(?:an?|the|my|our|your|we|i|you|to|for|of|in|on|at|is|are|do|does|how|what|where|can|and|get|need|want)\b"
)
"""What any question may have in it: nothing is told from anything else by these alone."""

CHINESE_WEIGHT: Final = 3
"""What a Chinese character counts for beside a letter or digit."""

ENOUGH_OF_TEXT: Final = (2, 3)
"""The share of a question that has to stand in an item's texts where none of its words fits."""

TYPED_TONES: Final = re.compile(r"(?:[a-z]{1,6}[1-5] ?)+")


def question_of(q: str, characters: Characters) -> SearchQuestion:
    """Fold what somebody typed; tones typed as numbers (che1 pai2) are left out."""
    text = fold(q, characters)
    if TYPED_TONES.fullmatch(text):
        text = re.sub("[1-5]", "", text)
    run = text.replace(" ", "")
    places = [place for place, mark in enumerate(text) if mark != " "]
    edges = {0, len(places)} | {index for index, place in enumerate(places) if text[place - 1 : place] == " "}
    filled = {place for filler in FILLERS.finditer(text) for place in range(*filler.span())}
    return SearchQuestion(
        text=text,
        run=run,
        edges=frozenset(edges),
        meant=frozenset(index for index, place in enumerate(places) if place not in filled),
        heard=run.replace("v", "u") if re.search("[a-z]", run) else "",
        syllables=tuple(characters.syllables.get(part, part) for part in PARTS.findall(text)),
    )


def rank(
    entries: Iterable[SearchEntry],
    question: SearchQuestion,
    *,
    on: date,
    audience: Audience | None = None,
    department: str | None = None,
) -> tuple[Listed, ...]:
    """Return the items in force that fit a question, best first.

    That is the one whose words cover more of the question, then the one whose keywords do, then by code; what is
    abolished comes after all that can be applied for.
    """
    found: list[tuple[bool, int, int, str, Listed]] = []
    for item, words in in_force(entries, on=on, audience=audience, department=department):
        fit = fit_of(question, words)
        if fit is not None:
            found.append((item.abolition is not None, -fit[0], -fit[1], item.code, item))
    return tuple(item for *_, item in sorted(found, key=lambda one: one[:4]))


def in_force(
    entries: Iterable[SearchEntry], *, on: date, audience: Audience | None, department: str | None
) -> Iterator[tuple[Listed, SearchWords]]:
    """Yield the items in force, and those abolished, of whom and which office is asked for, each with its words."""
    for entry in entries:
        item = wanted(entry.versions, on=on, audience=audience, department=department)
        if item is not None:
            yield item, entry.words[item.version]


def fit_of(question: SearchQuestion, words: SearchWords) -> tuple[int, int] | None:
    """Return how much of a question these words cover, and the keywords alone; ``None`` if it does not lead to them.

    It does with a keyword, with synonyms of two kinds ("lost", "plate"), if the words are all that is meant, or if the
    texts have most of it.
    """
    by_keywords = _covered(question, words.keywords)
    groups = [covered for group in words.synonyms if (covered := _covered(question, group))]
    by_words = by_keywords.union(*groups)
    by_text = _covered_by_text(question, words.text)
    meant, (share, of) = question.meant, ENOUGH_OF_TEXT
    reasons = (
        by_keywords,
        groups and all(len(by_words) > len(covered) for covered in groups),
        meant and meant <= by_words,
        meant and len(meant & by_text) * of >= len(meant) * share,
    )
    if any(reasons) or (meant and all(_stands_in(word, words) for word in question.text.split())):
        return _weight(question, by_words | by_text), _weight(question, by_keywords)
    return None


def _stands_in(word: str, words: SearchWords) -> bool:
    """Whether a word stands in the texts or a keyword; one in letters has to begin where a word does."""
    sought = word if is_chinese(word) else f" {word}"
    return sought in f" {words.text}" or any(sought in f" {keyword.text}" for keyword in words.keywords)


def _weight(question: SearchQuestion, places: Iterable[int]) -> int:
    return sum(CHINESE_WEIGHT if is_chinese(question.run[place]) else 1 for place in places)


def _covered(question: SearchQuestion, words: Sequence[Word]) -> set[int]:
    """Return the places of a question that any of these words cover, as written or as read."""
    covered: set[int] = set()
    for word in words:
        # Most words of a catalogue begin with nothing that was typed: they cost no more than this.
        if word.text[0] in question.run or (word.sound and question.heard and word.sound[0] in question.heard):
            covered.update(*(range(start, end) for start, end in _spans(question, word)))
    return covered


def _spans(question: SearchQuestion, word: Word) -> Iterator[tuple[int, int]]:
    if not word.sound:
        yield from _whole_words(question, _found(word.run, question.run))
        return
    yield from _found(word.run, question.run)
    if question.heard:
        syllables = word.sound.split()
        sound = _found("".join(syllables), question.heard)
        yield from _whole_words(question, sound) if len(syllables) == 1 else sound
        if len(syllables) > 1 and question.heard == "".join(syllable[0] for syllable in syllables):
            yield 0, len(question.run)


def _found(text: str, run: str) -> Iterator[tuple[int, int]]:
    start = run.find(text)
    while start >= 0:
        yield start, start + len(text)
        start = run.find(text, start + 1)


def _whole_words(question: SearchQuestion, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans that begin and end where words do, with the s of a plural."""
    for start, end in spans:
        if start in question.edges:
            ends = (end, end + 1) if question.run[end : end + 1] == "s" else (end,)
            yield from ((start, edge) for edge in ends if edge in question.edges)


def _covered_by_text(question: SearchQuestion, text: str) -> set[int]:
    """Return the places of pairs of Chinese characters, and of whole words, that stand in a text."""
    covered: set[int] = set()
    run = question.run
    for place in range(len(run) - 1):
        pair = run[place : place + 2]
        if is_chinese(pair[0]) and is_chinese(pair[1]) and pair in text:
            covered.update((place, place + 1))
    place = 0
    padded = f" {text}"
    for word in question.text.split():
        if not is_chinese(word) and f" {word}" in padded:
            covered.update(range(place, place + len(word)))
        place += len(word)
    return covered
