"""Chinese is written with Chinese marks: full-width colons, commas, semicolons and brackets."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import chalicelib
from chalicelib.fault_texts import FAULT_TEXTS
from infra.assets.catalogues import texts_of

OURS: Final = Path(chalicelib.__path__[0])
READ: Final = (
    *sorted(OURS.glob("rulepacks/packs/*.json")),
    *sorted(OURS.glob("sanctions/editions/*.json")),
    *sorted(OURS.glob("credit/editions/*.json")),
    OURS / "departments/departments.json",
    OURS / "messages/templates.json",
    OURS / "http/problem_texts.json",
    OURS / "issuing/texts/2026.json",
)
TEMPLATES: Final = sorted((OURS / "web").glob("*/templates/**/*.html"))
WEEKDAY: Final = re.compile(r"\(周.\)")
"""What stands behind each date, as the whole service writes it."""
HALF_WIDTH: Final = re.compile(r"[\u4e00-\u9fff”》}] ?[:,;()?!]|[:,;()?!] ?[\u4e00-\u9fff“《]")
BY_ITSELF: Final = re.compile(r"""(?:\}\}|%\}|</a>)[:;](?: |$)|~ ['"][:;,] ['"]|join\(['"][:;,] ['"]\)""", re.MULTILINE)


def is_half_width(words: str) -> bool:
    """Say whether a mark beside a Chinese character is a half-width one."""
    return HALF_WIDTH.search(WEEKDAY.sub("", words)) is not None


def strings(value: object) -> Iterator[str]:
    """Return every Chinese text within a document."""
    if isinstance(value, str) and re.search(r"[\u4e00-\u9fff]", value):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("依据: 《行政许可法》", True),
        ("尚未确认,不产生后果", True),
        ("系统故障(已恢复)", True),
        ("依据：《行政许可法》", False),
        ("到11月25日(周三)为止", False),
        ("24小时 14:05", False),
    ],
)
def test_a_half_width_mark_among_chinese_is_found(words: str, expected: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_half_width(words) is expected


def test_no_chinese_text_of_ours_has_a_half_width_mark() -> None:
    texts = [*texts_of("zh").values(), *(chinese for chinese, _ in FAULT_TEXTS.values())]
    for path in READ:
        texts += strings(json.loads(path.read_text("utf-8")))

    assert [each for each in texts if is_half_width(each)] == []


def test_no_template_writes_a_mark_by_itself_for_each_language_has_its_own() -> None:
    found = {path.name: BY_ITSELF.findall(path.read_text("utf-8")) for path in TEMPLATES}

    assert {name: marks for name, marks in found.items() if marks} == {}
