"""Revoked documents: a summary remembers them, so that nothing is based on one again."""

import hashlib
import unicodedata
from dataclasses import replace

from chalicelib.credit.model.records import UNDONE, Document, Record, RepairState, Summary

MOST_FALLEN = 100
"""The most revoked documents that a summary remembers; the oldest are dropped first."""


BRACKETS = str.maketrans("〔[【〈《{", "((((((") | str.maketrans("〕]】〉》}", "))))))")
"""Years are written in ``〔2026〕``, but typed with whatever brackets a keyboard has."""


def normalized_document(organ: str, number: str) -> tuple[str, str]:
    """Return an organ and document number normalised for width, case, spaces and brackets.

    Spelling variants count as one document, so that nothing based on a revoked one survives under another spelling.
    """
    typed = (unicodedata.normalize("NFKC", text).translate(BRACKETS).casefold() for text in (organ, number))
    organ, number = ("".join(text.split()) for text in typed)
    return organ, number


def is_same_number(one: str, other: str) -> bool:
    """Whether two texts are the same document number, as people write it."""
    return normalized_document("", one) == normalized_document("", other)


def document_digest(document: Document) -> str:
    """Return the digest that identifies a document of a subject."""
    return hashlib.sha256("\n".join(normalized_document(document.organ, document.number)).encode()).hexdigest()[:16]


def withdraw_if_revoked(record: Record, summary: Summary) -> Record:
    """Return the record to store: withdrawn from the start if its document has been revoked."""
    if not summary.fallen or record.repair in UNDONE or document_digest(record.document) not in summary.fallen:
        return record
    return replace(record, repair=RepairState.WITHDRAWN)


def with_fallen(fallen: tuple[str, ...], document: Document) -> tuple[str, ...]:
    """Return the revoked documents of a summary with one added."""
    name = document_digest(document)
    return (*(known for known in fallen if known != name), name)[-MOST_FALLEN:]
