"""HTTP routes for amendments (更正): the credit office amends a record of any department, by two persons."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.api.redress.schemas import (
    AffectedCaseResponse,
    EntrysName,
    RecordName,
    RedressQuery,
    UndoneEntryResponse,
    touched_shapes,
)
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Day,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
)
from chalicelib.redress.model import Amendment, AmendmentState, ObjectionDecision, Outcome
from chalicelib.redress.rules import entry_named
from chalicelib.redress.services.queries import DECIDERS

routes = Routes("remedies")


class AmendmentRequest(RequestBody):
    """The record, what is to become of it, the reason and the article.

    ``outcome`` is ``corrected`` (with ``contents``), ``shortened`` (with ``ends_on``) or ``deleted``, which undoes
    everything based on the same document.
    """

    entry: RecordName
    outcome: Outcome
    reason: Text
    basis: Line
    ends_on: Day | None = None
    contents: Annotated[dict[Code, Text], Field(default_factory=dict, max_length=50)]


class AmendmentActRequest(RequestBody):
    """What the second person found, or why the proposal is withdrawn."""

    reason: Text


class AmendmentActResponse(ResponseBody):
    """Who confirmed or withdrew the proposal, when, and why."""

    by: str
    at: datetime
    reason: str


class AmendmentListItemResponse(ResponseBody):
    """An amendment; ``department`` is the record's own, ``undone`` what went once it was confirmed."""

    id: Annotated[str, Field(validation_alias="amendment_id")]
    state: AmendmentState
    entry: EntrysName
    department: str
    outcome: Annotated[Outcome, Field(validation_alias=AliasPath("wanted", "outcome"))]
    reason: Annotated[str, Field(validation_alias=AliasPath("wanted", "reason"))]
    basis: Annotated[str, Field(validation_alias=AliasPath("wanted", "basis"))]
    ends_on: Annotated[date | None, Field(validation_alias=AliasPath("wanted", "ends_on"))]
    contents: Annotated[dict[str, str], Field(validation_alias=AliasPath("wanted", "contents"))]
    proposed_at: datetime
    proposed_by: str
    confirmed: AmendmentActResponse | None
    withdrawn: AmendmentActResponse | None
    undone: list[UndoneEntryResponse]
    version: int


class AmendmentResponse(AmendmentListItemResponse):
    """An amendment with every case that had relied on what it undid."""

    touched: list[AffectedCaseResponse]


class AmendmentPageResponse(PageResponse):
    """A page of amendments, newest first."""

    items: list[AmendmentListItemResponse]


@routes.post(
    "/v1/credit/amendments",
    summary="Propose to amend a record of any department; nothing changes before a second person has confirmed it",
    roles=DECIDERS,
    body=AmendmentRequest,
    answer=AmendmentResponse,
    status=201,
    creates=True,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.UNDER_OBJECTION, ErrorCode.OUTCOME_NOT_ALLOWED, ErrorCode.STEP_NOT_ALLOWED),
)
def propose(call: Call[AmendmentRequest]) -> Answer[AmendmentResponse]:
    """Propose an amendment."""
    body = call.body
    wanted = ObjectionDecision(
        outcome=body.outcome, reason=body.reason, basis=body.basis, ends_on=body.ends_on, contents=body.contents
    )
    made, is_repeated = container().amendments.propose(
        entry_named(body.entry), wanted, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(made, replayed=is_repeated)


@routes.get(
    "/v1/credit/amendments",
    summary="Amendments of a department's records",
    roles=DECIDERS,
    query=RedressQuery,
    answer=AmendmentPageResponse,
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def amendments(call: Call[None]) -> Answer[AmendmentPageResponse]:
    """List amendments, newest first."""
    query: RedressQuery = call.query
    found = container().amendments.page(
        by=call.caller, department=query.department, limit=query.limit, after=call.position
    )
    items = [AmendmentListItemResponse.model_validate(amendment) for amendment in found.items]
    return Answer(body=AmendmentPageResponse(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/credit/unconfirmed-amendments",
    summary="Amendments of any department's records that wait for a second officer",
    roles=DECIDERS,
    query=PageQuery,
    answer=AmendmentPageResponse,
)
def unconfirmed(call: Call[None]) -> Answer[AmendmentPageResponse]:
    """List the amendments that wait for a second officer of the credit office, oldest first; own ones too."""
    found = container().amendments.unconfirmed(by=call.caller, limit=call.query.limit, after=call.position)
    items = [AmendmentListItemResponse.model_validate(amendment) for amendment in found.items]
    return Answer(body=AmendmentPageResponse(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get("/v1/credit/amendments/{amendment_id}", summary="An amendment", roles=DECIDERS, answer=AmendmentResponse)
def amendment(call: Call[None]) -> Answer[AmendmentResponse]:
    """Return an amendment; visible to the credit office and to the department whose record it is."""
    return _shown(container().amendments.one(call.path["amendment_id"], by=call.caller))


@routes.post(
    "/v1/credit/amendments/{amendment_id}/confirmation",
    summary="Confirm a colleague's amendment, which takes effect at once",
    roles=DECIDERS,
    body=AmendmentActRequest,
    answer=AmendmentResponse,
    needs_version=True,
    fresh=True,
    errors=(
        ErrorCode.UNDER_OBJECTION,
        ErrorCode.OUTCOME_NOT_ALLOWED,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.SAME_PERSON,
    ),
)
def confirm(call: Call[AmendmentActRequest]) -> Answer[AmendmentResponse]:
    """Confirm an amendment."""
    confirmed = container().amendments.confirm(
        call.path["amendment_id"], reason=call.body.reason, by=call.caller, version=call.version, at=call.at
    )
    return _shown(confirmed)


@routes.post(
    "/v1/credit/amendments/{amendment_id}/withdrawal",
    summary="Withdraw a proposal to amend a record",
    roles=DECIDERS,
    body=AmendmentActRequest,
    answer=AmendmentResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def withdraw(call: Call[AmendmentActRequest]) -> Answer[AmendmentResponse]:
    """Withdraw a proposal."""
    withdrawn = container().amendments.withdraw(
        call.path["amendment_id"], reason=call.body.reason, by=call.caller, version=call.version, at=call.at
    )
    return _shown(withdrawn)


def _shown(amendment: Amendment, *, replayed: bool = False) -> Answer[AmendmentResponse]:
    confirmed = amendment.confirmed
    touched = () if confirmed is None else touched_shapes(amendment.touched, since=confirmed.at)
    return Answer(body=AmendmentResponse.of(amendment, touched=touched), version=amendment.version, replayed=replayed)
