"""A file of the synthetic city taken by the service, beside bare writing on the same engine.

What is compared are items a second: all that an import writes (records, summaries, events, subjects and its own
progress), over all the time that it takes, beside items of the same kinds and sizes that nobody had to make, written
by bare `BatchWriteItem` and by bare `TransactWriteItems` into tables of the same shape.
All three take turns, so that whatever else the machine does meanwhile is the same to each.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSResponse

from chalicelib.container import container
from chalicelib.credit.model.imports import Declared, ImportState
from chalicelib.credit.services import imports as service
from chalicelib.credit.services.imports import Imports
from chalicelib.credit.store.import_files import BLOCK
from chalicelib.credit.store.imports import ImportStore
from chalicelib.dynamo.model import connection
from chalicelib.policy import Caller, Role
from infra.local import seeding
from tests.performance.bare import BATCH, Bare, Place
from tests.tables import definitions

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OFFICER = Caller(sub="credit", roles=frozenset({Role.CREDIT_OFFICER}), department="credit")

SAMPLE = 5_000
"""Items of the import that are written bare in each turn."""

BATCHES_AT_ONCE = 4
TRANSACTIONS_AT_ONCE = 2
"""As many side by side as each is fastest with on two cores."""

IN_A_TRANSACTION = 100


@dataclass(slots=True)
class Pace:
    """Items written in some seconds."""

    items: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items / self.seconds


@dataclass(slots=True, kw_only=True)
class Bulk:
    """What an import of some records and both kinds of bare writing reached, and megabytes in use after each turn."""

    records: int
    ours: Pace = field(default_factory=Pace)
    batches: Pace = field(default_factory=Pace)
    transactions: Pace = field(default_factory=Pace)
    memory_mb: list[float] = field(default_factory=list)

    @property
    def grown_mb(self) -> float:
        """How much more memory was in use at most than after the first tenth."""
        first = self.memory_mb[len(self.memory_mb) // 10]
        return max(self.memory_mb) - first


class OneFile:
    """A bucket on disk, into which one file was uploaded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.with_name(f"{path.name}-bucket")
        self.folder.mkdir(exist_ok=True)

    def size(self, name: str) -> int:
        assert name.endswith("/upload")
        return self.path.stat().st_size

    def names(self, prefix: str) -> list[str]:
        found = (path.name.replace("~", "/") for path in self.folder.iterdir())
        return sorted(name for name in found if name.startswith(prefix))

    @property
    def files(self) -> dict[str, str]:
        """What stands in the bucket beside the upload, by name."""
        return {name: self.text(name) for name in self.names("")}

    def blocks(self, name: str) -> Iterator[bytes]:
        assert name.endswith("/upload")
        with self.path.open("rb") as stream:
            while block := stream.read(BLOCK):
                yield block

    def text(self, name: str) -> str:
        return self._place(name).read_bytes().decode()

    def put(self, name: str, text: str) -> None:
        self._place(name).write_bytes(text.encode())

    def put_together(self, name: str, parts: Sequence[str]) -> None:
        self.put(name, "".join(map(self.text, parts)))

    def put_blocks(self, name: str, blocks: Iterable[bytes], **_: object) -> None:
        self._place(name).write_bytes(b"".join(blocks))

    def remove(self, name: str) -> None:
        self._place(name).unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        return self.folder / name.replace("/", "~")


class NoQueue:
    """A queue that forgets: steps are taken one after the other here."""

    def send(self, message: str, *, name: str) -> None:
        assert message
        assert name


def imported(subjects: int, *, turns: int = 8, told: Callable[[Bulk], None] = lambda _: None) -> Bulk:
    """Take the records of so many subjects in some turns, and write bare after each; ``told`` hears how it goes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "city.jsonl"
        count = seeding.write(path, range(subjects), seed=subjects)
        done = Bulk(records=count)
        services = container()
        bucket: Any = OneFile(path)
        imports = Imports(ImportStore(services.timeline), bucket, services.ingest, queue=NoQueue())
        made, _ = imports.request("credit-city", declared(path, count), by=OFFICER, at=AT, idempotency_key=None)
        chunks = max(1, round(count / service.CHUNK / turns))
        with _counted() as written, mock.patch.object(service, "CHUNKS_A_STEP", chunks):
            bare: _Beside | None = None
            while made.state not in {ImportState.DONE, ImportState.REFUSED}:
                before, began = written.items, time.perf_counter()
                made = imports.step(made.import_id, at=AT)
                done.ours.seconds += time.perf_counter() - began
                done.ours.items += written.items - before
                if bare is None:
                    bare = _Beside(list(written.sample.values()))
                    bare.write(Bulk(records=0))  # to be as warm as the service is
                bare.write(done)
                done.memory_mb.append(_memory_mb())
                told(done)
        assert made.state is ImportState.DONE, made
        assert made.progress.done == count
    return done


def declared(path: Path, count: int) -> Declared:
    """Say what a source says of its file."""
    with path.open("rb") as stream:
        digest = sha256()
        while block := stream.read(BLOCK):
            digest.update(block)
    return Declared(size=path.stat().st_size, sha256=digest.hexdigest(), count=count)


@dataclass(slots=True)
class _Written:
    """How many items were written in transactions, and the first of them by their places."""

    items: int = 0
    sample: dict[Place, Mapping[str, Any]] = field(default_factory=dict)


@contextmanager
def _counted() -> Iterator[_Written]:
    """Count what the service writes, without copying any of it."""
    events, written = connection().client.meta.events, _Written()

    def is_asked(params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        context["puts"] = [one["Put"] for one in params["TransactItems"] if "Put" in one]

    def is_written(http_response: AWSResponse, context: dict[str, Any], **_: object) -> None:
        if http_response.status_code == HTTPStatus.OK:
            if len(written.sample) < SAMPLE:
                written.sample |= {Place.of(put["TableName"], put["Item"]): put for put in context["puts"]}
            written.items += len(context["puts"])

    hooks: dict[str, Callable[..., None]] = {"provide-client-params": is_asked, "after-call": is_written}
    for name, hook in hooks.items():
        events.register(f"{name}.dynamodb.TransactWriteItems", hook)
    try:
        yield written
    finally:
        for name, hook in hooks.items():
            events.unregister(f"{name}.dynamodb.TransactWriteItems", hook)


class _Beside:
    """Bare writing of the same items, each time into empty tables of the same shape."""

    def __init__(self, puts: Sequence[Mapping[str, Any]]) -> None:
        self._client = Bare().client
        self._tables = {put["TableName"] for put in puts}
        self._puts = [(f"{put['TableName']}-bare", put["Item"]) for put in puts]

    def write(self, done: Bulk) -> None:
        """Take a turn of each kind."""
        self._timed(done.batches, self._batch, size=BATCH, at_once=BATCHES_AT_ONCE)
        self._timed(done.transactions, self._transaction, size=IN_A_TRANSACTION, at_once=TRANSACTIONS_AT_ONCE)

    def _timed(self, pace: Pace, send: Callable[[Sequence[Any]], None], *, size: int, at_once: int) -> None:
        for name in self._tables:
            self._client.create_table(**definitions()[name] | {"TableName": f"{name}-bare"})
        began = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(send, (self._puts[first : first + size] for first in range(0, len(self._puts), size))))
        pace.seconds += time.perf_counter() - began
        pace.items += len(self._puts)
        for name in self._tables:
            self._client.delete_table(TableName=f"{name}-bare")

    def _batch(self, puts: Sequence[Any]) -> None:
        wanted: dict[str, list[Any]] = {}
        for name, item in puts:
            wanted.setdefault(name, []).append({"PutRequest": {"Item": item}})
        while wanted:
            wanted = self._client.batch_write_item(RequestItems=wanted)["UnprocessedItems"]

    def _transaction(self, puts: Sequence[Any]) -> None:
        absent = {"ConditionExpression": "attribute_not_exists(#part)"}
        writes = []
        for name, item in puts:
            part = str(definitions()[name.removesuffix("-bare")]["KeySchema"][0]["AttributeName"])
            put = {"TableName": name, "Item": item, **absent, "ExpressionAttributeNames": {"#part": part}}
            writes.append({"Put": put})
        self._client.transact_write_items(TransactItems=writes)


def _memory_mb() -> float:
    """Megabytes of this process that are in memory now."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
