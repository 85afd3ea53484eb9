"""Folding words, reading them aloud, and the words by which a version is found."""

import re
import unicodedata
from typing import Final

from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.model.search import Characters, SearchWords, Word

CHINESE: Final = re.compile("[\u3400-\u9fff]")

PARTS: Final = re.compile(r"[\u3400-\u9fff]|[^\u3400-\u9fff\s]+")
"""A Chinese character, or what stands between two."""


def plain(text: str) -> str:
    """Ignore character width, case, accents and tone marks; punctuation separates words like a blank."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = (mark for mark in unicodedata.normalize("NFD", folded) if not unicodedata.combining(mark))
    return " ".join("".join(mark if mark.isalnum() else " " for mark in bare).split())


def fold(text: str, characters: Characters) -> str:
    """Fold a text like ``plain``, and traditional characters to simplified ones."""
    return plain(text).translate(characters.simplified)


def is_chinese(text: str) -> bool:
    """Whether a text has a Chinese character in it."""
    return CHINESE.search(text) is not None


def reading(text: str, characters: Characters) -> str:
    """Return how a folded text is read, character by character, or nothing if it is not Chinese."""
    return " ".join(characters.syllables.get(part, part) for part in PARTS.findall(text)) if is_chinese(text) else ""


def search_words(item: Item, characters: Characters) -> SearchWords:
    """Return the words by which a version is found; the readings of phrases are looked up here, and in no search."""
    texts = (item.code, item.name, item.name_en, item.summary)
    return SearchWords(
        keywords=tuple(_word(text, characters) for text in (*item.keywords, item.name)),
        synonyms=tuple(tuple(_word(text, characters) for text in group) for group in item.synonyms),
        text=fold(" ".join(texts), characters),
    )


def _word(text: str, characters: Characters) -> Word:
    folded = fold(text, characters)
    if not is_chinese(folded):
        return Word(folded)
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take a second to load, at publications alone

    return Word(folded, " ".join(lazy_pinyin(folded.replace(" ", ""))).replace("v", "u"))
