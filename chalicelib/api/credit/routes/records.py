"""The HTTP route for storing credit records one by one."""

from chalicelib.api.credit.schemas.records import RecordResponse
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.credit.model.record_schema import RecordRequest
from chalicelib.credit.services.ingest import PROVIDERS
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Routes

routes = Routes("credit")


@routes.put(
    "/v1/credit/records/{source}/{record_id}",
    roles=PROVIDERS,
    body=RecordRequest,
    answer=RecordResponse,
    summary="Store one credit record; safe to repeat, in any order",
    errors=(
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.IDENTITY_CONFLICT,
        ErrorCode.INVALID_IDENTIFIER,
        ErrorCode.RECORD_NOT_ACCEPTABLE,
    ),
)
def put_record(call: Call[RecordRequest]) -> Answer[RecordResponse]:
    """Store the record and update its subject's summary."""
    body = call.body
    submission = body.submission(source=call.path["source"], record_id=call.path["record_id"])
    record = container().ingest.put_record(submission, about=body.subject.identity(), by=call.caller, at=call.at)
    shown = RecordResponse.of(record, displayed=record.is_displayed(day_in_shanghai(call.at)))
    return Answer(body=shown, version=record.version)
