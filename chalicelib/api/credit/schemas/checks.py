"""Requests and responses for credit checks."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.records import Effect, Purpose, Severity
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Code, Line, RequestBody, ResponseBody
from chalicelib.subjects.model.schema import SubjectInput

OF_OFFICES = tuple(purpose for purpose in Purpose if purpose is not Purpose.AGENCY)
"""The purposes for which an office or its system may ask."""


class CreditCheckRequest(RequestBody):
    """A check of one subject for one item; ``purpose`` must be one of a closed list (else ``PURPOSE_REQUIRED``)."""

    subject: SubjectInput
    item_code: Code
    purpose: Annotated[
        Line | None, Field(json_schema_extra={"examples": [purpose.value for purpose in OF_OFFICES]})
    ] = None
    case_no: Code | None = None

    def stated_purpose(self) -> Purpose:
        """Return the purpose; raises ``PURPOSE_REQUIRED`` for none, or one that is not on the list."""
        found = next((purpose for purpose in OF_OFFICES if purpose == self.purpose), None)
        if found is None:
            raise DomainError(ErrorCode.PURPOSE_REQUIRED)
        return found


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
