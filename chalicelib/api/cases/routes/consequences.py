"""What follows when a promise is checked, over HTTP (核查、陈述申辩、整改、撤销)."""

from chalicelib.api.cases.routes.handling import Days, FlagNoticeBody, FreeText, act_of, done_answer
from chalicelib.api.cases.schemas.cases import CaseShape
from chalicelib.cases.model.stages import Finding
from chalicelib.cases.rules.consequences import RectificationOutcome, RevocationDocument
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.catalogue.model.items import Method
from chalicelib.http.routes import Answer, Body, Call, Day, Instant, Line, Routes, Text
from chalicelib.wiring import services

routes = Routes("handling")


class VerificationBody(FlagNoticeBody):
    """What was found, how, and the facts; ``late_reason`` after the last day for it, and the applicant reads it."""

    result: Finding
    method: Method
    findings: Text
    late_reason: FreeText | None = None


class StatementBody(Body):
    """What the person says for themselves."""

    text: Text


class RectificationBody(Body):
    """Within how many working days things must be put right, and by which article."""

    days: Days
    basis: Line


class OutcomeBody(FlagNoticeBody):
    """What came of the order, and the facts."""

    outcome: RectificationOutcome
    findings: Text


class RevocationBody(Body):
    """The document that revokes the decision; ``statement_answer`` where the person made a statement."""

    document_no: Line
    basis: Line
    served_at: Instant
    effective_on: Day
    remedy_until: Day
    statement_answer: FreeText = ""


@routes.post(
    "/v1/cases/{case_no}/verification",
    roles=STEPS[CaseStep.VERIFY].roles,
    body=VerificationBody,
    answer=CaseShape,
    creates=True,
    needs_version=True,
    summary="Record what the verification of a promise found",
)
def verify(call: Call[VerificationBody]) -> Answer[CaseShape]:
    """Record the result; it waits for a second officer where the item asks for two."""
    body = call.body
    done = services().consequences.verify(
        act_of(call),
        result=body.result,
        method=body.method,
        findings=body.findings,
        late_reason=body.late_reason,
    )
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/verification/confirmation",
    roles=STEPS[CaseStep.CONFIRM].roles,
    answer=CaseShape,
    creates=True,
    needs_version=True,
    summary="Stand behind another officer's result",
)
def confirm_verification(call: Call[None]) -> Answer[CaseShape]:
    """Give the result its effect."""
    return done_answer(call, services().consequences.confirm_verification(act_of(call)))


@routes.post(
    "/v1/cases/{case_no}/statement",
    roles=STEPS[CaseStep.STATE].roles,
    body=StatementBody,
    answer=CaseShape,
    creates=True,
    summary="State and defend before anything adverse is decided",
)
def state(call: Call[StatementBody]) -> Answer[CaseShape]:
    """Take the person's statement; the decision must answer it."""
    return done_answer(call, services().consequences.state(act_of(call), text=call.body.text))


@routes.post(
    "/v1/cases/{case_no}/rectification",
    roles=STEPS[CaseStep.RECTIFY].roles,
    body=RectificationBody,
    answer=CaseShape,
    creates=True,
    needs_version=True,
    summary="Order to put things right, if that is the next step",
)
def order_rectification(call: Call[RectificationBody]) -> Answer[CaseShape]:
    """Give the person time to put things right."""
    done = services().consequences.order_rectification(act_of(call), days=call.body.days, basis=call.body.basis)
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/rectification/outcome",
    roles=STEPS[CaseStep.END_RECTIFICATION].roles,
    body=OutcomeBody,
    answer=CaseShape,
    creates=True,
    needs_version=True,
    summary="Record what came of the order",
)
def end_rectification(call: Call[OutcomeBody]) -> Answer[CaseShape]:
    """Done ends the matter; not done, once the time is over, opens the next step."""
    done = services().consequences.end_rectification(
        act_of(call), outcome=call.body.outcome, findings=call.body.findings
    )
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/revocation",
    roles=STEPS[CaseStep.REVOKE].roles,
    body=RevocationBody,
    answer=CaseShape,
    creates=True,
    needs_version=True,
    summary="Revoke the decision, in the order that the rule pack gives",
)
def revoke(call: Call[RevocationBody]) -> Answer[CaseShape]:
    """Revoke by a document that was served, after the person was heard."""
    body = call.body
    document = RevocationDocument(
        document_no=body.document_no,
        basis=body.basis,
        served_at=body.served_at,
        effective_on=body.effective_on,
        remedy_until=body.remedy_until,
        statement_answer=body.statement_answer,
    )
    return done_answer(call, services().consequences.revoke(act_of(call), document))
