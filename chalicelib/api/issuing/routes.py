"""HTTP routes for issued documents (文书): listing, downloading, uploading one, and checking a file's digest."""

from chalicelib.api.cases.schemas.reading import ReadingQuery
from chalicelib.api.issuing.schemas import (
    DocumentCheckResponse,
    DownloadResponse,
    IssuedDocumentListResponse,
    IssuedDocumentRequest,
    IssuedDocumentResponse,
    IssuedDocumentsQuery,
    IssuedUploadResponse,
    check_response,
    issued_document_response,
)
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import Answer, Call, Routes
from chalicelib.issuing.services.documents import SEE, UPLOADERS
from chalicelib.settings import settings

routes = Routes("issued-documents")


@routes.get(
    "/v1/issued-documents",
    roles=SEE,
    query=IssuedDocumentsQuery,
    answer=IssuedDocumentListResponse,
    summary="What the office has issued in a case, or about a flag",
    errors=(ErrorCode.NOT_FOUND, ErrorCode.OWN_MATTER, ErrorCode.AUTHORITY_REQUIRED, ErrorCode.PURPOSE_REQUIRED),
)
def listed(call: Call[None]) -> Answer[IssuedDocumentListResponse]:
    """List documents, oldest first; recipients see those that are issued or wait for their seal."""
    owner = _owner(call.query.case_no, call.query.flag_id)
    found = container().issued_documents.listed(owner, by=call.caller, at=call.at, purpose=call.query.purpose)
    return Answer(
        body=IssuedDocumentListResponse(items=[issued_document_response(one, call.language) for one in found])
    )


@routes.post(
    "/v1/issued-documents/{issued_id}/download",
    roles=SEE,
    query=ReadingQuery,
    answer=DownloadResponse,
    summary="Download an issued document, which is recorded as its service or as a look",
    errors=(
        ErrorCode.OWN_MATTER,
        ErrorCode.AUTHORITY_REQUIRED,
        ErrorCode.PURPOSE_REQUIRED,
        ErrorCode.DOCUMENT_NOT_ISSUED,
    ),
)
def download(call: Call[None]) -> Answer[DownloadResponse]:
    """Record the service or the look on the timeline, and return an address that is good for a minute."""
    given = container().issued_documents.download(
        call.path["issued_id"], by=call.caller, at=call.at, purpose=call.query.purpose
    )
    return Answer(body=DownloadResponse(url=given.url, seconds=given.seconds))


@routes.post(
    "/v1/cases/{case_no}/issued-documents",
    roles=UPLOADERS,
    body=IssuedDocumentRequest,
    answer=IssuedDocumentResponse,
    status=201,
    creates=True,
    summary="Upload a document that was signed or sealed elsewhere",
    errors=(ErrorCode.OWN_MATTER,),
)
def request_upload(call: Call[IssuedDocumentRequest]) -> Answer[IssuedDocumentResponse]:
    """Make room for a document; it is issued as soon as its content has been looked at."""
    case_no, portal = call.path["case_no"], settings().portal_url
    made, upload, is_repeated = container().issued_documents.request_upload(
        case_no,
        call.body.kind,
        by=call.caller,
        at=call.at,
        back_to=f"{portal}/desk/{case_no}/issued" if portal else "",
        key=call.idempotency_key,
    )
    form = IssuedUploadResponse(url=upload.url, fields=dict(upload.fields))
    return Answer(body=issued_document_response(made, call.language, upload=form), replayed=is_repeated)


@routes.get(
    "/v1/document-checks/{sha256}",
    public=True,
    answer=DocumentCheckResponse,
    summary="Whether a file was issued, by its digest, and whether it still stands",
    errors=(ErrorCode.NOT_FOUND,),
)
def check(call: Call[None]) -> Answer[DocumentCheckResponse]:
    """Check a SHA-256 against the timeline, for anybody; the file itself stays where it is."""
    found = container().issued_documents.check(call.path["sha256"].lower(), at=call.at)
    return Answer(body=check_response(found, call.language))


def _owner(case_no: str | None, flag_id: str | None) -> str:
    if (case_no is None) is (flag_id is None):
        detail, english = "办件编号和惩戒标识编号须提供其中一个。", "Give the case or the flag, one of the two."
        faults = [FieldError(pointer=each, detail=detail, english=english) for each in ("/case_no", "/flag_id")]
        raise DomainError(ErrorCode.INVALID_QUERY, faults=faults)
    return f"case:{case_no}" if case_no is not None else f"flag:{flag_id}"
