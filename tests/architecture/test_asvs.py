"""The page on ASVS has every requirement of levels 1 and 2 once, and names files and tests that there are."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "asvs.md"

# Of ASVS 5.0.0: how many requirements of levels 1 and 2 each section begins with; those of level 3 follow them.
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1
4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2
7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2
10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""

ROW = re.compile(r"\| (V[0-9.]+) \| ([^|]+) \| (kept|open|n/a) \| ([^|]+) \| ([^|]+) \|")
CODE = re.compile(r"`([^`]+)`")
PATH = re.compile(r"[A-Za-z_][\w./-]*(/|\.)[\w./-]+")


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, ...]]:
    """Number, requirement, state, what keeps it, and its test."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| V")]
    found = [ROW.fullmatch(line) for line in lines]
    assert all(found), [line for line, one in zip(lines, found, strict=True) if one is None]
    return [one.groups() for one in found if one]


def test_every_requirement_of_both_levels_is_there_once_in_its_order(rows: list[tuple[str, ...]]) -> None:
    numbers = [
        f"V{section}.{number}"
        for section, most in (one.split(":") for one in SECTIONS.split())
        for number in range(1, int(most) + 1)
    ]

    assert len(numbers) == 253
    assert [row[0] for row in rows] == numbers


def test_what_is_kept_says_by_what_and_what_is_not_says_why(rows: list[tuple[str, ...]]) -> None:
    assert [number for number, _, _, by, _ in rows if by.strip() in {"", "—"}] == []


def test_every_file_and_every_test_that_is_named_exists(rows: list[tuple[str, ...]]) -> None:
    missing = [
        (number, name)
        for number, _, _, by, tests in rows
        for name in CODE.findall(f"{by} {tests}")
        if PATH.fullmatch(name) and not (ROOT / name).exists()
    ]
    no_tests = [(row[0], name) for row in rows for name in CODE.findall(row[4]) if not name.startswith("tests/")]

    assert missing == []
    assert no_tests == []


def test_the_page_counts_itself(rows: list[tuple[str, ...]]) -> None:
    states = Counter(row[2] for row in rows)

    assert (
        f"Of {len(rows)} requirements {states['kept']} are kept, {states['open']} are open and "
        f"{states['n/a']} do not apply (n/a)."
    ) in PAGE.read_text(encoding="utf-8")
