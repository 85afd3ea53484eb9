"""Figures as the relay counts them: once, in any order, and the same as a recomputation from the timelines."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.cases.acts import Outcome
from chalicelib.cases.desk import Act
from chalicelib.errors import Reason, Refusal
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.supervision.statistics.model import Figures, Measure, Span
from chalicelib.supervision.statistics.rules import contribution, counts, figures_of, law_of
from chalicelib.supervision.statistics.service import Asked
from chalicelib.timeline.model import Event
from chalicelib.wiring import services
from tests.builders import NOON, a_caller
from tests.services.case_office import Applicant, publish

pytestmark = pytest.mark.usefixtures("cloud")

DAY = timedelta(days=1)
OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")
MONITOR = a_caller(Role.MONITOR, sub="m-1", department="monitoring")


def asked_of_weeks(as_of: datetime, *, department: str | None = None) -> Asked:
    return Asked(first=NOON.date(), last=NOON.date() + 30 * DAY, as_of=as_of, department=department)


def events_of_cases(number: int) -> list[Event]:
    """Cases on promises, decided on the second day, delivered on the third, the first one handled again."""
    publish()
    applicant = Applicant().enrol()
    told: list[Event] = []
    for each in range(number):
        case = applicant.promise(applicant.draft()).case
        act = Act(case_no=case.case_no, by=OFFICER, at=NOON + 2 * DAY, version=case.version)
        case = services().handling.decide(act, outcome=Outcome.GRANTED, document_no=f"{each}号").case
        act = Act(case_no=case.case_no, by=OFFICER, at=NOON + 3 * DAY, version=case.version)
        case = services().handling.deliver(act).case
        if each == 0:
            act = Act(case_no=case.case_no, by=SUPERVISOR, at=NOON + 4 * DAY, version=case.version)
            case = services().overseeing.reopen(act, reason="申请人没有收到结果。").case
        told.extend(services().timeline.events(f"case:{case.case_no}"))
    return told


def hear(events: Sequence[Event]) -> None:
    for event in events:
        services().statistics.hear(event, NOON + 9 * DAY)


def recomputed(events: Sequence[Event]) -> Figures:
    whole = Figures()
    for event in filter(counts, events):
        before = [each for each in events if each.owner == event.owner and each.seq < event.seq]
        code, at = law_of(event, before)
        pack = services().pack(code or settings().rule_pack, at)
        whole += figures_of(contribution(event, before, calendar=services().calendars.at(at), pack=pack))
    return whole


def stored(day: date | None = None) -> Figures:
    asked = asked_of_weeks(NOON + 30 * DAY)
    if day is not None:
        asked = replace(asked, first=day, last=day)
    told = services().statistics.figures(asked, by=SUPERVISOR)
    return sum((day.figures for day in told[0].days), Figures())


def test_figures_heard_twice_and_out_of_order_are_those_recomputed() -> None:
    events = events_of_cases(3)
    twice = [*events, *events]
    random.Random(1).shuffle(twice)

    hear(twice)

    assert stored() == recomputed(events)
    assert stored().of(Measure.RECEIVED) == 3
    assert stored().of(Measure.DECIDED) == 3
    assert stored().of(Measure.REOPENED) == 1
    assert stored().longest[Span.HANDLING] > 0


def test_days_add_up_to_the_whole() -> None:
    hear(events_of_cases(2))

    days = [NOON.date() + n * DAY for n in range(31)]

    assert sum((stored(day) for day in days), Figures()) == stored()


@pytest.mark.parametrize(("seconds", "decided"), [(-1, 0), (0, 1), (1, 1)])
def test_completion_is_told_as_of_a_second(seconds: int, decided: int) -> None:
    hear(events_of_cases(1))
    as_of = NOON + 2 * DAY + timedelta(seconds=seconds)

    told = services().statistics.figures(asked_of_weeks(as_of), by=SUPERVISOR)

    assert told[0].completion.of(Measure.RECEIVED) == 1
    assert told[0].completion.of(Measure.DECIDED) == decided


def test_the_monitoring_office_sees_every_department_in_the_towns_order_and_others_their_own() -> None:
    everywhere = services().statistics.figures(asked_of_weeks(NOON), by=MONITOR)

    assert tuple(told.department for told in everywhere) == settings().departments
    with pytest.raises(Refusal) as refused:
        services().statistics.figures(asked_of_weeks(NOON, department="market"), by=SUPERVISOR)
    assert refused.value.reason is Reason.FORBIDDEN


@pytest.mark.parametrize("days", [-1, 400])
def test_days_that_run_backwards_or_are_too_many_are_refused(days: int) -> None:
    asked = Asked(first=NOON.date(), last=NOON.date() + days * DAY, as_of=NOON)

    with pytest.raises(Refusal) as refused:
        services().statistics.figures(asked, by=SUPERVISOR)

    assert refused.value.reason is Reason.INVALID_QUERY
    assert [fault.pointer for fault in refused.value.faults] == ["/to"]
