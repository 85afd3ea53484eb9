"""Cards over HTTP (黄牌、红牌)."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from chalicelib.cases.model.case import owner_of
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import Answer, Body, Call, Code, Line, Page, PageQuery, Routes, Shape, Text
from chalicelib.policy import Role
from chalicelib.supervision.model.cards import Card, CardState, Colour, Finding, Outcome, Word
from chalicelib.supervision.rules.cards import GIVERS
from chalicelib.supervision.services.cards import READERS, CardCommand
from chalicelib.supervision.store.cards import Wanted
from chalicelib.wiring import services

routes = Routes("supervision")

CONCERNED = (Role.OFFICER, Role.HEAD)
"""Who speaks for the department that a card is about."""

DECIDERS = (Role.HEAD, Role.MONITOR)


class CardBody(Body):
    """A finding: about a case, or about another owner of a timeline, exactly one of the two."""

    case_no: Line | None = None
    owner: Line | None = None
    colour: Annotated[Colour, Field(strict=False)]
    ground: Code
    events: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1, max_length=50)]
    facts: Text
    officer: Code | None = None


class ReplyBody(Body):
    """What the officer or the department says to a card."""

    text: Text


class AppealBody(Body):
    """Why a card should not stand."""

    grounds: Text


class AppealDecisionBody(Body):
    """What comes of an appeal, and why."""

    outcome: Annotated[Outcome, Field(strict=False)]
    reasons: Text


class CardWithdrawalBody(Body):
    """Why a card is withdrawn."""

    reason: Text


class CardQuery(PageQuery):
    """Which cards."""

    department: Code | None = None
    state: CardState | None = None
    officer: Line | None = None
    case_no: Line | None = None


class WordShape(Shape):
    """What somebody said about a card; ``late`` where the time for it was over."""

    text: str
    by: str
    at: datetime
    late: bool


class CardClockShape(Shape):
    """By when somebody must act on a card, and the light of that."""

    kind: ClockKind
    due_on: date
    light: Light


class CardShape(Shape):
    """A card; a withdrawn one counts nowhere. ``clock`` runs while an answer or a decision on an appeal is owed."""

    id: str
    owner: str
    case_no: str | None
    department: str
    officer: str | None
    colour: Colour
    ground: str
    events: tuple[int, ...]
    facts: str
    state: CardState
    given_by: str
    given_at: datetime
    reply_due_at: datetime
    reply: WordShape | None
    appeal: WordShape | None
    decision: WordShape | None
    withdrawal: WordShape | None
    clock: CardClockShape | None
    version: int


class CardPageShape(Page):
    """A page of cards, newest first."""

    items: tuple[CardShape, ...]


@routes.post(
    "/v1/supervision/cards",
    summary="Give a card on stated events, when the office's time to correct them is over",
    roles=GIVERS,
    body=CardBody,
    answer=CardShape,
    status=201,
    creates=True,
    names_another=True,
)
def give(call: Call[CardBody]) -> Answer[CardShape]:
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
    card, is_repeat = services().cards.give(finding, by=call.caller, at=call.at, idempotency_key=call.idempotency_key)
    return _answer(call, card, replayed=is_repeat)


@routes.get(
    "/v1/supervision/cards", summary="Cards, newest first", roles=READERS, query=CardQuery, answer=CardPageShape
)
def cards(call: Call[None]) -> Answer[CardPageShape]:
    """List cards."""
    query: CardQuery = call.query
    wanted = Wanted(
        department=query.department,
        state=query.state,
        officer=query.officer,
        owner=None if query.case_no is None else owner_of(query.case_no),
    )
    page = services().cards.page(wanted, by=call.caller, limit=query.limit, after=call.position)
    items = tuple(_shape(card, at=call.at) for card in page.cards)
    return Answer(body=CardPageShape(items=items, next_cursor=call.next_cursor(page.after)))


@routes.get("/v1/supervision/cards/{card_id}", summary="A card", roles=READERS, answer=CardShape)
def card(call: Call[None]) -> Answer[CardShape]:
    """Show a card."""
    return _answer(call, services().cards.card(call.path["card_id"], by=call.caller))


@routes.post(
    "/v1/supervision/cards/{card_id}/reply",
    summary="Answer a card, late or in time",
    roles=CONCERNED,
    body=ReplyBody,
    answer=CardShape,
    needs_version=True,
)
def reply(call: Call[ReplyBody]) -> Answer[CardShape]:
    """Take the answer to a card."""
    return _answer(call, services().cards.reply(_act(call), call.body.text))


@routes.post(
    "/v1/supervision/cards/{card_id}/appeal",
    summary="Appeal against a card",
    roles=CONCERNED,
    body=AppealBody,
    answer=CardShape,
    needs_version=True,
)
def appeal(call: Call[AppealBody]) -> Answer[CardShape]:
    """Take an appeal."""
    return _answer(call, services().cards.appeal(_act(call), call.body.grounds))


@routes.post(
    "/v1/supervision/cards/{card_id}/appeal/decision",
    summary="Decide on an appeal, never on a card that one gave oneself",
    roles=DECIDERS,
    body=AppealDecisionBody,
    answer=CardShape,
    needs_version=True,
)
def decide(call: Call[AppealDecisionBody]) -> Answer[CardShape]:
    """Decide on an appeal."""
    return _answer(call, services().cards.decide(_act(call), call.body.outcome, call.body.reasons))


@routes.post(
    "/v1/supervision/cards/{card_id}/withdrawal",
    summary="Withdraw a card, which counts nowhere any more",
    roles=GIVERS,
    body=CardWithdrawalBody,
    answer=CardShape,
    needs_version=True,
)
def withdraw(call: Call[CardWithdrawalBody]) -> Answer[CardShape]:
    """Withdraw a card."""
    return _answer(call, services().cards.withdraw(_act(call), call.body.reason))


def _act(call: Call[ReplyBody] | Call[AppealBody] | Call[AppealDecisionBody] | Call[CardWithdrawalBody]) -> CardCommand:
    return CardCommand(card_id=call.path["card_id"], by=call.caller, version=call.version, at=call.at)


def _answer(call: Call[Any], card: Card, *, replayed: bool = False) -> Answer[CardShape]:
    return Answer(body=_shape(card, at=call.at), version=card.rev, replayed=replayed)


def _shape(card: Card, *, at: datetime) -> CardShape:
    finding, clock = card.finding, services().cards.running(card)
    kind, _, name = finding.owner.partition(":")
    return CardShape(
        id=card.card_id,
        owner=finding.owner,
        case_no=name if kind == "case" else None,
        department=card.department,
        officer=finding.officer or None,
        colour=finding.colour,
        ground=finding.ground,
        events=tuple(sorted(set(finding.events))),
        facts=finding.facts,
        state=card.state,
        given_by=card.given_by,
        given_at=card.given_at,
        reply_due_at=card.reply_due_at,
        reply=_word(card.reply),
        appeal=_word(card.appeal),
        decision=_word(card.decision),
        withdrawal=_word(card.withdrawal),
        clock=None
        if clock is None
        else CardClockShape(kind=clock.kind, due_on=clock.due_on, light=services().clocks.light(clock, at=at)),
        version=card.rev,
    )


def _word(word: Word | None) -> WordShape | None:
    return None if word is None else WordShape.model_validate(word)
