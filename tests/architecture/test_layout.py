"""Where things are, what they are called, and what only one place may do."""

import ast
import configparser
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.timeline.event_types import EventKind

ROOT = Path(__file__).parents[2]
DEPLOYED = [*ROOT.glob("app.py"), *sorted((ROOT / "chalicelib").rglob("*.py"))]
OURS = [*DEPLOYED, *sorted((ROOT / "infra").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
ENTRY_POINTS = {"api", "jobs", "web"}


def named(path: Path) -> str:
    """A file's path as a person would say it."""
    return path.relative_to(ROOT).as_posix()


def uses(source: str) -> Iterator[str]:
    """Every dotted name that a source imports or reads, from imports and from plain attribute access."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def users(names: set[str], *, among: list[Path]) -> list[str]:
    """The files that use one of the names."""
    return [named(path) for path in among if not names.isdisjoint(uses(path.read_text(encoding="utf-8")))]


@pytest.mark.parametrize(
    "source",
    ["import os\nos.environ['A']", "from os import environ", "import os\nos.environ.get('A')"],
)
def test_a_use_is_seen_however_it_is_written(source: str) -> None:
    assert "os.environ" in set(uses(source))


def test_a_file_fits_in_a_head() -> None:
    long = {named(path): lines for path in DEPLOYED if (lines := len(path.read_text("utf-8").splitlines())) > 300}

    assert long == {}


def test_a_file_is_named_for_its_job() -> None:
    vague = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

    assert [named(path) for path in OURS if vague & {path.stem, path.parent.name}] == []


def test_every_kind_of_event_is_one_that_somebody_writes() -> None:
    said = {name for path in DEPLOYED if path.name != "kinds.py" for name in uses(path.read_text(encoding="utf-8"))}

    assert [kind.name for kind in EventKind if f"EventKind.{kind.name}" not in said] == []


def contract(name: str) -> configparser.SectionProxy:
    """One contract of ``.importlinter``."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    return contracts[f"importlinter:contract:{name}"]


def test_a_file_of_a_domain_package_has_its_place_in_the_contract() -> None:
    places = set(contract("domain")["layers"].replace("|", " ").split())

    homeless = [
        named(path)
        for path in DEPLOYED
        if path.name != "app.py"
        for _, package, *inside in [path.relative_to(ROOT).with_suffix("").parts]
        if package not in ENTRY_POINTS
        if {f"({part})" for part in inside} - places - {"(__init__)"}
    ]

    assert homeless == [], "name it among the layers of the domain contract in .importlinter, where it belongs"


def test_what_stands_below_the_rules_is_pure_as_they_are() -> None:
    layers = contract("domain")["layers"].strip().splitlines()
    rules = next(place for place, line in enumerate(layers) if "(rules)" in line)
    below = [layer for line in layers[rules + 1 :] for layer in line.split(" | ")]

    assert {f"chalicelib.**.{layer.strip('()')}" for layer in below} <= set(contract("pure")["source_modules"].split())


def test_only_the_settings_read_the_environment() -> None:
    readers = users({"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"}, among=DEPLOYED)

    assert set(readers) <= {"chalicelib/settings.py"}


def test_only_the_clock_asks_for_the_time() -> None:
    askers = users(
        {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "time.time"},
        among=DEPLOYED,
    )

    assert set(askers) <= {"chalicelib/clock.py"}


def test_models_and_rules_are_told_the_time() -> None:
    pure = [path for path in DEPLOYED if path.stem in {"model", "rules"}]

    assert users({"chalicelib.clock", "chalicelib.clock.real_now", "chalicelib.clock.ServiceClock"}, among=pure) == []


def test_chalice_is_imported_by_its_typed_module() -> None:
    untyped = [
        named(path)
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and node.module == "chalice")
        or (isinstance(node, ast.Import) and any(alias.name == "chalice" for alias in node.names))
    ]

    assert untyped == []
