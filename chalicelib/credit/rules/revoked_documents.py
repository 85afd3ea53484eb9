"""Revoked documents: a summary remembers them, so that nothing is based on one again."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from chalicelib.credit.model.records import UNDONE, Bar, Document, FlagMark, Record, RepairState, Summary

E = TypeVar("E", Bar, FlagMark)

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
    return _digest(document.organ, document.number)


def _digest(organ: str, number: str) -> str:
    return hashlib.sha256("\n".join(normalized_document(organ, number)).encode()).hexdigest()[:16]


def is_revoked(fallen: Collection[str], *, organ: str, number: str) -> bool:
    """Whether a document is one of the revoked ones that a summary remembers (``Summary.fallen``)."""
    return bool(fallen) and _digest(organ, number) in fallen


def without_revoked(entries: Iterable[E], fallen: Collection[str]) -> list[E]:
    """Return the entries of a summary that are based on none of the revoked documents."""
    return [one for one in entries if not is_revoked(fallen, organ=one.organ, number=one.document_no)]


def withdraw_if_revoked(record: Record, summary: Summary) -> Record:
    """Return the record to store: withdrawn from the start if its document has been revoked."""
    document = record.document
    if record.repair in UNDONE or not is_revoked(summary.fallen, organ=document.organ, number=document.number):
        return record
    return replace(record, repair=RepairState.WITHDRAWN)


def with_fallen(fallen: tuple[str, ...], document: Document) -> tuple[str, ...]:
    """Return the revoked documents of a summary with one added."""
    name = document_digest(document)
    return (*(known for known in fallen if known != name), name)[-MOST_FALLEN:]
