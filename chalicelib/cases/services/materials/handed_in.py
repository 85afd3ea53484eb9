"""Documents behind the materials that somebody hands in, read together and kept from changing meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.cases.model.case import Material
from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import Transaction, read_together

if TYPE_CHECKING:
    from chalicelib.documents.model import Document
    from chalicelib.documents.services.documents import Documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Materials with the digests of their documents; ``waiting`` are those whose content is still being looked at."""

    materials: tuple[Material, ...]
    waiting: "tuple[Document, ...]" = ()


class HandedIn:
    """Looks up documents that are handed in."""

    def __init__(self, documents: "Callable[[], Documents]") -> None:
        """``documents`` are asked for when somebody hands one in."""
        self._documents = documents

    def keys(self, brought: Sequence[Material]) -> list[Row]:
        """Return rows with only the keys of the documents, for a batch read."""
        names = _names(brought)
        return self._documents().keys(names) if names else []

    def from_rows(self, brought: Sequence[Material], rows: Sequence[Row | None], *, case_no: str) -> Brought:
        """Return the materials with what was read by ``keys``; ``DOCUMENT_NOT_USABLE``."""
        if not _names(brought):
            return Brought(materials=tuple(brought))
        # Most filings have no document.
        from chalicelib.cases.rules.materials import with_digests  # noqa: PLC0415
        from chalicelib.documents.model import DocumentState  # noqa: PLC0415

        documents = {one.document_id: one for one in map(self._documents().from_row, filter(None, rows))}
        materials = with_digests(brought, documents, case_no=case_no)
        waiting = tuple(one for one in documents.values() if one.state is not DocumentState.CLEAN)
        return Brought(materials=materials, waiting=waiting)

    def read(self, brought: Sequence[Material], *, case_no: str) -> Brought:
        """Read the documents in one round trip, none if there is none; ``DOCUMENT_NOT_USABLE``."""
        return self.from_rows(brought, read_together(*self.keys(brought)), case_no=case_no)

    def keep(self, brought: Brought, tx: Transaction) -> None:
        """Make a transaction fail with ``ConflictError`` if one of them has been refused since."""
        for document in brought.waiting:
            self._documents().require_unchanged(document, tx)


def _names(brought: Sequence[Material]) -> list[str]:
    return list(dict.fromkeys(material.document for material in brought if material.document))
