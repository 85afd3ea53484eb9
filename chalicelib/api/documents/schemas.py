"""Requests and responses for documents."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.api.cases.schemas.reading import ReadingQuery
from chalicelib.bounds.model import Counted
from chalicelib.bounds.store import bounds
from chalicelib.documents.model import PROBLEM_TEXTS, Document, DocumentProblem, DocumentState, Format, Upload
from chalicelib.http.language import Language
from chalicelib.http.routes import Code, Instant, RequestBody, ResponseBody
from chalicelib.http.schemas import CaseNoAsTyped
from chalicelib.validation import Digest, DocumentId

LARGEST = bounds().documents.largest_bytes
MOST_COPIES = bounds().counts[Counted.DOCUMENTS].most
MEGABYTE = 1 << 20

FileName = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
"""The name of a file as the device has it: shortened and cleaned before it is kept, and never a reason to refuse."""

CaseNo = Annotated[str, CaseNoAsTyped, StringConstraints(pattern=r"^[A-Z0-9]{17}$")]
DraftId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def _size(value: int) -> int:
    """Return a size that is taken; pydantic's errors for others, in the words of people who choose files."""
    if value <= 0:
        code = "file_empty"
        raise PydanticCustomError(code, "The file is empty.")
    if value > LARGEST:
        code = "file_too_large"
        raise PydanticCustomError(code, "The file is too large.", {"most": LARGEST // MEGABYTE})
    return value


class DocumentRequest(RequestBody):
    """A file to be uploaded for one material of a draft or of a case: one of ``draft_id`` and ``case_no``.

    ``size`` in bytes and ``sha256`` bind the upload to that file; without them, the answer holds the fields of a form.
    """

    draft_id: DraftId | None = None
    case_no: CaseNo | None = None
    material: Code
    name: FileName
    size: Annotated[int, AfterValidator(_size), Field(json_schema_extra={"minimum": 1, "maximum": LARGEST})] | None = (
        None
    )
    sha256: Digest | None = None


class DocumentCopiesRequest(RequestBody):
    """Earlier documents to hand in again for one material: of a draft or of a case, one of the two."""

    draft_id: DraftId | None = None
    case_no: CaseNo | None = None
    material: Code
    documents: Annotated[tuple[DocumentId, ...], Field(min_length=1, max_length=MOST_COPIES)]


class DocumentsQuery(ReadingQuery):
    """Whose documents: one of the two; and for what an official reads the case."""

    draft_id: DraftId | None = None
    case_no: CaseNo | None = None


class DocumentUploadResponse(ResponseBody):
    """Where to upload the file within a quarter of an hour.

    A PUT with these headers, or a POST as ``multipart/form-data`` with these fields, and the file after them as
    ``file``; it leads to the portal's page of the document, and a query may be added to that address.
    """

    method: str
    url: str
    headers: dict[str, str]
    fields: dict[str, str]


class DocumentResponse(ResponseBody):
    """A document; ``problem`` and ``reason`` say why it was refused, ``format`` what its content is.

    It belongs to a draft or, if it was asked for later, to a case; ``item_name`` says what was applied for.
    """

    id: str
    draft_id: str | None
    case_no: str | None
    item_name: str
    material: str
    name: str
    state: DocumentState
    format: Format | None
    size: int | None
    sha256: str | None
    problem: DocumentProblem | None
    reason: str | None
    requested_at: Instant
    settled_at: Instant | None
    deleted_at: Instant | None
    upload: DocumentUploadResponse | None


class DocumentListResponse(ResponseBody):
    """The documents of a draft or of a case, or one's own; there are few, so the list needs no pages."""

    items: list[DocumentResponse]
    next_cursor: None = None


class DocumentViewResponse(ResponseBody):
    """An address that opens the document for so many seconds; ``shown`` if a browser shows it by itself."""

    url: str
    format: Format
    shown: Annotated[bool, Field(validation_alias="is_shown")]
    seconds: int


def document_response(document: Document, language: Language, *, upload: Upload | None = None) -> DocumentResponse:
    """Return a document as it is shown; what was found counts, and before that what was declared."""
    known = document.found or document.declared
    texts = None if document.problem is None else PROBLEM_TEXTS[document.problem]
    return DocumentResponse(
        id=document.document_id,
        draft_id=document.draft_id or None,
        case_no=None if document.draft_id else document.case_no,
        item_name=document.item_name,
        material=document.material,
        name=document.name,
        state=document.state,
        format=None if document.found is None else document.found.format,
        size=None if known is None else known.size,
        sha256=None if known is None else known.sha256,
        problem=document.problem,
        reason=None if texts is None else texts[0 if language == "zh" else 1],
        requested_at=document.requested_at,
        settled_at=document.settled_at,
        deleted_at=document.deleted_at,
        upload=None if upload is None else DocumentUploadResponse.model_validate(upload),
    )
