"""Requests and responses for issued documents."""

from chalicelib.api.cases.schemas.reading import ReadingQuery
from chalicelib.api.documents.schemas import CaseNo
from chalicelib.http.language import Language
from chalicelib.http.routes import Code, Instant, RequestBody, ResponseBody
from chalicelib.issuing.model.issued import (
    PROBLEM_TEXTS,
    Check,
    IssuedDocument,
    IssuedProblem,
    IssuedState,
    Source,
    Standing,
)


class IssuedDocumentsQuery(ReadingQuery):
    """What the documents concern: one of the two; and for what an official reads the case."""

    case_no: CaseNo | None = None
    flag_id: Code | None = None


class IssuedDocumentRequest(RequestBody):
    """A document that an officer uploads; ``kind`` is one of those that the service makes itself."""

    kind: Code


class IssuedUploadResponse(ResponseBody):
    """Where to upload the file within a quarter of an hour.

    A POST as ``multipart/form-data`` with these fields, and the file after them as ``file``.
    """

    url: str
    fields: dict[str, str]


class IssuedDocumentResponse(ResponseBody):
    """An issued document.

    ``sha256`` is the digest of the file that was issued, which the timeline proves; None as long as it waits.
    ``opened_at`` is when its recipient first downloaded it. ``unprintable`` are characters that the document writes by
    their numbers, because no font has them. ``problem`` and ``reason`` say what is wrong with a file that arrived.
    """

    id: str
    kind: str
    title: str
    state: IssuedState
    source: Source
    is_sealed: bool
    made_at: Instant
    issued_at: Instant | None
    opened_at: Instant | None
    sha256: str | None
    size: int | None
    format: str | None
    unprintable: list[str]
    problem: IssuedProblem | None
    reason: str | None
    upload: IssuedUploadResponse | None = None


class IssuedDocumentListResponse(ResponseBody):
    """The documents of a case or flag, oldest first; there are few, so the list needs no pages."""

    items: list[IssuedDocumentResponse]
    next_cursor: None = None


class DownloadResponse(ResponseBody):
    """An address that downloads the document for so many seconds."""

    url: str
    seconds: int


class DocumentCheckResponse(ResponseBody):
    """What is known of a file that was issued; ``ended_at`` is when it was replaced or lost its force."""

    kind: str
    title: str
    department: str
    issued_at: Instant
    is_sealed: bool
    standing: Standing
    ended_at: Instant | None


def issued_document_response(
    document: IssuedDocument, language: Language, *, upload: IssuedUploadResponse | None = None
) -> IssuedDocumentResponse:
    """Return an issued document as it is shown."""
    content = document.content
    texts = None if document.problem is None else PROBLEM_TEXTS[document.problem]
    return IssuedDocumentResponse(
        id=document.issued_id,
        kind=document.kind,
        title=document.title if language == "zh" else document.english,
        state=document.state,
        source=document.source,
        is_sealed=content is not None and document.draft is not None,
        made_at=document.made_at,
        issued_at=document.issued_at,
        opened_at=document.opened_at,
        sha256=None if content is None else content.sha256,
        size=None if content is None else content.size,
        format=None if content is None else content.format.value,
        unprintable=list(document.unprintable),
        problem=document.problem,
        reason=None if texts is None else texts[0 if language == "zh" else 1],
        upload=upload,
    )


def check_response(check: Check, language: Language) -> DocumentCheckResponse:
    """Return what is known of a file."""
    return DocumentCheckResponse(
        kind=check.kind,
        title=check.title if language == "zh" else check.english,
        department=check.department,
        issued_at=check.issued_at,
        is_sealed=check.is_sealed,
        standing=check.standing,
        ended_at=check.ended_at,
    )
