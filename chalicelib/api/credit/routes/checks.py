"""The HTTP route for credit checks, which answer with reasons."""

from chalicelib.api.credit.schemas.checks import CheckReasonResponse, CreditCheckRequest, CreditCheckResponse
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.credit.rules.purposes import require_purpose
from chalicelib.credit.services.checks import CHECKERS, Inquiry
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Routes
from chalicelib.policy import require
from chalicelib.subjects.rules.identifiers import require_valid

routes = Routes("credit")


@routes.post(
    "/v1/credit/checks",
    roles=CHECKERS,
    body=CreditCheckRequest,
    answer=CreditCheckResponse,
    summary="Check what records and flags mean for one subject and one item of the department",
    errors=(
        ErrorCode.PURPOSE_REQUIRED,
        ErrorCode.ITEM_NOT_LISTED,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.INVALID_IDENTIFIER,
    ),
)
def check(call: Call[CreditCheckRequest]) -> Answer[CreditCheckResponse]:
    """Check credit for an item, and log who asked and why; ``ITEM_NOT_LISTED`` for an unpublished item.

    An officer asks in a case of their department that concerns the subject, a department's system for its own.
    """
    purpose = call.body.stated_purpose()
    item = container().offers.offered(call.body.item_code, at=call.at)
    about = call.body.subject.identity()
    require(call.caller, roles=CHECKERS, department=item.department)
    if require_purpose(purpose, case_no=call.body.case_no, by=call.caller):
        subject = container().subject_keys.key_of(require_valid(about, on=day_in_shanghai(call.at)))
        container().case_queries.require_concerning(call.body.case_no or "", subject, by=call.caller)
    inquiry = Inquiry(
        item_code=item.code,
        purpose=purpose,
        case_no=call.body.case_no,
        department=item.department,
        pack=item.jurisdiction,
    )
    answer = container().credit.check(about, inquiry, by=call.caller, at=call.at)
    reasons = [
        CheckReasonResponse.of(
            ground, text=ground.text.read_in(call.language), remedy=ground.remedy.read_in(call.language)
        )
        for ground in answer.reasons
    ]
    return Answer(body=CreditCheckResponse.of(answer, reasons=reasons))
