"""HTTP routes for revoked documents (依据文书被撤销): everything based on such a document is undone with it."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.api.redress.schemas import (
    EntryName,
    EntrysName,
    MattersQuery,
    TouchedShape,
    UndoneShape,
    touched_shapes,
)
from chalicelib.http.routes import Answer, Body, Call, Day, Line, Page, Routes, Shape, Text
from chalicelib.http.schemas import BlankAsNull
from chalicelib.redress.model import Revocation, RevokingDocument
from chalicelib.redress.rules import entry_named
from chalicelib.redress.services.queries import DECIDERS, READERS
from chalicelib.redress.services.revocations import Fall
from chalicelib.wiring import services

routes = Routes("remedies")


class ReversingDocumentBody(Body):
    """The revoking document: of an administrative review, a court, or the organ itself."""

    number: Line
    organ: Line
    effective_on: Day
    basis: Line


class ReversalBody(Body):
    """The revoked document, named by any entry based on it, and the revoking one; ``late_reason`` if late."""

    entry: EntryName
    document: ReversingDocumentBody
    reason: Text
    late_reason: Text | None = None


class ReversingDocumentShape(Shape):
    """The revoking document."""

    number: str
    organ: str
    effective_on: date
    basis: str


class ReversalLine(Shape):
    """A revocation and what it undid."""

    id: Annotated[str, Field(validation_alias="reversal_id")]
    entry: EntrysName
    department: str
    organ: str
    document_no: str
    document: Annotated[ReversingDocumentShape, Field(validation_alias="by_document")]
    reason: str
    late_reason: BlankAsNull
    recorded_at: datetime
    recorded_by: str
    undone: list[UndoneShape]
    version: int


class ReversalShape(ReversalLine):
    """A revocation with every affected case."""

    touched: list[TouchedShape]


class ReversalsPage(Page):
    """A page of revocations, newest first."""

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
    """Undo everything based on the document, and return every affected case."""
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
    """List revocations, newest first."""
    query: MattersQuery = call.query
    found = services().reversals.page(
        by=call.caller, department=query.department, limit=query.limit, after=call.position
    )
    items = [ReversalLine.model_validate(reversal) for reversal in found.matters]
    return Answer(body=ReversalsPage(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/reversals/{reversal_id}",
    summary="A reversal, with every case that it touched and how each stands now",
    roles=READERS,
    answer=ReversalShape,
)
def reversal(call: Call[None]) -> Answer[ReversalShape]:
    """Return a revocation; visible to its subject, the office and its supervisors."""
    return _shown(services().reversals.one(call.path["reversal_id"], by=call.caller))


def _shown(reversal: Revocation, *, replayed: bool = False) -> Answer[ReversalShape]:
    touched = touched_shapes(reversal.touched, since=reversal.recorded_at)
    return Answer(body=ReversalShape.of(reversal, touched=touched), version=reversal.version, replayed=replayed)
