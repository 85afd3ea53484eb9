"""Requests and responses for credit checks."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.records import Effect, Purpose, Severity
from chalicelib.http.routes import Code, Line, RequestBody, ResponseBody
from chalicelib.subjects.model.schema import SubjectInput


class CreditCheckRequest(RequestBody):
    """A check of one subject for one item; ``purpose`` must be one of a closed list (else ``PURPOSE_REQUIRED``)."""

    subject: SubjectInput
    item_code: Code
    purpose: Annotated[Line | None, Field(json_schema_extra={"examples": [purpose.value for purpose in Purpose]})] = (
        None
    )
    case_no: Code | None = None


class CheckReasonResponse(ResponseBody):
    """A reason, and the remedy against it."""

    code: str
    text: str
    source: str
    basis: str
    remedy: str
    contact: str
    record: str
    severity: Severity | None
    until: date | None


class CreditCheckResponse(ResponseBody):
    """The result of a check."""

    effect: Effect
    reasons: list[CheckReasonResponse]
    as_of: datetime
