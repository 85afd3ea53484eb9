"""HTTP routes for storing credit records one by one, and for letting grave ones bar."""

from typing import Any

from chalicelib.api.credit.schemas.records import RecordResponse, item_names_of, record_response
from chalicelib.container import container
from chalicelib.credit.model.record_schema import RecordRequest
from chalicelib.credit.model.records import BarState, ObjectionState, Record, Severity
from chalicelib.credit.services.ingest import PROVIDERS
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import (
    Answer,
    Call,
    Instant,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
)
from chalicelib.policy import Role

routes = Routes("credit")

OFFICERS = (Role.CREDIT_OFFICER,)


class RecordServiceRequest(RequestBody):
    """When and how the notice of a grave record was served, and the proof."""

    served_at: Instant
    method: Line
    proof: Line


class RecordConfirmationRequest(RequestBody):
    """The second person's reason."""

    reason: Text


class UnconfirmedRecordResponse(ResponseBody):
    """A grave record on its way to barring: how far it is, who handed it in, and until when it may be objected to."""

    source: str
    record_id: str
    kind: str
    severity: Severity
    bar: BarState
    handed_by: str
    received_at: Instant
    notice_until: Instant | None
    objection: ObjectionState


class UnconfirmedRecordPageResponse(PageResponse):
    """A page of grave records that bar nobody yet, by source and id."""

    items: list[UnconfirmedRecordResponse]


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
    return _answer(call, record)


@routes.get(
    "/v1/credit/records/{source}/{record_id}",
    roles=OFFICERS,
    answer=RecordResponse,
    summary="One credit record, for the department that answers for it",
)
def record(call: Call[None]) -> Answer[RecordResponse]:
    """Return a record, as whoever serves its notice or confirms it has to read it; the reading is logged."""
    found = container().bars.one(call.path["source"], call.path["record_id"], by=call.caller, at=call.at)
    return _answer(call, found)


@routes.get(
    "/v1/credit/unconfirmed-records",
    roles=OFFICERS,
    query=PageQuery,
    answer=UnconfirmedRecordPageResponse,
    summary="Grave records of a department that wait to be served, or for a second officer",
)
def unconfirmed(call: Call[None]) -> Answer[UnconfirmedRecordPageResponse]:
    """List the records that bar nobody before they were served and confirmed, and say nothing of whom they concern."""
    found, following = container().bars.unconfirmed(by=call.caller, limit=call.query.limit, after=call.position)
    items = [
        UnconfirmedRecordResponse.of(
            record, notice_until=None if record.bar_notice is None else record.bar_notice.until
        )
        for record in found
    ]
    return Answer(body=UnconfirmedRecordPageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.post(
    "/v1/credit/records/{source}/{record_id}/service",
    roles=OFFICERS,
    body=RecordServiceRequest,
    answer=RecordResponse,
    needs_version=True,
    summary="Put on record that the notice of a grave record was served",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def serve(call: Call[RecordServiceRequest]) -> Answer[RecordResponse]:
    """Record the delivery of the notice, from which the time to object runs."""
    body = call.body
    served = container().bars.serve(
        call.path["source"],
        call.path["record_id"],
        (body.served_at.replace(microsecond=0), body.method, body.proof),
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _answer(call, served)


@routes.post(
    "/v1/credit/records/{source}/{record_id}/confirmation",
    roles=OFFICERS,
    body=RecordConfirmationRequest,
    answer=RecordResponse,
    needs_version=True,
    fresh=True,
    summary="Let a grave record bar, as a second officer, with a fresh login",
    errors=(
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.SAME_PERSON,
        ErrorCode.DEFENCE_OPEN,
        ErrorCode.UNDER_OBJECTION,
        ErrorCode.NO_EFFECTIVE_DOCUMENT,
        ErrorCode.CALENDAR_UNKNOWN,
    ),
)
def confirm(call: Call[RecordConfirmationRequest]) -> Answer[RecordResponse]:
    """Confirm the record, which bars its related items at once, in every check."""
    confirmed = container().bars.confirm(
        call.path["source"],
        call.path["record_id"],
        call.body.reason,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _answer(call, confirmed)


def _answer(call: Call[Any], record: Record) -> Answer[RecordResponse]:
    return Answer(body=record_response(record, item_names_of([record], at=call.at), at=call.at), version=record.version)
