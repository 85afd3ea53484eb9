"""``make requirements``: each requirement with the tests that prove it, and what is open.

Reads ``docs/requirements.md`` and the markers in the test files, and runs no test.
Ends with 1 if a requirement is neither proved nor listed as open, or if document and markers contradict each other.
"""

import ast
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs/requirements.md"
TESTS = ROOT / "tests"

MARKER = "pytest.mark.requirement"
ROW = re.compile(r"\| (R\d+\.\d+) \| (.*) \| (.*) \|")
WIDTH = 118


class State(StrEnum):
    """How far a requirement is met."""

    PROVED = "proved"
    PARTLY = "partly"
    OPEN = "open"


class Gap(NamedTuple):
    """What the document says is missing: ``state`` as it is written there, and the reason."""

    state: str
    reason: str


class Document(NamedTuple):
    """What ``docs/requirements.md`` says: every row of its sections by the requirement it is about."""

    stated: tuple[str, ...]
    gaps: tuple[tuple[str, Gap], ...]
    blanks: tuple[str, ...]
    """Requirements one of whose rows has an empty cell."""


class Proof(NamedTuple):
    """That a test proves a requirement; ``test`` is its place below ``tests/``."""

    requirement: str
    test: str


Proofs = Mapping[str, list[str]]


def read_document(text: str) -> Document:
    """Read the rows of the requirements and, under the heading "Open", those of what is not met."""
    stated: list[str] = []
    gaps: list[tuple[str, Gap]] = []
    blanks: list[str] = []
    is_open = False
    for line in text.splitlines():
        if line.startswith("## "):
            is_open = line == "## Open"
        elif row := ROW.fullmatch(line):
            requirement, *cells = row.groups()
            if is_open:
                gaps.append((requirement, Gap(*cells)))
            else:
                stated.append(requirement)
            if not all(cell.strip() for cell in cells):
                blanks.append(requirement)
    return Document(stated=tuple(stated), gaps=tuple(gaps), blanks=tuple(blanks))


def proofs_in(source: str, *, file: str) -> Iterator[Proof]:
    """Yield what the tests of a file prove, by their own markers, their class's and the module's ``pytestmark``."""
    yield from _proofs(ast.parse(source).body, place=file, inherited=())


def _proofs(body: Iterable[ast.stmt], *, place: str, inherited: tuple[str, ...]) -> Iterator[Proof]:
    nodes = list(body)
    assigned = [node for node in nodes if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"]
    named = (*inherited, *(name for node in assigned for name in _named(node.value)))
    for node in nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        own = (*named, *(name for decorator in node.decorator_list for name in _named(decorator)))
        inside = f"{place}::{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _proofs(node.body, place=inside, inherited=own)
        elif node.name.startswith("test_"):
            yield from (Proof(requirement=name, test=inside) for name in dict.fromkeys(own))


def _named(node: ast.expr) -> Iterator[str]:
    """Yield the requirements that markers in an expression name; they are written out, or it is a ``ValueError``."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == MARKER:
            yield from (str(ast.literal_eval(argument)) for argument in call.args)


def read_proofs(folder: Path = TESTS) -> dict[str, list[str]]:
    """Return the tests below a folder that prove each requirement."""
    proofs: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for proof in proofs_in(path.read_text(encoding="utf-8"), file=path.relative_to(folder).as_posix()):
            proofs.setdefault(proof.requirement, []).append(proof.test)
    return proofs


def faults_of(document: Document, proofs: Proofs) -> list[str]:
    """Return every sentence that says where document and tests contradict each other, or leave something unsaid."""
    gaps = dict(document.gaps)
    gapped = [requirement for requirement, _ in document.gaps]
    faults = [
        *(f"{name} has a row with an empty cell." for name in document.blanks),
        *(f"{name} is stated {times} times." for name, times in Counter(document.stated).items() if times > 1),
        *(f"{name} is listed as open {times} times." for name, times in Counter(gapped).items() if times > 1),
        *(f"{name} is listed as open and stated nowhere." for name in gaps if name not in document.stated),
    ]
    for name, gap in gaps.items():
        if gap.state not in {State.PARTLY, State.OPEN}:
            faults.append(f'{name} is listed as "{gap.state}": say open or partly.')
        if gap.state == State.OPEN and name in proofs:
            faults.append(f"{name} is listed as open, and {proofs[name][0]} proves it: say partly what is missing.")
    faults += [
        f"{test} names {name}, which is stated nowhere."
        for name, tests in proofs.items()
        if name not in document.stated
        for test in tests
    ]
    faults += [
        f"{name} is proved by no test and not listed as open."
        for name in document.stated
        if name not in proofs and name not in gaps
    ]
    return faults


def table(document: Document, proofs: Proofs) -> Iterator[str]:
    """Yield the lines of the table: requirement, number of tests, state with its reason, and below it the tests."""
    gaps = dict(document.gaps)
    states = Counter[str]()
    yield f"{'':7}{'tests':>5}  state"
    for name in document.stated:
        gap = gaps.get(name)
        state = State.PROVED.value if gap is None else gap.state
        tests = proofs.get(name, [])
        states[state] += 1
        told = state if gap is None else f"{state}: {gap.reason}"
        first = f"{name:7}{len(tests):5}  "
        yield from textwrap.wrap(told, WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
        yield from (f"{'':{len(first)}}{shortened(test)}" for test in tests)
    marked = len({test for tests in proofs.values() for test in tests})
    counted = ", ".join(f"{states[state]} {state}" for state in State)
    yield f"{len(document.stated)} requirements: {counted}; {marked} tests name what they prove."


def shortened(test: str) -> str:
    """Return a test's place without what is the same in all of them."""
    return test.replace(".py::", "::").replace("::test_", "::").replace("/test_", "/")


def main() -> int:
    """Print the table and what is wrong with it."""
    document, proofs = read_document(DOCUMENT.read_text(encoding="utf-8")), read_proofs()
    print("\n".join(table(document, proofs)))
    faults = faults_of(document, proofs)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
