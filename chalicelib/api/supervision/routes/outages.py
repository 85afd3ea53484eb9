"""HTTP routes for system outages (系统故障时段)."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AliasPath, Field

from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Instant,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
)
from chalicelib.http.schemas import BlankAsNull, FirstInstant, LastInstant
from chalicelib.supervision.model.outages import Proof, Window
from chalicelib.supervision.services.outages import READERS, RECORDERS
from chalicelib.validation import Digest

routes = Routes("supervision")

FIRST = datetime(1900, 1, 1, tzinfo=UTC)
LAST = datetime(2199, 12, 31, tzinfo=UTC)


class OutageProofInput(RequestBody):
    """A document that proves the outage."""

    name: Line
    sha256: Digest


class OutageRequest(RequestBody):
    """An outage; without ``departments`` or ``kinds`` it affects all of them, without an end it goes on."""

    starts_at: Instant
    ends_at: Instant | None
    departments: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    kinds: Annotated[tuple[Annotated[ClockKind, Field(strict=False)], ...], Field(max_length=50)] = ()
    reason: Text
    evidence: Annotated[tuple[OutageProofInput, ...], Field(min_length=1, max_length=20)]


class OutageEndRequest(RequestBody):
    """When an outage ended."""

    ends_at: Instant


class OutageWithdrawalRequest(RequestBody):
    """Why an outage is withdrawn."""

    reason: Text


class OutagesQuery(PageQuery):
    """Filter: outages that began between two instants, both inclusive."""

    first: FirstInstant = None
    last: LastInstant = None


class OutageProofResponse(ResponseBody):
    """A document that proves the outage."""

    name: str
    sha256: str


class OutageResponse(ResponseBody):
    """An outage; a withdrawn one excuses nothing."""

    outage_id: str
    starts_at: Annotated[datetime, Field(validation_alias=AliasPath("window", "starts_at"))]
    ends_at: Annotated[datetime | None, Field(validation_alias=AliasPath("window", "ends_at"))]
    departments: Annotated[tuple[str, ...], Field(validation_alias=AliasPath("window", "departments"))]
    kinds: Annotated[tuple[ClockKind, ...], Field(validation_alias=AliasPath("window", "kinds"))]
    reason: Annotated[str, Field(validation_alias=AliasPath("window", "reason"))]
    evidence: Annotated[tuple[OutageProofResponse, ...], Field(validation_alias=AliasPath("window", "evidence"))]
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: BlankAsNull
    version: int


class OutagePageResponse(PageResponse):
    """A page of outages, newest first."""

    items: tuple[OutageResponse, ...]


@routes.post(
    "/v1/supervision/outages",
    summary="Record an outage of the system, with what shows it",
    roles=RECORDERS,
    body=OutageRequest,
    answer=OutageResponse,
    status=201,
    creates=True,
)
def record(call: Call[OutageRequest]) -> Answer[OutageResponse]:
    """Record an outage."""
    body = call.body
    window = Window(
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        departments=body.departments,
        kinds=body.kinds,
        reason=body.reason,
        evidence=tuple(Proof(name=proof.name, sha256=proof.sha256) for proof in body.evidence),
    )
    outage, is_repeat = container().outages.record(
        window, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=OutageResponse.model_validate(outage), version=outage.version, replayed=is_repeat)


@routes.get(
    "/v1/supervision/outages",
    summary="Outages of the system, newest first",
    roles=READERS,
    query=OutagesQuery,
    answer=OutagePageResponse,
)
def outages(call: Call[None]) -> Answer[OutagePageResponse]:
    """List outages."""
    query: OutagesQuery = call.query
    position: Any = call.position
    page = container().outages.page(
        query.first or FIRST,
        query.last or LAST,
        by=call.caller,
        limit=query.limit,
        after=None if position is None else dict(position),
    )
    items = tuple(OutageResponse.model_validate(outage) for outage in page.items)
    return Answer(body=OutagePageResponse(items=items, next_cursor=call.next_cursor(page.after)))


@routes.get("/v1/supervision/outages/{outage_id}", summary="An outage", roles=READERS, answer=OutageResponse)
def outage(call: Call[None]) -> Answer[OutageResponse]:
    """Return an outage."""
    found = container().outages.outage(call.path["outage_id"], by=call.caller)
    return Answer(body=OutageResponse.model_validate(found), version=found.version)


@routes.post(
    "/v1/supervision/outages/{outage_id}/end",
    summary="Record when an outage ended",
    roles=RECORDERS,
    body=OutageEndRequest,
    answer=OutageResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def end(call: Call[OutageEndRequest]) -> Answer[OutageResponse]:
    """End an outage."""
    ended = container().outages.end(
        call.path["outage_id"], call.body.ends_at, by=call.caller, version=call.version, at=call.at
    )
    return Answer(body=OutageResponse.model_validate(ended), version=ended.version)


@routes.post(
    "/v1/supervision/outages/{outage_id}/withdrawal",
    summary="Withdraw an outage, which excuses nothing any more",
    roles=RECORDERS,
    body=OutageWithdrawalRequest,
    answer=OutageResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def withdraw(call: Call[OutageWithdrawalRequest]) -> Answer[OutageResponse]:
    """Withdraw an outage."""
    withdrawn = container().outages.withdraw(
        call.path["outage_id"], call.body.reason, by=call.caller, version=call.version, at=call.at
    )
    return Answer(body=OutageResponse.model_validate(withdrawn), version=withdrawn.version)
