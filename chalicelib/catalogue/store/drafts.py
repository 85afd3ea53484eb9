"""Storage of what editors have begun: a row for each draft, whose version every save names."""

import json

from chalicelib.catalogue.model.drafts import EditionDraft
from chalicelib.catalogue.table.drafts import DraftRow
from chalicelib.dynamo.transaction import Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode


class DraftStore:
    """Drafts by their names."""

    def find(self, name: str) -> EditionDraft | None:
        """Return a draft, or ``None`` if nothing has been begun."""
        (row,) = read_together(DraftRow(_pk(name)))
        if not isinstance(row, DraftRow):
            return None
        return EditionDraft(
            name=name,
            document=json.loads(row.document),
            department=row.department,
            edited_by=row.edited_by,
            edited_at=row.edited_at,
            version=int(row.version),
        )

    def save(self, draft: EditionDraft, *, tx: Transaction) -> None:
        """Save the version after the one that was read; at the commit ``STALE_VERSION`` if that is not the last."""
        row = DraftRow(
            _pk(draft.name),
            document=json.dumps(draft.document, ensure_ascii=False),
            department=draft.department,
            edited_by=draft.edited_by,
            edited_at=draft.edited_at,
            version=draft.version + 1,
        )
        is_unchanged = DraftRow.version == draft.version if draft.version else DraftRow.pk.does_not_exist()
        tx.put(row, condition=is_unchanged, on_failure=DomainError(ErrorCode.STALE_VERSION))

    def remove(self, draft: EditionDraft, *, tx: Transaction) -> None:
        """Remove a draft; at the commit ``STALE_VERSION`` if it has changed."""
        is_unchanged = DraftRow.version == draft.version
        tx.remove(DraftRow(_pk(draft.name)), condition=is_unchanged, on_failure=DomainError(ErrorCode.STALE_VERSION))


def _pk(name: str) -> str:
    return f"draft:{name}"
