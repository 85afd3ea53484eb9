"""Text that people can read: composed, visible, and nothing in it that hides or turns what is written.

Refused are control, private-use and unassigned characters, and those of format (Unicode's Cf): they hide words, turn
their direction, or look like another text. Three things that real text needs pass nevertheless:

- joiners and non-joiners, between two visible characters of which one can be joined: Uyghur and Persian names, Indic
  letters and composed emoji need them, Han and Latin never do;
- one selector after a visible character: it chooses the glyph of a rare surname (葛), the shape of a Mongolian letter,
  the colour of an emoji;
- Han of planes 2 and 3 and emoji that this Python's tables do not know yet: GB 18030 and people's names go on.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any, Final, LiteralString, NoReturn

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import (
    CoreSchema,
    no_info_after_validator_function,
    no_info_before_validator_function,
    str_schema,
)

BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159")
"""Characters that look like nothing, though they count as letters or symbols."""

JOINERS: Final = frozenset("\u180e\u200c\u200d")
"""Joiners and non-joiners, and Mongolian's vowel separator: they change how their neighbours are drawn."""

SELECTORS: Final = frozenset(
    map(chr, (0x34F, *range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
"""Characters that choose among the shapes of the one before: variants of a Han name, emoji in colour, Mongolian."""

LATER_HAN: Final = range(0x20000, 0x3FFFE)
LATER_EMOJI: Final = range(0x1F000, 0x1FB00)
"""Blocks where a character's place says what it is: Python's tables lag behind GB 18030 and what people type."""

READABLE_LINE: Final = "readable-line"
READABLE_TEXT: Final = "readable-text"
"""The formats under which the OpenAPI document names such text."""

NONCHARACTERS: Final = 0xFFFE
"""The last two places of each plane are no characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """Text in a request that people will read, without the space around it; lengths are in characters."""

    longest: int
    shortest: int = 0
    is_line: bool = False

    def __get_pydantic_core_schema__(self, _source: object, _handler: Any) -> CoreSchema:  # noqa: ANN401 - as pydantic has it
        """Compose, measure, then look at each character, in this order."""
        measured = str_schema(strip_whitespace=True, min_length=self.shortest, max_length=self.longest)
        read = no_info_after_validator_function(_read_line if self.is_line else _read_text, measured)
        return no_info_before_validator_function(_composed, read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Name the format, which no pattern can tell: what is readable is for Unicode's tables to say."""
        return {**handler(schema), "format": READABLE_LINE if self.is_line else READABLE_TEXT}


def readable(text: str, *, is_line: bool) -> str:
    """Return a text composed and without the space around it, if all of it can be read; raises pydantic's error."""
    composed = _normalised(text).strip()
    return _read_line(composed) if is_line else _read_text(composed)


def _composed(value: object) -> object:
    """Compose letters with their accents (NFC), and write each line break as one character."""
    return _normalised(value) if isinstance(value, str) else value


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def _read_text(value: str) -> str:
    """Return the text if all of it can be read; an empty one is not looked at. Raises pydantic's error."""
    for place, character in enumerate(value):
        if character.isprintable() and character not in SELECTORS:
            continue
        if not _may_stand(character, before=value[place - 1 : place], after=value[place + 1 : place + 2]):
            _refuse("text_hidden", character=f"U+{ord(character):04X}")
    if value and not any(_is_visible(character) for character in value):
        _refuse("text_blank")
    return value


def _read_line(value: str) -> str:
    """Return the text if it can be read and is one line, without tabs; raises like ``_read_text``."""
    if "\n" in value or "\t" in value:
        _refuse("text_line_break")
    return _read_text(value)


def _refuse(code: LiteralString, **blanks: str) -> NoReturn:
    """Raise pydantic's error; its texts are at the edge."""
    raise PydanticCustomError(code, "This text cannot be read.", blanks or None)


def _may_stand(character: str, *, before: str, after: str) -> bool:
    """Whether a character that Python does not print by itself may stand between these two."""
    if character in JOINERS:
        return _shows(before) and _shows(after) and (_joins(before) or _joins(after))
    if character in SELECTORS:
        return _shows(before) and before not in SELECTORS
    return character in "\n\t" or unicodedata.category(character) == "Zs" or _is_later(character)


def _is_visible(character: str) -> bool:
    """Whether a character is seen by itself: a letter, number, sign or symbol that is not blank."""
    return character not in BLANK and (unicodedata.category(character)[0] in "LNPS" or _is_later(character))


def _shows(character: str) -> bool:
    """Whether there is a character that is seen, by itself or on the one before it."""
    return bool(character) and (_is_visible(character) or unicodedata.category(character)[0] == "M")


def _joins(character: str) -> bool:
    """Whether joiners matter beside a character: marks, emoji, and the letters of Arabic (维吾尔文) and Mongolian."""
    return (
        unicodedata.category(character) in {"Mn", "Mc", "So", "Sk"}
        or unicodedata.bidirectional(character) == "AL"
        or "\u1820" <= character <= "\u18aa"
        or _is_later(character)
    )


def _is_later(character: str) -> bool:
    """Whether a character that these tables may not know is Han or an emoji by its place."""
    number = ord(character)
    return (number in LATER_HAN and number & NONCHARACTERS != NONCHARACTERS) or number in LATER_EMOJI
