"""A file of the synthetic city whose steps die at random calls: what is stored at the end is what calm steps store."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from chalicelib.container import container
from chalicelib.credit.model.imports import Import
from chalicelib.credit.model.submissions import Fate
from chalicelib.credit.rules import batching
from chalicelib.credit.services import imports as service
from chalicelib.credit.services.imports import Imports
from chalicelib.credit.store.imports import ImportStore
from infra.local import seeding
from tests.depth import goes
from tests.performance.bare import Bare
from tests.performance.bulk import AT, OFFICER, NoQueue, OneFile, declared
from tests.performance.deaths import DiedError
from tests.performance.house import house
from tests.tables import definitions
from tests.wire import Parameters, Wire, watched

MOST_STEPS = 1_000


class Deaths:
    """Ends the process at calls that dice choose, before or after their effect; its other threads come no further."""

    def __init__(self, dice: random.Random, *, chance: float) -> None:
        self.chance = chance
        self.wire = Wire(before=self._before, after=self._after)
        self.died = 0
        self._dice = dice
        self._is_dead = False

    def live(self) -> None:
        """Be a new process."""
        self._is_dead = False

    def _before(self, _operation: str, _parameters: Parameters) -> None:
        if self._is_dead or self._dice.random() < self.chance:
            self._die()

    def _after(self, _operation: str, _parameters: Parameters) -> None:
        if self._dice.random() < self.chance:
            self._die()

    def _die(self) -> None:
        self.died += not self._is_dead
        self._is_dead = True
        raise DiedError


@pytest.fixture
def file(tmp_path: Path, subjects: int) -> Path:
    """A city with subjects whose lines stand apart, records said twice, and lines that cannot be records."""
    path = tmp_path / "city.jsonl"
    seeding.write(path, range(subjects), seed=subjects)
    lines = path.read_text(encoding="utf-8").splitlines()
    twice = [{**json.loads(line), "basis": "《条例》第44条"} for line in lines[::20]]
    lines += [json.dumps(line, ensure_ascii=False) for line in twice]
    lines += [lines[3].replace('"kind":"', '"kind":"not-', 1), "{not json"]
    random.Random(4).shuffle(lines)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 90)
    monkeypatch.setattr(service, "CHUNKS_A_STEP", 2)
    monkeypatch.setattr(batching, "SHARE", 20)
    monkeypatch.setattr("secrets.token_hex", lambda _: "the-import")


def stored(engine: str, file: Path, deaths: Deaths | None) -> tuple[set[str], dict[str, str], Import]:
    """Take the file in an empty house; return what has come into the tables, the refused lines, and the import."""
    with house(engine):
        laid = everything()
        bucket: Any = OneFile(file)
        parts = container()
        imports = Imports(ImportStore(parts.timeline), bucket, parts.ingest, queue=NoQueue())
        count = sum(1 for line in file.read_text(encoding="utf-8").splitlines() if line)
        made, _ = imports.request("credit-city", declared(file, count), by=OFFICER, at=AT, idempotency_key=None)
        with watched(deaths.wire if deaths else Wire()):
            for _ in range(MOST_STEPS):
                if made.has_ended:
                    break
                made = step(imports, made, deaths)
        return everything() - laid, bucket.parts, made


def step(imports: Imports, made: Import, deaths: Deaths | None) -> Import:
    try:
        return imports.step(made.import_id, at=AT)
    except DiedError:
        assert deaths is not None
        deaths.live()
        return made


def everything() -> set[str]:
    """Return every item of every table as text."""
    client, found = Bare().client, set[str]()
    for name in definitions():
        pages = client.get_paginator("scan").paginate(TableName=name)
        items = [item for page in pages for item in page["Items"]]
        found |= {json.dumps([name, item], sort_keys=True, default=str) for item in items}
    return found


COUNTS = {2: {Fate.STORED: 139, Fate.REFUSED: 9}, 8: {Fate.STORED: 678, Fate.REFUSED: 36}}
"""What a calm import of so many subjects says."""


@goes("subjects", usually=2, deep=8)
@goes("storms", usually=1, deep=5)
def test_what_is_stored_is_the_same_to_the_last_byte(engine: str, file: Path, subjects: int, storms: int) -> None:
    calm = stored(engine, file, None)
    assert calm[2].progress.counts == COUNTS[subjects]

    for seed in range(storms):
        # A small file is taken in few calls, so that each is more dangerous.
        deaths = Deaths(random.Random(seed), chance=0.4 / subjects)
        stormy = stored(engine, file, deaths)
        assert deaths.died > 5
        assert stormy == calm
