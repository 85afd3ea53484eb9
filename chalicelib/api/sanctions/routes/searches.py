"""The HTTP route by which an office finds what it holds about somebody whose number it knows."""

from typing import Annotated

from pydantic import Field

from chalicelib.api.credit.schemas.records import RecordResponse, item_names_of, record_response
from chalicelib.api.sanctions.schemas.flags import FlagResponse
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.credit.model.records import Purpose
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Answer, Call, Line, RequestBody, ResponseBody, Routes
from chalicelib.sanctions.services.searches import SEARCHERS
from chalicelib.subjects.model.schema import SubjectInput

routes = Routes("credit")

PURPOSES = (Purpose.HANDLING, Purpose.VERIFICATION, Purpose.ENFORCEMENT)
"""For what a credit officer may look somebody up."""


class CreditSearchRequest(RequestBody):
    """Whom to look up, by number and name, and why: one of a closed list (else ``PURPOSE_REQUIRED``)."""

    subject: SubjectInput
    purpose: Annotated[Line | None, Field(json_schema_extra={"examples": [purpose.value for purpose in PURPOSES]})] = (
        None
    )


class CreditSearchResponse(ResponseBody):
    """What the caller's department holds about a subject: its records and flags, newest flags first.

    ``complete`` is false where there is more than was looked through.
    """

    records: list[RecordResponse]
    flags: list[FlagResponse]
    complete: bool


@routes.post(
    "/v1/credit/searches",
    roles=SEARCHERS,
    body=CreditSearchRequest,
    answer=CreditSearchResponse,
    summary="What the department holds about a subject: records and flags; the subject sees who asked, and why",
    errors=(ErrorCode.PURPOSE_REQUIRED, ErrorCode.INSUFFICIENT_IDENTITY, ErrorCode.INVALID_IDENTIFIER),
)
def search(call: Call[CreditSearchRequest]) -> Answer[CreditSearchResponse]:
    """Look somebody up; a name alone finds nobody (R6.2)."""
    purpose = next((purpose for purpose in PURPOSES if purpose == call.body.purpose), None)
    if purpose is None:
        raise DomainError(ErrorCode.PURPOSE_REQUIRED)
    found = container().subject_search.find(call.body.subject.identity(), purpose, by=call.caller, at=call.at)
    due, today = container().flags.defences_due(found.flags, at=call.at), day_in_shanghai(call.at)
    names = item_names_of(found.records, at=call.at)
    body = CreditSearchResponse(
        records=[record_response(record, names, at=call.at) for record in found.records],
        flags=[
            FlagResponse.of(flag, in_force=flag.is_in_force(today), defence_due_at=due.get(flag.flag_id))
            for flag in found.flags
        ],
        complete=found.is_complete,
    )
    return Answer(body=body)
