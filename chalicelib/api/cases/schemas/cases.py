"""How a case is shown, to the person concerned and to its department alike: names masked, nothing left out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.api.cases.schemas.reasons import CreditShape, credit_shape
from chalicelib.cases.model.case import Case, CaseCard, ConditionAsked, Material, MaterialAsked, State, Terms, Way
from chalicelib.cases.model.stages import (
    AcceptanceWord,
    Breach,
    Commitment,
    Correction,
    Decision,
    Defence,
    Delivery,
    EarlierDecision,
    Extension,
    Interruption,
    LateReason,
    Rectification,
    Revocation,
    Verification,
    Withdrawal,
)
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.cases.services.queries import CaseView, PublicReason
from chalicelib.catalogue.model.items import VerificationPlan
from chalicelib.clocks.model import Clock, ClockKind, ClockPause, Light
from chalicelib.clocks.model import Extension as ClockExtension
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.language import Language
from chalicelib.http.routes import Answer, Call, Instant, Page, Shape
from chalicelib.policy import Caller
from chalicelib.wiring import services
from chalicelib.workdays.model.limits import Limit

PENDING_CREDIT = "PENDING_CREDIT"


class ItemPart(Shape):
    """The item's version that the case lives by."""

    code: str
    version: int
    name: str
    department: str


class PersonShape(Shape):
    """A person, masked."""

    name: str


class ClockShape(Shape):
    """A clock of a case, with the light that it shows now; ``white_because`` says why nobody can judge it."""

    clock_id: str
    kind: ClockKind
    started_at: Instant
    limit: Limit
    due_at: Instant
    due_on: date
    light: Light
    white_because: ErrorCode | None
    provisional: bool
    pauses: tuple[ClockPause, ...]
    extension: ClockExtension | None
    stopped_at: Instant | None


class CaseShape(Shape):
    """A case (办件). ``tracking_code`` is shown to the people concerned only; ``code`` says what it waits for."""

    case_no: str
    state: State
    code: str | None
    item: ItemPart
    way: Way
    applicant: PersonShape
    agent: PersonShape | None
    tracking_code: str | None
    received_at: Instant
    conditions: tuple[ConditionAsked, ...]
    checklist: tuple[MaterialAsked, ...]
    materials: tuple[Material, ...]
    clocks: tuple[ClockShape, ...]
    commitment: Commitment | None
    credit: CreditShape | None
    withdrawal: Withdrawal | None
    acceptance: AcceptanceWord | None
    corrections: tuple[Correction, ...]
    pauses: tuple[Interruption, ...]
    extension: Extension | None
    decision: Decision | None
    delivery: Delivery | None
    verification_plan: VerificationPlan
    verification: Verification | None
    defence: Defence | None
    rectification: Rectification | None
    revocation: Revocation | None
    breaches: tuple[Breach, ...]
    late_reasons: tuple[LateReason, ...]
    handlings: int
    earlier_decisions: tuple[EarlierDecision, ...]
    officer: str | None
    public_reasons: tuple[PublicReason, ...]
    supervision_channel: str
    version: int


class CaseLine(Shape):
    """What a list shows of a case."""

    case_no: str
    state: State
    way: Way
    item: ItemPart
    applicant: PersonShape
    received_at: Instant
    version: int


class CasePageShape(Page):
    """A page of cases, newest first."""

    items: tuple[CaseLine, ...]


def case_no_in(path: Mapping[str, str]) -> str:
    """Return the case number of a path; ``NOT_FOUND`` for one whose check character does not fit."""
    if not is_case_no(path["case_no"]):
        raise DomainError(ErrorCode.NOT_FOUND)
    return path["case_no"]


def case_answer(
    call: Call[Any],
    case: Case,
    *,
    status: int | None = None,
    replayed: bool = False,
) -> Answer[CaseShape]:
    """Answer a case as it stands, with its clocks, and its version as the ETag."""
    return view_answer(call, services().case_reading.seen(case, at=call.at), status=status, replayed=replayed)


def view_answer(
    call: Call[Any], view: CaseView, *, status: int | None = None, replayed: bool = False
) -> Answer[CaseShape]:
    """Answer what is seen of a case."""
    return Answer(
        body=_case_shape(view, by=call.caller, language=call.language),
        status=status,
        version=view.case.version,
        replayed=replayed and call.idempotency_key is not None,
    )


def case_line(card: CaseCard) -> CaseLine:
    """Show a case in a list."""
    return CaseLine(
        case_no=card.case_no,
        state=card.state,
        way=card.way,
        item=_item(card),
        applicant=PersonShape(name=card.applicant_name),
        received_at=card.received_at,
        version=card.version,
    )


def clock_shape(clock: Clock, light: Light) -> ClockShape:
    """Show a clock."""
    return ClockShape(
        clock_id=clock.clock_id,
        kind=clock.kind,
        started_at=clock.started_at,
        limit=clock.limit,
        due_at=clock.due_at,
        due_on=clock.due_on,
        light=light,
        white_because=white_because(light),
        provisional=clock.provisional,
        pauses=clock.pauses,
        extension=clock.extension,
        stopped_at=clock.stopped_at,
    )


def white_because(light: Light) -> ErrorCode | None:
    """Return why a light is white: the due date needs a year whose calendar is not loaded (R4.4)."""
    return ErrorCode.CALENDAR_UNKNOWN if light is Light.WHITE else None


def _case_shape(view: CaseView, *, by: Caller, language: Language) -> CaseShape:
    case = view.case
    return CaseShape(
        case_no=case.case_no,
        state=case.state,
        code=PENDING_CREDIT if case.state is State.PENDING_CREDIT else None,
        item=_item(case.terms),
        way=case.way,
        applicant=PersonShape(name=case.applicant_name),
        agent=None if case.agent is None else PersonShape(name=case.agent.name),
        tracking_code=case.tracking_code if by.subject in case.people else None,
        received_at=case.received_at,
        conditions=case.conditions,
        checklist=case.checklist,
        materials=case.materials,
        clocks=tuple(clock_shape(clock, light) for clock, light in view.clocks),
        commitment=case.commitment,
        credit=None if case.credit is None else credit_shape(case.credit, language),
        withdrawal=case.withdrawal,
        acceptance=case.acceptance,
        corrections=case.corrections,
        pauses=case.interruptions,
        extension=case.extension,
        decision=case.decision,
        delivery=case.delivery,
        verification_plan=case.terms.verification,
        verification=case.verification,
        defence=case.defence,
        rectification=case.rectification,
        revocation=case.revocation,
        breaches=case.breaches,
        late_reasons=case.late_reasons,
        handlings=case.handling,
        earlier_decisions=case.earlier_decisions,
        officer=case.officer or None,
        public_reasons=view.public_reasons,
        supervision_channel=case.terms.supervision_channel,
        version=case.version,
    )


def _item(said: Terms | CaseCard) -> ItemPart:
    return ItemPart(
        code=said.item_code,
        version=said.item_version,
        name=said.item_name,
        department=said.department,
    )
