"""The HTTP route for credit checks, which answer with reasons."""

from chalicelib.api.credit.schemas.checks import CheckReasonResponse, CreditCheckRequest, CreditCheckResponse
from chalicelib.container import container
from chalicelib.credit.services.checks import Inquiry
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Routes
from chalicelib.policy import Role

routes = Routes("credit")


@routes.post(
    "/v1/credit/checks",
    roles=(Role.OFFICER, Role.SYSTEM),
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
    """Check credit for an item, and log who asked and why; ``ITEM_NOT_LISTED`` for an unpublished item."""
    purpose = call.body.stated_purpose()
    item = container().offers.offered(call.body.item_code, at=call.at)
    inquiry = Inquiry(
        item_code=item.code,
        purpose=purpose,
        case_no=call.body.case_no,
        department=item.department,
        pack=item.jurisdiction,
    )
    answer = container().credit.check(call.body.subject.identity(), inquiry, by=call.caller, at=call.at)
    reasons = [
        CheckReasonResponse.of(
            ground, text=ground.text.read_in(call.language), remedy=ground.remedy.read_in(call.language)
        )
        for ground in answer.reasons
    ]
    return Answer(body=CreditCheckResponse.of(answer, reasons=reasons))
