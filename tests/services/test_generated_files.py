"""Thousands of made-up files: every good row of each is stored as it was written, and every other row is told."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.credit.model.imports import Declared, Import, ImportState
from chalicelib.credit.model.submissions import Batch, Fate, Subject, Taken
from chalicelib.credit.rules.batching import Group
from chalicelib.credit.services import imports as service
from chalicelib.credit.services.imports import Imports
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import Identity, SubjectKey
from tests.builders import NOON, a_caller
from tests.depth import goes
from tests.services.generated_files import INVALID, POISON, Made, made


class Shelf:
    """The store of imports, in memory."""

    def __init__(self) -> None:
        self.one: Any = None

    def add(self, new: Import, *_: object, **__: object) -> Import:
        self.one = new
        return new

    def load(self, _: str) -> Import:
        found: Import = self.one
        return found

    def save(self, before: Import, after: Import, *_: object, **__: object) -> Import:
        assert self.one.version == before.version
        self.one = replace(after, version=before.version + 1)
        return self.load("")


class Folder:
    """The bucket, in memory, whose blocks end anywhere."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def size(self, name: str) -> int | None:
        return len(self.files[name]) if name in self.files else None

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name in self.files if name.startswith(prefix))

    def blocks(self, name: str) -> Iterator[bytes]:
        data = self.files[name]
        return iter([data[at : at + 101] for at in range(0, len(data), 101)])

    def text(self, name: str) -> str:
        return self.files[name].decode()

    def put(self, name: str, text: str) -> None:
        self.files[name] = text.encode()

    def put_together(self, name: str, parts: Sequence[str]) -> None:
        self.files[name] = b"".join(self.files[part] for part in parts)

    def put_blocks(self, name: str, blocks: Iterable[bytes], **_: object) -> None:
        self.files[name] = b"".join(blocks)

    def remove(self, name: str) -> None:
        del self.files[name]


class Records:
    """The store of records, in memory; takes every line whose number is good."""

    def __init__(self) -> None:
        self.stored: dict[str, tuple[str, str]] = {}

    def require_own(self, *_: object, **__: object) -> None:
        """Let everybody."""

    def is_source_of(self, *_: object) -> bool:
        return True

    def meet(self, *_: object, **__: object) -> None:
        """Know everybody."""

    def subject(self, about: Identity, **_: object) -> Subject:
        if about.number == INVALID:
            raise DomainError(ErrorCode.INVALID_IDENTIFIER)
        if about.number == POISON:
            raise KeyError(about.number)
        return Subject(about=about, key=SubjectKey(about.number), name_digest="")

    def take(self, groups: Iterable[Group], _: Batch) -> list[Taken]:
        lines = [line for group in groups for line in group]
        for line in lines:
            said = line.submission
            self.stored[said.record_id] = (line.subject.about.name, said.contents.get("note", ""))
        return [Taken(handed=line, fate=Fate.STORED) for line in lines]


class Queue:
    def send(self, message: str, *, name: str) -> None:
        """Forget."""


def imported(one: Made) -> tuple[Import, dict[str, tuple[str, str]], list[dict[str, Any]], Folder]:
    folder, records = Folder(), Records()
    parts: list[Any] = [Shelf(), folder, records]
    queue: Any = Queue()
    imports = Imports(*parts, queue=queue)
    declared = Declared(size=len(one.data), sha256=hashlib.sha256(one.data).hexdigest())
    by = a_caller(Role.SYSTEM, sub="system.market", department="market")
    new, _ = imports.request("market", declared, by=by, at=NOON, idempotency_key=None)
    folder.files[new.upload] = one.data
    for _ in range(9):
        new = imports.step(new.import_id, at=NOON)
        if new.has_ended:
            break
    told = folder.files.get(new.refused_lines, b"").decode()
    return new, records.stored, [json.loads(line) for line in told.splitlines()], folder


@goes("files", usually=300, deep=10_000)
def test_every_good_row_is_stored_as_written_and_every_other_row_is_told(
    files: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(service, "CHUNK", 3)
    for number in range(files):
        one = made(number)
        done, stored, told, folder = imported(one)

        case = f"{number}: {one.about}"
        assert done.state is ImportState.DONE, (case, done.problem, done.problem_place)
        assert {line["line"] for line in told} == one.told, case
        assert stored == one.stored, case
        assert done.found is not None
        assert len(told) + len(stored) == done.found.count == done.progress.done, case
        assert folder.files.keys() <= {done.refused_lines, done.refused_table}, case
        assert all(line["reason"] for line in told), case
    assert POISON not in capsys.readouterr().out
