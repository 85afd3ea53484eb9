"""Entities that own a timeline: row and events are always written together, under the same condition."""

from collections.abc import Sequence
from dataclasses import Field, replace
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.owners import OwnerRow
from chalicelib.timeline.store import Timeline


class Owner(Protocol):
    """A frozen dataclass that owns a timeline; before it is saved it has version 0 and an empty chain."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def owner(self) -> str:
        """The name of its timeline: ``<kind>:<id>``."""

    @property
    def version(self) -> int:
        """How often it was saved."""

    @property
    def head(self) -> ChainHead:
        """The end of its chain."""


T = TypeVar("T", bound=Owner)


class Repository(Generic[T]):
    """Loads, adds and saves owners of one ``kind``, one row each; subclasses add the queries they need."""

    kind: str
    row: type[OwnerRow]

    def __init__(self, timeline: Timeline) -> None:
        """Write events to ``timeline``."""
        self._timeline = timeline

    def find(self, name: str) -> T | None:
        """Return an owner by its id, strongly consistent, or ``None``."""
        try:
            return self.from_row(self.row.get(f"{self.kind}:{name}", consistent_read=True))
        except self.row.DoesNotExist:
            return None

    def load(self, name: str) -> T:
        """Return an owner by its id, strongly consistent; ``NOT_FOUND`` if there is none."""
        found = self.find(name)
        if found is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def together(self, names: Sequence[str]) -> tuple[T, ...]:
        """Return those owners that exist, in this order: one strongly consistent read for a hundred."""
        rows = read_together(*(self.row(f"{self.kind}:{name}") for name in dict.fromkeys(names)))
        return tuple(self.from_row(row) for row in rows if row is not None)

    def add(self, new: T, events: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> T:
        """Save a new owner and its first events. Raises ``ConflictError`` if there is one by its name already."""
        nothing = ChainHead()
        # As nearly every new owner is; to copy one with all its fields takes time.
        is_unsaved = not new.version and new.head == nothing
        before = new if is_unsaved else replace(new, version=0, head=nothing)
        return self.save(before, new, events, at=at, tx=tx)

    def save(self, before: T, after: T, events: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> T:
        """Save the new version and its events. Raises ``ConflictError`` if the stored version has changed."""
        head = self._timeline.add_events(events, owner=before.owner, head=before.head, at=at, tx=tx)
        saved = replace(after, head=head, **self._versions(before, after))
        if before.version or before.head.seq:
            tx.put(
                self.to_row(saved), condition=self.row.is_at(before.version, before.head), on_failure=ConflictError()
            )
        else:
            tx.add(self.to_row(saved), on_failure=ConflictError())
        return saved

    def from_row(self, row: Row) -> T:
        """Return the owner in a row; raises ``TypeError`` for a row of another kind."""
        if not isinstance(row, self.row):
            raise TypeError(type(row).__name__)
        document: T = self._document(row)
        return replace(document, version=int(row.version), head=row.head)

    def to_row(self, owner: T) -> OwnerRow:
        """Return the row that stores an owner."""
        head = owner.head
        columns = self._columns(owner)
        return self.row(owner.owner, version=owner.version, head_seq=head.seq, head_hash=head.hash, **columns)

    def _versions(self, before: T, after: T) -> dict[str, int]:  # noqa: ARG002 - for those that count in their rules
        """Return the version that is saved, and what else counts versions, by the names of the fields."""
        return {"version": before.version + 1}

    def _document(self, row: OwnerRow) -> Any:  # noqa: ANN401 - each row's own
        return row.document

    def _columns(self, owner: T) -> dict[str, Any]:
        """Return the document and the index columns."""
        return {"document": owner}
