"""HTTP routes for verifying promises and for the consequences (核查、陈述申辩、整改、撤销)."""

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.cases.routes.cases import MOST_MATERIALS, MaterialInput, materials_of
from chalicelib.api.cases.routes.handling import Days, OccurredAtRequest, act_of, done_answer
from chalicelib.api.cases.schemas.cases import CaseListItemResponse, CaseResponse, case_line
from chalicelib.cases.model.stages import Finding, Notice
from chalicelib.cases.rules.consequences import RectificationOutcome, RevocationDocument
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.catalogue.model.items import Method
from chalicelib.container import container
from chalicelib.credit.model.records import Severity
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Day,
    Instant,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    Routes,
    Text,
    TextOrBlank,
)

routes = Routes("handling")

Gravity = Literal[Severity.MINOR, Severity.GENERAL, Severity.SERIOUS]
"""How grave a broken promise is (轻微、一般、严重)."""


class VerificationRequest(OccurredAtRequest):
    """The result, method and findings, and how grave a broken promise is.

    ``late_reason``, which the applicant sees, is needed once the deadline has passed.
    """

    result: Finding
    method: Method
    findings: Text
    late_reason: TextOrBlank | None = None
    severity: Gravity = Severity.GENERAL


class UnconfirmedQuery(PageQuery):
    """How many to list: each case is read whole."""

    limit: Annotated[int, Field(ge=1, le=50)] = 20


class UnconfirmedResponse(CaseListItemResponse):
    """A case in the list of findings that wait for a second officer: who found what, when and how."""

    version: int
    result: Finding
    method: Method
    severity: Severity
    found_by: str
    found_at: Instant


class UnconfirmedPageResponse(PageResponse):
    """A page of findings that wait for a second officer, oldest cases first."""

    items: list[UnconfirmedResponse]


class NoticeReceiptRequest(RequestBody):
    """Which notice has reached the applicant, by which proof of the rule pack, and when."""

    notice: Notice
    proof: Code
    received_at: Instant


class CaseStatementRequest(RequestBody):
    """The applicant's statement."""

    text: Text


class RectificationReportRequest(CaseStatementRequest):
    """What was put right, in words, and the materials of the checklist that prove it."""

    materials: Annotated[tuple[MaterialInput, ...], Field(max_length=MOST_MATERIALS)] = ()


class RectificationRequest(RequestBody):
    """The time to put things right, in working days, and its legal basis."""

    days: Days
    basis: Line


class RectificationOutcomeRequest(OccurredAtRequest):
    """The outcome of a rectification order, and the findings."""

    outcome: RectificationOutcome
    findings: Text


class CaseRevocationRequest(RequestBody):
    """The document that revokes the decision; ``statement_answer`` if the applicant made a statement.

    ``remedy_until`` is the last day for review, ``court_until`` that for a court: no sooner than the law's.
    """

    document_no: Line
    basis: Line
    served_at: Instant
    effective_on: Day
    remedy_until: Day
    court_until: Day | None = None
    statement_answer: TextOrBlank = ""


@routes.post(
    "/v1/cases/{case_no}/verification",
    roles=STEPS[CaseStep.VERIFY].roles,
    body=VerificationRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Record what the verification of a promise found",
    errors=(ErrorCode.CREDIT_SOURCE_DOWN, ErrorCode.STEP_NOT_ALLOWED, ErrorCode.LATE_REASON_REQUIRED),
)
def verify(call: Call[VerificationRequest]) -> Answer[CaseResponse]:
    """Record the result; if the item requires two officers, it awaits the second."""
    body = call.body
    done = container().consequences.verify(
        act_of(call),
        result=body.result,
        method=body.method,
        findings=body.findings,
        late_reason=body.late_reason,
        severity=Severity(body.severity),
    )
    return done_answer(call, done)


@routes.get(
    "/v1/unconfirmed-verifications",
    roles=STEPS[CaseStep.CONFIRM].roles,
    query=UnconfirmedQuery,
    answer=UnconfirmedPageResponse,
    summary="Findings of a department that wait for a second officer",
)
def unconfirmed(call: Call[None]) -> Answer[UnconfirmedPageResponse]:
    """List the findings of the caller's department that wait for a second officer, oldest cases first; own ones too."""
    found, following = container().case_queries.unconfirmed(by=call.caller, limit=call.query.limit, after=call.position)
    items = [
        UnconfirmedResponse.of(
            case_line(case.card, by=call.caller),
            version=case.version,
            result=case.verification.result,
            method=case.verification.method,
            severity=case.verification.severity,
            found_by=case.verification.found_by,
            found_at=case.verification.found_at,
        )
        for case in found
        if case.verification is not None
    ]
    return Answer(body=UnconfirmedPageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.post(
    "/v1/cases/{case_no}/verification/confirmation",
    roles=STEPS[CaseStep.CONFIRM].roles,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Confirm another officer's finding",
    errors=(ErrorCode.CREDIT_SOURCE_DOWN, ErrorCode.STEP_NOT_ALLOWED, ErrorCode.SAME_PERSON),
)
def confirm_verification(call: Call[None]) -> Answer[CaseResponse]:
    """Confirm the result, which then takes effect."""
    return done_answer(call, container().consequences.confirm_verification(act_of(call)))


@routes.post(
    "/v1/cases/{case_no}/notice-receipt",
    roles=STEPS[CaseStep.RECEIVE].roles,
    body=NoticeReceiptRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Record that the applicant signed for a notice, from which the time for it runs (送达)",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def record_receipt(call: Call[NoticeReceiptRequest]) -> Answer[CaseResponse]:
    """Record a proof that an officer has seen; without any proof, the notice is deemed received after some days."""
    body = call.body
    done = container().receipts.record(act_of(call), body.notice, proof=body.proof, received_at=body.received_at)
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/statement",
    roles=STEPS[CaseStep.STATE].roles,
    body=CaseStatementRequest,
    answer=CaseResponse,
    creates=True,
    takes_version=True,
    summary="Make a statement in one's defence (陈述申辩) before anything adverse is decided",
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.AUTHORITY_REQUIRED, ErrorCode.PROXY_NOT_ALLOWED),
)
def state(call: Call[CaseStatementRequest]) -> Answer[CaseResponse]:
    """Record the applicant's statement, which the decision must answer."""
    return done_answer(call, container().consequences.state(act_of(call), text=call.body.text))


@routes.post(
    "/v1/cases/{case_no}/rectification",
    roles=STEPS[CaseStep.RECTIFY].roles,
    body=RectificationRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Order to put things right, if that is the next step",
    errors=(
        ErrorCode.CREDIT_SOURCE_DOWN,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.DEFENCE_OPEN,
        ErrorCode.CALENDAR_UNKNOWN,
    ),
)
def order_rectification(call: Call[RectificationRequest]) -> Answer[CaseResponse]:
    """Order the applicant to put things right within a time limit."""
    done = container().consequences.order_rectification(act_of(call), days=call.body.days, basis=call.body.basis)
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/rectification/report",
    roles=STEPS[CaseStep.REPORT].roles,
    body=RectificationReportRequest,
    answer=CaseResponse,
    creates=True,
    takes_version=True,
    summary="Say that what was ordered is put right (报告整改完成)",
    errors=(
        ErrorCode.MATERIAL_NOT_LISTED,
        ErrorCode.DOCUMENT_NOT_USABLE,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.AUTHORITY_REQUIRED,
        ErrorCode.PROXY_NOT_ALLOWED,
    ),
)
def report(call: Call[RectificationReportRequest]) -> Answer[CaseResponse]:
    """Record the applicant's word with what proves it, and start the office's time to check it."""
    materials = materials_of(call.body.materials)
    return done_answer(call, container().consequences.report(act_of(call), text=call.body.text, materials=materials))


@routes.post(
    "/v1/cases/{case_no}/rectification/outcome",
    roles=STEPS[CaseStep.END_RECTIFICATION].roles,
    body=RectificationOutcomeRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Record what came of the order",
    errors=(ErrorCode.CREDIT_SOURCE_DOWN, ErrorCode.STEP_NOT_ALLOWED, ErrorCode.CALENDAR_UNKNOWN),
)
def end_rectification(call: Call[RectificationOutcomeRequest]) -> Answer[CaseResponse]:
    """Record the outcome: if done, the matter ends; if not done and the time has passed, the next step opens."""
    done = container().consequences.end_rectification(
        act_of(call), outcome=call.body.outcome, findings=call.body.findings
    )
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/revocation",
    roles=STEPS[CaseStep.REVOKE].roles,
    body=CaseRevocationRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Revoke the decision, in the order that the rule pack gives",
    errors=(
        ErrorCode.CREDIT_SOURCE_DOWN,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.DEFENCE_OPEN,
        ErrorCode.CALENDAR_UNKNOWN,
        ErrorCode.SAME_PERSON,
    ),
)
def revoke(call: Call[CaseRevocationRequest]) -> Answer[CaseResponse]:
    """Revoke the decision by a document that was served, after the applicant was heard."""
    body = call.body
    document = RevocationDocument(
        document_no=body.document_no,
        basis=body.basis,
        served_at=body.served_at,
        effective_on=body.effective_on,
        remedy_until=body.remedy_until,
        court_until=body.court_until,
        statement_answer=body.statement_answer,
    )
    return done_answer(call, container().consequences.revoke(act_of(call), document))
