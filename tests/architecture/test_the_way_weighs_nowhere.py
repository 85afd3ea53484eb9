"""Whether somebody promised or handed in certificates weighs in no check, no list and no grade (R1.3)."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import DEPLOYED, named

BLIND = ("credit", "clocks", "supervision", "alerts", "staff", "inspection", "sanctions", "feedback", "workdays")
"""The packages that check, time, order, list, grade and look into cases."""

COUNTS = {"chalicelib/supervision/rules/statistics.py"}
"""How many cases go on a promise is a figure of departments, not of people."""


def ways_in(source: str) -> Iterator[str]:
    """Every place where a source may see in which way a case was filed."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"way", "Way"}:
            yield ast.unparse(node)
        elif isinstance(node, ast.Name) and node.id == "Way":
            yield node.id
        elif isinstance(node, ast.Constant) and node.value == "way":
            yield "way"


@pytest.mark.requirement("R1.3")
def test_nothing_that_checks_lists_or_grades_sees_the_way_that_was_taken() -> None:
    folders = tuple(f"chalicelib/{package}/" for package in BLIND)
    seeing = {
        named(path)
        for path in DEPLOYED
        if named(path).startswith(folders) and any(ways_in(path.read_text(encoding="utf-8")))
    }

    assert seeing == COUNTS


@pytest.mark.requirement("R1.3")
@pytest.mark.parametrize("source", ["clock.way", "event.data['way']", "Way.CERTIFICATE", "case.Way"])
def test_a_look_at_the_way_is_seen(source: str) -> None:
    assert any(ways_in(source))
