"""Loading and saving imports."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.credit.model.imports import Import
from chalicelib.credit.table.imports import ImportRow
from chalicelib.dynamo.transaction import ConflictError, Transaction, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline


class ImportStore:
    """All imports."""

    row = ImportRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def load(self, import_id: str) -> Import:
        """Return an import, strongly consistent; ``NOT_FOUND`` if there is none."""
        try:
            row = ImportRow.get(f"import:{import_id}", consistent_read=True)
        except ImportRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None
        return replace(row.document, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))

    def add(self, new: Import, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> Import:
        """Put a new import and its first events."""
        head = self._timeline.append(facts, owner=new.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(new, version=1, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(self, before: Import, after: Import, facts: Sequence[NewEvent], *, at: datetime) -> Import:
        """Put what became of an import, with its events; ``ConflictError`` if another step was faster."""
        with transaction() as tx:
            head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
            made = replace(after, version=before.version + 1, head=head)
            tx.put(_row_of(made), condition=ImportRow.version == before.version, on_failure=ConflictError())
        return made


def _row_of(import_: Import) -> ImportRow:
    return ImportRow(
        import_.owner,
        version=import_.version,
        head_seq=import_.head.seq,
        head_hash=import_.head.hash,
        document=import_,
    )
