"""Where things are, what they are called, and what only one place may do."""

import ast
import configparser
from collections import Counter
from pathlib import Path

import pytest

from chalicelib.timeline.event_types import EventKind
from tests.architecture.sources import DEPLOYED, ROOT, named, uses

OURS = [*DEPLOYED, *sorted((ROOT / "infra").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
CODE_OF = {
    folder.name: sorted(folder.rglob("*.py"))
    for folder in (ROOT / "chalicelib").iterdir()
    if (folder / "__init__.py").exists()
}
DOMAINS = set(CODE_OF) - {"api", "dynamo", "http", "jobs", "timeline", "web"}
"""Packages of a subject: the others are edges and machinery, and the timeline, whose files have names of their own."""


def users(names: set[str], *, among: list[Path]) -> list[str]:
    """The files that use one of the names."""
    return [named(path) for path in among if not names.isdisjoint(uses(path.read_text(encoding="utf-8")))]


@pytest.mark.parametrize(
    "source",
    ["import os\nos.environ['A']", "from os import environ", "import os\nos.environ.get('A')"],
)
def test_a_use_is_seen_however_it_is_written(source: str) -> None:
    assert "os.environ" in set(uses(source))


def test_a_folder_can_be_taken_in_at_a_glance() -> None:
    files = Counter(path.parent for path in DEPLOYED if path.stem != "__init__")

    assert {named(folder): number for folder, number in files.items() if number > 20} == {}


def test_a_file_is_named_for_its_job() -> None:
    vague = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

    assert [named(path) for path in OURS if vague & {path.stem, path.parent.name}] == []


def test_every_kind_of_event_is_one_that_somebody_writes() -> None:
    said = {
        name for path in DEPLOYED if path.name != "event_types.py" for name in uses(path.read_text(encoding="utf-8"))
    }

    assert [kind.name for kind in EventKind if f"EventKind.{kind.name}" not in said] == []


def test_whoever_filters_a_list_has_a_bound_of_what_it_reads() -> None:
    filters = [
        named(path)
        for path in DEPLOYED
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"query", "scan"}
        and (len(node.args) > 2 or any(word.arg == "filter_condition" for word in node.keywords))
    ]

    assert filters == ["chalicelib/clocks/store.py", "chalicelib/dynamo/pages.py"]


def contract(name: str) -> configparser.SectionProxy:
    """One contract of ``.importlinter``."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    return contracts[f"importlinter:contract:{name}"]


def inside(package: str) -> set[str]:
    """The first names below a package: its files, and its folders with code in them."""
    return {path.relative_to(ROOT / "chalicelib" / package).parts[0].removesuffix(".py") for path in CODE_OF[package]}


def test_a_domain_package_has_five_words_and_nothing_else() -> None:
    words = {"model", "rules", "services", "store", "table", "__init__"}

    assert {package: odd for package in DOMAINS if (odd := inside(package) - words)} == {}


def test_a_folder_of_the_api_holds_routes_and_bodies_and_nothing_else() -> None:
    odd = {
        named(path)
        for path in CODE_OF["api"]
        if path.stem != "__init__"
        if not {"routes", "schemas"} & set(path.relative_to(ROOT).with_suffix("").parts)
    }

    assert odd == set()


def test_every_model_and_all_rules_are_held_pure() -> None:
    pure = set(contract("pure")["source_modules"].split())

    assert {
        f"chalicelib.{package}.{word}" for package in DOMAINS for word in {"model", "rules"} & inside(package)
    } <= pure


def test_only_a_repository_writes_an_owner_and_its_events_together() -> None:
    writers = [
        named(path)
        for path in DEPLOYED
        if any(name.endswith("timeline.add_events") for name in uses(path.read_text(encoding="utf-8")))
    ]

    assert writers == ["chalicelib/timeline/repository.py"]


def test_only_the_job_that_issues_documents_draws_and_only_when_it_draws() -> None:
    libraries = {"fpdf", "fontTools", "PIL", "defusedxml"}
    drawing = [
        named(path)
        for path in DEPLOYED
        if any(name.partition(".")[0] in libraries for name in uses(path.read_text(encoding="utf-8")))
    ]
    importers = [path for path in DEPLOYED if "issuing.services.drawing" in path.read_text(encoding="utf-8")]
    top = {
        node.module
        for path in importers
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
    }

    assert drawing == ["chalicelib/issuing/services/drawing.py"]
    assert [named(path) for path in importers] == ["chalicelib/container.py"]
    assert "chalicelib.issuing.services.drawing" not in top


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
    pure = [
        path for path in DEPLOYED if {"model", "rules"} & {path.stem, path.parent.name} and path.parent.name != "dynamo"
    ]

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
