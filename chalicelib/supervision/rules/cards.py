"""When a card may be given, and who may respond to it, and when (R4.15, R4.16)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chalicelib.clock import instant_from, instant_text
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require_another_person, sees
from chalicelib.rulepacks.model.pack import CardGround, RulePack, TermKey
from chalicelib.supervision.model.cards import Card, CardState, CardStep, Colour, Finding
from chalicelib.timeline.events import Event

GIVERS = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR)

FROM: Mapping[CardStep, frozenset[CardState]] = {
    CardStep.REPLY: frozenset({CardState.GIVEN}),
    CardStep.APPEAL: frozenset({CardState.GIVEN, CardState.ANSWERED}),
    CardStep.DECISION: frozenset({CardState.APPEALED}),
    CardStep.WITHDRAWAL: frozenset({CardState.GIVEN, CardState.ANSWERED, CardState.APPEALED, CardState.UPHELD}),
}
"""The states in which each step is allowed."""


def counts(card: Card) -> bool:
    """Whether a card counts towards scores: a withdrawn one does not, though it stays in the timeline."""
    return card.state is not CardState.WITHDRAWN


def ground_of(pack: RulePack, code: str, colour: Colour) -> CardGround:
    """Return the ground by code and colour; ``GROUND_UNKNOWN``, listing the existing ones, for any other."""
    ground = pack.card_ground(code)
    if ground is None or ground.colour != colour:
        known = [{"code": each.code, "colour": each.colour} for each in pack.card_grounds]
        raise DomainError(ErrorCode.GROUND_UNKNOWN, known=known)
    return ground


def stated(events: Sequence[Event], finding: Finding) -> tuple[Event, ...]:
    """Return the events that a finding names; ``EVENTS_NOT_FOUND`` if one is missing."""
    by_seq = {event.seq: event for event in events}
    if missing := sorted(set(finding.events) - by_seq.keys()):
        raise DomainError(ErrorCode.EVENTS_NOT_FOUND, missing=", ".join(map(str, missing)))
    return tuple(by_seq[seq] for seq in sorted(set(finding.events)))


def bearing(named: Sequence[Event], ground: CardGround) -> tuple[Event, ...]:
    """Return the named events that the ground may rest on; ``EVENTS_NOT_FOUND`` if there are none."""
    found = tuple(
        event
        for event in named
        if event.kind in ground.events and (not ground.clocks or event.data.get("kind") in ground.clocks)
    )
    if not found:
        raise DomainError(ErrorCode.EVENTS_NOT_FOUND, wanted=", ".join(ground.events))
    return found


def require_window_over(named: Sequence[Event], pack: RulePack, *, at: datetime) -> None:
    """Refuse a card (``CORRECTION_WINDOW_OPEN``) during the correction hours after the newest event.

    At the second in which they end, a card may be given.
    """
    newest = max(instant_from(event.recorded_at) for event in named)
    until = newest + timedelta(hours=pack.limit_term(TermKey.CARD_CORRECTION).value)
    if at < until:
        raise DomainError(ErrorCode.CORRECTION_WINDOW_OPEN, until=instant_text(until))


def require_step(card: Card, step: CardStep) -> None:
    """Refuse a step that the card's state does not allow (``STEP_NOT_ALLOWED``)."""
    if card.state not in FROM[step]:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, state=card.state.value)


def require_may(card: Card, step: CardStep, by: Caller) -> None:
    """Check the right to take a step: ``FORBIDDEN``, or ``SAME_PERSON`` for judging one's own matter.

    Officers and heads reply and appeal; if the card names an officer, no other officer may reply. The monitoring
    office decides, and so does the head of the department if that office gave the card.
    """
    match step:
        case CardStep.REPLY:
            may = _is_of(by, card, Role.HEAD) or (
                _is_of(by, card, Role.OFFICER) and card.finding.officer in {"", by.sub}
            )
        case CardStep.APPEAL:
            may = _is_of(by, card, Role.HEAD) or _is_of(by, card, Role.OFFICER)
        case CardStep.DECISION:
            may = Role.MONITOR in by.roles or (card.by_monitor and _is_of(by, card, Role.HEAD))
        case _:
            may = by.is_person(card.given_by) or sees(by, roles=GIVERS, department=card.department)
    if not may:
        raise DomainError(ErrorCode.FORBIDDEN)
    if step in {CardStep.DECISION, CardStep.WITHDRAWAL}:
        require_another_person(by, f"staff:{card.finding.officer}")
    if step is CardStep.DECISION:
        require_another_person(by, card.given_by, *(() if card.appeal is None else (card.appeal.by,)))


def open_steps(card: Card, by: Caller) -> tuple[CardStep, ...]:
    """Return the steps open to somebody now, given the card's state, their role, and whether it is their own matter."""
    return tuple(step for step in CardStep if card.state in FROM[step] and _may(card, step, by))


def _may(card: Card, step: CardStep, by: Caller) -> bool:
    try:
        require_may(card, step, by)
    except DomainError:
        return False
    return True


def _is_of(by: Caller, card: Card, role: Role) -> bool:
    return sees(by, roles=(role,), department=card.department)
