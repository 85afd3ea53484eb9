"""HTTP routes for identity conflicts: a known number came with another name, and a person decides."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import Cause, ConflictState, Outcome
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Line, PageQuery, PageResponse, RequestBody, ResponseBody, Routes, Text
from chalicelib.policy import Role

routes = Routes("credit")

OFFICERS = (Role.CREDIT_OFFICER,)


class ConflictsQuery(PageQuery):
    """Filter: open or decided conflicts."""

    state: ConflictState = ConflictState.OPEN


class ConflictDecisionRequest(RequestBody):
    """The outcome, the document it rests on, and the reason."""

    outcome: Outcome
    evidence: Line
    reason: Text


class ConflictDecisionResponse(ResponseBody):
    """The decision on a conflict."""

    outcome: Outcome
    evidence: str
    reason: str
    by: str
    at: datetime


class ConflictResponse(ResponseBody):
    """A number that is known under another name than the one given; both names are masked.

    A record is named by ``source`` and ``record_id``, anything else by ``reference``.
    """

    id: Annotated[str, Field(validation_alias="conflict_id")]
    version: int
    state: ConflictState
    cause: Cause
    subject: str
    source: str
    record_id: str
    reference: str
    known_as: str
    said: str
    said_by: str
    said_at: datetime
    decision: ConflictDecisionResponse | None


class ConflictPageResponse(PageResponse):
    """A page of conflicts, oldest first."""

    items: list[ConflictResponse]


@routes.get(
    "/v1/credit/conflicts",
    roles=OFFICERS,
    query=ConflictsQuery,
    answer=ConflictPageResponse,
    summary="Numbers and names that do not belong together",
)
def page(call: Call[None]) -> Answer[ConflictPageResponse]:
    """List the conflicts in one state."""
    query: ConflictsQuery = call.query
    found = container().conflicts.page(query.state, by=call.caller, limit=query.limit, after=call.position)
    shapes = [ConflictResponse.model_validate(conflict) for conflict in found.items]
    return Answer(body=ConflictPageResponse(items=shapes, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/credit/conflicts/{conflict_id}", roles=OFFICERS, answer=ConflictResponse, summary="One conflict of identity"
)
def read(call: Call[None]) -> Answer[ConflictResponse]:
    """Return a conflict."""
    found = container().conflicts.get(call.path["conflict_id"], by=call.caller)
    return Answer(body=ConflictResponse.model_validate(found), version=found.version)


@routes.post(
    "/v1/credit/conflicts/{conflict_id}/decision",
    roles=OFFICERS,
    body=ConflictDecisionRequest,
    answer=ConflictResponse,
    needs_version=True,
    summary="Resolve a conflict: whether both names belong to one person",
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.SAME_PERSON),
)
def decide(call: Call[ConflictDecisionRequest]) -> Answer[ConflictResponse]:
    """Decide a conflict."""
    body = call.body
    decided = container().conflicts.decide(
        call.path["conflict_id"],
        body.outcome,
        evidence=body.evidence,
        reason=body.reason,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return Answer(body=ConflictResponse.model_validate(decided), version=decided.version)
