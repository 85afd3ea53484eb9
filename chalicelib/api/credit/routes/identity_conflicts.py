"""Conflicts of identity over HTTP: a person looks at a number that came with another name."""

from datetime import datetime

from chalicelib.credit.model.identity_conflicts import Conflict, ConflictState, Outcome
from chalicelib.http.routes import Answer, Body, Call, Line, Page, PageQuery, Routes, Shape, Text
from chalicelib.policy import Role
from chalicelib.wiring import services

routes = Routes("credit")

OFFICERS = (Role.CREDIT_OFFICER,)


class ConflictsQuery(PageQuery):
    """Which conflicts: those that wait for a person, or those that were decided."""

    state: ConflictState = ConflictState.OPEN


class ConflictDecisionBody(Body):
    """What a person found, on which document, and why."""

    outcome: Outcome
    evidence: Line
    reason: Text


class ConflictDecisionShape(Shape):
    """What a person found."""

    outcome: Outcome
    evidence: str
    reason: str
    by: str
    at: datetime


class ConflictShape(Shape):
    """A record whose number is known under another name; names are masked."""

    id: str
    version: int
    state: ConflictState
    subject: str
    source: str
    record_id: str
    known_as: str
    said: str
    said_by: str
    said_at: datetime
    decision: ConflictDecisionShape | None


class ConflictPageShape(Page):
    """Conflicts, oldest first."""

    items: list[ConflictShape]


@routes.get(
    "/v1/credit/conflicts",
    roles=OFFICERS,
    query=ConflictsQuery,
    answer=ConflictPageShape,
    summary="Records whose number and name do not belong together",
)
def page(call: Call[None]) -> Answer[ConflictPageShape]:
    """List conflicts in one state."""
    query: ConflictsQuery = call.query
    found = services().conflicts.page(query.state, by=call.caller, limit=query.limit, after=call.position)
    shapes = [_shape(conflict) for conflict in found.conflicts]
    return Answer(body=ConflictPageShape(items=shapes, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/credit/conflicts/{conflict_id}", roles=OFFICERS, answer=ConflictShape, summary="One conflict of identity"
)
def read(call: Call[None]) -> Answer[ConflictShape]:
    """Show a conflict."""
    found = services().conflicts.get(call.path["conflict_id"], by=call.caller)
    return Answer(body=_shape(found), version=found.version)


@routes.post(
    "/v1/credit/conflicts/{conflict_id}/decision",
    roles=OFFICERS,
    body=ConflictDecisionBody,
    answer=ConflictShape,
    needs_version=True,
    summary="Say whether both names are one person's",
)
def decide(call: Call[ConflictDecisionBody]) -> Answer[ConflictShape]:
    """Take a person's finding."""
    body = call.body
    decided = services().conflicts.decide(
        call.path["conflict_id"],
        body.outcome,
        evidence=body.evidence,
        reason=body.reason,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return Answer(body=_shape(decided), version=decided.version)


def _shape(conflict: Conflict) -> ConflictShape:
    decision = conflict.decision
    return ConflictShape(
        id=conflict.conflict_id,
        version=conflict.version,
        state=conflict.state,
        subject=conflict.subject,
        source=conflict.source,
        record_id=conflict.record_id,
        known_as=conflict.known_as,
        said=conflict.said,
        said_by=conflict.said_by,
        said_at=conflict.said_at,
        decision=None if decision is None else ConflictDecisionShape.model_validate(decision),
    )
