"""No way leads to a flag but through the table of measures: each act that makes one has its one place (R2.14)."""

import ast
from collections.abc import Iterator, Mapping

import pytest

from tests.architecture.sources import DEPLOYED, named

RULES = "chalicelib/sanctions/rules/flags.py"
FLAGS = "chalicelib/sanctions/services/flags.py"
REINSTATEMENT = "chalicelib/sanctions/services/reinstatement.py"

PLACES = {
    "a flag is made": {f"{RULES}:propose"},
    "a flag is put in force": {f"{RULES}:confirm", f"{RULES}:resume"},
    "a flag's mark is made": {f"{RULES}:mark_of"},
    "rules.flags.propose is called": {f"{FLAGS}:propose"},
    "rules.flags.confirm is called": {f"{FLAGS}:confirm"},
    "rules.flags.resume is called": {f"{REINSTATEMENT}:resume"},
    "a summary gets a flag": {
        "chalicelib/credit/services/checks.py:put_flag",
        "chalicelib/credit/services/expiry.py:put_flag_back",
    },
    "put_flag is called": {f"{FLAGS}:confirm"},
    "put_flag_back is called": {f"{REINSTATEMENT}:resume"},
}
"""Every act on the way to a flag that has effect, and the functions in which it may stand."""

CONSTRUCTORS = {"Flag": "a flag is made", "FlagMark": "a flag's mark is made"}
CALLS = {
    "with_flag": "a summary gets a flag",
    "put_flag": "put_flag is called",
    "put_flag_back": "put_flag_back is called",
}
STEPS = {f"chalicelib.sanctions.rules.flags.{step}" for step in ("propose", "confirm", "resume")}
PROPORTION = {"measure_code", "measure", "conduct", "severity", "effect", "related_items"}
"""The fields that the table of measures was asked about; a flag keeps those it was made with."""

ASKED_FIRST = {
    (FLAGS, "propose"): ("listed.require_proportionate", "flags.propose"),
    (FLAGS, "confirm"): ("listed.require_ground", "self._credit.put_flag"),
    (REINSTATEMENT, "resume"): ("listed.lost_grounds", "self._credit.put_flag_back"),
}
"""In each place, what asks the table, and what may only come after it."""


def acts_in(source: str) -> Iterator[tuple[str, str]]:
    """Every act on the way to a flag, with the innermost function in which it stands."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    def visit(node: ast.AST, function: str) -> Iterator[tuple[str, str]]:
        if isinstance(node, ast.FunctionDef):
            function = node.name
        if isinstance(node, ast.Call):
            yield from ((act, function) for act in acts_of(node, imported))
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function)

    yield from visit(tree, "")


def acts_of(call: ast.Call, imported: Mapping[str, str]) -> Iterator[str]:
    """What a call does on the way to a flag; ``imported`` has the whole names behind those of the file."""

    def whole(node: ast.expr) -> str:
        first, dot, rest = ast.unparse(node).partition(".")
        return f"{imported.get(first, first)}{dot}{rest}"

    name = whole(call.func)
    last = name.rpartition(".")[2]
    if last in CONSTRUCTORS and name.startswith(("chalicelib.sanctions", "chalicelib.credit")):
        yield CONSTRUCTORS[last]
    if last in CALLS:
        yield CALLS[last]
    if name in STEPS:
        yield f"rules.flags.{last} is called"
    if last == "replace" and any(
        word.arg == "state" and whole(word.value).endswith("FlagState.ACTIVE") for word in call.keywords
    ):
        yield "a flag is put in force"


def ways_round(sources: Mapping[str, str]) -> list[str]:
    """Every act that stands where it may not."""
    found = {(path, act, function) for path, source in sources.items() for act, function in acts_in(source)}
    return sorted(f"{act} in {path}:{name}" for path, act, name in found if f"{path}:{name}" not in PLACES[act])


def changes_of_proportion(source: str) -> list[str]:
    """Fields of a flag that are changed after the table was asked about them."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    replacing = (call for call in calls if ast.unparse(call.func).rpartition(".")[2] == "replace")
    return sorted(word.arg for call in replacing for word in call.keywords if word.arg in PROPORTION)


def is_asked_first(source: str, function: str, asks: str, sets: str) -> bool:
    """Whether a function always asks, at its own level and not under a condition, before it may set anything."""
    (body,) = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    straight = [
        node for statement in body.body if isinstance(statement, ast.Expr | ast.Assign) for node in ast.walk(statement)
    ]
    asked = [node.lineno for node in straight if isinstance(node, ast.Call) and ast.unparse(node.func) == asks]
    set_at = [node.lineno for node in ast.walk(body) if isinstance(node, ast.Call) and ast.unparse(node.func) == sets]
    return bool(asked and set_at) and min(asked) < min(set_at)


SOURCES = {named(path): text for path in DEPLOYED if "flag" in (text := path.read_text(encoding="utf-8")).lower()}
"""Whatever speaks of flags."""


@pytest.mark.requirement("R2.14")
def test_flags_are_made_and_put_in_force_in_their_one_place() -> None:
    found: dict[str, set[str]] = {}
    for path, source in SOURCES.items():
        for act, function in acts_in(source):
            found.setdefault(act, set()).add(f"{path}:{function}")

    assert found == PLACES


@pytest.mark.requirement("R2.14")
@pytest.mark.parametrize("place", ASKED_FIRST, ids=lambda place: place[1])
def test_the_table_is_asked_before_a_flag_is_made_or_put_in_force(place: tuple[str, str]) -> None:
    path, function = place

    assert is_asked_first(SOURCES[path], function, *ASKED_FIRST[place])


@pytest.mark.requirement("R2.14")
def test_what_the_table_was_asked_about_is_never_changed() -> None:
    inside = [
        source for path, source in SOURCES.items() if path.startswith(("chalicelib/sanctions", "chalicelib/redress"))
    ]

    assert [change for source in inside for change in changes_of_proportion(source)] == []


SANCTIONS = (
    "from chalicelib.sanctions.model.flags import Flag, FlagState\nfrom chalicelib.sanctions.rules import flags as f\n"
)
CREDIT = "from chalicelib.credit.model.records import FlagMark\nfrom chalicelib.credit.rules import summary as s\n"


@pytest.mark.requirement("R2.14")
@pytest.mark.parametrize(
    ("source", "act"),
    [
        (f"{SANCTIONS}def sneak():\n    return Flag(flag_id='1')\n", "a flag is made"),
        (f"{SANCTIONS}def sneak(flag):\n    return replace(flag, state=FlagState.ACTIVE)\n", "a flag is put in force"),
        (f"{SANCTIONS}def sneak():\n    return f.propose(1)\n", "rules.flags.propose is called"),
        (f"{SANCTIONS}def sneak():\n    return f.confirm(1)\n", "rules.flags.confirm is called"),
        (f"{SANCTIONS}def sneak():\n    return f.resume(1)\n", "rules.flags.resume is called"),
        (f"{CREDIT}def sneak():\n    return FlagMark(flag_id='1')\n", "a flag's mark is made"),
        (f"{CREDIT}def sneak():\n    return s.with_flag(1, 2)\n", "a summary gets a flag"),
        ("def sneak(self):\n    self._credit.put_flag(1)\n", "put_flag is called"),
        ("def sneak(self):\n    self._credit.put_flag_back(1)\n", "put_flag_back is called"),
    ],
    ids=lambda value: value if " is " in value or " gets " in value else "",
)
def test_a_way_round_is_seen(source: str, act: str) -> None:
    assert ways_round({"chalicelib/anywhere.py": source}) == [f"{act} in chalicelib/anywhere.py:sneak"]


@pytest.mark.requirement("R2.14")
def test_asking_too_late_or_only_sometimes_is_seen() -> None:
    late = "def propose():\n    flags.propose()\n    listed.ask()\n"
    sometimes = "def propose():\n    if x:\n        listed.ask()\n    flags.propose()\n"
    first = "def propose():\n    listed.ask()\n    flags.propose()\n"

    assert [is_asked_first(each, "propose", "listed.ask", "flags.propose") for each in (late, sometimes, first)] == [
        False,
        False,
        True,
    ]
    assert changes_of_proportion("replace(flag, severity=1)") == ["severity"]
