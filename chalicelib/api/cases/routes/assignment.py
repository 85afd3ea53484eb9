"""Who has a case, and handling it again, over HTTP (指定经办人、重新办理)."""

from chalicelib.api.cases.routes.handling import act_of, done_answer
from chalicelib.api.cases.schemas.cases import CaseShape
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.http.routes import Answer, Body, Call, Line, Routes, Text
from chalicelib.wiring import services

routes = Routes("handling")


class ReopeningBody(Body):
    """Why the case is handled again, which the applicant reads."""

    reason: Text


class AssignmentBody(Body):
    """Whose case it is from now on: a staff id."""

    officer: Line


@routes.post(
    "/v1/cases/{case_no}/reopening",
    roles=STEPS[CaseStep.REOPEN].roles,
    body=ReopeningBody,
    answer=CaseShape,
    creates=True,
    needs_version=True,
    summary="Handle a decided or closed case again",
)
def reopen(call: Call[ReopeningBody]) -> Answer[CaseShape]:
    """Start the handling clocks anew; the earlier decision stays readable."""
    return done_answer(call, services().overseeing.reopen(act_of(call), reason=call.body.reason))


@routes.post(
    "/v1/cases/{case_no}/assignment",
    roles=STEPS[CaseStep.ASSIGN].roles,
    body=AssignmentBody,
    answer=CaseShape,
    creates=True,
    needs_version=True,
    summary="Give a case to an officer, or take it oneself",
)
def assign(call: Call[AssignmentBody]) -> Answer[CaseShape]:
    """Name the officer on the case and on its running clocks."""
    return done_answer(call, services().overseeing.assign(act_of(call), officer=call.body.officer))
