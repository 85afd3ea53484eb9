"""Where lines break: by GB/T 15834 for Chinese, between words for the rest."""

import pytest

from chalicelib.issuing.rules.lines import lines_of


def width_of(text: str) -> float:
    """A Chinese character is as wide as two Latin ones."""
    return sum(2 if letter >= "\u2e80" or letter in "“”…—" else 1 for letter in text)


def lines(text: str, width: float = 10, *, indent: float = 0) -> list[str]:
    return lines_of(text, width_of=width_of, width=width, indent=indent)


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("", [""]),
        ("   ", [""]),
        ("受理", ["受理"]),
        ("一二三四五", ["一二三四五"]),
        ("一二三四五六", ["一二三四五", "六"]),
        ("一二三四五。六", ["一二三四", "五。六"]),
        ("一二三四（五六）", ["一二三四", "（五六）"]),
        ("一二三四《五六》。", ["一二三四", "《五六》。"]),
        ("ab cd ef gh", ["ab cd ef", "gh"]),
        ("受理 ab cde fg", ["受理 ab", "cde fg"]),
        ("受理abcdefg号", ["受理", "abcdefg号"]),
        ("一 ，二", ["一 ，二"]),
        ("a" * 25, ["a" * 10, "a" * 10, "a" * 5]),
        ("受理" + "a" * 12, ["受理", "a" * 10, "aa"]),
        ("。" * 7, ["。" * 5, "。。"]),
        ("Donaudampfschiff 1 号", ["Donaudampf", "schiff 1", "号"]),
        ("第3.5条，a:b", ["第3.5条，", "a:b"]),
    ],
)
def test_a_paragraph_is_broken_where_reading_allows_it(text: str, broken: list[str]) -> None:
    assert lines(text) == broken


def test_the_first_line_is_shorter_by_its_indent() -> None:
    assert lines("一二三四五六七八", indent=4) == ["一二三", "四五六七八"]


@pytest.mark.parametrize("text", ["x" * 300, "“" * 300, "，" * 300, "中文 and English，" * 40, "a b" * 200])
def test_no_line_is_wider_than_the_page_and_no_character_is_lost(text: str) -> None:
    broken = lines(text, 21)

    assert max(map(width_of, broken)) <= 21
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
