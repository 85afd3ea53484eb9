"""What is shown of a case and of a flag follows from their events alone, at any moment of the past (R8.3)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Method
from chalicelib.clocks.model import Light
from chalicelib.container import container
from chalicelib.policy import Caller, Role
from chalicelib.timeline.event_types import EventKind
from tests.builders import NOON, a_caller
from tests.services.case_office import Applicant, publish
from tests.services.replay import clocks_from, lights_at, require_the_same_lights

pytestmark = pytest.mark.usefixtures("cloud")

DAY = timedelta(days=1)
OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
HEAD = a_caller(Role.HEAD, sub="h-1", department="traffic")


def by(case: Case, days: int, who: Caller = OFFICER) -> Command:
    return Command(case_no=case.case_no, by=who, at=NOON + days * DAY, version=case.version)


def a_long_story() -> Case:
    """Paused for longer than was said, extended, decided late, and verified as untrue."""
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    case = container().handling.extend(by(case, 1, HEAD), days=2, reason="案情复杂。").case
    case = (
        container()
        .handling.pause(
            by(case, 1), ground="expert_review", basis="第45条", expected_days=2, notice_text="需要专家评审。"
        )
        .case
    )
    case = container().handling.end_pause(by(case, 20), 1).case
    container().clocks.sweep(at=NOON + 30 * DAY)
    case = container().cases.load(case.case_no)
    case = (
        container()
        .handling.decide(by(case, 30), outcome=Outcome.GRANTED, document_no="1号", late_reason="系统故障。")
        .case
    )
    case = container().handling.deliver(by(case, 31)).case
    return (
        container()
        .consequences.verify(by(case, 40), result=Finding.UNTRUE, method=Method.ONLINE, findings="不属实。")
        .case
    )


@pytest.mark.requirement("R4.14", "R8.3")
def test_lights_of_any_moment_follow_from_the_events_alone() -> None:
    case = a_long_story()

    assert require_the_same_lights(case.owner, at=NOON + 60 * DAY) > 30


@pytest.mark.requirement("R8.3")
def test_the_replayed_lights_are_those_that_people_saw() -> None:
    case = a_long_story()
    events = container().timeline.events(case.owner)

    shown = [lights_at(events, NOON + days * DAY)["handling_promised"] for days in (0, 1, 15, 20, 29, 30, 60)]

    assert shown == [Light.GREEN, Light.GREY, Light.YELLOW, Light.GREEN, Light.RED, Light.RED, Light.RED]


@pytest.mark.requirement("R8.3")
@pytest.mark.parametrize("kind", [EventKind.CASE_PAUSED, EventKind.CASE_RESUMED, EventKind.CASE_EXTENDED])
def test_an_event_that_is_left_out_is_seen_in_the_dates(kind: EventKind) -> None:
    case = a_long_story()
    events = container().timeline.events(case.owner)
    without = [replace(event, data={}) if event.kind == kind else event for event in events]

    assert clocks_from(without) != clocks_from(events)
