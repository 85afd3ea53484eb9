"""HTTP routes for credit repair (信用修复): little to hand in, the rest prefilled, and all effects undone at once."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, Field, StringConstraints

from chalicelib.api.redress.schemas import (
    EntryName,
    EntrysName,
    RedressQuery,
    RemainderResponse,
    UndoneEntryResponse,
    remainder_shape,
)
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.container import container
from chalicelib.credit.rules.summary import CHANNEL
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Line,
    PageResponse,
    Query,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
    TextOrBlank,
)
from chalicelib.http.schemas import BlankAsNull
from chalicelib.policy import Role
from chalicelib.redress.model import Proof, ProofKind, Repair, RepairDecision, RepairStage
from chalicelib.redress.rules import entry_named
from chalicelib.redress.services.queries import DECIDERS, READERS
from chalicelib.sanctions.model.flag_notices import Change

routes = Routes("remedies")


class RepairFormQuery(Query):
    """The entry to repair."""

    entry: EntryName


class RepairRequest(RequestBody):
    """A request for repair: proof that the service does not have itself, and the digest of the promise."""

    entry: EntryName
    proof: TextOrBlank = ""
    promise_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RepairDecisionRequest(RequestBody):
    """The decision; a refusal names its ground and what is still missing.

    ``refusal`` is one of period_not_reached, duty_not_fulfilled, not_corrected, proof_insufficient, not_repairable.
    """

    approved: bool
    reason: Text
    refusal: Code | None = None
    basis: Line | None = None
    missing: Annotated[list[Line], Field(default_factory=list, max_length=20)]
    late_reason: Text | None = None


class RepairProofResponse(ResponseBody):
    """A proof that the service already has."""

    kind: ProofKind
    source: str
    text: str


class RepairFormResponse(ResponseBody):
    """What a repair requires and undoes; ``together`` are all entries on the same document, undone with it."""

    entry: EntrysName
    together: list[str]
    repairable_from: date
    repairable: Annotated[bool, Field(validation_alias="is_repairable")]
    proofs: list[RepairProofResponse]
    promise: str
    promise_hash: str
    basis: str
    free_of_charge: bool
    channel: str


class RepairDecisionResponse(ResponseBody):
    """The decision on a repair, and the entries that it undid."""

    approved: Annotated[bool, Field(validation_alias=AliasPath("verdict", "is_approved"))]
    reason: Annotated[str, Field(validation_alias=AliasPath("verdict", "reason"))]
    refusal: Annotated[BlankAsNull, Field(validation_alias=AliasPath("verdict", "refusal"))]
    basis: Annotated[str, Field(validation_alias=AliasPath("verdict", "basis"))]
    missing: Annotated[list[str], Field(validation_alias=AliasPath("verdict", "missing"))]
    late_reason: Annotated[str | None, Field(validation_alias=AliasPath("verdict", "late_reason"))]
    decided_at: Annotated[datetime, Field(validation_alias="judged_at")]
    decided_by: Annotated[str, Field(validation_alias="judged_by")]
    undone: list[UndoneEntryResponse]


class RepairListItemResponse(ResponseBody):
    """A repair; ``earlier`` are decisions that were reconsidered after an objection."""

    id: Annotated[str, Field(validation_alias="repair_id")]
    state: Annotated[RepairStage, Field(validation_alias="stage")]
    entry: EntrysName
    department: str
    organ: str
    document_no: str
    proof: str
    promise_hash: str
    proofs: list[RepairProofResponse]
    asked_at: datetime
    decision: Annotated[RepairDecisionResponse | None, Field(validation_alias="judged")]
    earlier: list[RepairDecisionResponse]
    version: int


class NotifiedSystemResponse(ResponseBody):
    """A department's system that was notified that the repair lifted a flag, and when it acknowledged."""

    flag_id: str
    department: str
    change: Change
    told_at: datetime
    acknowledged_at: datetime | None


class RepairResponse(RepairListItemResponse):
    """A repair with the office's deadline, the overall deadline, and the systems that were notified.

    ``rest`` says how far the steps after the first have come, null if there are none.
    """

    authority_due_on: date
    due_on: date
    provisional: bool
    consumers: list[NotifiedSystemResponse]
    rest: RemainderResponse | None


class RepairPageResponse(PageResponse):
    """A page of repairs, newest first."""

    items: list[RepairListItemResponse]


@routes.get(
    "/v1/me/credit/repair",
    summary="What a repair of one's own entry takes and undoes, with everything filled in that is known",
    roles=(Role.APPLICANT,),
    query=RepairFormQuery,
    answer=RepairFormResponse,
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.REPAIRED,
        ErrorCode.DISPLAY_EXPIRED,
        ErrorCode.NOTHING_TO_REPAIR,
        ErrorCode.STEP_NOT_ALLOWED,
    ),
)
def form(call: Call[None]) -> Answer[RepairFormResponse]:
    """Return the day from which a repair is possible, the known proofs, and the wording of the promise."""
    found = container().repairs.form(entry_named(call.query.entry), by=call.caller, at=call.at)
    promise = found.promise
    return Answer(
        body=RepairFormResponse.of(
            found,
            proofs=proof_shapes(found.proofs, language=call.language),
            promise=promise.english if call.language == "en" else promise.text,
            basis=promise.basis,
            free_of_charge=True,
            channel=CHANNEL.read_in(call.language),
        )
    )


@routes.post(
    "/v1/repairs",
    summary="Ask for a credit repair (信用修复), free of charge",
    roles=(Role.APPLICANT,),
    body=RepairRequest,
    answer=RepairResponse,
    status=201,
    creates=True,
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.REPAIRED,
        ErrorCode.DISPLAY_EXPIRED,
        ErrorCode.REPAIR_TOO_EARLY,
        ErrorCode.REPAIR_ASKED,
        ErrorCode.NOTHING_TO_REPAIR,
        ErrorCode.PROMISE_OUTDATED,
        ErrorCode.STEP_NOT_ALLOWED,
    ),
)
def ask(call: Call[RepairRequest]) -> Answer[RepairResponse]:
    """Request a repair; it goes to the office that made the entry at once."""
    repair, is_repeated = container().repairs.ask(
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
    query=RedressQuery,
    answer=RepairPageResponse,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.INSUFFICIENT_IDENTITY),
)
def repairs(call: Call[None]) -> Answer[RepairPageResponse]:
    """List repairs, newest first."""
    query: RedressQuery = call.query
    found = container().repairs.page(
        by=call.caller, department=query.department, limit=query.limit, after=call.position
    )
    items = [
        RepairListItemResponse.of(repair, proofs=proof_shapes(repair.proofs, language=call.language))
        for repair in found.items
    ]
    return Answer(body=RepairPageResponse(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/repairs/{repair_id}",
    summary="A repair, with its answer, its dates and who was told",
    roles=READERS,
    answer=RepairResponse,
)
def repair(call: Call[None]) -> Answer[RepairResponse]:
    """Return a repair; visible to whoever asked for it, the deciding office and its supervisors."""
    return _shown(container().repairs.one(call.path["repair_id"], by=call.caller), language=call.language)


@routes.post(
    "/v1/repairs/{repair_id}/decision",
    summary="Approve a repair, which undoes everything at once, or refuse it with what is missing",
    roles=DECIDERS,
    body=RepairDecisionRequest,
    answer=RepairResponse,
    needs_version=True,
    errors=(ErrorCode.REFUSAL_UNKNOWN, ErrorCode.STEP_NOT_ALLOWED, ErrorCode.LATE_REASON_REQUIRED),
)
def judge(call: Call[RepairDecisionRequest]) -> Answer[RepairResponse]:
    """Decide a repair, all or nothing."""
    body = call.body
    verdict = RepairDecision(
        is_approved=body.approved,
        reason=body.reason,
        refusal="" if body.approved else body.refusal or "",
        basis=body.basis or "",
        missing=() if body.approved else tuple(body.missing),
        late_reason=body.late_reason,
    )
    after = container().repairs.judge(call.path["repair_id"], verdict, by=call.caller, version=call.version, at=call.at)
    return _shown(after, language=call.language)


def _shown(repair: Repair, *, language: str, replayed: bool = False) -> Answer[RepairResponse]:
    clocks = container().repairs.clocks(repair)
    authority, site = (_latest(clocks, kind) for kind in (ClockKind.REPAIR_AUTHORITY, ClockKind.REPAIR_SITE))
    shape = RepairResponse.of(
        repair,
        proofs=proof_shapes(repair.proofs, language=language),
        authority_due_on=authority.due_on,
        due_on=site.due_on,
        provisional=authority.provisional or site.provisional,
        consumers=container().repairs.flag_notices(repair),
        rest=None if repair.judged is None else remainder_shape(repair),
    )
    return Answer(body=shape, version=repair.version, replayed=replayed)


def _latest(clocks: Iterable[Clock], kind: ClockKind) -> Clock:
    return max((clock for clock in clocks if clock.kind is kind), key=lambda clock: clock.started_at)


def proof_shapes(proofs: Iterable[Proof], *, language: str) -> list[RepairProofResponse]:
    """Build the responses for proofs in a language."""
    return [RepairProofResponse.of(proof, text=proof.en if language == "en" else proof.zh) for proof in proofs]
