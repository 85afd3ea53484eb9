"""What becomes of a document, and under which name it is kept."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.documents.model import EXTENSIONS, Document, DocumentProblem, DocumentState, Format, Found
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

LONGEST_NAME = 100
LONGEST_EXTENSION = 10
UNNAMED = "未命名"

ID_LENGTH = 32
"""Hexadecimal characters of an id: 128 bits."""

QUARANTINE = "service:quarantine"
"""The actor when the service looks at a document."""

RETENTION = "service:retention"
"""The actor when a document's time is over."""


def kept_name(name: str) -> str:
    """Return the name of a file as it is kept and shown: its last part, without anything that is not seen.

    Directories, control characters and those that turn the direction of text are left out: ``\u202egnp.exe`` shows as
    something else than it is. A name that is too long loses its middle and keeps its extension.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(letter for letter in unicodedata.normalize("NFC", last) if letter.isprintable())
    text = " ".join(seen.split()).strip(". ") or UNNAMED
    if len(text) <= LONGEST_NAME:
        return text
    stem, dot, extension = text.rpartition(".")
    if not stem or len(extension) > LONGEST_EXTENSION:
        return text[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - 2 - len(extension)]}…{dot}{extension}"


def opened_name(name: str, format_: Format) -> str:
    """Return the name under which a document is opened or downloaded.

    It ends as its content asks for: what was uploaded as ``form.html`` and is an archive must not open as a page.
    """
    ends = EXTENSIONS[format_]
    return name if name.lower().endswith(ends) else f"{name}{ends[0]}"


def problem_of(document: Document, found: Found, *, most: int) -> DocumentProblem | None:
    """Return why a file that has arrived is refused; ``None`` if nothing is wrong with it.

    A file of ``most`` bytes is still taken.
    """
    declared = document.declared
    if not found.size:
        return DocumentProblem.EMPTY
    if found.size > most:
        return DocumentProblem.TOO_LARGE
    if declared is not None and (declared.size, declared.sha256) != (found.size, found.sha256):
        return DocumentProblem.CONTENT_DIFFERS
    return DocumentProblem.FORMAT_UNKNOWN if found.format is None else None


def arrived(document: Document, found: Found, *, most: int, is_scanned: bool, at: datetime) -> Document:
    """Return the document after the look at what has arrived: refused, in quarantine if it is scanned, or clean."""
    seen = replace(document, found=found)
    problem = problem_of(document, found, most=most)
    if problem is not None:
        return refused(seen, problem, at=at)
    return replace(seen, state=DocumentState.QUARANTINED) if is_scanned else cleared(seen, at=at)


def cleared(document: Document, *, at: datetime) -> Document:
    """Return the document that nothing is wrong with."""
    return replace(document, state=DocumentState.CLEAN, settled_at=at)


def refused(document: Document, problem: DocumentProblem, *, at: datetime) -> Document:
    """Return the document that is refused."""
    return replace(document, state=DocumentState.REFUSED, problem=problem, settled_at=at)


def copied(document: Document, earlier: Found, *, version: str, at: datetime) -> Document:
    """Return the document whose content was copied from what was found in an earlier, clean one."""
    return cleared(replace(document, found=replace(earlier, version=version)), at=at)


def copy_id(document_id: str, *, case_no: str, material: str) -> str:
    """Return the id of the one copy of a document that there can be for a material of a case.

    Like any id it cannot be guessed, because the earlier one cannot be.
    """
    return hashlib.sha256(f"copy|{document_id}|{case_no}|{material}".encode()).hexdigest()[:ID_LENGTH]


def deleted(document: Document, *, at: datetime) -> Document:
    """Return the document whose content is gone: what it was called goes too, its digest stays."""
    return replace(document, state=DocumentState.DELETED, name="", deleted_at=at)


def deletion_event(document: Document, *, basis: str, at: datetime) -> NewEvent:
    """Return the event that a document was deleted, because its time was over by ``basis`` (保存期限届满)."""
    return NewEvent(
        kind=EventKind.DOCUMENT_DELETED,
        occurred_at=at,
        actor=RETENTION,
        department=document.department,
        data={"sha256": document.sha256, "basis": basis},
    )


def request_event(document: Document, *, actor: str) -> NewEvent:
    """Return the event that an upload was asked for.

    The name of the file is not in it: it may be personal, and goes with the document while events stay.
    """
    declared = document.declared
    data: dict[str, Json] = {
        "case_no": document.case_no,
        "material": document.material,
        "size": None if declared is None else declared.size,
        "sha256": None if declared is None else declared.sha256,
        **({"copy_of": document.source} if document.source else {}),
    }
    return NewEvent(
        kind=EventKind.DOCUMENT_REQUESTED,
        occurred_at=document.requested_at,
        actor=actor,
        department=document.department,
        data=data,
    )


def events_of(before: Document, after: Document, *, at: datetime) -> tuple[NewEvent, ...]:
    """Return the events of a document that has come on from one state to another: what arrived, and the verdict."""
    events = []
    if before.found is None and after.found is not None:
        found = after.found
        what: dict[str, Json] = {
            "size": found.size,
            "sha256": found.sha256,
            "format": None if found.format is None else found.format.value,
            "version": found.version,
        }
        events.append(_event(EventKind.DOCUMENT_RECEIVED, after, what, at=at))
    if after.state is DocumentState.CLEAN:
        events.append(_event(EventKind.DOCUMENT_CLEARED, after, {}, at=at))
    if after.problem is not None:
        events.append(_event(EventKind.DOCUMENT_REFUSED, after, {"problem": after.problem.value}, at=at))
    return tuple(events)


def _event(kind: EventKind, document: Document, data: Mapping[str, Json], *, at: datetime) -> NewEvent:
    return NewEvent(kind=kind, occurred_at=at, actor=QUARANTINE, department=document.department, data=data)


def scan_order(document: Document, found: Found, *, bucket: str) -> Mapping[str, Json]:
    """Return what a scanner is told: which version of which object, and under which id to give its verdict."""
    return {
        "document_id": document.document_id,
        "bucket": bucket,
        "key": document.document_id,
        "version_id": found.version,
        "size": found.size,
        "sha256": found.sha256,
    }
