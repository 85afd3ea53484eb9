"""Loading and saving flags, and the packaged editions of the list of measures."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.sanctions.model.flags import LIVE, Flag, FlagState, MeasureList
from chalicelib.sanctions.table.flags import FlagRow
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead

SHARDS = 4
"""Partitions of the index of flags that have effect."""

EDITIONS = Path(__file__).parents[1] / "editions"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagPage:
    """A page of flags, newest first; ``after`` is where the next one begins."""

    flags: tuple[Flag, ...]
    after: Mapping[str, Any] | None


class FlagStore:
    """All flags."""

    row = FlagRow

    def get(self, flag_id: str) -> Flag:
        """Return a flag, strongly consistent; ``NOT_FOUND`` if there is none."""
        try:
            return _flag_of(FlagRow.get(f"flag:{flag_id}", consistent_read=True))
        except FlagRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def find(self, flag_id: str) -> Flag | None:
        """Return a flag, strongly consistent, or ``None``."""
        try:
            return _flag_of(FlagRow.get(f"flag:{flag_id}", consistent_read=True))
        except FlagRow.DoesNotExist:
            return None

    def add(self, flag: Flag, tx: Transaction) -> None:
        """Write a flag that must not be there yet."""
        tx.add(_row_of(flag), on_failure=ConflictError())

    def save(self, before: Flag, after: Flag, tx: Transaction) -> None:
        """Write a changed flag over the one that it was made from."""
        condition = (FlagRow.version == before.version) & (FlagRow.head_hash == before.head.hash)
        tx.put(_row_of(after), condition=condition, on_failure=ConflictError())

    def of_subject(self, subject: SubjectKey, *, limit: int, after: Mapping[str, Any] | None = None) -> FlagPage:
        """Return a page of the flags of a subject, newest first."""
        rows = FlagRow.by_subject.query(
            subject, scan_index_forward=False, limit=limit, last_evaluated_key=dict(after) if after else None
        )
        flags = tuple(_flag_of(row) for row in rows)
        return FlagPage(flags=flags, after=rows.last_evaluated_key)

    def of_desk(
        self, department: str, state: FlagState, *, limit: int, after: Mapping[str, Any] | None = None
    ) -> FlagPage:
        """Return a page of a department's flags in one state, newest first."""
        rows = FlagRow.by_desk.query(
            _desk(department, state),
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=dict(after) if after else None,
        )
        flags = tuple(_flag_of(row) for row in rows)
        return FlagPage(flags=flags, after=rows.last_evaluated_key)

    def of_document_subject(
        self, subject: SubjectKey, *, limit: int, after: Mapping[str, Any] | None = None
    ) -> FlagPage:
        """Return a page of the flags of others that stand on documents about a subject, newest first (R2.11)."""
        rows = FlagRow.by_document_subject.query(
            subject, scan_index_forward=False, limit=limit, last_evaluated_key=dict(after) if after else None
        )
        flags = tuple(_flag_of(row) for row in rows)
        return FlagPage(flags=flags, after=rows.last_evaluated_key)

    def live(self, shard: int, *, since: date, limit: int, after: Mapping[str, Any] | None) -> FlagPage:
        """Return a page of a shard's live flags that last until a day or longer, in the order of their ends."""
        rows = FlagRow.by_end.query(
            shard,
            FlagRow.ends_on >= since.isoformat(),
            limit=limit,
            last_evaluated_key=dict(after) if after else None,
        )
        flags = tuple(_flag_of(row) for row in rows)
        return FlagPage(flags=flags, after=rows.last_evaluated_key)

    def ended(self, shard: int, *, on: date, limit: int) -> tuple[str, ...]:
        """Return flags whose last day has passed and nobody has written that down, the longest ago first."""
        rows = FlagRow.by_end.query(shard, FlagRow.ends_on < on.isoformat(), limit=limit)
        return tuple(_flag_of(row).flag_id for row in rows)


@cache
def measure_lists() -> tuple[MeasureList, ...]:
    """Return the packaged editions of the list, oldest first; read once a process."""
    adapter: TypeAdapter[MeasureList] = TypeAdapter(MeasureList)
    texts = (path.read_text(encoding="utf-8") for path in EDITIONS.glob("*.json"))
    return tuple(sorted(map(adapter.validate_json, texts), key=lambda edition: edition.in_force_from))


def _desk(department: str, state: FlagState) -> str:
    return f"{department}:{state.value}"


def _row_of(flag: Flag) -> FlagRow:
    row = FlagRow(
        flag.owner,
        version=flag.version,
        head_seq=flag.head.seq,
        head_hash=flag.head.hash,
        subject=flag.subject,
        proposed_at=flag.proposed_at,
        desk=_desk(flag.department, flag.state),
        document=flag,
    )
    if flag.party.document_subject != flag.subject:
        row.document_subject = flag.party.document_subject
    if flag.state in LIVE:
        row.live = zlib.crc32(flag.flag_id.encode()) % SHARDS
        row.ends_on = flag.ends_on.isoformat()
    return row


def _flag_of(row: FlagRow) -> Flag:
    return replace(row.document, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))
