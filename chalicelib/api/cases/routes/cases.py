"""HTTP routes to file, read and track cases and to withdraw a promise; handling them is in ``case_handling``."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.api.cases.schemas.cases import (
    CasePageResponse,
    CaseResponse,
    ClockResponse,
    case_answer,
    case_lines,
    case_no_in,
    clock_response,
    view_answer,
)
from chalicelib.api.cases.schemas.reading import ReadingQuery
from chalicelib.api.cases.schemas.reasons import reasons_told
from chalicelib.api.cases.schemas.timelines import TimelineResponse, timeline_response
from chalicelib.cases.model.case import WAITING, Material, State
from chalicelib.cases.rules.filing import Submission
from chalicelib.cases.services.access import is_agent
from chalicelib.cases.services.filing import SubjectBarredError
from chalicelib.cases.services.queries import READERS, CaseView
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.as_of import AsOfQuery, moment_in
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Instant,
    Line,
    PageQuery,
    Query,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
)
from chalicelib.logging import tell
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.validation import Digest, DocumentId
from chalicelib.workdays.model.limits import DayCount

routes = Routes("cases")

MOST_MATERIALS = 50

READING_ERRORS = (ErrorCode.AUTHORITY_REQUIRED, ErrorCode.PURPOSE_REQUIRED)
"""What those who may read a case are refused for: no authority, or no purpose."""


class MaterialInput(RequestBody):
    """A material: its id in the checklist, and one of the two: the SHA-256 of its content, or the id of its document.

    A material of several documents is there once for each.
    """

    id: Code
    sha256: Digest | None = None
    document: DocumentId | None = None
    name: Line | None = None


class FileCaseRequest(RequestBody):
    """What is filed: the individually confirmed conditions and the signature, or the materials, or both."""

    draft_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    confirmed: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    signature: Annotated[str, StringConstraints(max_length=4000)] | None = None
    materials: Annotated[tuple[MaterialInput, ...], Field(max_length=MOST_MATERIALS)] = ()


class PromiseWithdrawalRequest(RequestBody):
    """Why the promise is withdrawn."""

    reason: Text


class HandInMaterialsRequest(RequestBody):
    """The certificates that are handed in instead of the promise."""

    materials: Annotated[tuple[MaterialInput, ...], Field(min_length=1, max_length=MOST_MATERIALS)]


class CasesQuery(PageQuery):
    """Filters for the list of cases."""

    state: State | None = None
    department: Code | None = None


class CaseQuery(AsOfQuery, ReadingQuery):
    """The moment whose clocks are shown, and for what an official reads the case."""


class TrackQuery(Query):
    """The tracking code of the case."""

    code: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class TrackResponse(ResponseBody):
    """The state and the dates of a case, without personal data; ``late`` if the decision was late, or is."""

    state: State
    received_at: Instant
    accepted_at: Instant | None
    decided_at: Instant | None
    closed_at: Instant | None
    due_on: date | None
    late: bool


class DueDateExplanationResponse(ResponseBody):
    """How the due day was computed: every day from the start, whether it counts, and on which source."""

    clock: ClockResponse
    days: tuple[DayCount, ...]


@routes.post(
    "/v1/cases",
    roles=FOR_THEMSELVES,
    body=FileCaseRequest,
    answer=CaseResponse,
    status=201,
    also=202,
    creates=True,
    summary="File a draft; the same draft again answers the same case",
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.NOTICE_OUTDATED,
        ErrorCode.ITEM_ABOLISHED,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.KEY_REVOKED,
        ErrorCode.SIGNATURE_INVALID,
        ErrorCode.REPRESENTATIVE_MISSING,
        ErrorCode.SUBJECT_BARRED,
        ErrorCode.PROMISE_NOT_OPEN,
        ErrorCode.AUTHORITY_REQUIRED,
        ErrorCode.CREDIT_CHANGED,
        ErrorCode.CONFIRMATIONS_MISSING,
        ErrorCode.MATERIALS_MISSING,
        ErrorCode.MATERIAL_NOT_LISTED,
        ErrorCode.DOCUMENT_NOT_USABLE,
        ErrorCode.DRAFT_EXPIRED,
        ErrorCode.RECOMMITMENT_NOT_ALLOWED,
    ),
)
def file(call: Call[FileCaseRequest]) -> Answer[CaseResponse]:
    """File by promise or by certificate.

    202 with ``PENDING_CREDIT`` if credit data cannot be read, and with ``PENDING_IDENTITY`` if a person has to say
    first whose the records under the number are.
    """
    submission = Submission(
        draft_id=call.body.draft_id,
        confirmed=call.body.confirmed,
        signature=call.body.signature or None,
        materials=materials_of(call.body.materials),
    )
    try:
        filed = container().filing.file(submission, by=call.caller, at=call.at, idempotency_key=call.idempotency_key)
    except SubjectBarredError as barred:
        reasons = reasons_told(barred.grounds, (), call.language)
        told = [reason.model_dump(mode="json", exclude_none=True) for reason in reasons]
        raise DomainError(ErrorCode.SUBJECT_BARRED, reasons=told) from barred
    tell(case_no=filed.case.case_no)
    status = 202 if filed.case.state in WAITING else 201
    if filed.is_repeat:
        now = container().case_queries.seen(filed.case, by=call.caller, at=call.at)
        as_before = replace(now, answers=container().case_answers.unopened(filed.case))
        return view_answer(call, as_before, status=status, replayed=True)
    clocks = container().clocks
    view = CaseView(
        case=filed.case,
        clocks=tuple((clock, clocks.light(clock, at=call.at)) for clock in filed.clocks),
        public_reasons=(),
        answers=container().case_answers.unopened(filed.case),
    )
    return view_answer(call, view, status=status)


@routes.get(
    "/v1/cases",
    roles=READERS,
    query=CasesQuery,
    answer=CasePageResponse,
    summary="One's own cases, or a department's",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def list_cases(call: Call[None]) -> Answer[CasePageResponse]:
    """List cases, newest first."""
    page = container().case_queries.page(
        by=call.caller,
        at=call.at,
        state=call.query.state,
        department=call.query.department,
        limit=call.query.limit,
        after=call.position,
    )
    return Answer(
        body=CasePageResponse(
            items=case_lines(page.items, by=call.caller, at=call.at),
            next_cursor=call.next_cursor(page.after),
        ),
    )


@routes.get(
    "/v1/cases/{case_no}",
    roles=READERS,
    query=CaseQuery,
    answer=CaseResponse,
    summary="A case, with its clocks as they stand now or stood at a moment",
    errors=READING_ERRORS,
)
def read_case(call: Call[None]) -> Answer[CaseResponse]:
    """Return a case with its clocks as they stand now, or as they stood at ``at``."""
    moment = None if call.query.at is None else moment_in(call)
    view = container().case_queries.view(
        call.path["case_no"], by=call.caller, at=call.at, moment=moment, purpose=call.query.purpose
    )
    return view_answer(call, view)


@routes.get(
    "/v1/cases/{case_no}/clocks/{kind}/explanation",
    roles=READERS,
    query=ReadingQuery,
    answer=DueDateExplanationResponse,
    summary="How a due date was counted",
    errors=READING_ERRORS,
)
def explain(call: Call[None]) -> Answer[DueDateExplanationResponse]:
    """Return every day of the newest clock of a kind, or of the one with this id."""
    clock, days = container().case_queries.explanation(
        call.path["case_no"], call.path["kind"], by=call.caller, at=call.at, purpose=call.query.purpose
    )
    return Answer(
        body=DueDateExplanationResponse(
            clock=clock_response(clock, container().clocks.light(clock, at=call.at)), days=days
        ),
    )


@routes.get(
    "/v1/cases/{case_no}/timeline",
    roles=READERS,
    query=ReadingQuery,
    answer=TimelineResponse,
    summary="The case's timeline, with its chain verified",
    errors=READING_ERRORS,
)
def read_timeline(call: Call[None]) -> Answer[TimelineResponse]:
    """Return the timeline, verified by recomputing its hashes."""
    case, reading = container().case_queries.timeline(
        call.path["case_no"], by=call.caller, at=call.at, purpose=call.query.purpose
    )
    return Answer(body=timeline_response(reading, to=call.caller, is_agent=is_agent(call.caller, case.subject)))


@routes.post(
    "/v1/cases/{case_no}/commitment/withdrawal",
    roles=FOR_THEMSELVES,
    body=PromiseWithdrawalRequest,
    answer=CaseResponse,
    summary="Withdraw a promise, until the case is closed",
    errors=(
        ErrorCode.CASE_CLOSED,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.AUTHORITY_REQUIRED,
        ErrorCode.PROXY_NOT_ALLOWED,
    ),
)
def withdraw(call: Call[PromiseWithdrawalRequest]) -> Answer[CaseResponse]:
    """Withdraw the promise and continue by certificate, without adverse consequences."""
    case = container().commitment_withdrawal.withdraw(
        case_no_in(call.path), reason=call.body.reason, by=call.caller, at=call.at
    )
    return case_answer(call, case)


@routes.post(
    "/v1/cases/{case_no}/materials",
    roles=FOR_THEMSELVES,
    body=HandInMaterialsRequest,
    answer=CaseResponse,
    summary="Hand in certificates after a promise was withdrawn or refused",
    errors=(
        ErrorCode.MATERIALS_MISSING,
        ErrorCode.MATERIAL_NOT_LISTED,
        ErrorCode.DOCUMENT_NOT_USABLE,
        ErrorCode.CASE_CLOSED,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.AUTHORITY_REQUIRED,
    ),
)
def hand_in(call: Call[HandInMaterialsRequest]) -> Answer[CaseResponse]:
    """Hand in the materials that are still outstanding, or others for those whose documents were refused."""
    case = container().commitment_withdrawal.hand_in(
        case_no_in(call.path), materials_of(call.body.materials), by=call.caller, at=call.at
    )
    return case_answer(call, case)


@routes.get(
    "/v1/track/{case_no}",
    public=True,
    query=TrackQuery,
    answer=TrackResponse,
    summary="State and dates, with the tracking code",
)
def track(call: Call[None]) -> Answer[TrackResponse]:
    """Return the state to anyone who has the case number and the tracking code."""
    code = call.query.code or ""
    found = container().case_queries.track(call.path["case_no"], code, address=call.address, at=call.at)
    return Answer(body=TrackResponse.model_validate(found), headers={"Cache-Control": "no-store"})


def materials_of(brought: tuple[MaterialInput, ...]) -> tuple[Material, ...]:
    """Return the materials that were handed in; ``INVALID_BODY`` for one without digest and document, or with both."""
    faults = tuple(
        FieldError(
            pointer=f"/materials/{index}/document",
            detail="SHA-256 和文件编号须提供其中一个。",
            english="Give the SHA-256 or the document, one of the two.",
        )
        for index, each in enumerate(brought)
        if (each.sha256 is None) is (each.document is None)
    )
    if faults:
        raise DomainError(ErrorCode.INVALID_BODY, faults=faults)
    return tuple(
        Material(id=each.id, sha256=each.sha256 or "", name=each.name or "", document=each.document or "")
        for each in brought
    )
