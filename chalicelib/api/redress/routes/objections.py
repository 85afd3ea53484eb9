"""Objections over HTTP: what is disputed shows at once, and a person answers."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.api.redress.schemas import (
    EntryName,
    MattersQuery,
    Said,
    TouchedShape,
    UndoneShape,
    touched_shapes,
    undone_shapes,
)
from chalicelib.clocks.model import Clock
from chalicelib.http.routes import Answer, Body, Call, Code, Day, Line, Page, Routes, Shape, Text
from chalicelib.policy import Role
from chalicelib.redress.model import Objection, ObjectionDecision, ObjectionRequest, ObjectionState, Outcome
from chalicelib.redress.rules import entry_named
from chalicelib.redress.services.queries import DECIDERS, READERS
from chalicelib.wiring import services

routes = Routes("remedies")


class ObjectionBody(Body):
    """What is disputed, on which ground, and why; ``repair:<id>`` disputes that a repair was refused.

    ``ground`` is one of fact, identity, period, list_entry, measure, repair_refusal, as the rules in force have them.
    """

    entry: EntryName
    ground: Code
    text: Text
    evidence: Said = ""


class RulingBody(Body):
    """What comes of it, why, and on which article; ``ends_on`` for a shorter period, ``contents`` for a correction."""

    outcome: Outcome
    reason: Text
    basis: Line
    ends_on: Day | None = None
    contents: Annotated[dict[Code, Text], Field(default_factory=dict, max_length=50)]
    late_reason: Text | None = None


class RulingShape(Shape):
    """What a person decided, and what that undid."""

    outcome: Outcome
    reason: str
    basis: str
    ends_on: date | None
    contents: dict[str, str]
    late_reason: str | None
    decided_at: datetime
    decided_by: str
    undone: list[UndoneShape]


class ObjectionLine(Shape):
    """An objection; ``paused`` says that what it is about has no effect while it is open."""

    id: str
    state: ObjectionState
    entry: str
    ground: str
    text: str
    evidence: str
    department: str
    review: bool
    paused: bool
    made_at: datetime
    withdrawn_at: datetime | None
    decision: RulingShape | None
    version: int


class ObjectionShape(ObjectionLine):
    """An objection with its dates and their article; nobody's silence ever decides it."""

    due_on: date
    provisional: bool
    limit_basis: str
    touched: list[TouchedShape]


class ObjectionsPage(Page):
    """Objections, newest first."""

    items: list[ObjectionLine]


@routes.post(
    "/v1/objections",
    summary="Object to a record, a flag or a refused repair (异议申诉), free of charge",
    roles=(Role.APPLICANT,),
    body=ObjectionBody,
    answer=ObjectionShape,
    status=201,
    creates=True,
    names_another=True,
)
def make(call: Call[ObjectionBody]) -> Answer[ObjectionShape]:
    """Take it: the mark shows in every answer from now on, and the gravest effects pause until it is decided."""
    body = call.body
    plea = ObjectionRequest(entry=entry_named(body.entry), ground=body.ground, text=body.text, evidence=body.evidence)
    objection, is_repeated = services().objections.make(
        plea, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(objection, replayed=is_repeated)


@routes.get(
    "/v1/objections",
    summary="One's own objections, or those that a department answers",
    roles=READERS,
    query=MattersQuery,
    answer=ObjectionsPage,
)
def objections(call: Call[None]) -> Answer[ObjectionsPage]:
    """List them, newest first."""
    query: MattersQuery = call.query
    found = services().objections.page(
        by=call.caller, department=query.department, limit=query.limit, after=call.position
    )
    items = [objection_line(objection) for objection in found.matters]
    return Answer(body=ObjectionsPage(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/objections/{objection_id}",
    summary="An objection, with its answer and dates",
    roles=READERS,
    answer=ObjectionShape,
)
def objection(call: Call[None]) -> Answer[ObjectionShape]:
    """Show it to whoever made it, to the office that answers it and to those who watch the office."""
    return _shown(services().objections.one(call.path["objection_id"], by=call.caller))


@routes.post(
    "/v1/objections/{objection_id}/withdrawal",
    summary="Take an objection back",
    roles=(Role.APPLICANT,),
    answer=ObjectionShape,
)
def withdraw(call: Call[None]) -> Answer[ObjectionShape]:
    """Take the mark off again."""
    return _shown(services().objections.withdraw(call.path["objection_id"], by=call.caller, at=call.at))


@routes.post(
    "/v1/objections/{objection_id}/decision",
    summary="Answer an objection; the answer has its effect at once",
    roles=DECIDERS,
    body=RulingBody,
    answer=ObjectionShape,
    needs_version=True,
)
def decide(call: Call[RulingBody]) -> Answer[ObjectionShape]:
    """Decide as a person, on an article; a review is decided by another one."""
    body = call.body
    ruling = ObjectionDecision(
        outcome=body.outcome,
        reason=body.reason,
        basis=body.basis,
        ends_on=body.ends_on,
        contents=body.contents,
        late_reason=body.late_reason,
    )
    after = services().objections.decide(
        call.path["objection_id"], ruling, by=call.caller, version=call.version, at=call.at
    )
    return _shown(after)


def _shown(objection: Objection, *, replayed: bool = False) -> Answer[ObjectionShape]:
    shape = objection_shape(objection, services().objections.clock(objection))
    return Answer(body=shape, version=objection.version, replayed=replayed)


def objection_shape(objection: Objection, clock: Clock) -> ObjectionShape:
    """Show an objection with its dates."""
    return ObjectionShape(
        **dict(objection_line(objection)),
        due_on=clock.due_on,
        provisional=clock.provisional,
        limit_basis=clock.limit.basis,
        touched=[]
        if objection.decided is None
        else touched_shapes(objection.decided.touched, since=objection.decided.decided_at),
    )


def objection_line(objection: Objection) -> ObjectionLine:
    """Show an objection without its dates."""
    decided = objection.decided
    return ObjectionLine(
        id=objection.objection_id,
        state=objection.state,
        entry=str(objection.entry),
        ground=objection.plea.ground,
        text=objection.plea.text,
        evidence=objection.plea.evidence,
        department=objection.department,
        review=objection.is_review,
        paused=objection.is_paused and objection.state is ObjectionState.OPEN,
        made_at=objection.made_at,
        withdrawn_at=objection.withdrawn_at,
        decision=None
        if decided is None
        else RulingShape(
            outcome=decided.ruling.outcome,
            reason=decided.ruling.reason,
            basis=decided.ruling.basis,
            ends_on=decided.ruling.ends_on,
            contents=dict(decided.ruling.contents),
            late_reason=decided.ruling.late_reason,
            decided_at=decided.decided_at,
            decided_by=decided.decided_by,
            undone=undone_shapes(decided.undone),
        ),
        version=objection.version,
    )
