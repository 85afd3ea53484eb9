"""HTTP routes for system outages (系统故障时段)."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AliasPath, Field

from chalicelib.api.cases.routes.cases import Digest
from chalicelib.clocks.model import ClockKind
from chalicelib.http.routes import Answer, Body, Call, Code, Instant, Line, Page, PageQuery, Routes, Shape, Text
from chalicelib.http.schemas import BlankAsNull
from chalicelib.supervision.model.outages import Proof, Window
from chalicelib.supervision.services.outages import READERS, RECORDERS
from chalicelib.wiring import services

routes = Routes("supervision")

FIRST = datetime(1900, 1, 1, tzinfo=UTC)
LAST = datetime(2199, 12, 31, tzinfo=UTC)


class ProofBody(Body):
    """A document that proves the outage."""

    name: Line
    sha256: Digest


class OutageBody(Body):
    """An outage; without ``departments`` or ``kinds`` it affects all of them, without an end it goes on."""

    starts_at: Instant
    ends_at: Instant | None
    departments: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    kinds: Annotated[tuple[Annotated[ClockKind, Field(strict=False)], ...], Field(max_length=50)] = ()
    reason: Text
    evidence: Annotated[tuple[ProofBody, ...], Field(min_length=1, max_length=20)]


class EndBody(Body):
    """When an outage ended."""

    ends_at: Instant


class OutageWithdrawalBody(Body):
    """Why an outage is withdrawn."""

    reason: Text


class OutageQuery(PageQuery):
    """Filter: outages that began between two instants, both inclusive."""

    since: Annotated[Instant | None, Field(alias="from")] = None
    until: Annotated[Instant | None, Field(alias="to")] = None


class ProofShape(Shape):
    """A document that proves the outage."""

    name: str
    sha256: str


class OutageShape(Shape):
    """An outage; a withdrawn one excuses nothing."""

    outage_id: str
    starts_at: Annotated[datetime, Field(validation_alias=AliasPath("window", "starts_at"))]
    ends_at: Annotated[datetime | None, Field(validation_alias=AliasPath("window", "ends_at"))]
    departments: Annotated[tuple[str, ...], Field(validation_alias=AliasPath("window", "departments"))]
    kinds: Annotated[tuple[ClockKind, ...], Field(validation_alias=AliasPath("window", "kinds"))]
    reason: Annotated[str, Field(validation_alias=AliasPath("window", "reason"))]
    evidence: Annotated[tuple[ProofShape, ...], Field(validation_alias=AliasPath("window", "evidence"))]
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: BlankAsNull
    version: int


class OutagesShape(Page):
    """A page of outages, newest first."""

    items: tuple[OutageShape, ...]


@routes.post(
    "/v1/supervision/outages",
    summary="Record an outage of the system, with what shows it",
    roles=RECORDERS,
    body=OutageBody,
    answer=OutageShape,
    status=201,
    creates=True,
)
def record(call: Call[OutageBody]) -> Answer[OutageShape]:
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
    outage, is_repeat = services().outages.record(
        window, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=OutageShape.model_validate(outage), version=outage.version, replayed=is_repeat)


@routes.get(
    "/v1/supervision/outages",
    summary="Outages of the system, newest first",
    roles=READERS,
    query=OutageQuery,
    answer=OutagesShape,
)
def outages(call: Call[None]) -> Answer[OutagesShape]:
    """List outages."""
    query: OutageQuery = call.query
    position: Any = call.position
    page = services().outages.page(
        query.since or FIRST,
        query.until or LAST,
        by=call.caller,
        limit=query.limit,
        after=None if position is None else dict(position),
    )
    items = tuple(OutageShape.model_validate(outage) for outage in page.outages)
    return Answer(body=OutagesShape(items=items, next_cursor=call.next_cursor(page.after)))


@routes.get("/v1/supervision/outages/{outage_id}", summary="An outage", roles=READERS, answer=OutageShape)
def outage(call: Call[None]) -> Answer[OutageShape]:
    """Return an outage."""
    found = services().outages.outage(call.path["outage_id"], by=call.caller)
    return Answer(body=OutageShape.model_validate(found), version=found.version)


@routes.post(
    "/v1/supervision/outages/{outage_id}/end",
    summary="Say when an outage ended",
    roles=RECORDERS,
    body=EndBody,
    answer=OutageShape,
    needs_version=True,
)
def end(call: Call[EndBody]) -> Answer[OutageShape]:
    """End an outage."""
    ended = services().outages.end(
        call.path["outage_id"], call.body.ends_at, by=call.caller, version=call.version, at=call.at
    )
    return Answer(body=OutageShape.model_validate(ended), version=ended.version)


@routes.post(
    "/v1/supervision/outages/{outage_id}/withdrawal",
    summary="Withdraw an outage, which excuses nothing any more",
    roles=RECORDERS,
    body=OutageWithdrawalBody,
    answer=OutageShape,
    needs_version=True,
)
def withdraw(call: Call[OutageWithdrawalBody]) -> Answer[OutageShape]:
    """Withdraw an outage."""
    withdrawn = services().outages.withdraw(
        call.path["outage_id"], call.body.reason, by=call.caller, version=call.version, at=call.at
    )
    return Answer(body=OutageShape.model_validate(withdrawn), version=withdrawn.version)
