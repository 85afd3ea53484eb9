"""Loading and saving objections, repairs and reversals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from pynamodb.indexes import Index

from chalicelib.clock import instant_text
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.redress.model import Entry, Objection, Repair, Revocation
from chalicelib.redress.table import FallenRow, RedressRow
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline

Matter: TypeAlias = Objection | Repair | Revocation
M = TypeVar("M", Objection, Repair, Revocation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[M]):
    """A page of matters, newest first; ``after`` is where the next one begins."""

    matters: tuple[M, ...]
    after: Mapping[str, Any] | None


class RedressStore:
    """All objections, repairs and reversals."""

    row = RedressRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def load(self, kind: type[M], name: str) -> M:
        """Return one matter by its id, strongly consistent; ``NOT_FOUND`` if there is none."""
        found = self.find(kind, name)
        if found is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def find(self, kind: type[M], name: str) -> M | None:
        """Return one matter by its id, strongly consistent; None if there is none."""
        try:
            row = RedressRow.get(f"{_prefix(kind)}:{name}", consistent_read=True)
        except RedressRow.DoesNotExist:
            return None
        return _matter_of(row, kind)

    def add(self, matter: M, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> M:
        """Put a new matter and its first events; it must not be there yet."""
        head = self._timeline.append(facts, owner=matter.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(matter, version=1, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(self, before: M, after: M, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> M:
        """Put what became of a matter, with its events; ``ConflictError`` if ``before`` is no more."""
        head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
        made = replace(after, version=before.version + 1, head=head)
        tx.put(_row_of(made), condition=RedressRow.head_hash == before.head.hash, on_failure=ConflictError())
        return made

    def about(self, entry: Entry) -> tuple[Objection, ...]:
        """Return the objections to an entry, oldest first."""
        rows = RedressRow.by_entry.query(str(entry))
        return tuple(_matter_of(row, Objection) for row in rows)

    def of_person(self, kind: type[M], person: str, *, limit: int, after: Mapping[str, Any] | None) -> Found[M]:
        """Return a page of what a subject asked for, newest first."""
        return _page(RedressRow.by_person, kind, person, limit=limit, after=after)

    def of_department(self, kind: type[M], department: str, *, limit: int, after: Mapping[str, Any] | None) -> Found[M]:
        """Return a page of what a department has, newest first."""
        return _page(RedressRow.by_department, kind, department, limit=limit, after=after)

    def has_fallen(self, document: str) -> bool:
        """Say whether nothing may stand on a document any more, by its name (``rules.document_name``)."""
        try:
            FallenRow.get(f"document:{document}", consistent_read=True)
        except FallenRow.DoesNotExist:
            return False
        return True

    def let_fall(self, document: str, *, because: str, at: datetime, tx: Transaction) -> None:
        """Write down that nothing may stand on a document any more; one that has fallen stays as it fell."""
        if not self.has_fallen(document):
            row = FallenRow(f"document:{document}", because=because, fallen_at=at)
            tx.add(row, on_failure=ConflictError())


def _page(
    index: Index[RedressRow], kind: type[M], key: str, *, limit: int, after: Mapping[str, Any] | None
) -> Found[M]:
    rows = index.query(
        f"{_prefix(kind)}:{key}",
        scan_index_forward=False,
        limit=limit,
        last_evaluated_key=None if after is None else dict(after),
    )
    matters = tuple(_matter_of(row, kind) for row in rows)
    return Found(matters=matters, after=rows.last_evaluated_key)


def _prefix(kind: type[Matter]) -> str:
    return kind.__name__.lower()


def _matter_of(row: RedressRow, kind: type[M]) -> M:
    document: M = getattr(row, _prefix(kind))
    return replace(document, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))


def _row_of(matter: Matter) -> RedressRow:
    kind, _, name = matter.owner.partition(":")
    row = RedressRow(
        matter.owner,
        version=matter.version,
        head_seq=matter.head.seq,
        head_hash=matter.head.hash,
        person=f"{kind}:{matter.subject}",
        department=f"{kind}:{matter.department}",
    )
    setattr(row, kind, matter)
    if isinstance(matter, Objection):
        row.entry = str(matter.entry)
        began_at = matter.made_at
    elif isinstance(matter, Repair):
        began_at = matter.asked_at
    else:
        began_at = matter.recorded_at
    row.listed_at = f"{instant_text(began_at)}#{name}"
    return row
