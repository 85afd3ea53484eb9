"""A file of the synthetic city taken by the service, beside its bare records written in batches on the same engine."""

import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib.credit.imports.files import BLOCK
from chalicelib.credit.imports.model import Declared, ImportState
from chalicelib.credit.imports.service import AT_ONCE, Imports
from chalicelib.credit.imports.store import ImportStore
from chalicelib.credit.table import EntryRow
from chalicelib.policy import Caller, Role
from chalicelib.rows import connection
from chalicelib.wiring import services
from infra.local import seeding
from tests.cloud import table_definitions
from tests.performance.bare import BATCH, Bare

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OFFICER = Caller(sub="credit", roles=frozenset({Role.CREDIT_OFFICER}), department="credit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """How many records were taken in which time, what the bare writing of the same took, and how memory grew."""

    records: int
    ours_seconds: float
    bare_seconds: float
    grown_mb: float

    @property
    def ratio(self) -> float:
        """Records a second over those of bare batches."""
        return self.bare_seconds / self.ours_seconds


class OneFile:
    """A bucket that holds one file, on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: dict[str, str] = {}

    def has(self, name: str) -> bool:
        return bool(name)

    def blocks(self, name: str, *, since: int = 0) -> Iterator[bytes]:
        assert name
        with self.path.open("rb") as stream:
            stream.seek(since)
            while block := stream.read(BLOCK):
                yield block

    def put(self, name: str, text: str) -> None:
        self.parts[name] = text

    def put_together(self, name: str, parts: Sequence[str]) -> None:
        self.parts[name] = "".join(self.parts[part] for part in parts)

    def remove(self, name: str) -> None:
        self.parts.pop(name, None)


class NoQueue:
    """A queue that forgets: steps are taken one after the other here."""

    def send(self, message: str, *, name: str) -> None:
        assert message
        assert name


def imported(subjects: int) -> Bulk:
    """Take the records of so many subjects, then write the same rows bare, in the same run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "city.jsonl"
        count = seeding.write(path, range(subjects), seed=subjects)
        house = services()
        bucket: Any = OneFile(path)
        imports = Imports(ImportStore(house.timeline), bucket, house.receiving, house.conflicts, queue=NoQueue())
        digest = sha256()
        for block in bucket.blocks("city"):
            digest.update(block)
        declared = Declared(size=path.stat().st_size, sha256=digest.hexdigest(), count=count)
        made, _ = imports.request("credit-city", declared, by=OFFICER, at=AT, once=None)
        before, began = _memory_mb(), time.perf_counter()
        while made.state not in {ImportState.DONE, ImportState.REFUSED}:
            made = imports.step(made.import_id, at=AT)
        ours = time.perf_counter() - began
        grown = _memory_mb() - before
        assert made.state is ImportState.DONE, made
        assert made.progress.done == count
    return Bulk(
        records=count,
        ours_seconds=ours,
        bare_seconds=_bare(_rows()),
        grown_mb=grown,
    )


def _rows() -> list[dict[str, Any]]:
    """Return the rows of all records as they are stored."""
    rows: list[dict[str, Any]] = []
    bare, start = Bare().client, dict[str, Any]()
    while True:
        page = bare.scan(TableName=EntryRow.Meta.table_name, **start)
        rows += [item for item in page["Items"] if item["pk"]["S"].startswith("record:")]
        if "LastEvaluatedKey" not in page:
            return rows
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _bare(rows: Sequence[dict[str, Any]]) -> float:
    """Write rows into an empty table of the same shape, in batches, as many at once as the service writes."""
    name = EntryRow.Meta.table_name
    connection().delete_table(name)
    connection().create_table(name, billing_mode="PAY_PER_REQUEST", **table_definitions()[name])
    client = Bare().client

    def send(first: int) -> None:
        wanted = {name: [{"PutRequest": {"Item": item}} for item in rows[first : first + BATCH]]}
        while wanted:
            wanted = client.batch_write_item(RequestItems=wanted)["UnprocessedItems"]

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(send, range(0, len(rows), BATCH)))
    return time.perf_counter() - began


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
