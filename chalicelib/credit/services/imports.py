"""Bulk imports: requesting an upload address, processing the file in resumable steps, and reporting the result."""

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.bounds.store import bounds
from chalicelib.credit.model.identity_conflicts import Cause
from chalicelib.credit.model.imports import Declared, Found, Import, ImportState, LineCode, Problem, Refused
from chalicelib.credit.model.submissions import Batch, Fate, Handed, Subject, Submission, Taken
from chalicelib.credit.rules import imports
from chalicelib.credit.rules.batching import groups_of, shares_of
from chalicelib.credit.rules.submissions import A_NAME, OWN_SOURCE
from chalicelib.credit.services.ingest import PROVIDERS, Ingest
from chalicelib.credit.store.import_files import TABLE, Bucket, FileError
from chalicelib.credit.store.import_inspection import inspect_file
from chalicelib.credit.store.import_reasons import import_reasons
from chalicelib.credit.store.imports import ImportStore
from chalicelib.dynamo.failures import may_pass
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import ConflictError, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.logging import logger
from chalicelib.policy import Caller, Role, require
from chalicelib.publisher import Publisher
from chalicelib.settings import settings
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

if TYPE_CHECKING:
    from chalicelib.subjects.model.subjects import Identity

CHUNK = 4_000
"""The rows of a part, between two saves of an import's progress; a step that dies repeats at most this many.

At the end of a chunk all writers wait for the slowest, which would take much of the time in small chunks.
"""

CHUNKS_A_STEP = 12
AT_ONCE = 4
"""The number of parallel writers."""

LINES_NAMED = 20
"""How many of the lines at which the service failed are named in the log and in the event of a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to send the file: a PUT with ``headers``, or a form's POST with ``fields`` before the file."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


class RefusedPage(NamedTuple):
    """Some refused lines as they are told, and at which byte of their file the next ones begin; None after the last."""

    lines: Sequence[Mapping[str, Any]]
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a line: its fate, the reason if it was not stored, and the error if that was unexpected."""

    fate: Fate
    refused: Refused | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A part of the rows: results of the unreadable ones, the readable ones, and the last number."""

    outcomes: Mapping[int, Outcome]
    handed: Sequence[Handed]
    last: int


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
        self,
        source: str,
        declared: Declared | None,
        *,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None,
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
        data: dict[str, Json] = {"source": source}
        if declared is not None:
            data |= {"size": declared.size, "sha256": declared.sha256, "count": declared.count}
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

    def page(self, *, by: Caller, limit: int, after: Position | None) -> Page[Import]:
        """Return a page of the imports of the caller's department, newest first."""
        require(by, roles=PROVIDERS, department=by.department)
        return self._store.of_department(by.department or "", limit=limit, after=after)

    def address(self, import_: Import) -> Address | None:
        """Return where to send the file, or None once it has arrived; one that is not declared goes by a form."""
        if import_.state is not ImportState.AWAITING_UPLOAD:
            return None
        if import_.declared is None:
            portal = settings().portal_url
            onward = f"{portal}/imports/{import_.import_id}" if portal else ""
            url, fields = self._bucket.upload_form(import_.upload, most=bounds().imports.largest_bytes, onward=onward)
            return Address(method="POST", url=url, fields=fields)
        url, headers = self._bucket.upload_address(import_.upload, import_.declared)
        return Address(method="PUT", url=url, headers=headers)

    def refused_file(self, import_: Import) -> str | None:
        """Return the address of the file of refused lines; None before the end or if no line was refused."""
        return self._bucket.download_address(import_.refused_lines) if _has_refused(import_) else None

    def refused_table(self, import_: Import) -> str | None:
        """Return the address of the same as a table for people."""
        return self._bucket.download_address(import_.refused_table) if _has_refused(import_) else None

    def refused_lines(self, import_id: str, *, by: Caller, limit: int, after: int) -> RefusedPage:
        """Return refused lines of an import that has ended, from a byte of their file on; none if there are none."""
        import_ = self.one(import_id, by=by)
        if not _has_refused(import_):
            return RefusedPage((), None)
        lines, following = self._bucket.lines(import_.refused_lines, start=after, limit=limit)
        return RefusedPage([json.loads(line) for line in lines], following)

    def step(self, import_id: str, *, at: datetime) -> Import:
        """Process the next lines of an import, up to a limit. Idempotent, also in parallel and after a crash.

        If another step is ahead, the rest is left to that one.
        """
        began = self._ticks()
        current = self._store.load(import_id)
        try:
            if current.state is ImportState.AWAITING_UPLOAD:
                current = self._begin(current, began=began, at=at)
            if current.found is not None and current.state is ImportState.STORING:
                current = self._go_on(current, current.found, until=began + bounds().imports.step_seconds, at=at)
        except ConflictError:
            ahead = self._store.load(import_id)
            if ahead.has_ended:
                self._tidy(ahead)
            return ahead
        if current.has_ended:
            self._tidy(current)
        if current.state is ImportState.STORING:
            self._queue.send(json.dumps({"import_id": import_id}), name=f"{import_id}.{current.progress.line}")
        return current

    def _begin(self, before: Import, *, began: float, at: datetime) -> Import:
        """Check the file against its declaration; nothing is stored if they differ.

        Nor is anything if the source belongs to another department by now.
        """
        size = self._bucket.size(before.upload)
        if size is None:
            return before
        if not self._ingest.is_source_of(before.source, before.department):
            return self._refuse(before, imports.refuse(before, Problem.SOURCE_NOT_OWN, at=at), at=at)
        try:
            found = inspect_file(
                lambda: self._bucket.blocks(before.upload),
                lambda encoding, part, text: self._bucket.put(before.rows(encoding, part), text),
                declared=size if before.declared is None else before.declared.size,
                allowed=bounds().imports,
                rows_a_part=CHUNK,
                is_late=lambda: self._ticks() > began + bounds().imports.inspection_seconds,
            )
        except FileError as error:
            return self._refuse(before, imports.refuse(before, error.problem, place=error.place, at=at), at=at)
        problem = imports.disagreement(before.declared, found)
        if problem is not None:
            return self._refuse(before, imports.refuse(before, problem, found=found, at=at), at=at)
        after = imports.start(before, found, at=at)
        data: dict[str, Json] = {"format": found.format.value, "records": found.count}
        return self._save(before, after, [_event(EventKind.IMPORT_STARTED, after, data, at=at)], at=at)

    def _refuse(self, before: Import, after: Import, *, at: datetime) -> Import:
        data: dict[str, Json] = {"problem": after.problem}
        return self._save(before, after, [_event(EventKind.IMPORT_REFUSED, after, data, at=at)], at=at)

    def _go_on(self, current: Import, found: Found, *, until: float, at: datetime) -> Import:
        """Process some parts, reading the next one while one is being written; a step ends when its time is up."""
        first, source = current.progress.parts, current.source
        parts = range(first, min(first + CHUNKS_A_STEP, found.parts))
        names = [current.rows(found.encoding, part) for part in parts]

        def read(name: str) -> Chunk:
            return self._read(self._bucket.text(name), source=source, at=current.started_at or at)

        with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(AT_ONCE) as pool:
            ahead = [reader.submit(read, name) for name in names[:1]]
            for following in [*names[1:], None]:
                if not ahead:
                    break
                chunk = ahead.pop().result()
                if following is not None:
                    ahead.append(reader.submit(read, following))
                current = self._take(current, chunk, pool=pool, at=at)
                if self._ticks() >= until:
                    break
        return self._finish(current, at=at) if current.progress.parts == found.parts else current

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
            self._bucket.put(before.refused_part(chunk.last), imports.refused_text(refused, import_reasons().lines))
        fates = [outcome.fate for outcome in outcomes.values()]
        after = imports.advance(before, line=chunk.last, fates=fates, refused=refused)
        return self._save(before, after, _failures(after, outcomes, at=at), at=at)

    def _read(self, part: str, *, source: str, at: datetime) -> Chunk:
        """Parse the rows of a part, resolving each subject only once."""
        outcomes: dict[int, Outcome] = {}
        handed: list[Handed] = []
        read: list[tuple[int, int, Submission, Identity]] = []
        subjects: dict[Identity, Subject] = {}
        last = 0
        for row in imports.rows_in(part):
            last = row.line
            if row.code is not None:
                refused = Refused(line=row.line, record_id="", code=row.code.value, errors=row.errors)
                outcomes[row.line] = Outcome(fate=Fate.REFUSED, refused=refused)
                continue
            record_id = ""
            try:
                line = imports.record_of(row.text, row.line)
                record_id = line.record_id
                submission = line.submission(source=source, record_id=record_id)
                read.append((row.line, len(row.text.encode()), submission, line.subject.identity()))
            except imports.LineError as error:
                outcomes[row.line] = Outcome(fate=Fate.REFUSED, refused=error.refused)
            except Exception as error:  # noqa: BLE001 - whatever one line does, the others go on
                outcomes[row.line] = _refusal(error, row.line, record_id)
        self._ingest.meet({about for *_, about in read}, at=at)
        for number, size, submission, about in read:
            try:
                subject = subjects.get(about) or self._ingest.subject(about, at=at)
                subjects[about] = subject
                handed.append(Handed(line=number, submission=submission, subject=subject, size=size))
            except Exception as error:  # noqa: BLE001 - as above
                outcomes[number] = _refusal(error, number, submission.record_id)
        return Chunk(outcomes=outcomes, handed=handed, last=last)

    def _outcome(self, taken: Taken, import_: Import, *, at: datetime) -> Outcome:
        if taken.error is None:
            return Outcome(fate=taken.fate)
        handed = taken.handed
        outcome = _refusal(taken.error, handed.line, handed.submission.record_id)
        if not isinstance(taken.error, DomainError) or taken.error.code is not ErrorCode.IDENTITY_CONFLICT:
            return outcome
        started_at = import_.started_at or at
        try:
            self._ingest.refer(
                Cause.IMPORT, handed.submission, handed.subject.about, by=_caller(import_), at=started_at
            )
        except Exception as error:  # noqa: BLE001 - whatever one line does, the others go on
            return _refusal(error, handed.line, handed.submission.record_id)
        return Outcome(fate=Fate.CONFLICT, refused=outcome.refused)

    def _finish(self, before: Import, *, at: datetime) -> Import:
        """Join the refused lines in one file and in one table, and finish; repeatable if the step dies in between."""
        if before.refused_parts:
            self._bucket.put_together(before.refused_lines, before.refused_parts)
            rows = (imports.refused_table(self._bucket.text(part)) for part in before.refused_parts)
            table = (each.encode() for each in chain((imports.TABLE_HEAD,), rows))
            self._bucket.put_blocks(before.refused_table, table, media_type=TABLE)
        after = imports.finish(before, at=at)
        counts: dict[str, Json] = {fate.value: number for fate, number in sorted(after.progress.counts.items())}
        return self._save(before, after, [_event(EventKind.IMPORT_FINISHED, after, counts, at=at)], at=at)

    def _save(self, before: Import, after: Import, events: Sequence[NewEvent], *, at: datetime) -> Import:
        """Save the progress of a step; raises ``ConflictError`` if another one was faster."""
        with transaction() as tx:
            return self._store.save(before, after, events, at=at, tx=tx)

    def _tidy(self, ended: Import) -> None:
        """Delete all files but those of the refused lines, also those of a step that came too late."""
        for name in self._bucket.names(ended.folder):
            if name not in {ended.refused_lines, ended.refused_table}:
                self._bucket.remove(name)


def _has_refused(import_: Import) -> bool:
    return import_.state is ImportState.DONE and bool(import_.progress.refused)


def _require_usable(source: str, declared: Declared | None) -> None:
    faults = []
    if not A_NAME.fullmatch(source) or source == OWN_SOURCE:
        faults.append(FieldError(pointer="/source", detail="来源代码有误", english="no source's code"))
    largest = bounds().imports.largest_bytes
    if declared is not None and not 1 <= declared.size <= largest:
        faults.append(
            FieldError(
                pointer="/size", detail=f"1至{largest}字节", english=f"from 1 to {largest} bytes", code="OUT_OF_RANGE"
            )
        )
    if faults:
        raise DomainError(ErrorCode.INVALID_BODY, faults=faults)


def _refusal(error: Exception, line: int, record_id: str) -> Outcome:
    """Return the outcome of a line that failed; raises the error again if the line may succeed later (``may_pass``)."""
    if may_pass(error):
        raise error
    if isinstance(error, DomainError):
        return Outcome(fate=Fate.REFUSED, refused=imports.refused_by(error, line, record_id))
    return Outcome(fate=Fate.REFUSED, refused=imports.unexpected(line, record_id), error=error)


def _failures(import_: Import, outcomes: Mapping[int, Outcome], *, at: datetime) -> list[NewEvent]:
    """Tell those who run the service of lines at which it failed, by a log line that has an alarm and by an event."""
    failed = {
        line: outcome.error
        for line, outcome in sorted(outcomes.items())
        if outcome.refused is not None and outcome.refused.code == LineCode.UNEXPECTED
    }
    if not failed:
        return []
    lines = list(failed)[:LINES_NAMED]
    logger("ingest").error(
        "import_lines_failed",
        import_id=import_.import_id,
        failed=len(failed),
        lines=lines,
        # What could not even be read is in the log of its reading.
        exc_info=next((error for error in failed.values() if error is not None), None),
    )
    data: dict[str, Json] = {"failed": len(failed), "lines": [*lines]}
    return [_event(EventKind.IMPORT_LINES_FAILED, import_, data, at=at)]


def _caller(import_: Import) -> Caller:
    """Return the caller who requested an import, as its timeline names them."""
    kind, _, sub = import_.requested_by.partition(":")
    role = Role.SYSTEM if kind == "system" else Role.CREDIT_OFFICER
    return Caller(sub=sub, roles=frozenset({role}), department=import_.department)


def _event(kind: EventKind, import_: Import, data: Mapping[str, Json], *, at: datetime) -> NewEvent:
    actor = import_.requested_by if kind is EventKind.IMPORT_REQUESTED else "service:ingest"
    return NewEvent(kind=kind, occurred_at=at, actor=actor, department=import_.department, data=dict(data))
