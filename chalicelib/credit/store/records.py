"""Loading and saving summaries, records and the log of queries."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter
from pynamodb.exceptions import GetError, PutError

from chalicelib.credit.model.records import UNDONE, Query, Record, Summary
from chalicelib.credit.model.submissions import Directory
from chalicelib.credit.table.records import EntryRow, SummaryRow
from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.repository import Repository

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

SHARDS = 16
"""Partitions of the index of records that end: an import of a city fills them at 16,000 writes a second."""

EDITIONS = Path(__file__).parents[1] / "editions"


class UnreadableError(DomainError):
    """The store of credit cannot be read now: nothing may be said of anybody (R6.10).

    Whoever can go on without it catches this; to everybody else it is ``UNAVAILABLE``.
    """

    def __init__(self) -> None:
        """Say no for now."""
        super().__init__(ErrorCode.UNAVAILABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPage:
    """A page of queries, newest first; ``after`` is where the next one begins."""

    queries: tuple[Query, ...]
    after: str | None


class CreditStore(Repository[Summary]):
    """All summaries, records and queries."""

    kind = "credit"
    row = SummaryRow

    def summary_row(self, subject: SubjectKey) -> SummaryRow:
        """Return a row that holds only the summary's key, for a batch of reads."""
        return SummaryRow(_owner(subject))

    def summary_from(self, row: Row | None, *, subject: SubjectKey) -> Summary:
        """Return the summary that was read; an absent one is that of a subject nobody has spoken of."""
        return Summary(subject=subject) if row is None else self.from_row(row)

    def summary(self, subject: SubjectKey) -> Summary:
        """Read a summary, strongly consistent, in one read; ``UnreadableError`` if the store does not answer."""
        try:
            return self.find(subject) or Summary(subject=subject)
        except GetError as error:
            raise UnreadableError from error

    def summaries(self, subjects: Sequence[SubjectKey]) -> tuple[Summary, ...]:
        """Read summaries, strongly consistent, in one read; ``UnreadableError`` if the store does not answer."""
        try:
            rows = read_together(*(self.summary_row(subject) for subject in subjects))
        except (BotoCoreError, ClientError, DomainError) as error:
            raise UnreadableError from error
        return tuple(self.summary_from(row, subject=name) for row, name in zip(rows, subjects, strict=True))

    def require_unchanged(self, summary: Summary, tx: Transaction) -> None:
        """Bind a transaction to the version of a summary, or to its absence."""
        condition: Condition = SummaryRow.version == summary.version
        if not summary.head.seq:
            condition = SummaryRow.pk.does_not_exist()
        tx.require(SummaryRow(summary.owner), condition=condition, on_failure=ConflictError())

    def subjects(self, shard: int, *, after: str, limit: int) -> tuple[SubjectKey, ...]:
        """Return subjects that have a summary, of a shard and behind one of them, in order."""
        rows = SummaryRow.in_shards.query(shard, SummaryRow.pk > _owner(SubjectKey(after)), limit=limit)
        return tuple(SubjectKey(row.pk.partition(":")[2]) for row in rows)

    def record(self, source: str, record_id: str) -> Record | None:
        """Read one record, strongly consistent; None if there is none."""
        try:
            return EntryRow.get(_record(source, record_id), consistent_read=True).record
        except EntryRow.DoesNotExist:
            return None

    def named(self, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Record, str]]:
        """Return those of at most 100 records that are there, in one strongly consistent read, with who handed each in.

        ``names`` are sources and ids; who handed a record in is blank unless it came in a file.
        """
        rows = read_together(*(EntryRow(_record(*name)) for name in names))
        return {
            name: (row.record, row.by_whom or "")
            for name, row in zip(names, rows, strict=True)
            if isinstance(row, EntryRow) and row.record is not None
        }

    def save_record(self, record: Record, tx: Transaction, *, by_whom: str | None = None) -> None:
        """Write a record over the version before it; the first must not be there yet."""
        row = entry_of(record)
        row.by_whom = by_whom
        if record.version == 1:
            tx.add(row, on_failure=ConflictError())
        else:
            tx.put(row, condition=EntryRow.stored_version == record.version - 1, on_failure=ConflictError())

    def ended(self, shard: int, *, on: date, limit: int) -> Iterator[tuple[str, str]]:
        """Yield the sources and ids of records whose last day has passed, the longest ago first."""
        for row in EntryRow.by_end.query(shard, EntryRow.ends_on < on.isoformat(), limit=limit):
            _, source, record_id = row.pk.split(":")
            yield source, record_id

    def records(self, subject: SubjectKey) -> tuple[Record, ...]:
        """Return all records of a subject, by source and id."""
        rows = EntryRow.by_subject.query(subject, EntryRow.record_id.startswith("record:"))
        return tuple(row.record for row in rows if row.record is not None)

    def log(self, query: Query) -> None:
        """Write down that somebody asked; ``UnreadableError`` if the store does not take it."""
        name = f"query:{query.query_id}"
        row = EntryRow(name, subject=query.subject, record_id=name, query_made=query)
        try:
            row.save(EntryRow.pk.does_not_exist())
        except PutError as error:
            raise UnreadableError from error

    def queries(self, subject: SubjectKey, *, limit: int, after: str | None) -> QueryPage:
        """Return a page of the queries about a subject, newest first, from behind ``after``."""
        reach = EntryRow.record_id.between("query:", after or "query:~")
        rows = EntryRow.by_subject.query(subject, reach, scan_index_forward=False, limit=limit + 2)
        names = [row.query_made for row in rows if row.query_made is not None and row.record_id != after]
        page = tuple(names[:limit])
        return QueryPage(queries=page, after=f"query:{page[-1].query_id}" if len(names) > limit else None)

    def _next_version(self, before: Summary, after: Summary) -> int:  # noqa: ARG002 - as the base class has it
        """Return what the rules counted: what changes no check leaves the version as it is, and filings stand."""
        return after.version

    def _columns(self, summary: Summary) -> dict[str, Any]:
        return {"document": summary, "shard": zlib.crc32(summary.owner.encode()) % SHARDS}


@cache
def directories() -> tuple[Directory, ...]:
    """Return the packaged editions of the directory, oldest first; read once a process."""
    adapter: TypeAdapter[Directory] = TypeAdapter(Directory)
    texts = (path.read_text(encoding="utf-8") for path in EDITIONS.glob("directory-*.json"))
    return tuple(sorted(map(adapter.validate_json, texts), key=lambda edition: edition.in_force_from))


def entry_of(record: Record) -> EntryRow:
    """Return the row of a record; one that will end stands in the index of those that do."""
    name = _record(record.source, record.record_id)
    row = EntryRow(name, subject=record.subject, record_id=name, stored_version=record.version, record=record)
    display = record.display
    if display.until is not None and display.ended_at is None and record.repair not in UNDONE:
        row.ending = zlib.crc32(name.encode()) % SHARDS
        row.ends_on = display.until.isoformat()
    return row


def _owner(subject: SubjectKey) -> str:
    return f"credit:{subject}"


def _record(source: str, record_id: str) -> str:
    return f"record:{source}:{record_id}"
