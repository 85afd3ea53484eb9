"""Which texts people can read, and which only look as if they were there."""

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.validation import Line, LineOrBlank, Text, TextOrBlank

TEXT = TypeAdapter(Text)
LINE = TypeAdapter(Line)


def fault_of(text: str, kind: TypeAdapter[str] = TEXT) -> str:
    with pytest.raises(ValidationError) as refused:
        kind.validate_python(text, strict=True)
    return refused.value.errors()[0]["type"]


@pytest.mark.parametrize(
    "text",
    [
        "因系统故障，未能按期办结。",
        "𠮷野家·阿卜杜拉",
        "𬱖𮧵𱁬𲎰",  # extensions E, F, G and H
        "\U0002ebf0",  # extension I, which this Python's tables do not know
        "\U000323b0",  # extension J
        "葛\U000e0100城",  # a variant of a surname
        "👩🏽‍💻❤️‍🔥1️⃣🫨",
        "می‌خواهم",  # Persian, with a non-joiner
        "ශ්‍රී",  # Sinhala, with a joiner
        "ᠮᠣᠩᠭᠣᠯ ᠤᠯᠤᠰ\u202fᠤᠨ ᠵᠠ᠎ᠠ",  # Mongolian, with its suffix space and vowel separator
        "first\nsecond\tcolumn",
        "全角　空格\u00a0不换行",
        "。",
    ],
)
def test_what_names_and_languages_need_is_taken_as_it_is(text: str) -> None:
    assert TEXT.validate_python(text, strict=True) == text


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("a\u200bb", "U+200B"),
        ("\ufeff理由", "U+FEFF"),
        ("soft\u00adhyphen", "U+00AD"),
        ("\u202e由理", "U+202E"),
        ("a\u2066b\u2069", "U+2066"),
        ("a\u200e", "U+200E"),
        ("a\u061cb", "U+061C"),
        ("a\0b", "U+0000"),
        ("a\x1b[31m", "U+001B"),
        ("a\x85b", "U+0085"),
        ("a\u2028b", "U+2028"),
        ("a\ue000b", "U+E000"),
        ("a\U000f0000b", "U+F0000"),
        ("a\uffffb", "U+FFFF"),
        ("a\U0002ffffb", "U+2FFFF"),
        ("a\u0378b", "U+0378"),
        ("flag\U0001f3f4\U000e0067", "U+E0067"),
        ("张\u200d三", "U+200D"),
        ("a\u200cb", "U+200C"),
        ("👩\u200d", "U+200D"),
        ("\ufe0fa", "U+FE0F"),
        ("葛\U000e0100\U000e0101", "U+E0101"),
        ("\u2800\ufe0f", "U+FE0F"),
        ("a\u034f\u034fb", "U+034F"),
    ],
)
def test_what_hides_or_turns_is_named(text: str, character: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TEXT.validate_python(text, strict=True)

    (fault,) = refused.value.errors()
    assert (fault["type"], fault["ctx"]) == ("text_hidden", {"character": character})


@pytest.mark.parametrize(
    "text", ["\u2800", "\ufffc", "\U0001d159", "\u3164\u3164", "\u115f\u1160", "\uffa0 \u2800", "\u0301"]
)
def test_what_looks_blank_is_blank(text: str) -> None:
    assert fault_of(text) == "text_blank"
    assert fault_of(text, LINE) == "text_blank"
    assert fault_of(text, TypeAdapter(TextOrBlank)) == "text_blank"


@pytest.mark.parametrize("text", ["", " ", "\u00a0\u3000", "\n\t"])
def test_space_around_a_text_is_not_part_of_it(text: str) -> None:
    assert fault_of(text) == "string_too_short"
    assert fault_of(text, LINE) == "string_too_short"
    assert TypeAdapter(TextOrBlank).validate_python(text, strict=True) == ""
    assert TypeAdapter(LineOrBlank).validate_python(text, strict=True) == ""


def test_a_text_is_composed_before_it_is_measured() -> None:
    assert TEXT.validate_python("e\u0301" * 4000, strict=True) == "é" * 4000
    assert fault_of("e" * 4001) == "string_too_long"
    assert TEXT.validate_python("一\r\n二\r三", strict=True) == "一\n二\n三"


def test_a_line_has_no_break_and_no_tab() -> None:
    assert fault_of("a\nb", LINE) == "text_line_break"
    assert fault_of("a\r\nb", LINE) == "text_line_break"
    assert fault_of("a\tb", LINE) == "text_line_break"
    assert fault_of("a" * 201, LINE) == "string_too_long"
    assert LINE.validate_python(" a b\n", strict=True) == "a b"


def test_half_a_character_is_none() -> None:
    assert fault_of("a\ud800b") == "string_unicode"


def test_only_text_is_text() -> None:
    with pytest.raises(ValidationError, match="string_type"):
        TEXT.validate_python(7, strict=True)
