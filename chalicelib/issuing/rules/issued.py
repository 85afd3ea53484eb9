"""What becomes of an issued document (文书): made, sealed, issued, opened, replaced; and the events that prove it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.clock import instant_from
from chalicelib.documents.model import Format
from chalicelib.issuing.model.issued import (
    Check,
    Content,
    IssuedDocument,
    IssuedProblem,
    IssuedState,
    Source,
    Standing,
)
from chalicelib.issuing.model.texts import DocumentTexts
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json, NewEvent

ISSUING = "service:issuing"
"""The actor when the service issues a document that follows from an event."""

TAKEN = frozenset({Format.PDF, Format.OFD})
"""The formats in which an officer may upload a document."""


BYTE_RANGE, END_OF_FILE = b"/ByteRange", b"%%EOF"
"""What a signature says that it covers, and how each revision of a PDF ends."""


def made(document: IssuedDocument, content: Content, *, is_sealed: bool, at: datetime) -> IssuedDocument:
    """Return a document that was drawn: issued, or waiting for its seal where there is a sealing service."""
    if is_sealed:
        return replace(document, state=IssuedState.AWAITING_SEAL, draft=content)
    return issued(document, content, at=at)


def issued(document: IssuedDocument, content: Content, *, at: datetime) -> IssuedDocument:
    """Return the document as issued."""
    return replace(document, state=IssuedState.ISSUED, content=content, problem=None, issued_at=at)


def opened(document: IssuedDocument, *, at: datetime) -> IssuedDocument:
    """Return the document as opened by its recipient for the first time."""
    return replace(document, opened_at=at)


def problem_of_upload(content: bytes, format_: Format | None, *, most: int) -> IssuedProblem | None:
    """Return why an upload is refused; a file of ``most`` bytes is still taken."""
    if not content:
        return IssuedProblem.EMPTY
    if len(content) > most:
        return IssuedProblem.TOO_LARGE
    return None if format_ in TAKEN else IssuedProblem.FORMAT_UNKNOWN


def is_sealed_copy(sealed: bytes, draft: bytes) -> bool:
    """Whether a file is the draft with a signature added behind it, to its end (ISO 32000-1, 7.5.6 and 12.8.1).

    Whatever was sent stands unchanged at its beginning: no other file passes, nor one with other words, nor half of
    one. Whether the signature is good, the sealing service answers for.
    """
    added = sealed[len(draft) :]
    return sealed.startswith(draft) and BYTE_RANGE in added and added.rstrip().endswith(END_OF_FILE)


def issue_event(document: IssuedDocument, content: Content, *, at: datetime) -> NewEvent:
    """Return the event that proves what was issued: the digest of the file, and what it follows from."""
    data: dict[str, Json] = {
        "issued_id": document.issued_id,
        "kind": document.kind,
        "about": document.about,
        "edition": document.edition,
        "source": document.source.value,
        "is_sealed": document.draft is not None,
        "sha256": content.sha256,
        "size": content.size,
        "format": content.format.value,
    }
    return NewEvent(
        kind=EventKind.DOCUMENT_ISSUED,
        occurred_at=at,
        actor=ISSUING if document.source is Source.TEMPLATE else document.made_by,
        department=document.department,
        data=data,
    )


def opening_event(document: IssuedDocument, *, kind: EventKind, actor: str, department: str, at: datetime) -> NewEvent:
    """Return the event that somebody opened a document: its recipient (proof of service), or staff."""
    sha256 = "" if document.content is None else document.content.sha256
    data: dict[str, Json] = {"issued_id": document.issued_id, "kind": document.kind, "sha256": sha256}
    return NewEvent(kind=kind, occurred_at=at, actor=actor, department=department, data=data)


UNDONE_BY = {
    EventKind.CASE_REVOKED.value: EventKind.CASE_REINSTATED.value,
    EventKind.FLAG_SUSPENDED.value: EventKind.FLAG_RESUMED.value,
}
"""The ends of documents that can fall themselves, and the events by which they do.

A flag that a new list leaves without ground has no effect until two officers let it go on (R2.10).
"""


def check_of(document: IssuedDocument, events: Sequence[Event], texts: DocumentTexts) -> Check | None:
    """Return what the timeline proves of a document; ``None`` if the timeline does not have it.

    It is replaced by a later document of a kind that its text names, and without force after certain events: both count
    from the event that it follows from, however late it was made. It has its force again once what ended it has fallen.
    """
    proof = next(
        (
            event
            for event in events
            if event.kind == EventKind.DOCUMENT_ISSUED
            if event.data.get("issued_id") == document.issued_id
            if document.content is not None and event.data.get("sha256") == document.content.sha256
        ),
        None,
    )
    if proof is None:
        return None
    template = texts.template(document.kind)
    replaced_by, ended_by = ((), ()) if template is None else (template.replaced_by, template.ended_by)
    since = _place(proof)
    standing, end = Standing.IN_FORCE, None
    for event in sorted(events, key=_place):
        if _place(event) <= since:
            continue
        if end is not None:
            if UNDONE_BY.get(end.kind) == event.kind:
                standing, end = Standing.IN_FORCE, None
        elif event.kind in ended_by:
            standing, end = Standing.NO_LONGER, event
        elif event.kind == EventKind.DOCUMENT_ISSUED and event.data["kind"] in replaced_by:
            standing, end = Standing.REPLACED, event
    return Check(
        kind=document.kind,
        title=document.title,
        english=document.english,
        department=document.department,
        issued_at=instant_from(proof.occurred_at),
        is_sealed=bool(proof.data["is_sealed"]),
        standing=standing,
        ended_at=None if end is None else instant_from(end.occurred_at),
    )


def _place(event: Event) -> int:
    """Return where an event counts: a document where the event is that it follows from."""
    about = event.data.get("about") if event.kind == EventKind.DOCUMENT_ISSUED else None
    return about if isinstance(about, int) and about else event.seq
