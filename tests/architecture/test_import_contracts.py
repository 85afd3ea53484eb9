"""Each contract of ``.importlinter`` is broken on purpose, in a copy of the tree, and must say so."""

import configparser
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / ".importlinter"
OWN_STORE = Path("tests/architecture/own_store.py")


@dataclass(frozen=True, slots=True)
class Breach:
    """One forbidden import; modules that do not exist yet are made for it."""

    contract: str
    importer: str
    imported: str


BREACHES = [
    # Against the direction, between two of a layer, at the bottom, and round the back.
    Breach("direction", "chalicelib.clocks.services.clocks", "chalicelib.cases.services.filing"),
    Breach("direction", "chalicelib.credit.services.checks", "chalicelib.catalogue.services"),
    Breach("direction", "chalicelib.errors", "chalicelib.settings"),
    Breach("direction", "chalicelib.api.cases.routes.cases", "chalicelib.jobs.sweep"),
    Breach("direction", "chalicelib.http.app", "chalicelib.web.core.dispatch"),
    Breach("direction", "chalicelib.http.routes", "chalicelib.api.cases.routes.cases"),
    Breach("direction", "chalicelib.rulepacks", "chalicelib.policy"),
    # Inside a package; vouchers is one that nobody has listed anywhere.
    Breach("words", "chalicelib.cases.store", "chalicelib.cases.services.filing"),
    Breach("words", "chalicelib.credit.table.records", "chalicelib.credit.rules.summary"),
    Breach("words", "chalicelib.vouchers.model", "chalicelib.vouchers.rules"),
    # Between two files of one word, which no layer forbids.
    Breach("circles", "chalicelib.cases.services.commands", "chalicelib.cases.services.handling"),
    # What is pure, straight and by a detour.
    Breach("pure", "chalicelib.cases.model.case", "boto3"),
    Breach("pure", "chalicelib.cases.rules.handling", "os"),
    Breach("pure", "chalicelib.sessions.rules", "chalicelib.settings"),
    Breach("pure", "chalicelib.cases.rules.handling", "chalicelib.dynamo.model"),
    Breach("entry", "chalicelib.cases.services.filing", "chalice.app"),
    Breach("entry", "chalicelib.container", "chalice.app"),
    Breach("deployed", "chalicelib.container", "infra.local"),
    # A table, from another's store, from its own service, and from a store of another name beside its own.
    Breach("tables", "chalicelib.cases.store", "chalicelib.credit.table.records"),
    Breach("tables", "chalicelib.cases.services.filing", "chalicelib.cases.table"),
    Breach("tables", "chalicelib.credit.store.records", "chalicelib.credit.table.imports"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the contracts look at."""
    shutil.copytree(ROOT / "chalicelib", tmp_path / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CONTRACTS, tmp_path)
    (tmp_path / OWN_STORE).parent.mkdir(parents=True)
    shutil.copy(ROOT / OWN_STORE, tmp_path / OWN_STORE)
    return tmp_path


def source_of(module: str, *, tree: Path) -> Path:
    """The file of a module of ours, made with its package if it does not exist yet."""
    path = tree.joinpath(*module.split("."))
    if path.is_dir():
        return path / "__init__.py"
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    file = path.with_suffix(".py")
    file.touch()
    return file


def broken(contract: str, *, tree: Path) -> str:
    """What the linter says against one contract; empty if it is kept."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache", "--contract", contract],
        cwd=tree,
        env={"COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr if run.returncode else ""


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.importer}-{breach.imported}")
def test_a_forbidden_import_breaks_its_contract(breach: Breach, tree: Path) -> None:
    if breach.imported.startswith("chalicelib"):
        source_of(breach.imported, tree=tree)
    with source_of(breach.importer, tree=tree).open("a") as source:
        source.write(f"\nimport {breach.imported}\n")

    said = broken(breach.contract, tree=tree)

    if breach.contract == "circles":
        siblings = breach.imported.rpartition(".")[2]
        assert siblings in said
        return
    imported = breach.imported if breach.imported.startswith("chalicelib") else breach.imported.split(".")[0]
    assert f"{breach.importer} -> {imported}" in said


def test_a_package_that_is_not_listed_breaks_the_direction(tree: Path) -> None:
    source_of("chalicelib.vouchers.model", tree=tree)

    assert "- chalicelib.vouchers" in broken("direction", tree=tree)


def test_every_contract_is_seen_to_break() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(CONTRACTS)
    named = {section.rpartition(":")[2] for section in contracts.sections() if ":contract:" in section}

    assert named == {breach.contract for breach in BREACHES}
