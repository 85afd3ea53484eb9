"""The store of flags, and the packaged editions of the list of measures."""

import zlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from chalicelib.credit.rules.revoked_documents import normalized_document
from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.sanctions.model.flags import LIVE, Flag, FlagState, MeasureList
from chalicelib.sanctions.table.flags import FlagRow
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.repository import Repository

SHARDS = 4
"""The partitions of the index of live flags."""

EDITIONS = Path(__file__).parents[1] / "editions"


class FlagStore(Repository[Flag]):
    """All flags."""

    kind = "flag"
    row = FlagRow

    def of_subject(self, subject: SubjectKey, *, limit: int, after: Position | None = None) -> Page[Flag]:
        """Return a page of the flags of a subject, newest first."""
        rows = FlagRow.by_subject.query(subject, scan_index_forward=False, limit=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def of_desk(self, department: str, state: FlagState, *, limit: int, after: Position | None = None) -> Page[Flag]:
        """Return a page of a department's flags in one state, newest first."""
        rows = FlagRow.by_desk.query(
            _desk(department, state),
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=after,
        )
        return page_of(rows, self.from_row)

    def of_document(self, department: str, number: str, *, limit: int, after: Position | None = None) -> Page[Flag]:
        """Return a page of a department's flags on the documents of a number, however it is typed, newest first."""
        rows = FlagRow.by_document.query(
            _of_document(department, number), scan_index_forward=False, limit=limit, last_evaluated_key=after
        )
        return page_of(rows, self.from_row)

    def of_document_subject(self, subject: SubjectKey, *, limit: int, after: Position | None = None) -> Page[Flag]:
        """Return a page of others' flags based on documents about a subject, newest first (R2.11)."""
        rows = FlagRow.by_document_subject.query(
            subject, scan_index_forward=False, limit=limit, last_evaluated_key=after
        )
        return page_of(rows, self.from_row)

    def live(self, shard: int, *, since: date, limit: int, after: Position | None) -> Page[Flag]:
        """Return a page of a shard's live flags that last until a day or longer, by last day."""
        rows = FlagRow.by_end.query(
            shard,
            FlagRow.ends_on >= since.isoformat(),
            limit=limit,
            last_evaluated_key=after,
        )
        return page_of(rows, self.from_row)

    def ended(self, shard: int, *, on: date, limit: int, after: Position | None) -> Page[str]:
        """Return a page of the ids of live flags whose last day has passed, the earliest first."""
        rows = FlagRow.by_end.query(
            shard, FlagRow.ends_on < on.isoformat(), limit=limit, page_size=limit, last_evaluated_key=after
        )
        return page_of(rows, lambda row: self.from_row(row).flag_id)

    def _columns(self, flag: Flag) -> dict[str, Any]:
        columns = {
            "document": flag,
            "subject": flag.subject,
            "proposed_at": flag.proposed_at,
            "desk": _desk(flag.department, flag.state),
            "of_document": _of_document(flag.department, flag.document.number),
        }
        if flag.party.document_subject != flag.subject:
            columns["document_subject"] = flag.party.document_subject
        if flag.state in LIVE:
            columns["live"] = zlib.crc32(flag.flag_id.encode()) % SHARDS
            columns["ends_on"] = flag.ends_on.isoformat()
        return columns


@cache
def measure_lists() -> tuple[MeasureList, ...]:
    """Return the packaged editions of the list, oldest first; cached per process."""
    adapter: TypeAdapter[MeasureList] = TypeAdapter(MeasureList)
    texts = (path.read_text(encoding="utf-8") for path in EDITIONS.glob("*.json"))
    return tuple(sorted(map(adapter.validate_json, texts), key=lambda edition: edition.in_force_from))


def _of_document(department: str, number: str) -> str:
    return f"{department}:{normalized_document('', number)[1]}"


def _desk(department: str, state: FlagState) -> str:
    return f"{department}:{state.value}"
