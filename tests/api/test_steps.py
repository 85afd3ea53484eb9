"""The steps of an item have clocks of their own, one after the other, on the officer who has the case."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalogue.model.items import Acceptance, Step
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.container import container
from chalicelib.workdays.model.limits import Unit
from tests.api.handling import GRANTED, PAUSE, Office
from tests.builders import NOON, an_item
from tests.cloud import Client, TokenOf, turn_clock
from tests.services.case_office import Applicant, publish

ONE_DAY = WrittenLimit(value=1, unit=Unit.WORKING_DAYS, basis="本单位向社会公开的承诺时限")
STEPS = (Step(id="review", name="审核", limit=ONE_DAY), Step(id="make", name="制作", limit=ONE_DAY))
NEXT_DAY = NOON + timedelta(days=1)


def a_case(client: Client, token: TokenOf, **item: Any) -> Office:  # noqa: ANN401 - any part of the item
    turn_clock(NOON)
    publish(an_item(**{"steps": STEPS, **item}))
    applicant = Applicant().enrol()
    return Office(client, token, applicant.promise(applicant.draft()).case)


def steps(office: Office) -> dict[str, Clock]:
    clocks = container().clocks.of_owner(f"case:{office.url.rpartition('/')[2]}")
    return {clock.about: clock for clock in clocks if clock.kind is ClockKind.STEP}


def due_days(office: Office) -> dict[str, str]:
    return {name: clock.due_on.isoformat() for name, clock in steps(office).items() if clock.stopped_at is None}


@pytest.mark.requirement("R4.13")
def test_the_first_step_has_a_clock_from_acceptance_and_each_next_one_from_the_end_of_the_one_before(
    client: Client, token: TokenOf
) -> None:
    office = a_case(client, token)
    assert due_days(office) == {"review": "2026-09-29"}

    turn_clock(NEXT_DAY)
    case = office.done("step-completion", {"step": "review"})

    assert due_days(office) == {"make": "2026-09-30"}
    assert [clock["about"] for clock in case["clocks"] if clock["kind"] == "step"] == ["review", "make"]
    assert office.act("step-completion", {"step": "review"}).body["under_way"] == "make"
    office.done("step-completion", {"step": "make"})
    assert due_days(office) == {}
    assert office.act("step-completion", {"step": "make"}).code == "STEP_NOT_ALLOWED"
    kinds = [event.kind for event in container().timeline.events(steps(office)["make"].owner)]
    assert kinds.count("case:step_completed") == 2


@pytest.mark.requirement("R4.13")
def test_a_step_turns_yellow_and_red_like_any_clock_and_lies_with_the_officer_who_has_the_case(
    client: Client, token: TokenOf
) -> None:
    office = a_case(client, token)
    assert steps(office)["review"].responsible == "officer"
    office.done("assignment", {"officer": "officer.traffic"})
    assert steps(office)["review"].responsible == "officer.traffic"

    last = steps(office)["review"].due_at
    container().clocks.sweep(at=last)
    assert (steps(office)["review"].warned_at, steps(office)["review"].passed_at) == (
        steps(office)["review"].yellow_at,
        None,
    )
    container().clocks.sweep(at=last + timedelta(seconds=1))

    late = steps(office)["review"]
    assert (late.passed_at, container().clocks.light(late, at=last + timedelta(seconds=1)).value) == (
        last + timedelta(seconds=1),
        "red",
    )
    turn_clock(last + timedelta(seconds=1))
    office.done("step-completion", {"step": "review"})
    assert steps(office)["make"].responsible == "officer.traffic"


@pytest.mark.requirement("R4.13")
def test_a_step_pauses_with_the_handling_and_ends_with_the_decision(client: Client, token: TokenOf) -> None:
    office = a_case(client, token)

    office.done("pauses", PAUSE)
    assert steps(office)["review"].open_pause is not None
    assert office.act("step-completion", {"step": "review"}).code == "STEP_NOT_ALLOWED"
    turn_clock(NEXT_DAY)
    office.done("pauses/1/end")
    assert due_days(office) == {"review": "2026-09-30"}
    office.done("decision", GRANTED)

    assert due_days(office) == {}
    office.done("reopening", {"reason": "申请人没有收到结果。"}, by="supervisor.traffic")
    assert sorted(clock.clock_id for clock in container().clocks.of_owner(steps(office)["review"].owner)) == [
        "delivery",
        "handling_promised",
        "handling_promised.reopened-1",
        "handling_statutory",
        "handling_statutory.reopened-1",
        "step.review",
        "step.review-reopened-1",
        "verification",
    ]


def test_a_step_begins_when_an_officer_accepts_and_when_silence_does(client: Client, token: TokenOf) -> None:
    office = a_case(client, token, acceptance=Acceptance.OFFICER)
    other = Applicant().enrol()
    silent = Office(client, token, other.promise(other.draft()).case)
    assert steps(office) == {}

    office.done("acceptance", {"accepted": True})
    container().clocks.sweep(at=NOON + timedelta(days=20))

    assert due_days(office) == {"review": "2026-09-29"}
    assert due_days(silent) == {"review": "2026-09-29"}


def test_the_only_step_of_an_item_is_the_handling_itself(client: Client, token: TokenOf) -> None:
    assert steps(a_case(client, token, steps=STEPS[:1])) == {}
