"""When a card may be given, to the second, and who may take which step."""

from datetime import timedelta

import pytest

from chalicelib.clock import instant_text
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.supervision.model.cards import Card, CardState, CardStep, Colour, Finding
from chalicelib.supervision.rules import cards
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from tests.builders import NOON

PACK = pack_in_force(load_rule_packs(), "corrects-first", on=NOON.date())
PROMISED = cards.ground_of(PACK, "promised_date_missed", Colour.YELLOW)
SECOND = timedelta(seconds=1)


def an_event(seq: int = 1, kind: EventKind = EventKind.CLOCK_PASSED, *, clock: str = "handling_promised") -> Event:
    return Event(
        owner="case:X",
        seq=seq,
        kind=kind,
        occurred_at=instant_text(NOON),
        recorded_at=instant_text(NOON),
        actor="service:sweep",
        department="traffic",
        data={"kind": clock},
        prev_hash="0" * 64,
        hash="1" * 64,
    )


def a_finding(*events: int, officer: str = "o-1") -> Finding:
    return Finding(
        owner="case:X",
        colour=Colour.YELLOW,
        ground="promised_date_missed",
        events=events or (1,),
        facts="未办结。",
        officer=officer,
    )


def a_card(state: CardState = CardState.GIVEN, *, officer: str = "o-1", by_monitor: bool = False) -> Card:
    return Card(
        card_id="c",
        finding=a_finding(officer=officer),
        department="traffic",
        pack="corrects-first",
        given_by="staff:s-1",
        by_monitor=by_monitor,
        given_at=NOON,
        reply_due_at=NOON,
        state=state,
    )


def staff(sub: str, role: Role, department: str = "traffic") -> Caller:
    return Caller(sub=sub, roles=frozenset({role}), department=department)


def refused(card: Card, step: CardStep, by: Caller) -> ErrorCode | None:
    try:
        cards.require_may(card, step, by)
    except DomainError as error:
        return error.code
    return None


def test_the_same_ground_on_the_same_events_is_the_same_card_in_any_order() -> None:
    assert a_finding(2, 1, 1).card_id == a_finding(1, 2).card_id != a_finding(1).card_id


@pytest.mark.requirement("R4.16")
def test_only_a_withdrawn_card_counts_nowhere() -> None:
    counted = {state for state in CardState if cards.counts(a_card(state))}

    assert counted == set(CardState) - {CardState.WITHDRAWN}


@pytest.mark.parametrize(("code", "colour"), [("no_such", Colour.RED), ("promised_date_missed", Colour.RED)])
def test_an_unknown_ground_or_colour_is_refused_and_the_known_are_named(code: str, colour: Colour) -> None:
    with pytest.raises(DomainError) as error:
        cards.ground_of(PACK, code, colour)

    assert error.value.code is ErrorCode.GROUND_UNKNOWN
    assert {"code": "promised_date_missed", "colour": "yellow"} in list(error.value.facts["known"])  # type: ignore[arg-type]


@pytest.mark.requirement("R4.15")
def test_every_event_named_must_be_there() -> None:
    assert [event.seq for event in cards.stated([an_event(1), an_event(2)], a_finding(2))] == [2]
    with pytest.raises(DomainError, match="EVENTS_NOT_FOUND"):
        cards.stated([an_event(1)], a_finding(1, 2))


@pytest.mark.parametrize(
    "event", [an_event(clock="handling_statutory"), an_event(kind=EventKind.CASE_ACCEPTED)], ids=["clock", "kind"]
)
def test_a_missed_promise_rests_on_its_own_clock_and_nothing_else(event: Event) -> None:
    with pytest.raises(DomainError, match="EVENTS_NOT_FOUND"):
        cards.bearing([event], PROMISED)


def test_one_event_that_bears_the_ground_is_enough() -> None:
    accepted = an_event(1, EventKind.CASE_ACCEPTED)

    assert cards.bearing([accepted, an_event(2)], PROMISED) == (an_event(2),)


def test_where_a_ground_names_no_clock_any_of_them_bears_it() -> None:
    ground = cards.ground_of(PACK, "duty_missed", Colour.YELLOW)

    assert cards.bearing([an_event(clock="delivery")], ground)


@pytest.mark.requirement("R4.15")
def test_a_card_waits_for_24_hours_of_correction_and_not_a_second_longer() -> None:
    over = NOON + timedelta(hours=24)

    cards.require_window_over([an_event()], PACK, at=over)
    with pytest.raises(DomainError) as error:
        cards.require_window_over([an_event()], PACK, at=over - SECOND)

    assert error.value.code is ErrorCode.CORRECTION_WINDOW_OPEN
    assert error.value.facts == {"until": instant_text(over)}


def is_refused(card: Card, step: CardStep) -> bool:
    try:
        cards.require_step(card, step)
    except DomainError as error:
        return error.code is ErrorCode.STEP_NOT_ALLOWED
    return False


@pytest.mark.parametrize("step", CardStep)
def test_each_step_has_its_states(step: CardStep) -> None:
    allowed = {state.value for state in CardState if not is_refused(a_card(state), step)}

    assert (
        allowed
        == {
            CardStep.REPLY: {"given"},
            CardStep.APPEAL: {"given", "answered"},
            CardStep.DECISION: {"appealed"},
            CardStep.WITHDRAWAL: {"given", "answered", "appealed", "upheld"},
        }[step]
    )


def test_the_officer_named_or_the_head_answers() -> None:
    card = a_card()

    assert refused(card, CardStep.REPLY, staff("o-1", Role.OFFICER)) is None
    assert refused(card, CardStep.REPLY, staff("h-1", Role.HEAD)) is None
    assert refused(card, CardStep.REPLY, staff("o-2", Role.OFFICER)) is ErrorCode.FORBIDDEN
    assert refused(card, CardStep.REPLY, staff("h-2", Role.HEAD, "market")) is ErrorCode.FORBIDDEN
    assert refused(a_card(officer=""), CardStep.REPLY, staff("o-2", Role.OFFICER)) is None


@pytest.mark.requirement("R4.16")
def test_any_officer_of_the_department_may_appeal() -> None:
    assert refused(a_card(), CardStep.APPEAL, staff("o-2", Role.OFFICER)) is None
    assert refused(a_card(), CardStep.APPEAL, staff("h-1", Role.HEAD)) is None
    assert refused(a_card(), CardStep.APPEAL, staff("o-2", Role.OFFICER, "market")) is ErrorCode.FORBIDDEN


def test_the_monitoring_office_decides_and_the_head_where_that_office_gave_the_card() -> None:
    head = staff("h-1", Role.HEAD)

    assert refused(a_card(), CardStep.DECISION, staff("m-1", Role.MONITOR, "monitoring")) is None
    assert refused(a_card(), CardStep.DECISION, head) is ErrorCode.FORBIDDEN
    assert refused(a_card(by_monitor=True), CardStep.DECISION, head) is None


def test_nobody_decides_on_a_card_that_they_gave_or_that_is_about_them() -> None:
    giver = staff("s-1", Role.MONITOR, "monitoring")

    assert refused(a_card(), CardStep.DECISION, giver) is ErrorCode.SAME_PERSON
    assert refused(a_card(officer="m-1"), CardStep.DECISION, staff("m-1", Role.MONITOR)) is ErrorCode.SAME_PERSON


def test_who_gave_a_card_or_might_have_given_it_withdraws_it_unless_it_is_about_them() -> None:
    assert refused(a_card(), CardStep.WITHDRAWAL, staff("s-1", Role.SUPERVISOR, "market")) is None
    assert refused(a_card(), CardStep.WITHDRAWAL, staff("s-2", Role.SUPERVISOR)) is None
    assert refused(a_card(), CardStep.WITHDRAWAL, staff("s-2", Role.SUPERVISOR, "market")) is ErrorCode.FORBIDDEN
    assert refused(a_card(officer="s-2"), CardStep.WITHDRAWAL, staff("s-2", Role.SUPERVISOR)) is ErrorCode.SAME_PERSON


def test_what_is_open_goes_by_the_state_and_by_who_looks() -> None:
    officer, monitor = staff("o-1", Role.OFFICER), staff("m-1", Role.MONITOR, "monitoring")

    assert cards.open_steps(a_card(), officer) == (CardStep.REPLY, CardStep.APPEAL)
    assert cards.open_steps(a_card(CardState.ANSWERED), officer) == (CardStep.APPEAL,)
    assert cards.open_steps(a_card(CardState.APPEALED), officer) == ()
    assert cards.open_steps(a_card(CardState.APPEALED), monitor) == (CardStep.DECISION, CardStep.WITHDRAWAL)
    assert cards.open_steps(a_card(CardState.WITHDRAWN), monitor) == ()
