"""The store of summaries, records and the query log."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import GetError, PutError

from chalicelib.credit.model.records import AWAITING, UNDONE, Displayed, Query, Record, Severity, Summary
from chalicelib.credit.table.records import EntryRow, SummaryRow
from chalicelib.dynamo.model import Page, Position, Row, page_of
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.repository import Repository

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

SHARDS = 16
"""The partitions of the index of ending records; a city's import writes 16,000 items a second to it."""

MOST_DISPLAYED = 20_000
"""The most records that a grade counts, in some four queries; every scale ends at 0 long before."""


class UnreadableError(DomainError):
    """Credit cannot be read now, so nothing may be said about anybody (R6.10).

    Callers that can go on without credit catch this; for all others it is ``UNAVAILABLE``.
    """

    def __init__(self) -> None:
        """Use the code ``UNAVAILABLE``."""
        super().__init__(ErrorCode.UNAVAILABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPage:
    """A page of queries, newest first; ``after`` is where the next page begins."""

    queries: tuple[Query, ...]
    after: str | None


class CreditStore(Repository[Summary]):
    """All summaries, records and queries."""

    kind = "credit"
    row = SummaryRow

    def summary_row(self, subject: SubjectKey) -> SummaryRow:
        """Return a row with only the summary's key, for a batch read."""
        return SummaryRow(_owner(subject))

    def summary_from(self, row: Row | None, *, subject: SubjectKey) -> Summary:
        """Return the summary in a row, or an empty one if nothing has been reported on the subject."""
        return Summary(subject=subject) if row is None else self.from_row(row)

    def summary(self, subject: SubjectKey) -> Summary:
        """Read a summary, strongly consistent, in one read; raises ``UnreadableError`` if the store does not answer."""
        try:
            return self.find(subject) or Summary(subject=subject)
        except GetError as error:
            raise UnreadableError from error

    def summaries(self, subjects: Sequence[SubjectKey]) -> tuple[Summary, ...]:
        """Read summaries, strongly consistent, in one batch; raises ``UnreadableError`` if it fails."""
        try:
            rows = read_together(*(self.summary_row(subject) for subject in subjects))
        except (BotoCoreError, ClientError, DomainError) as error:
            raise UnreadableError from error
        return tuple(self.summary_from(row, subject=name) for row, name in zip(rows, subjects, strict=True))

    def require_unchanged(self, summary: Summary, tx: Transaction) -> None:
        """Make a transaction fail unless the summary is unchanged, or still absent."""
        condition: Condition = SummaryRow.version == summary.version
        if not summary.head.seq:
            condition = SummaryRow.pk.does_not_exist()
        tx.require(SummaryRow(summary.owner), condition=condition, on_failure=ConflictError())

    def subjects(self, shard: int, *, after: str, limit: int) -> tuple[SubjectKey, ...]:
        """Return subjects with a summary, in order, from a shard and after a given one."""
        rows = SummaryRow.in_shards.query(shard, SummaryRow.pk > _owner(SubjectKey(after)), limit=limit)
        return tuple(SubjectKey(row.pk.partition(":")[2]) for row in rows)

    def record(self, source: str, record_id: str) -> Record | None:
        """Read one record, strongly consistent; None if there is none."""
        try:
            return EntryRow.get(_record(source, record_id), consistent_read=True).record
        except EntryRow.DoesNotExist:
            return None

    def named(self, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Record, str]]:
        """Return those of at most 100 records that exist, with their origins, in one strongly consistent read.

        ``names`` are sources and ids; the origin is blank unless the record came in a file.
        """
        rows = read_together(*(EntryRow(_record(*name)) for name in names))
        return {
            name: (row.record, row.by_whom or "")
            for name, row in zip(names, rows, strict=True)
            if isinstance(row, EntryRow) and row.record is not None
        }

    def save_record(self, record: Record, tx: Transaction, *, by_whom: str | None = None) -> None:
        """Write a record over its previous version; the first version must not exist yet."""
        row = entry_of(record)
        row.by_whom = by_whom
        if record.version == 1:
            tx.add(row, on_failure=ConflictError())
        else:
            tx.put(row, condition=EntryRow.stored_version == record.version - 1, on_failure=ConflictError())

    def ended(self, shard: int, *, on: date, limit: int, after: Position | None) -> Page[tuple[str, str]]:
        """Return a page of the sources and ids of records whose last day has passed, the earliest first."""
        rows = EntryRow.by_end.query(
            shard, EntryRow.ends_on < on.isoformat(), limit=limit, page_size=limit, last_evaluated_key=after
        )
        return page_of(rows, _name_of)

    def records(self, subject: SubjectKey) -> tuple[Record, ...]:
        """Return all records of a subject, by source and id."""
        rows = EntryRow.by_subject.query(subject, EntryRow.record_id.startswith("record:"))
        return tuple(row.record for row in rows if row.record is not None)

    def page(self, subject: SubjectKey, *, limit: int, after: Position | None) -> Page[Record]:
        """Return a page of a subject's records, by source and id."""
        rows = EntryRow.by_subject.query(
            subject, EntryRow.record_id.startswith("record:"), limit=limit, last_evaluated_key=after
        )
        return page_of(rows, _record_of)

    def unconfirmed(self, source: str, *, limit: int, after: Position | None) -> Page[Record]:
        """Return a page of a source's records that wait to be served or confirmed, by id."""
        rows = EntryRow.unconfirmed.query(source, limit=limit, page_size=limit, last_evaluated_key=after)
        return page_of(rows, _record_of)

    def displayed(self, subject: SubjectKey, *, on: date) -> tuple[Displayed, ...]:
        """Return what may be displayed of a subject on a day or has yet to be, up to ``MOST_DISPLAYED`` records."""
        rows = EntryRow.on_display.query(subject, EntryRow.ends_on >= on.isoformat(), limit=MOST_DISPLAYED)
        return tuple(_displayed_of(row) for row in rows)

    def log(self, query: Query) -> None:
        """Log a query; raises ``UnreadableError`` if it cannot be written."""
        name = f"query:{query.query_id}"
        row = EntryRow(name, subject=query.subject, record_id=name, query_made=query)
        try:
            row.save(EntryRow.pk.does_not_exist())
        except PutError as error:
            raise UnreadableError from error

    def queries(self, subject: SubjectKey, *, limit: int, after: str | None) -> QueryPage:
        """Return a page of the queries about a subject, newest first, after ``after``."""
        reach = EntryRow.record_id.between("query:", after or "query:~")
        rows = EntryRow.by_subject.query(subject, reach, scan_index_forward=False, limit=limit + 2)
        names = [row.query_made for row in rows if row.query_made is not None and row.record_id != after]
        page = tuple(names[:limit])
        return QueryPage(queries=page, after=f"query:{page[-1].query_id}" if len(names) > limit else None)

    def _versions(self, before: Summary, after: Summary) -> dict[str, int]:  # noqa: ARG002 - as the base class has it
        """Return the version set by the rules: changes that affect no check keep it, and filings stay valid."""
        return {"version": after.version}

    def _columns(self, summary: Summary) -> dict[str, Any]:
        return {"document": summary, "shard": zlib.crc32(summary.owner.encode()) % SHARDS}


def entry_of(record: Record) -> EntryRow:
    """Return the row of a record; one that will end goes into the index of ending records."""
    name = _record(record.source, record.record_id)
    row = EntryRow(name, subject=record.subject, record_id=name, stored_version=record.version, record=record)
    if record.bar in AWAITING and record.repair not in UNDONE:
        row.unconfirmed_of = record.source
    display = record.display
    if display.until is not None and display.ended_at is None and record.repair not in UNDONE:
        row.ending = zlib.crc32(name.encode()) % SHARDS
        row.ends_on = display.until.isoformat()
        if (shown := record.displayed) is not None:
            row.displayed = record.subject
            row.severity, row.since, row.named = shown.severity.value, shown.since.isoformat(), shown.named or None
    return row


def _displayed_of(row: EntryRow) -> Displayed:
    if row.severity is None or row.since is None or row.ends_on is None:
        raise TypeError(row.pk)
    return Displayed(
        severity=Severity(row.severity),
        since=date.fromisoformat(row.since),
        until=date.fromisoformat(row.ends_on),
        named=row.named or "",
    )


def _record_of(row: EntryRow) -> Record:
    if row.record is None:
        raise TypeError(row.pk)
    return row.record


def _owner(subject: SubjectKey) -> str:
    return f"credit:{subject}"


def _name_of(row: EntryRow) -> tuple[str, str]:
    _, source, record_id = row.pk.split(":")
    return source, record_id


def _record(source: str, record_id: str) -> str:
    return f"record:{source}:{record_id}"
