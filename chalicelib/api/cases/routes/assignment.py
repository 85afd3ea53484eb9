"""HTTP routes to assign a case and to reopen it (指定经办人、重新办理)."""

from chalicelib.api.cases.routes.handling import act_of, done_answer
from chalicelib.api.cases.schemas.cases import CaseResponse
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Line, RequestBody, Routes, Text

routes = Routes("handling")


class ReopeningRequest(RequestBody):
    """Why the case is reopened; the applicant sees it."""

    reason: Text


class AssignmentRequest(RequestBody):
    """The staff id of the officer who takes over the case."""

    officer: Line


@routes.post(
    "/v1/cases/{case_no}/reopening",
    roles=STEPS[CaseStep.REOPEN].roles,
    body=ReopeningRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Handle a decided or closed case again",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def reopen(call: Call[ReopeningRequest]) -> Answer[CaseResponse]:
    """Restart the handling clocks; the earlier decision stays on record."""
    return done_answer(call, container().assignment.reopen(act_of(call), reason=call.body.reason))


@routes.post(
    "/v1/cases/{case_no}/assignment",
    roles=STEPS[CaseStep.ASSIGN].roles,
    body=AssignmentRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Give a case to an officer, or take it oneself",
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.STAFF_UNKNOWN),
)
def assign(call: Call[AssignmentRequest]) -> Answer[CaseResponse]:
    """Set the officer of the case and of its running clocks."""
    return done_answer(call, container().assignment.assign(act_of(call), officer=call.body.officer))
