"""HTTP routes for handling a case, from receipt to delivery (受理、延期、决定、送达)."""

from typing import Annotated, Any

from pydantic import Field

from chalicelib.api.cases.routes.cases import MOST_MATERIALS, MaterialInput, materials_of
from chalicelib.api.cases.schemas.cases import CaseResponse, case_answer, case_no_in
from chalicelib.cases.model.stages import Outcome, ResultDocument
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.cases.services.commands import Command, Result
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Code, Instant, Line, RequestBody, Routes, Text, TextOrBlank
from chalicelib.validation import Digest

routes = Routes("handling")

LONGEST_PERIOD = 365
"""In days: no notice, extension or order lasts longer than a year."""

Days = Annotated[int, Field(ge=1, le=LONGEST_PERIOD)]


class OccurredAtRequest(RequestBody):
    """An act that may have happened before it is reported; the clocks go by when it is reported."""

    occurred_at: Instant | None = None


class ResultDocumentInput(RequestBody):
    """The document that results from the decision: its name and the SHA-256 of its content, never the content."""

    name: Line
    sha256: Digest


class CorrectionRequest(OccurredAtRequest):
    """All missing materials, by their ids in the checklist, and the legal basis for requiring them."""

    missing: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MOST_MATERIALS)]
    basis: Line


class CorrectionAnswerRequest(RequestBody):
    """The materials that the applicant adds, a reply, or both."""

    materials: Annotated[tuple[MaterialInput, ...], Field(max_length=MOST_MATERIALS)] = ()
    text: TextOrBlank = ""


class AcceptanceRequest(OccurredAtRequest):
    """Whether the case is accepted; a refusal to accept needs a reason."""

    accepted: bool
    reason: TextOrBlank = ""


class PauseRequest(OccurredAtRequest):
    """A special procedure: ground, legal basis, expected length in working days, and the notice to the applicant."""

    ground: Line
    basis: Line
    expected_days: Days
    notice_text: TextOrBlank | None = None


class SuspensionRequest(OccurredAtRequest):
    """A suspension: ground, legal basis, expected length in working days, and the notice to the applicant."""

    ground: Line
    basis: Line
    expected_days: Days
    notice_text: Text


class StepCompletionRequest(OccurredAtRequest):
    """The step of the item that is done."""

    step: Code


class ExtensionRequest(RequestBody):
    """The length of the extension in working days, and the reason given to the applicant."""

    days: Days
    reason: Text


class CaseDecisionRequest(OccurredAtRequest):
    """The decision; a refusal needs reasons, a late decision needs ``late_reason``."""

    outcome: Outcome
    document_no: Line
    reasons: TextOrBlank = ""
    late_reason: TextOrBlank | None = None
    result: ResultDocumentInput | None = None


class DeliveryRequest(OccurredAtRequest):
    """How the result reached the applicant; a late delivery needs ``late_reason``."""

    method: Line | None = None
    late_reason: TextOrBlank | None = None


@routes.post(
    "/v1/cases/{case_no}/corrections",
    roles=STEPS[CaseStep.CORRECT].roles,
    body=CorrectionRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Tell the applicant, once, everything that is missing",
    errors=(ErrorCode.MATERIAL_NOT_LISTED, ErrorCode.STEP_NOT_ALLOWED),
)
def ask_correction(call: Call[CorrectionRequest]) -> Answer[CaseResponse]:
    """Ask for missing materials; a second, different request is recorded as a breach (一次性告知)."""
    done = container().acceptance.ask_correction(act_of(call), missing=call.body.missing, basis=call.body.basis)
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/corrections/{number}/answer",
    roles=STEPS[CaseStep.ANSWER].roles,
    body=CorrectionAnswerRequest,
    answer=CaseResponse,
    creates=True,
    takes_version=True,
    summary="Answer a demand for corrections",
    errors=(
        ErrorCode.MATERIAL_NOT_LISTED,
        ErrorCode.DOCUMENT_NOT_USABLE,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.AUTHORITY_REQUIRED,
    ),
)
def answer_correction(call: Call[CorrectionAnswerRequest]) -> Answer[CaseResponse]:
    """Supply the missing materials or say why not; the office's time to accept starts again."""
    done = container().acceptance.answer_correction(
        act_of(call), int(call.path["number"]), materials=materials_of(call.body.materials), text=call.body.text
    )
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/acceptance",
    roles=STEPS[CaseStep.ACCEPT].roles,
    body=AcceptanceRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Accept a case, or say why not",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def accept(call: Call[AcceptanceRequest]) -> Answer[CaseResponse]:
    """Accept, which starts the handling clocks, or refuse to accept, which stops every clock."""
    accepting = container().acceptance
    step = accepting.accept if call.body.accepted else accepting.turn_away
    return done_answer(call, step(act_of(call), reason=call.body.reason))


@routes.post(
    "/v1/cases/{case_no}/pauses",
    roles=STEPS[CaseStep.PAUSE].roles,
    body=PauseRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Begin a special procedure whose time does not count",
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.PAUSE_WITHOUT_NOTICE, ErrorCode.PAUSE_GROUND_UNKNOWN),
)
def pause(call: Call[PauseRequest]) -> Answer[CaseResponse]:
    """Pause the handling clocks and notify the applicant."""
    body = call.body
    done = container().handling.pause(
        act_of(call),
        ground=body.ground,
        basis=body.basis,
        expected_days=body.expected_days,
        notice_text=body.notice_text,
    )
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/pauses/{number}/end",
    roles=STEPS[CaseStep.RESUME].roles,
    body=OccurredAtRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="End a special procedure",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def end_pause(call: Call[OccurredAtRequest]) -> Answer[CaseResponse]:
    """Resume the handling clocks from tomorrow; the body may be omitted."""
    return done_answer(call, container().handling.end_pause(act_of(call), int(call.path["number"])))


@routes.post(
    "/v1/cases/{case_no}/step-completion",
    roles=STEPS[CaseStep.COMPLETE_STEP].roles,
    body=StepCompletionRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Complete a step of handling",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def complete_step(call: Call[StepCompletionRequest]) -> Answer[CaseResponse]:
    """End the clock of the step that is under way; the next step has its own from now."""
    return done_answer(call, container().handling.complete_step(act_of(call), call.body.step))


@routes.post(
    "/v1/cases/{case_no}/suspensions",
    roles=STEPS[CaseStep.SUSPEND].roles,
    body=SuspensionRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Suspend a case (中止办理)",
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.PAUSE_GROUND_UNKNOWN),
)
def suspend(call: Call[SuspensionRequest]) -> Answer[CaseResponse]:
    """Stop counting the handling times until the suspension ends, and notify the applicant."""
    body = call.body
    done = container().handling.suspend(
        act_of(call),
        ground=body.ground,
        basis=body.basis,
        expected_days=body.expected_days,
        notice_text=body.notice_text,
    )
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/suspensions/{number}/end",
    roles=STEPS[CaseStep.END_SUSPENSION].roles,
    body=OccurredAtRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Go on with a suspended case",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def end_suspension(call: Call[OccurredAtRequest]) -> Answer[CaseResponse]:
    """Resume the handling clocks from tomorrow; the body may be omitted."""
    return done_answer(call, container().handling.end_suspension(act_of(call), int(call.path["number"])))


@routes.post(
    "/v1/cases/{case_no}/extension",
    roles=STEPS[CaseStep.EXTEND].roles,
    body=ExtensionRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Grant the one extension",
    errors=(
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.ALREADY_EXTENDED,
        ErrorCode.EXTENSION_TOO_LONG,
        ErrorCode.EXTENSION_TOO_LATE,
    ),
)
def extend(call: Call[ExtensionRequest]) -> Answer[CaseResponse]:
    """Extend the statutory time, before it has passed; the promised one stays."""
    return done_answer(call, container().handling.extend(act_of(call), days=call.body.days, reason=call.body.reason))


@routes.post(
    "/v1/cases/{case_no}/decision",
    roles=STEPS[CaseStep.DECIDE].roles,
    body=CaseDecisionRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Decide a case",
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.LATE_REASON_REQUIRED),
)
def decide(call: Call[CaseDecisionRequest]) -> Answer[CaseResponse]:
    """Grant or refuse; the applicant sees the reason for a late decision."""
    body = call.body
    done = container().handling.decide(
        act_of(call),
        outcome=body.outcome,
        document_no=body.document_no,
        reasons=body.reasons,
        late_reason=body.late_reason,
        result=None if body.result is None else ResultDocument(name=body.result.name, sha256=body.result.sha256),
    )
    return done_answer(call, done)


@routes.post(
    "/v1/cases/{case_no}/delivery",
    roles=STEPS[CaseStep.DELIVER].roles,
    body=DeliveryRequest,
    answer=CaseResponse,
    creates=True,
    needs_version=True,
    summary="Record that the result reached the applicant, and close the case",
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.LATE_REASON_REQUIRED),
)
def deliver(call: Call[DeliveryRequest]) -> Answer[CaseResponse]:
    """Close the case; the body may be omitted."""
    body = call.body
    done = container().handling.deliver(act_of(call), method=body.method or "", late_reason=body.late_reason)
    return done_answer(call, done)


def act_of(call: Call[Any]) -> Command:
    """Return the command for a case; ``NOT_FOUND`` if the number cannot be a case number."""
    return Command(
        case_no=case_no_in(call.path),
        by=call.caller,
        at=call.at,
        version=call.sent_version,
        idempotency_key=call.idempotency_key,
        occurred_at=call.body.occurred_at if isinstance(call.body, OccurredAtRequest) else None,
    )


def done_answer(call: Call[Any], done: Result) -> Answer[CaseResponse]:
    """Answer with the case as it stands after the command."""
    return case_answer(call, done.case, replayed=done.is_repeat)
