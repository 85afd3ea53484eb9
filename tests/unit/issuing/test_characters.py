"""What can be printed, and what is written by its number."""

import pytest

from chalicelib.issuing.rules.characters import printable

COVERED = frozenset(map(ord, "李示例䶮㛃ab ·〔〕U+0123456789ABCDEF"))


@pytest.mark.parametrize(
    ("text", "shown", "missing"),
    [
        ("李示例", "李示例", ()),
        ("李䶮", "李䶮", ()),
        ("李\U00020bb7", "李〔U+20BB7〕", ("U+20BB7",)),
        ("\U00020bb7\U00020bb7例", "〔U+20BB7〕〔U+20BB7〕例", ("U+20BB7",)),
        ("a🚗b", "a〔U+1F697〕b", ("U+1F697",)),
        ("\u202eab\u202c", "ab", ()),
        ("a\u200b\u200d\ufeffb", "ab", ()),
        ("李\U000e0100例\ufe00", "李例", ()),
        ("a\x00\x1b\x7fb", "ab", ()),
        ("a\nb", "a\nb", ()),
        ("a\u3000b\u00a0\tb", "a b  b", ()),
        ("ا", "〔U+0627〕", ("U+0627",)),
        ("\ue000", "〔U+E000〕", ("U+E000",)),
        ("\ud800", "", ()),
    ],
)
def test_a_character_is_printed_or_named_by_its_number_or_was_never_seen(
    text: str, shown: str, missing: tuple[str, ...]
) -> None:
    assert printable(text, covered=COVERED) == (shown, missing)
