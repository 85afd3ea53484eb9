"""HTTP routes for objections (异议申诉): the entry is marked as disputed at once, and a person decides."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.api.redress.schemas import (
    AffectedCaseResponse,
    EntryName,
    EntrysName,
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
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
    TextOrBlank,
)
from chalicelib.policy import Role
from chalicelib.redress.model import Objection, ObjectionDecision, ObjectionRequest, ObjectionState, Outcome
from chalicelib.redress.rules import entry_named
from chalicelib.redress.services.queries import DECIDERS, READERS

routes = Routes("remedies")


class FileObjectionRequest(RequestBody):
    """The disputed entry, the ground and the reason; ``repair:<id>`` disputes the refusal of a repair.

    ``ground`` is one of fact, identity, period, list_entry, measure, repair_refusal, as the rules in force define.
    """

    entry: EntryName
    ground: Code
    text: Text
    evidence: TextOrBlank = ""


class ObjectionDecisionRequest(RequestBody):
    """The decision, its reason and legal basis; ``ends_on`` for a shortened period, ``contents`` for a correction."""

    outcome: Outcome
    reason: Text
    basis: Line
    ends_on: Day | None = None
    contents: Annotated[dict[Code, Text], Field(default_factory=dict, max_length=50)]
    late_reason: Text | None = None


class ObjectionDecisionResponse(ResponseBody):
    """The decision on an objection, and the entries that it undid."""

    outcome: Annotated[Outcome, Field(validation_alias=AliasPath("ruling", "outcome"))]
    reason: Annotated[str, Field(validation_alias=AliasPath("ruling", "reason"))]
    basis: Annotated[str, Field(validation_alias=AliasPath("ruling", "basis"))]
    ends_on: Annotated[date | None, Field(validation_alias=AliasPath("ruling", "ends_on"))]
    contents: Annotated[dict[str, str], Field(validation_alias=AliasPath("ruling", "contents"))]
    late_reason: Annotated[str | None, Field(validation_alias=AliasPath("ruling", "late_reason"))]
    decided_at: datetime
    decided_by: str
    undone: list[UndoneEntryResponse]


class ObjectionListItemResponse(ResponseBody):
    """An objection; ``paused`` means that the disputed entry has no effect while it is open."""

    id: Annotated[str, Field(validation_alias="objection_id")]
    state: ObjectionState
    entry: EntrysName
    ground: Annotated[str, Field(validation_alias=AliasPath("plea", "ground"))]
    text: Annotated[str, Field(validation_alias=AliasPath("plea", "text"))]
    evidence: Annotated[str, Field(validation_alias=AliasPath("plea", "evidence"))]
    department: str
    review: Annotated[bool, Field(validation_alias="is_review")]
    paused: bool
    made_at: datetime
    withdrawn_at: datetime | None
    decision: Annotated[ObjectionDecisionResponse | None, Field(validation_alias="decided")]
    version: int


class ObjectionResponse(ObjectionListItemResponse):
    """An objection with its deadline and the legal basis for it; silence never decides it."""

    due_on: date
    provisional: bool
    limit_basis: str
    touched: list[AffectedCaseResponse]


class ObjectionPageResponse(PageResponse):
    """A page of objections, newest first."""

    items: list[ObjectionListItemResponse]


@routes.post(
    "/v1/objections",
    summary="Object to a record, a flag or a refused repair (异议申诉), free of charge",
    roles=(Role.APPLICANT,),
    body=FileObjectionRequest,
    answer=ObjectionResponse,
    status=201,
    creates=True,
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.UNDER_OBJECTION,
        ErrorCode.REPAIRED,
        ErrorCode.DISPLAY_EXPIRED,
        ErrorCode.OBJECTION_GROUND_UNKNOWN,
        ErrorCode.OBJECTION_DECIDED,
        ErrorCode.NOTHING_TO_REPAIR,
        ErrorCode.STEP_NOT_ALLOWED,
    ),
)
def make(call: Call[FileObjectionRequest]) -> Answer[ObjectionResponse]:
    """Make an objection: the entry is marked from now on, and the most serious effects pause until the decision."""
    body = call.body
    plea = ObjectionRequest(entry=entry_named(body.entry), ground=body.ground, text=body.text, evidence=body.evidence)
    objection, is_repeated = container().objections.make(
        plea, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(objection, replayed=is_repeated)


@routes.get(
    "/v1/objections",
    summary="One's own objections, or those that a department answers",
    roles=READERS,
    query=RedressQuery,
    answer=ObjectionPageResponse,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.INSUFFICIENT_IDENTITY),
)
def objections(call: Call[None]) -> Answer[ObjectionPageResponse]:
    """List objections, newest first."""
    query: RedressQuery = call.query
    found = container().objections.page(
        by=call.caller, department=query.department, limit=query.limit, after=call.position
    )
    items = [ObjectionListItemResponse.of(objection, paused=_is_pausing(objection)) for objection in found.items]
    return Answer(body=ObjectionPageResponse(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/objections/{objection_id}",
    summary="An objection, with its answer and dates",
    roles=READERS,
    answer=ObjectionResponse,
)
def objection(call: Call[None]) -> Answer[ObjectionResponse]:
    """Return an objection; visible to whoever made it, the deciding department and its supervisors."""
    return _shown(container().objections.one(call.path["objection_id"], by=call.caller))


@routes.post(
    "/v1/objections/{objection_id}/withdrawal",
    summary="Withdraw an objection",
    roles=(Role.APPLICANT,),
    answer=ObjectionResponse,
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def withdraw(call: Call[None]) -> Answer[ObjectionResponse]:
    """Withdraw an objection, which removes the mark."""
    return _shown(container().objections.withdraw(call.path["objection_id"], by=call.caller, at=call.at))


@routes.post(
    "/v1/objections/{objection_id}/decision",
    summary="Answer an objection; the answer has its effect at once",
    roles=DECIDERS,
    body=ObjectionDecisionRequest,
    answer=ObjectionResponse,
    needs_version=True,
    errors=(
        ErrorCode.OUTCOME_NOT_ALLOWED,
        ErrorCode.REPAIR_ASKED,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.LATE_REASON_REQUIRED,
        ErrorCode.SAME_PERSON,
    ),
)
def decide(call: Call[ObjectionDecisionRequest]) -> Answer[ObjectionResponse]:
    """Decide an objection; a review is decided by somebody else than before."""
    body = call.body
    ruling = ObjectionDecision(
        outcome=body.outcome,
        reason=body.reason,
        basis=body.basis,
        ends_on=body.ends_on,
        contents=body.contents,
        late_reason=body.late_reason,
    )
    after = container().objections.decide(
        call.path["objection_id"], ruling, by=call.caller, version=call.version, at=call.at
    )
    return _shown(after)


def _shown(objection: Objection, *, replayed: bool = False) -> Answer[ObjectionResponse]:
    decided, clock = objection.decided, container().objections.clock(objection)
    body = ObjectionResponse.of(
        objection,
        paused=_is_pausing(objection),
        due_on=clock.due_on,
        provisional=clock.provisional,
        limit_basis=clock.limit.basis,
        touched=() if decided is None else touched_shapes(decided.touched, since=decided.decided_at),
    )
    return Answer(body=body, version=objection.version, replayed=replayed)


def _is_pausing(objection: Objection) -> bool:
    return objection.is_paused and objection.state is ObjectionState.OPEN
