"""HTTP routes for cards (黄牌、红牌)."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AliasPath, Field

from chalicelib.api.supervision.schemas import OwnersCaseNo
from chalicelib.cases.model.case import owner_of
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
)
from chalicelib.http.schemas import BlankAsNull, CaseNoAsTyped
from chalicelib.policy import Role
from chalicelib.supervision.model.cards import Card, CardState, Colour, Finding, Outcome
from chalicelib.supervision.rules.cards import GIVERS
from chalicelib.supervision.services.cards import READERS, CardCommand
from chalicelib.supervision.store.cards import Wanted

routes = Routes("supervision")

CONCERNED = (Role.OFFICER, Role.HEAD)
"""Who may answer for the department that got the card."""

DECIDERS = (Role.HEAD, Role.MONITOR)


class GiveCardRequest(RequestBody):
    """A finding about a case or about another owner of a timeline; exactly one of the two is given."""

    case_no: Annotated[Line | None, CaseNoAsTyped] = None
    owner: Line | None = None
    colour: Annotated[Colour, Field(strict=False)]
    ground: Code
    events: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1, max_length=50)]
    facts: Text
    officer: Line | None = None


class CardReplyRequest(RequestBody):
    """The officer's or the department's reply to a card."""

    text: Text


class CardAppealRequest(RequestBody):
    """The grounds of an appeal against a card."""

    grounds: Text


class CardAppealDecisionRequest(RequestBody):
    """The decision on an appeal, with its reasons."""

    outcome: Annotated[Outcome, Field(strict=False)]
    reasons: Text


class CardWithdrawalRequest(RequestBody):
    """Why a card is withdrawn."""

    reason: Text


class CardsQuery(PageQuery):
    """Filters for the list of cards."""

    department: Code | None = None
    state: CardState | None = None
    officer: Line | None = None
    case_no: Annotated[Line | None, CaseNoAsTyped] = None


class CardStatementResponse(ResponseBody):
    """A statement about a card; ``late`` if its deadline had passed."""

    text: str
    by: str
    at: datetime
    late: bool


class CardClockResponse(ResponseBody):
    """The deadline for the next act on a card, and its light."""

    kind: ClockKind
    due_on: date
    light: Light


class CardResponse(ResponseBody):
    """A card; a withdrawn one does not count. ``clock`` runs while a reply or a decision on an appeal is due."""

    id: Annotated[str, Field(validation_alias="card_id")]
    owner: Annotated[str, Field(validation_alias=AliasPath("finding", "owner"))]
    case_no: Annotated[OwnersCaseNo, Field(validation_alias=AliasPath("finding", "owner"))]
    department: str
    officer: Annotated[BlankAsNull, Field(validation_alias=AliasPath("finding", "officer"))]
    colour: Annotated[Colour, Field(validation_alias=AliasPath("finding", "colour"))]
    ground: Annotated[str, Field(validation_alias=AliasPath("finding", "ground"))]
    events: tuple[int, ...]
    facts: Annotated[str, Field(validation_alias=AliasPath("finding", "facts"))]
    state: CardState
    given_by: str
    given_at: datetime
    reply_due_at: datetime
    reply: CardStatementResponse | None
    appeal: CardStatementResponse | None
    decision: CardStatementResponse | None
    withdrawal: CardStatementResponse | None
    clock: CardClockResponse | None
    version: Annotated[int, Field(validation_alias="rev")]


class CardPageResponse(PageResponse):
    """A page of cards, newest first."""

    items: tuple[CardResponse, ...]


@routes.post(
    "/v1/supervision/cards",
    summary="Give a card on stated events, when the office's time to correct them is over",
    roles=GIVERS,
    body=GiveCardRequest,
    answer=CardResponse,
    status=201,
    creates=True,
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.SAME_PERSON,
        ErrorCode.CORRECTION_WINDOW_OPEN,
        ErrorCode.GROUND_UNKNOWN,
        ErrorCode.EVENTS_NOT_FOUND,
        ErrorCode.EXCUSED_BY_OUTAGE,
        ErrorCode.STAFF_UNKNOWN,
    ),
)
def give(call: Call[GiveCardRequest]) -> Answer[CardResponse]:
    """Give a card."""
    body = call.body
    if (body.case_no is None) == (body.owner is None):
        one = FieldError(
            pointer="", detail="须写明办件编号或时间线主体之一。", english="Name a case_no or an owner, one of the two."
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(one,))
    finding = Finding(
        owner=body.owner or owner_of(body.case_no or ""),
        colour=body.colour,
        ground=body.ground,
        events=body.events,
        facts=body.facts,
        officer=body.officer or "",
    )
    card, is_repeat = container().cards.give(finding, by=call.caller, at=call.at, idempotency_key=call.idempotency_key)
    return _answer(call, card, replayed=is_repeat)


@routes.get(
    "/v1/supervision/cards", summary="Cards, newest first", roles=READERS, query=CardsQuery, answer=CardPageResponse
)
def cards(call: Call[None]) -> Answer[CardPageResponse]:
    """List cards."""
    query: CardsQuery = call.query
    wanted = Wanted(
        department=query.department,
        state=query.state,
        officer=query.officer,
        owner=None if query.case_no is None else owner_of(query.case_no),
    )
    page = container().cards.page(wanted, by=call.caller, limit=query.limit, after=call.position)
    items = tuple(_response(card, at=call.at) for card in page.items)
    return Answer(body=CardPageResponse(items=items, next_cursor=call.next_cursor(page.after)))


@routes.get("/v1/supervision/cards/{card_id}", summary="A card", roles=READERS, answer=CardResponse)
def card(call: Call[None]) -> Answer[CardResponse]:
    """Return a card."""
    return _answer(call, container().cards.card(call.path["card_id"], by=call.caller))


@routes.post(
    "/v1/supervision/cards/{card_id}/reply",
    summary="Answer a card, late or in time",
    roles=CONCERNED,
    body=CardReplyRequest,
    answer=CardResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.SAME_PERSON),
)
def reply(call: Call[CardReplyRequest]) -> Answer[CardResponse]:
    """Record the reply to a card."""
    return _answer(call, container().cards.reply(_act(call), call.body.text))


@routes.post(
    "/v1/supervision/cards/{card_id}/appeal",
    summary="Appeal against a card",
    roles=CONCERNED,
    body=CardAppealRequest,
    answer=CardResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.SAME_PERSON),
)
def appeal(call: Call[CardAppealRequest]) -> Answer[CardResponse]:
    """Record an appeal against a card."""
    return _answer(call, container().cards.appeal(_act(call), call.body.grounds))


@routes.post(
    "/v1/supervision/cards/{card_id}/appeal/decision",
    summary="Decide on an appeal, never on a card that one gave oneself",
    roles=DECIDERS,
    body=CardAppealDecisionRequest,
    answer=CardResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.SAME_PERSON),
)
def decide(call: Call[CardAppealDecisionRequest]) -> Answer[CardResponse]:
    """Decide on an appeal."""
    return _answer(call, container().cards.decide(_act(call), call.body.outcome, call.body.reasons))


@routes.post(
    "/v1/supervision/cards/{card_id}/withdrawal",
    summary="Withdraw a card, which counts nowhere any more",
    roles=GIVERS,
    body=CardWithdrawalRequest,
    answer=CardResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.SAME_PERSON),
)
def withdraw(call: Call[CardWithdrawalRequest]) -> Answer[CardResponse]:
    """Withdraw a card."""
    return _answer(call, container().cards.withdraw(_act(call), call.body.reason))


def _act(
    call: Call[CardReplyRequest]
    | Call[CardAppealRequest]
    | Call[CardAppealDecisionRequest]
    | Call[CardWithdrawalRequest],
) -> CardCommand:
    return CardCommand(card_id=call.path["card_id"], by=call.caller, version=call.version, at=call.at)


def _answer(call: Call[Any], card: Card, *, replayed: bool = False) -> Answer[CardResponse]:
    return Answer(body=_response(card, at=call.at), version=card.rev, replayed=replayed)


def _response(card: Card, *, at: datetime) -> CardResponse:
    clock = container().cards.running(card)
    return CardResponse.of(
        card,
        events=sorted(set(card.finding.events)),
        clock=None if clock is None else CardClockResponse.of(clock, light=container().clocks.light(clock, at=at)),
    )
