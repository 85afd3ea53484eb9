"""HTTP routes by which a case ends without a decision (终止办理、撤回申请)."""

from chalicelib.api.cases.routes.handling import act_of, done_answer
from chalicelib.api.cases.schemas.cases import CaseResponse
from chalicelib.cases.rules.consequences import TerminationDocument
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Instant, Line, RequestBody, Routes, Text, TextOrBlank

routes = Routes("handling")


class TerminationRequest(RequestBody):
    """The document that ends the case, its ground, and when it was served; ``statement_answer`` if there is one."""

    ground: Line
    document_no: Line
    basis: Line
    reasons: Text
    served_at: Instant
    statement_answer: TextOrBlank = ""


class ApplicationWithdrawalRequest(RequestBody):
    """Why the application is withdrawn."""

    reason: Text


@routes.post(
    "/v1/cases/{case_no}/termination",
    roles=STEPS[CaseStep.TERMINATE].roles,
    body=TerminationRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="End a case without a decision (终止办理)",
    errors=(
        ErrorCode.CREDIT_SOURCE_DOWN,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.TERMINATION_GROUND_UNKNOWN,
        ErrorCode.DEFENCE_OPEN,
        ErrorCode.CALENDAR_UNKNOWN,
        ErrorCode.SAME_PERSON,
    ),
)
def terminate(call: Call[TerminationRequest]) -> Answer[CaseResponse]:
    """End the case by a document that was served; the answer names the remedies and their last days."""
    body = call.body
    document = TerminationDocument(
        ground=body.ground,
        document_no=body.document_no,
        basis=body.basis,
        reasons=body.reasons,
        served_at=body.served_at,
        statement_answer=body.statement_answer,
    )
    return done_answer(call, container().case_endings.terminate(act_of(call), document))


@routes.post(
    "/v1/cases/{case_no}/withdrawal",
    roles=STEPS[CaseStep.WITHDRAW_APPLICATION].roles,
    body=ApplicationWithdrawalRequest,
    answer=CaseResponse,
    creates=True,
    takes_version=True,
    summary="Withdraw an application that is not decided (撤回申请)",
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.AUTHORITY_REQUIRED, ErrorCode.PROXY_NOT_ALLOWED),
)
def withdraw(call: Call[ApplicationWithdrawalRequest]) -> Answer[CaseResponse]:
    """End one's own case, without adverse consequences."""
    return done_answer(call, container().case_endings.withdraw(act_of(call), reason=call.body.reason))
