"""What can be printed: a character that no font has is written by its number, and never left as an empty box."""

import unicodedata
from collections.abc import Container

from chalicelib.readable import SELECTORS

LINE_BREAK = "\n"


def printable(text: str, *, covered: Container[int]) -> tuple[str, tuple[str, ...]]:
    """Return a text that the fonts can print, and the numbers (``U+2A6A5``) of the characters that they do not have.

    Each of these stands as ``〔U+2A6A5〕`` in the text. What is not seen is left out, above all what turns the
    direction of text, and so are selectors of a character's variants, without which its usual shape is printed.
    """
    seen: list[str] = []
    missing: dict[str, None] = {}
    for letter in text:
        if letter == LINE_BREAK or (ord(letter) in covered and letter.isprintable()):
            seen.append(letter)
        elif unicodedata.category(letter) in {"Zs", "Zl", "Zp"} or letter == "\t":
            seen.append(" ")
        elif unicodedata.category(letter) not in {"Cc", "Cf", "Cs"} and letter not in SELECTORS:
            number = f"U+{ord(letter):04X}"
            seen.append(f"〔{number}〕")
            missing[number] = None
    return "".join(seen), tuple(missing)
