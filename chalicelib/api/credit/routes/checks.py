"""The HTTP route for credit checks, which answer with reasons."""

from chalicelib.api.credit.schemas.checks import CheckReasonResponse, CreditCheckRequest, CreditCheckResponse
from chalicelib.container import container
from chalicelib.credit.model.records import Purpose
from chalicelib.credit.services.checks import Inquiry
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Answer, Call, Routes
from chalicelib.policy import Role

routes = Routes("credit")

PURPOSES = {purpose.value: purpose for purpose in Purpose}


@routes.post(
    "/v1/credit/checks",
    roles=(Role.OFFICER, Role.SYSTEM),
    body=CreditCheckRequest,
    answer=CreditCheckResponse,
    summary="Check what records and flags mean for one subject and one item",
)
def check(call: Call[CreditCheckRequest]) -> Answer[CreditCheckResponse]:
    """Check credit for an item, and log who asked and why; ``ITEM_NOT_LISTED`` for an unpublished item."""
    purpose = PURPOSES.get(call.body.purpose or "")
    if purpose is None:
        raise DomainError(ErrorCode.PURPOSE_REQUIRED)
    inquiry = Inquiry(
        item_code=call.body.item_code,
        purpose=purpose,
        case_no=call.body.case_no,
        pack=container().catalogue.pack_of(call.body.item_code, at=call.at),
    )
    answer = container().credit.check(call.body.subject.identity(), inquiry, by=call.caller, at=call.at)
    reasons = [
        CheckReasonResponse.of(
            ground, text=ground.text.read_in(call.language), remedy=ground.remedy.read_in(call.language)
        )
        for ground in answer.reasons
    ]
    return Answer(body=CreditCheckResponse.of(answer, reasons=reasons))
