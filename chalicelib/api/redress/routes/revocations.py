"""HTTP routes for revoked documents (依据文书被撤销): everything based on such a document is undone with it."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.api.cases.schemas.cases import CaseResponse, case_answer, case_no_in
from chalicelib.api.redress.schemas import (
    AffectedCaseResponse,
    EntryName,
    EntrysName,
    RedressQuery,
    RemainderResponse,
    UndoneEntryResponse,
    remainder_shape,
    touched_shapes,
)
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Day, Line, PageResponse, RequestBody, ResponseBody, Routes, Text
from chalicelib.http.schemas import BlankAsNull
from chalicelib.redress.model import Entry, EntryKind, Revocation, RevokingDocument
from chalicelib.redress.rules import entry_named
from chalicelib.redress.services.queries import DECIDERS, READERS
from chalicelib.redress.services.revocations import Fall

routes = Routes("remedies")


class RevokingDocumentInput(RequestBody):
    """The revoking document: of an administrative review, a court, or the organ itself."""

    number: Line
    organ: Line
    effective_on: Day
    basis: Line


class RevocationRequest(RequestBody):
    """The revoked document, named by any entry based on it, and the revoking one; ``late_reason`` if late."""

    entry: EntryName
    document: RevokingDocumentInput
    reason: Text
    late_reason: Text | None = None


class ReinstatementRequest(RequestBody):
    """The document by which the revocation of a decision falls, and why; ``late_reason`` if late."""

    document_no: Line
    organ: Line
    effective_on: Day
    basis: Line
    reason: Text
    late_reason: Text | None = None


class RevokingDocumentResponse(ResponseBody):
    """The revoking document."""

    number: str
    organ: str
    effective_on: date
    basis: str


class RevocationListItemResponse(ResponseBody):
    """A revocation and what it undid."""

    id: Annotated[str, Field(validation_alias="reversal_id")]
    entry: EntrysName
    department: str
    organ: str
    document_no: str
    document: Annotated[RevokingDocumentResponse, Field(validation_alias="by_document")]
    reason: str
    late_reason: BlankAsNull
    recorded_at: datetime
    recorded_by: str
    undone: list[UndoneEntryResponse]
    version: int


class RevocationResponse(RevocationListItemResponse):
    """A revocation with every affected case.

    ``undone`` is what the first step undid; ``rest`` says how far the others have come, null if there are none.
    """

    touched: list[AffectedCaseResponse]
    rest: RemainderResponse | None


class RevocationPageResponse(PageResponse):
    """A page of revocations, newest first."""

    items: list[RevocationListItemResponse]


@routes.post(
    "/v1/reversals",
    summary="Record that a basis document no longer stands; everything that rested on it is undone at once",
    roles=DECIDERS,
    body=RevocationRequest,
    answer=RevocationResponse,
    status=201,
    creates=True,
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.ALREADY_REVERSED,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.LATE_REASON_REQUIRED,
    ),
)
def record(call: Call[RevocationRequest]) -> Answer[RevocationResponse]:
    """Undo everything based on the document, and return every affected case."""
    body = call.body
    fall = Fall(
        entry=entry_named(body.entry),
        by_document=RevokingDocument(
            number=body.document.number,
            organ=body.document.organ,
            effective_on=body.document.effective_on,
            basis=body.document.basis,
        ),
        reason=body.reason,
        late_reason=body.late_reason or "",
    )
    reversal, is_repeated = container().revocations.record(
        fall, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(reversal, replayed=is_repeated)


@routes.post(
    "/v1/cases/{case_no}/reinstatement",
    summary="Record that the revocation of a case's decision fell; the decision stands again",
    roles=STEPS[CaseStep.REINSTATE].roles,
    body=ReinstatementRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.ALREADY_REVERSED,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.LATE_REASON_REQUIRED,
    ),
)
def reinstate(call: Call[ReinstatementRequest]) -> Answer[CaseResponse]:
    """Let the decision stand as before, and undo the flags that rest on its revocation, all or nothing."""
    body, case_no = call.body, case_no_in(call.path)
    fall = Fall(
        entry=Entry(kind=EntryKind.CASE, name=case_no),
        by_document=RevokingDocument(
            number=body.document_no, organ=body.organ, effective_on=body.effective_on, basis=body.basis
        ),
        reason=body.reason,
        late_reason=body.late_reason or "",
        version=call.sent_version,
    )
    _, is_repeated = container().revocations.record(
        fall, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return case_answer(call, container().cases.load(case_no), replayed=is_repeated)


@routes.get(
    "/v1/reversals",
    summary="Reversals about oneself, or those of a department",
    roles=READERS,
    query=RedressQuery,
    answer=RevocationPageResponse,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.INSUFFICIENT_IDENTITY),
)
def reversals(call: Call[None]) -> Answer[RevocationPageResponse]:
    """List revocations, newest first."""
    query: RedressQuery = call.query
    found = container().revocations.page(
        by=call.caller, department=query.department, limit=query.limit, after=call.position
    )
    items = [RevocationListItemResponse.model_validate(reversal) for reversal in found.items]
    return Answer(body=RevocationPageResponse(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/reversals/{reversal_id}",
    summary="A reversal, with every case that it touched and how each stands now",
    roles=READERS,
    answer=RevocationResponse,
)
def reversal(call: Call[None]) -> Answer[RevocationResponse]:
    """Return a revocation; visible to its subject, the office and its supervisors."""
    return _shown(container().revocations.one(call.path["reversal_id"], by=call.caller))


def _shown(reversal: Revocation, *, replayed: bool = False) -> Answer[RevocationResponse]:
    touched = touched_shapes(reversal.touched, since=reversal.recorded_at)
    return Answer(
        body=RevocationResponse.of(reversal, touched=touched, rest=remainder_shape(reversal)),
        version=reversal.version,
        replayed=replayed,
    )
