"""Reversals over HTTP: a basis document fell, and everything that stood on it goes with it."""

from datetime import date, datetime

from chalicelib.api.redress.schemas import (
    EntryName,
    MattersQuery,
    TouchedShape,
    UndoneShape,
    touched_shapes,
    undone_shapes,
)
from chalicelib.http.routes import Answer, Body, Call, Day, Line, Page, Routes, Shape, Text
from chalicelib.redress.model import Revocation, RevokingDocument
from chalicelib.redress.rules import entry_named
from chalicelib.redress.services.queries import DECIDERS, READERS
from chalicelib.redress.services.revocations import Fall
from chalicelib.wiring import services

routes = Routes("remedies")


class ReversingDocumentBody(Body):
    """The paper that took the ground away: of an administrative review, a court, or the organ itself."""

    number: Line
    organ: Line
    effective_on: Day
    basis: Line


class ReversalBody(Body):
    """Which document fell, by any entry on it, and by which paper; ``late_reason`` after the days that rules give."""

    entry: EntryName
    document: ReversingDocumentBody
    reason: Text
    late_reason: Text | None = None


class ReversingDocumentShape(Shape):
    """The paper that took the ground away."""

    number: str
    organ: str
    effective_on: date
    basis: str


class ReversalLine(Shape):
    """A reversal and what it undid."""

    id: str
    entry: str
    department: str
    organ: str
    document_no: str
    document: ReversingDocumentShape
    reason: str
    late_reason: str | None
    recorded_at: datetime
    recorded_by: str
    undone: list[UndoneShape]
    version: int


class ReversalShape(ReversalLine):
    """A reversal with every case that it touched."""

    touched: list[TouchedShape]


class ReversalsPage(Page):
    """Reversals, newest first."""

    items: list[ReversalLine]


@routes.post(
    "/v1/reversals",
    summary="Put on record that a basis document fell; everything that stood on it is undone at once",
    roles=DECIDERS,
    body=ReversalBody,
    answer=ReversalShape,
    status=201,
    creates=True,
    names_another=True,
)
def record(call: Call[ReversalBody]) -> Answer[ReversalShape]:
    """Undo, and answer with every case that had met it."""
    body = call.body
    fall = Fall(
        entry=entry_named(body.entry),
        by_document=RevokingDocument(
            number=body.document.number,
            organ=body.document.organ,
            effective_on=body.document.effective_on,
            basis=body.document.basis,
        ),
        reason=body.reason,
        late_reason=body.late_reason or "",
    )
    reversal, is_repeated = services().reversals.record(
        fall, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(reversal, replayed=is_repeated)


@routes.get(
    "/v1/reversals",
    summary="Reversals about oneself, or those of a department",
    roles=READERS,
    query=MattersQuery,
    answer=ReversalsPage,
)
def reversals(call: Call[None]) -> Answer[ReversalsPage]:
    """List them, newest first."""
    query: MattersQuery = call.query
    found = services().reversals.page(
        by=call.caller, department=query.department, limit=query.limit, after=call.position
    )
    items = [reversal_line(reversal) for reversal in found.matters]
    return Answer(body=ReversalsPage(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/reversals/{reversal_id}",
    summary="A reversal, with every case that it touched and how each stands now",
    roles=READERS,
    answer=ReversalShape,
)
def reversal(call: Call[None]) -> Answer[ReversalShape]:
    """Show it to its subject, to the office and to those who watch the office."""
    return _shown(services().reversals.one(call.path["reversal_id"], by=call.caller))


def _shown(reversal: Revocation, *, replayed: bool = False) -> Answer[ReversalShape]:
    touched = touched_shapes(reversal.touched, since=reversal.recorded_at)
    shape = ReversalShape(**dict(reversal_line(reversal)), touched=touched)
    return Answer(body=shape, version=reversal.version, replayed=replayed)


def reversal_line(reversal: Revocation) -> ReversalLine:
    """Show a reversal and what it undid."""
    return ReversalLine(
        id=reversal.reversal_id,
        entry=str(reversal.entry),
        department=reversal.department,
        organ=reversal.organ,
        document_no=reversal.document_no,
        document=ReversingDocumentShape.model_validate(reversal.by_document),
        reason=reversal.reason,
        late_reason=reversal.late_reason or None,
        recorded_at=reversal.recorded_at,
        recorded_by=reversal.recorded_by,
        undone=undone_shapes(reversal.undone),
        version=reversal.version,
    )
