"""HTTP routes for documents (材料文件): an address to upload to, what became of it, and a look at its content."""

from collections.abc import Sequence

from chalicelib.api.cases.schemas.reading import ReadingQuery
from chalicelib.api.documents.schemas import (
    DocumentCopiesRequest,
    DocumentListResponse,
    DocumentRequest,
    DocumentResponse,
    DocumentsQuery,
    DocumentViewResponse,
    document_response,
)
from chalicelib.cases.services.materials.documents import OFFICE, SEE, WantedCopies, WantedUpload
from chalicelib.container import container
from chalicelib.documents.model import Declared
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import Answer, Call, Routes
from chalicelib.policy import FOR_THEMSELVES

routes = Routes("documents")


@routes.post(
    "/v1/documents",
    roles=FOR_THEMSELVES,
    body=DocumentRequest,
    answer=DocumentResponse,
    status=201,
    creates=True,
    summary="Ask for an address to upload a document to",
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.AUTHORITY_REQUIRED,
        ErrorCode.MATERIAL_NOT_LISTED,
        ErrorCode.DRAFT_EXPIRED,
        ErrorCode.CASE_CLOSED,
    ),
)
def request(call: Call[DocumentRequest]) -> Answer[DocumentResponse]:
    """Make room for a document; it waits in quarantine from its upload until its content has been looked at."""
    made, is_repeated = container().case_documents.request(
        _wanted(call.body), by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    upload = container().documents.upload(made)
    return Answer(body=document_response(made, call.language, upload=upload), replayed=is_repeated)


@routes.post(
    "/v1/document-copies",
    roles=FOR_THEMSELVES,
    body=DocumentCopiesRequest,
    answer=DocumentListResponse,
    summary="Hand in again what was handed in before",
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.AUTHORITY_REQUIRED,
        ErrorCode.MATERIAL_NOT_LISTED,
        ErrorCode.DOCUMENT_NOT_CLEAN,
        ErrorCode.DRAFT_EXPIRED,
        ErrorCode.CASE_CLOSED,
    ),
)
def hand_in_again(call: Call[DocumentCopiesRequest]) -> Answer[DocumentListResponse]:
    """Copy one's own earlier documents, which need no upload then; asked for twice, there is one copy of each."""
    _require_one(call.body.draft_id, call.body.case_no, code=ErrorCode.INVALID_BODY)
    wanted = WantedCopies(
        material=call.body.material,
        documents=tuple(dict.fromkeys(call.body.documents)),
        draft_id=call.body.draft_id or "",
        case_no=call.body.case_no or "",
    )
    made = container().case_documents.hand_in_again(wanted, by=call.caller, at=call.at)
    return Answer(body=DocumentListResponse(items=[document_response(one, call.language) for one in made]))


@routes.get(
    "/v1/me/documents",
    roles=FOR_THEMSELVES,
    answer=DocumentListResponse,
    summary="What one has handed in and is still kept",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def earlier(call: Call[None]) -> Answer[DocumentListResponse]:
    """List one's own documents that were found clean, newest first, each content once."""
    found = container().case_documents.earlier(by=call.caller)
    return Answer(body=DocumentListResponse(items=[document_response(one, call.language) for one in found]))


@routes.get(
    "/v1/documents",
    roles=SEE,
    query=DocumentsQuery,
    answer=DocumentListResponse,
    summary="The documents of a draft or of a case",
    errors=(ErrorCode.NOT_FOUND, ErrorCode.OWN_MATTER, ErrorCode.AUTHORITY_REQUIRED, ErrorCode.PURPOSE_REQUIRED),
)
def listed(call: Call[None]) -> Answer[DocumentListResponse]:
    """List documents, oldest first; one just asked for may be missing for a moment."""
    draft_id, case_no = call.query.draft_id, call.query.case_no
    _require_one(draft_id, case_no, code=ErrorCode.INVALID_QUERY)
    found = container().case_documents.listed(
        draft_id=draft_id or "", case_no=case_no or "", by=call.caller, at=call.at, purpose=call.query.purpose
    )
    return Answer(body=DocumentListResponse(items=[document_response(one, call.language) for one in found]))


@routes.get(
    "/v1/documents/{document_id}",
    roles=SEE,
    query=ReadingQuery,
    answer=DocumentResponse,
    summary="What became of a document",
    errors=(ErrorCode.AUTHORITY_REQUIRED, ErrorCode.PURPOSE_REQUIRED),
)
def one(call: Call[None]) -> Answer[DocumentResponse]:
    """Return a document, and to the applicant a new address as long as it has not arrived."""
    found, upload = container().case_documents.one(
        call.path["document_id"], by=call.caller, at=call.at, purpose=call.query.purpose
    )
    return Answer(body=document_response(found, call.language, upload=upload))


@routes.post(
    "/v1/documents/{document_id}/view",
    roles=OFFICE,
    query=ReadingQuery,
    answer=DocumentViewResponse,
    summary="Open a document for a minute, which is recorded in the case's timeline",
    errors=(ErrorCode.DOCUMENT_NOT_CLEAN, ErrorCode.PURPOSE_REQUIRED),
)
def view(call: Call[None]) -> Answer[DocumentViewResponse]:
    """Record the look on the case's timeline and return an address that is good for a minute."""
    seen = container().case_documents.look(
        call.path["document_id"], by=call.caller, at=call.at, purpose=call.query.purpose
    )
    return Answer(body=DocumentViewResponse.model_validate(seen))


def _wanted(body: DocumentRequest) -> WantedUpload:
    _require_one(body.draft_id, body.case_no, code=ErrorCode.INVALID_BODY)
    if (body.size is None) is not (body.sha256 is None):
        missing = "/size" if body.size is None else "/sha256"
        _refuse(
            [missing],
            detail="大小和 SHA-256 须同时提供，或者都不提供。",
            english="Give both size and SHA-256, or neither.",
            code=ErrorCode.INVALID_BODY,
        )
    return WantedUpload(
        material=body.material,
        name=body.name,
        draft_id=body.draft_id or "",
        case_no=body.case_no or "",
        declared=None if body.size is None or body.sha256 is None else Declared(size=body.size, sha256=body.sha256),
    )


def _require_one(draft_id: str | None, case_no: str | None, *, code: ErrorCode) -> None:
    if (draft_id is None) is (case_no is None):
        _refuse(
            ["/draft_id", "/case_no"],
            detail="草稿编号和办件编号须提供其中一个。",
            english="Give the draft or the case, one of the two.",
            code=code,
        )


def _refuse(pointers: Sequence[str], *, detail: str, english: str, code: ErrorCode) -> None:
    raise DomainError(code, faults=[FieldError(pointer=each, detail=detail, english=english) for each in pointers])
