"""Repairs over HTTP: two things to hand in, everything else filled in, and all of it undone at once."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.api.credit.schemas.credit import CHANNEL
from chalicelib.api.redress.schemas import EntryName, MattersQuery, Said, UndoneShape, undone_shapes
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.http.routes import Answer, Body, Call, Code, Line, Page, Query, Routes, Shape, Text
from chalicelib.policy import Role
from chalicelib.redress.model import Judged, Proof, ProofKind, Repair, RepairDecision, RepairStage
from chalicelib.redress.rules import entry_named
from chalicelib.redress.services.queries import DECIDERS, READERS
from chalicelib.sanctions.model.flag_notices import Change
from chalicelib.wiring import services

routes = Routes("remedies")


class EntryQuery(Query):
    """Which entry."""

    entry: EntryName


class RepairBody(Body):
    """All that a repair asks for: proof beyond what the service has itself, and the promise, by its digest."""

    entry: EntryName
    proof: Said = ""
    promise_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class VerdictBody(Body):
    """Whether it is repaired, and why; a refusal names its ground and what is still missing.

    ``refusal`` is one of period_not_reached, duty_not_fulfilled, not_corrected, proof_insufficient, not_repairable.
    """

    approved: bool
    reason: Text
    refusal: Code | None = None
    basis: Line | None = None
    missing: Annotated[list[Line], Field(default_factory=list, max_length=20)]
    late_reason: Text | None = None


class ProofShape(Shape):
    """A proof that the service has itself."""

    kind: ProofKind
    source: str
    text: str


class RepairFormShape(Shape):
    """What a repair takes and undoes; ``together`` are all entries on the same document, undone at once."""

    entry: str
    together: list[str]
    repairable_from: date
    repairable: bool
    proofs: list[ProofShape]
    promise: str
    promise_hash: str
    basis: str
    free_of_charge: bool
    channel: str


class VerdictShape(Shape):
    """What a person decided, and what that undid."""

    approved: bool
    reason: str
    refusal: str | None
    basis: str
    missing: list[str]
    late_reason: str | None
    decided_at: datetime
    decided_by: str
    undone: list[UndoneShape]


class RepairLine(Shape):
    """A repair; ``earlier`` are answers that an objection had looked at again."""

    id: str
    state: RepairStage
    entry: str
    department: str
    organ: str
    document_no: str
    proof: str
    promise_hash: str
    proofs: list[ProofShape]
    asked_at: datetime
    decision: VerdictShape | None
    earlier: list[VerdictShape]
    version: int


class ConsumerShape(Shape):
    """A department's system that was told of a flag that the repair lifted, and when it answered."""

    flag_id: str
    department: str
    change: Change
    told_at: datetime
    acknowledged_at: datetime | None


class RepairShape(RepairLine):
    """A repair with the office's last day and that of the whole, and the proof for each system that was told."""

    authority_due_on: date
    due_on: date
    provisional: bool
    consumers: list[ConsumerShape]


class RepairsPage(Page):
    """Repairs, newest first."""

    items: list[RepairLine]


@routes.get(
    "/v1/me/credit/repair",
    summary="What a repair of one's own entry takes and undoes, with everything filled in that is known",
    roles=(Role.APPLICANT,),
    query=EntryQuery,
    answer=RepairFormShape,
)
def form(call: Call[None]) -> Answer[RepairFormShape]:
    """Show from when it can be repaired, what is known already, and the promise word for word."""
    found = services().repairs.form(entry_named(call.query.entry), by=call.caller, at=call.at)
    promise = found.promise
    return Answer(
        body=RepairFormShape(
            entry=str(found.entry),
            together=list(found.together),
            repairable_from=found.repairable_from,
            repairable=found.is_repairable,
            proofs=proof_shapes(found.proofs, language=call.language),
            promise=promise.english if call.language == "en" else promise.text,
            promise_hash=found.promise_hash,
            basis=promise.basis,
            free_of_charge=True,
            channel=CHANNEL.read_in(call.language),
        )
    )


@routes.post(
    "/v1/repairs",
    summary="Ask for a credit repair (信用修复), free of charge",
    roles=(Role.APPLICANT,),
    body=RepairBody,
    answer=RepairShape,
    status=201,
    creates=True,
    names_another=True,
)
def ask(call: Call[RepairBody]) -> Answer[RepairShape]:
    """Take it and send it to the office that made the entry, at once."""
    repair, is_repeated = services().repairs.ask(
        entry_named(call.body.entry),
        call.body.proof,
        call.body.promise_hash,
        by=call.caller,
        at=call.at,
        idempotency_key=call.idempotency_key,
    )
    return _shown(repair, language=call.language, replayed=is_repeated)


@routes.get(
    "/v1/repairs",
    summary="One's own repairs, or those that a department decides",
    roles=READERS,
    query=MattersQuery,
    answer=RepairsPage,
)
def repairs(call: Call[None]) -> Answer[RepairsPage]:
    """List them, newest first."""
    query: MattersQuery = call.query
    found = services().repairs.page(by=call.caller, department=query.department, limit=query.limit, after=call.position)
    items = [repair_line(repair, language=call.language) for repair in found.matters]
    return Answer(body=RepairsPage(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/repairs/{repair_id}",
    summary="A repair, with its answer, its dates and who was told",
    roles=READERS,
    answer=RepairShape,
)
def repair(call: Call[None]) -> Answer[RepairShape]:
    """Show it to whoever asked for it, to the office that decides and to those who watch the office."""
    return _shown(services().repairs.one(call.path["repair_id"], by=call.caller), language=call.language)


@routes.post(
    "/v1/repairs/{repair_id}/decision",
    summary="Approve a repair, which undoes everything at once, or refuse it with what is missing",
    roles=DECIDERS,
    body=VerdictBody,
    answer=RepairShape,
    needs_version=True,
)
def judge(call: Call[VerdictBody]) -> Answer[RepairShape]:
    """Decide as a person; all or nothing."""
    body = call.body
    verdict = RepairDecision(
        is_approved=body.approved,
        reason=body.reason,
        refusal="" if body.approved else body.refusal or "",
        basis=body.basis or "",
        missing=() if body.approved else tuple(body.missing),
        late_reason=body.late_reason,
    )
    after = services().repairs.judge(call.path["repair_id"], verdict, by=call.caller, version=call.version, at=call.at)
    return _shown(after, language=call.language)


def _shown(repair: Repair, *, language: str, replayed: bool = False) -> Answer[RepairShape]:
    clocks = services().repairs.clocks(repair)
    authority, site = (_latest(clocks, kind) for kind in (ClockKind.REPAIR_AUTHORITY, ClockKind.REPAIR_SITE))
    shape = RepairShape(
        **dict(repair_line(repair, language=language)),
        authority_due_on=authority.due_on,
        due_on=site.due_on,
        provisional=authority.provisional or site.provisional,
        consumers=[
            ConsumerShape(
                flag_id=flag_notice.flag_id,
                department=flag_notice.department,
                change=flag_notice.change,
                told_at=flag_notice.told_at,
                acknowledged_at=flag_notice.acknowledged_at,
            )
            for flag_notice in services().repairs.flag_notices(repair)
        ],
    )
    return Answer(body=shape, version=repair.version, replayed=replayed)


def _latest(clocks: Iterable[Clock], kind: ClockKind) -> Clock:
    return max((clock for clock in clocks if clock.kind is kind), key=lambda clock: clock.started_at)


def repair_line(repair: Repair, *, language: str) -> RepairLine:
    """Show a repair without its dates."""
    return RepairLine(
        id=repair.repair_id,
        state=repair.stage,
        entry=str(repair.entry),
        department=repair.department,
        organ=repair.organ,
        document_no=repair.document_no,
        proof=repair.proof,
        promise_hash=repair.promise_hash,
        proofs=proof_shapes(repair.proofs, language=language),
        asked_at=repair.asked_at,
        decision=None if repair.judged is None else _verdict(repair.judged),
        earlier=[_verdict(judged) for judged in repair.earlier],
        version=repair.version,
    )


def proof_shapes(proofs: Iterable[Proof], *, language: str) -> list[ProofShape]:
    """Show proofs in a language."""
    return [
        ProofShape(kind=proof.kind, source=proof.source, text=proof.en if language == "en" else proof.zh)
        for proof in proofs
    ]


def _verdict(judged: Judged) -> VerdictShape:
    verdict = judged.verdict
    return VerdictShape(
        approved=verdict.is_approved,
        reason=verdict.reason,
        refusal=verdict.refusal or None,
        basis=verdict.basis,
        missing=list(verdict.missing),
        late_reason=verdict.late_reason,
        decided_at=judged.judged_at,
        decided_by=judged.judged_by,
        undone=undone_shapes(judged.undone),
    )
