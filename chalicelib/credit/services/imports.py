"""Bulk imports: requesting an upload address, processing the file in resumable steps, and reporting the result."""

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.bounds.store import bounds
from chalicelib.credit.model.identity_conflicts import Cause
from chalicelib.credit.model.imports import Declared, Found, Import, ImportState, Problem, Refused
from chalicelib.credit.model.submissions import Batch, Fate, Handed, Subject, Taken
from chalicelib.credit.rules import imports
from chalicelib.credit.rules.batching import groups_of, shares_of
from chalicelib.credit.rules.submissions import A_NAME, OWN_SOURCE
from chalicelib.credit.services.ingest import Ingest
from chalicelib.credit.store.import_files import Bucket, FileError, inspect_file, numbered
from chalicelib.credit.store.imports import ImportStore
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.transaction import ConflictError, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role
from chalicelib.publisher import Publisher
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

if TYPE_CHECKING:
    from chalicelib.subjects.model.subjects import Identity

CHUNK = 4_000
"""The lines between two saves of an import's progress; a step that dies repeats at most this many.

At the end of a chunk all writers wait for the slowest, which would take much of the time in small chunks.
"""

CHUNKS_A_STEP = 12
AT_ONCE = 4
"""The number of parallel writers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The URL to PUT the file to, and the headers to send."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a line: its fate, and the reason if it was not stored."""

    fate: Fate
    refused: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A chunk of lines: results of the unreadable ones, the readable ones, the last number, and the offset after it."""

    outcomes: Mapping[int, Outcome]
    handed: Sequence[Handed]
    last: int
    offset: int


class Imports:
    """Requests and processes bulk imports."""

    def __init__(
        self,
        store: ImportStore,
        bucket: Bucket,
        ingest: Ingest,
        *,
        queue: Publisher,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the stores; lines go to ``ingest``, ``queue`` triggers the next step, ``ticks`` counts seconds."""
        self._ticks = ticks
        self._store = store
        self._bucket = bucket
        self._ingest = ingest
        self._queue = queue

    @retry_on_conflict
    def request(
        self, source: str, declared: Declared, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Import, bool]:
        """Create an import for a file; also returns whether an earlier request with the same key did."""
        self._ingest.require_own(source, by=by)
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.load(made), True
        _require_usable(source, declared)
        new = Import(
            import_id=secrets.token_hex(16),
            source=source,
            declared=declared,
            requested_by=by.actor,
            department=by.department or "",
            requested_at=at,
        )
        data: dict[str, Json] = {
            "source": source,
            "size": declared.size,
            "sha256": declared.sha256,
            "count": declared.count,
        }
        with transaction() as tx:
            new = self._store.add(new, [_event(EventKind.IMPORT_REQUESTED, new, data, at=at)], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(new.import_id, tx, at=at)
        return new, False

    def one(self, import_id: str, *, by: Caller) -> Import:
        """Return an import to a caller who may submit records of its source."""
        found = self._store.load(import_id)
        self._ingest.require_own(found.source, by=by)
        return found

    def address(self, import_: Import) -> Address | None:
        """Return the upload address, or None once the file has arrived."""
        if import_.state is not ImportState.AWAITING_UPLOAD:
            return None
        url, headers = self._bucket.upload_address(import_.upload, import_.declared)
        return Address(url=url, headers=headers)

    def refused_file(self, import_: Import) -> str | None:
        """Return the address of the file of refused lines; None before the end or if no line was refused."""
        is_there = import_.state is ImportState.DONE and import_.progress.parts
        return self._bucket.download_address(import_.refused_lines) if is_there else None

    def step(self, import_id: str, *, at: datetime) -> Import:
        """Process the next lines of an import, up to a limit. Idempotent, also in parallel and after a crash.

        If another step is ahead, the rest is left to that one.
        """
        current = self._store.load(import_id)
        try:
            if current.state is ImportState.AWAITING_UPLOAD:
                current = self._begin(current, at=at)
            if current.state is ImportState.STORING:
                current = self._go_on(current, at=at)
        except ConflictError:
            return self._store.load(import_id)
        if current.has_ended:
            self._tidy(current)
        if current.state is ImportState.STORING:
            self._queue.send(json.dumps({"import_id": import_id}), name=f"{import_id}.{current.progress.line}")
        return current

    def _begin(self, before: Import, *, at: datetime) -> Import:
        """Check the file against its declaration; nothing is stored if they differ.

        Nor is anything if the source belongs to another department by now.
        """
        if not self._bucket.has(before.upload):
            return before
        if not self._ingest.is_source_of(before.source, before.department):
            return self._refuse(before, Problem.SOURCE_NOT_OWN, None, at=at)
        try:
            found = inspect_file(
                self._bucket.blocks(before.upload), declared=before.declared.size, allowed=bounds().imports
            )
        except FileError as error:
            return self._refuse(before, error.problem, None, at=at)
        problem = imports.disagreement(before.declared, found)
        if problem is not None:
            return self._refuse(before, problem, found, at=at)
        after = imports.start(before, found, at=at)
        data: dict[str, Json] = {"format": found.format.value, "records": found.count}
        return self._save(before, after, [_event(EventKind.IMPORT_STARTED, after, data, at=at)], at=at)

    def _refuse(self, before: Import, problem: Problem, found: Found | None, *, at: datetime) -> Import:
        after = imports.refuse(before, problem, found, at=at)
        data: dict[str, Json] = {"problem": problem.value}
        return self._save(before, after, [_event(EventKind.IMPORT_REFUSED, after, data, at=at)], at=at)

    def _go_on(self, current: Import, *, at: datetime) -> Import:
        """Process some chunks, reading the next one while one is being written; a step ends when its time is up."""
        until = self._ticks() + bounds().imports.step_seconds
        found = current.found
        if found is None:
            message = "an import is stored only after its file was looked at"
            raise LookupError(message)
        lines, source = numbered(self._bucket, current, found), current.source

        def read() -> Chunk | None:
            chunk = list(islice(lines, CHUNK))
            return self._read(chunk, source=source, header=found.header, at=current.started_at or at) if chunk else None

        with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(AT_ONCE) as pool:
            ahead = reader.submit(read)
            for number in range(CHUNKS_A_STEP):
                chunk = ahead.result()
                if chunk is None:
                    return self._finish(current, at=at)
                if number + 1 < CHUNKS_A_STEP:
                    ahead = reader.submit(read)
                current = self._take(current, chunk, pool=pool, at=at)
                if self._ticks() >= until:
                    break
        return current

    def _take(self, before: Import, chunk: Chunk, *, pool: ThreadPoolExecutor, at: datetime) -> Import:
        """Store the lines of a chunk, write its refused lines, and save the progress."""
        outcomes = dict(chunk.outcomes)
        batch = Batch(
            name=before.import_id,
            actor=before.requested_by,
            department=before.department,
            at=before.started_at or at,
        )
        shares = shares_of(groups_of(chunk.handed))
        for share in pool.map(lambda groups: self._ingest.take(groups, batch), shares):
            for taken in share:
                outcomes[taken.handed.line] = self._outcome(taken, before, at=at)
        refused = [outcome.refused for _, outcome in sorted(outcomes.items()) if outcome.refused is not None]
        if refused:
            self._bucket.put(before.part(chunk.last), imports.refused_text(refused))
        fates = [outcome.fate for outcome in outcomes.values()]
        after = imports.advance(before, offset=chunk.offset, line=chunk.last, fates=fates, has_refused=bool(refused))
        return self._save(before, after, [], at=at)

    def _read(self, lines: Sequence[tuple[int, str | None, int]], *, source: str, header: str, at: datetime) -> Chunk:
        """Parse lines, resolving each subject only once."""
        outcomes: dict[int, Outcome] = {}
        handed: list[Handed] = []
        subjects: dict[Identity, Subject] = {}
        for number, text, _ in lines:
            if text is not None and not text.strip():
                continue
            if number == 1 and text == header:
                continue
            try:
                line = imports.record_of(text, number, header=header)
                submission = line.submission(source=source, record_id=line.record_id)
                about = line.subject.identity()
                subject = subjects.get(about) or self._ingest.subject(about, at=at)
                subjects[about] = subject
                size = len((text or "").encode())
                handed.append(Handed(line=number, submission=submission, subject=subject, size=size))
            except imports.LineError as error:
                outcomes[number] = Outcome(fate=Fate.REFUSED, refused=error.refused)
            except DomainError as refusal:
                told = imports.refused_by(refusal, number, line.record_id)
                outcomes[number] = Outcome(fate=Fate.REFUSED, refused=told)
        last, _, offset = lines[-1]
        return Chunk(outcomes=outcomes, handed=handed, last=last, offset=offset)

    def _outcome(self, taken: Taken, import_: Import, *, at: datetime) -> Outcome:
        if taken.error is None:
            return Outcome(fate=taken.fate)
        handed = taken.handed
        told = imports.refused_by(taken.error, handed.line, handed.submission.record_id)
        if taken.error.code is not ErrorCode.IDENTITY_CONFLICT:
            return Outcome(fate=Fate.REFUSED, refused=told)
        started_at = import_.started_at or at
        self._ingest.refer(Cause.IMPORT, handed.submission, handed.subject.about, by=_caller(import_), at=started_at)
        return Outcome(fate=Fate.CONFLICT, refused=told)

    def _finish(self, before: Import, *, at: datetime) -> Import:
        """Join the refused lines in one file and finish the import; repeatable if the step dies in between."""
        if before.parts:
            self._bucket.put_together(before.refused_lines, before.parts)
        after = imports.finish(before, at=at)
        counts: dict[str, Json] = {fate.value: number for fate, number in sorted(after.progress.counts.items())}
        return self._save(before, after, [_event(EventKind.IMPORT_FINISHED, after, counts, at=at)], at=at)

    def _save(self, before: Import, after: Import, events: Sequence[NewEvent], *, at: datetime) -> Import:
        """Save the progress of a step; raises ``ConflictError`` if another one was faster."""
        with transaction() as tx:
            return self._store.save(before, after, events, at=at, tx=tx)

    def _tidy(self, ended: Import) -> None:
        """Delete the files no longer needed; the upload comes last, as it marks this as unfinished."""
        if self._bucket.has(ended.upload):
            for name in (*ended.parts, ended.upload):
                self._bucket.remove(name)


def _require_usable(source: str, declared: Declared) -> None:
    faults = []
    if not A_NAME.fullmatch(source) or source == OWN_SOURCE:
        faults.append(FieldError(pointer="/source", detail="来源代码有误", english="no source's code"))
    largest = bounds().imports.largest_bytes
    if not 1 <= declared.size <= largest:
        faults.append(
            FieldError(
                pointer="/size", detail=f"1至{largest}字节", english=f"from 1 to {largest} bytes", code="OUT_OF_RANGE"
            )
        )
    if faults:
        raise DomainError(ErrorCode.INVALID_BODY, faults=faults)


def _caller(import_: Import) -> Caller:
    """Return the caller who requested an import, as its timeline names them."""
    kind, _, sub = import_.requested_by.partition(":")
    role = Role.SYSTEM if kind == "system" else Role.CREDIT_OFFICER
    return Caller(sub=sub, roles=frozenset({role}), department=import_.department)


def _event(kind: EventKind, import_: Import, data: Mapping[str, Json], *, at: datetime) -> NewEvent:
    actor = import_.requested_by if kind is EventKind.IMPORT_REQUESTED else "service:ingest"
    return NewEvent(kind=kind, occurred_at=at, actor=actor, department=import_.department, data=dict(data))
