"""Documents on which nothing may stand any more: a summary remembers them, so that nothing is built on one again."""

import hashlib
import unicodedata
from dataclasses import replace

from chalicelib.credit.model.records import UNDONE, Document, Record, RepairState, Summary

MOST_FALLEN = 100
"""Documents that a summary remembers as fallen; nobody ordinary has so many, and the oldest go first."""


BRACKETS = str.maketrans("〔[【〈《{", "((((((") | str.maketrans("〕]】〉》}", "))))))")
"""Years stand in ``〔2026〕``, and are typed with whatever brackets a keyboard has."""


def paper(organ: str, number: str) -> tuple[str, str]:
    """Return an organ and a document's number as one writes them however they are typed: width, case, spaces, brackets.

    Two spellings are one document, so that nothing goes on standing on what fell under another one.
    """
    typed = (unicodedata.normalize("NFKC", text).translate(BRACKETS).casefold() for text in (organ, number))
    organ, number = ("".join(text.split()) for text in typed)
    return organ, number


def document_digest(document: Document) -> str:
    """Name a document among those of its subject."""
    return hashlib.sha256("\n".join(paper(document.organ, document.number)).encode()).hexdigest()[:16]


def held_to_fallen(record: Record, summary: Summary) -> Record:
    """Return a record as it may be stored: one that comes on a document that fell is withdrawn from the beginning."""
    if not summary.fallen or record.repair in UNDONE or document_digest(record.document) not in summary.fallen:
        return record
    return replace(record, repair=RepairState.WITHDRAWN)


def with_fallen(fallen: tuple[str, ...], document: Document) -> tuple[str, ...]:
    """Return what a summary remembers after one document more has fallen."""
    name = document_digest(document)
    return (*(known for known in fallen if known != name), name)[-MOST_FALLEN:]
