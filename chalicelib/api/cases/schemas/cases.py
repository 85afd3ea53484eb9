"""Responses for cases: the same for the applicant and the department, with names masked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AliasPath, Field

from chalicelib.api.cases.schemas.answers import AnswerResponse, answer_response
from chalicelib.api.cases.schemas.reasons import CaseCreditResponse, credit_response
from chalicelib.cases.model.case import (
    Case,
    CaseCard,
    ConditionAsked,
    LaterMaterial,
    Material,
    MaterialAsked,
    State,
    Way,
)
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
    FallenRevocation,
    Finding,
    Interruption,
    LateReason,
    Rectification,
    Revocation,
    Termination,
    Verification,
    Withdrawal,
)
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.cases.rules.waiting import CLOCKS as WAITS
from chalicelib.cases.rules.waiting import state_told
from chalicelib.cases.services.access import is_agent
from chalicelib.cases.services.queries import CaseView, PublicReason
from chalicelib.catalogue.model.items import VerificationPlan
from chalicelib.clocks.model import Clock, ClockKind, ClockPause, Light
from chalicelib.clocks.model import Extension as ClockExtension
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.language import Language
from chalicelib.http.routes import Answer, Call, Instant, PageResponse, ResponseBody
from chalicelib.http.schemas import BlankAsNull
from chalicelib.policy import Caller
from chalicelib.workdays.model.limits import Limit

WAITING_CODES: Mapping[State, str] = {
    State.PENDING_CREDIT: "PENDING_CREDIT",
    State.PENDING_IDENTITY: "PENDING_IDENTITY",
}


class CaseItemResponse(ResponseBody):
    """The version of the item that the case follows."""

    code: Annotated[str, Field(validation_alias="item_code")]
    version: Annotated[int, Field(validation_alias="item_version")]
    name: Annotated[str, Field(validation_alias="item_name")]
    department: str


class PersonResponse(ResponseBody):
    """A person, by their masked name."""

    name: str


class AgentResponse(PersonResponse):
    """Who acts for the applicant, by the masked name, and the id of the authority."""

    authority: str


class ClockResponse(ResponseBody):
    """A clock of a case with its current light; ``white_because`` says why the light is white.

    ``about`` is what it refers to: the id of a step of handling, blank for most.
    """

    clock_id: str
    kind: ClockKind
    about: str
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


class CaseResponse(ResponseBody):
    """A case (办件); only its applicant and agent see ``tracking_code``. ``code`` says what it is waiting for.

    ``credit`` is null for an agent, to whom each promise that waits is ``PENDING_CREDIT``, without the office's clock.
    """

    case_no: str
    state: State
    code: str | None
    item: Annotated[CaseItemResponse, Field(validation_alias="terms")]
    way: Way
    applicant: PersonResponse
    agent: AgentResponse | None
    tracking_code: str | None
    received_at: Instant
    conditions: tuple[ConditionAsked, ...]
    checklist: tuple[MaterialAsked, ...]
    later: tuple[LaterMaterial, ...]
    answers: tuple[AnswerResponse, ...]
    materials: tuple[Material, ...]
    clocks: tuple[ClockResponse, ...]
    commitment: Commitment | None
    credit: CaseCreditResponse | None
    withdrawal: Withdrawal | None
    acceptance: AcceptanceWord | None
    corrections: tuple[Correction, ...]
    pauses: Annotated[tuple[Interruption, ...], Field(validation_alias="interruptions")]
    suspensions: tuple[Interruption, ...]
    extension: Extension | None
    decision: Decision | None
    delivery: Delivery | None
    verification_plan: Annotated[VerificationPlan, Field(validation_alias=AliasPath("terms", "verification"))]
    verification: Verification | None
    defence: Defence | None
    rectification: Rectification | None
    revocation: Revocation | None
    termination: Termination | None
    application_withdrawal: Withdrawal | None
    breaches: tuple[Breach, ...]
    late_reasons: tuple[LateReason, ...]
    handlings: Annotated[int, Field(validation_alias="handling")]
    earlier_decisions: tuple[EarlierDecision, ...]
    fallen_revocations: tuple[FallenRevocation, ...]
    officer: BlankAsNull
    public_reasons: tuple[PublicReason, ...]
    supervision_channel: Annotated[str, Field(validation_alias=AliasPath("terms", "supervision_channel"))]
    version: int


class DueResponse(ResponseBody):
    """What a case waits for next, its light, and the day on which it is due."""

    kind: ClockKind
    light: Light
    due_on: date


class CaseListItemResponse(ResponseBody):
    """A case in a list; ``finding`` is how the promise was found broken, unless that was put right.

    ``due`` is told to offices; null where nothing is waited for.
    """

    case_no: str
    state: State
    way: Way
    item: CaseItemResponse
    applicant: PersonResponse
    received_at: Instant
    finding: Finding | None
    due: DueResponse | None


class CasePageResponse(PageResponse):
    """A page of cases, newest first."""

    items: tuple[CaseListItemResponse, ...]


def case_no_in(path: Mapping[str, str]) -> str:
    """Return the case number in the path; ``NOT_FOUND`` if its check character is wrong."""
    if not is_case_no(path["case_no"]):
        raise DomainError(ErrorCode.NOT_FOUND)
    return path["case_no"]


def case_answer(
    call: Call[Any],
    case: Case,
    *,
    status: int | None = None,
    replayed: bool = False,
) -> Answer[CaseResponse]:
    """Answer with a case and its clocks as they stand, and its version as the ETag."""
    return view_answer(
        call, container().case_queries.seen(case, by=call.caller, at=call.at), status=status, replayed=replayed
    )


def view_answer(
    call: Call[Any], view: CaseView, *, status: int | None = None, replayed: bool = False
) -> Answer[CaseResponse]:
    """Answer with a view of a case."""
    return Answer(
        body=case_response(view, by=call.caller, language=call.language),
        status=status,
        version=view.case.version,
        replayed=replayed and call.idempotency_key is not None,
    )


def case_line(card: CaseCard, *, by: Caller, due: tuple[Clock, Light] | None = None) -> CaseListItemResponse:
    """Build the list entry for a case; ``due`` is what it waits for next, where the caller is told."""
    state = state_told(card.state) if is_agent(by, card.subject) else card.state
    return CaseListItemResponse.of(
        card,
        state=state,
        item=card,
        applicant={"name": card.applicant_name},
        due=None if due is None else DueResponse.of(due[0], light=due[1]),
    )


def case_lines(cards: Sequence[CaseCard], *, by: Caller, at: datetime) -> tuple[CaseListItemResponse, ...]:
    """Build the list entries for cases, for offices with what each waits for next."""
    due = container().case_queries.due(cards, at=at) if by.is_staff else {}
    return tuple(case_line(card, by=by, due=due.get(card.case_no)) for card in cards)


def clock_response(clock: Clock, light: Light) -> ClockResponse:
    """Build the response for a clock."""
    return ClockResponse.of(clock, light=light, white_because=white_because(light))


def white_because(light: Light) -> ErrorCode | None:
    """Return why a light is white: the due date falls in a year whose calendar is not loaded (R4.4)."""
    return ErrorCode.CALENDAR_UNKNOWN if light is Light.WHITE else None


def case_response(view: CaseView, *, by: Caller, language: Language) -> CaseResponse:
    """Build the response for a view of a case."""
    case = view.case
    # An agent learns from state and way whether the promise was open, and nothing of the principal's credit.
    is_told = not is_agent(by, case.subject)
    state = case.state if is_told else state_told(case.state)
    clocks = [each for each in view.clocks if is_told or each[0].kind not in WAITS]
    return CaseResponse.of(
        case,
        state=state,
        code=WAITING_CODES.get(state),
        applicant={"name": case.applicant_name},
        tracking_code=case.tracking_code if by.subject in case.people else None,
        clocks=[clock_response(clock, light) for clock, light in clocks],
        credit=credit_response(case.credit, language) if case.credit is not None and is_told else None,
        public_reasons=view.public_reasons,
        answers=[answer_response(each) for each in view.answers],
    )
