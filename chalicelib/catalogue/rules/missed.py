"""What is kept of a search that found nothing: words that tell the editor something, and nothing about a person."""

import hashlib
import re
from datetime import date, timedelta
from typing import Final

from chalicelib.catalogue.model.search import SearchQuestion

LONGEST: Final = 30
"""Characters of what is kept: whoever writes more tells a story, which may be their own."""

MOST_DIGITS: Final = 3
NUMERALS: Final = re.compile("[零〇一二三四五六七八九十两幺]{5,}")
MIXED: Final = re.compile("(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{5,}")
"""Letters and digits together, as on number plates and in codes of organisations."""

AT: Final = frozenset("@＠﹫")

PLACES: Final = 1000
"""How many different words are kept of a day at most: each has one place, by its digest, and two may want the same."""

KEPT: Final = timedelta(days=90)
"""How long what was searched in vain is kept: a season of questions for an editor to look at."""


def words_kept(q: str, question: SearchQuestion) -> str | None:
    """Return what is kept of a question; ``None`` if it says nothing, or may hold a number of somebody or a story.

    The latter is one with more than three digits, five Chinese numerals in a row, letters and digits together, an
    address of e-mail, or more than thirty characters. ``q`` is the question as typed.
    """
    text = question.text
    if not question.meant or len(text) > LONGEST or sum(mark.isdecimal() for mark in text) > MOST_DIGITS or set(q) & AT:
        return None
    return None if NUMERALS.search(question.run) or MIXED.search(question.run) else text


def place_of(words: str, *, day: date) -> int:
    """Return the place of some words among those of a day."""
    return int.from_bytes(hashlib.sha256(f"{day.isoformat()}\n{words}".encode()).digest()[:4]) % PLACES


def is_kept(day: date, *, on: date) -> bool:
    """Whether what was searched on a day is still kept on another; the ninetieth day after it is the last."""
    return day <= on <= day + KEPT
