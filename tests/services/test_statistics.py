"""Figures as the relay counts them: once, in any order, and the same as a recomputation from the timelines."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.api.supervision.routes.statistics import figures_response
from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import Outcome
from chalicelib.cases.services.commands import Command
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.supervision.model.outages import Proof, Window
from chalicelib.supervision.model.statistics import BY_THE_SECOND, Contribution, Figures, Measure, Span
from chalicelib.supervision.rules.statistics import contribution, counts, figures_of, law_of
from chalicelib.supervision.services.statistics import Asked
from chalicelib.supervision.store.statistics import StatisticsStore
from chalicelib.timeline.events import Event
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
        act = Command(case_no=case.case_no, by=OFFICER, at=NOON + 2 * DAY, version=case.version)
        case = container().handling.decide(act, outcome=Outcome.GRANTED, document_no=f"{each}号").case
        act = Command(case_no=case.case_no, by=OFFICER, at=NOON + 3 * DAY, version=case.version)
        case = container().handling.deliver(act).case
        if each == 0:
            act = Command(case_no=case.case_no, by=SUPERVISOR, at=NOON + 4 * DAY, version=case.version)
            case = container().assignment.reopen(act, reason="申请人没有收到结果。").case
        told.extend(container().timeline.events(f"case:{case.case_no}"))
    return told


def hear(events: Sequence[Event]) -> None:
    for event in events:
        container().statistics.on_events([event], NOON + 9 * DAY)


def recomputed(events: Sequence[Event]) -> Figures:
    whole = Figures()
    for event in filter(counts, events):
        before = [each for each in events if each.owner == event.owner and each.seq < event.seq]
        code, at = law_of(event, before)
        pack = container().pack(code or settings().rule_pack, at)
        whole += figures_of(contribution(event, before, calendar=container().calendars.at(at), pack=pack))
    return whole


def stored(day: date | None = None) -> Figures:
    asked = asked_of_weeks(NOON + 30 * DAY)
    if day is not None:
        asked = replace(asked, first=day, last=day)
    told = container().statistics.figures(asked, by=SUPERVISOR, at=NOON)
    return sum((day.figures for day in told[0].days), Figures())


@pytest.mark.requirement("R8.2", "R8.3")
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

    told = container().statistics.figures(asked_of_weeks(as_of), by=SUPERVISOR, at=NOON)

    assert told[0].completion.of(Measure.RECEIVED) == 1
    assert told[0].completion.of(Measure.DECIDED) == decided


@pytest.mark.parametrize("item", [None, "a", "b"])
def test_completion_is_told_as_of_each_second_of_some_days(item: str | None) -> None:
    dice = random.Random(20261012)
    # Before and after the midnights, hours and minutes of Shanghai.
    begin = datetime(2026, 10, 11, 15, 59, 58, tzinfo=UTC)
    after = [0, 1, 2, 3, 61, 62, 3_601, 3_602, 3_661, 40_000, 86_401, 86_402, 86_463]
    moments = [begin + timedelta(seconds=dice.choice(after)) for _ in range(60)]
    many = [
        Contribution(
            event_id=f"case:{number}/1",
            department="traffic",
            item_code=dice.choice("ab"),
            day=day_in_shanghai(at),
            at=at,
            counts={dice.choice(("received", "accepted", "decided", "completed:0")): 1},
        )
        for number, at in enumerate(moments)
    ]
    StatisticsStore().add(*many)

    for at in sorted({moment + timedelta(seconds=late) for moment in moments for late in (-1, 0, 1)}):
        asked = Asked(first=date(2026, 10, 11), last=date(2026, 10, 31), as_of=at, item_code=item)
        (told,) = container().statistics.figures(asked, by=SUPERVISOR, at=at)
        until = [one for one in many if one.at <= at and item in {None, one.item_code}]
        for measure in BY_THE_SECOND:
            name = "completed:0" if measure is Measure.COMPLETED else measure
            assert told.completion.of(measure) == sum(one.counts.get(name, 0) for one in until), (at, measure)


@pytest.mark.requirement("R4.23")
def test_no_more_than_what_was_filed_in_some_days_is_complete_whatever_was_decided_in_them() -> None:
    hear(events_of_cases(2))
    days = [(NOON.date(), NOON.date() + DAY), (NOON.date(), NOON.date() + 2 * DAY), (NOON.date() + DAY,) * 2]
    days += [(NOON.date() + 2 * DAY,) * 2]

    told = [
        container()
        .statistics.figures(Asked(first=first, last=last, as_of=NOON + 30 * DAY), by=SUPERVISOR, at=NOON)[0]
        .completion
        for first, last in days
    ]

    shares = [(one.of(Measure.COMPLETED), one.of(Measure.RECEIVED), one.of(Measure.DECIDED)) for one in told]
    assert shares == [(0, 2, 0), (2, 2, 2), (0, 0, 0), (0, 0, 2)]


def test_cases_that_are_still_to_be_decided_are_counted_up_and_down() -> None:
    hear(events_of_cases(3))

    # All were decided, and one is handled again.
    assert container().statistics.open_cases("traffic") == 1
    assert container().statistics.open_cases("market") == 0


def test_the_monitoring_office_sees_every_department_in_the_towns_order_and_others_their_own() -> None:
    everywhere = container().statistics.figures(asked_of_weeks(NOON), by=MONITOR, at=NOON)

    assert tuple(told.department for told in everywhere) == settings().departments
    with pytest.raises(DomainError) as refused:
        container().statistics.figures(asked_of_weeks(NOON, department="market"), by=SUPERVISOR, at=NOON)
    assert refused.value.code is ErrorCode.FORBIDDEN


@pytest.mark.parametrize("days", [-1, 400])
def test_days_that_run_backwards_or_are_too_many_are_refused(days: int) -> None:
    asked = Asked(first=NOON.date(), last=NOON.date() + days * DAY, as_of=NOON)

    with pytest.raises(DomainError) as refused:
        container().statistics.figures(asked, by=SUPERVISOR, at=NOON)

    assert refused.value.code is ErrorCode.INVALID_QUERY
    assert [fault.pointer for fault in refused.value.faults] == ["/to"]


def test_an_unknown_department_is_refused_to_those_who_look_at_all() -> None:
    with pytest.raises(DomainError) as refused:
        container().statistics.figures(asked_of_weeks(NOON, department="nowhere"), by=MONITOR, at=NOON)

    assert refused.value.code is ErrorCode.INVALID_QUERY
    assert [fault.pointer for fault in refused.value.faults] == ["/department"]


def late_by_days(days: int) -> tuple[datetime, datetime]:
    """A case on a promise decided so many days after its last second; return that second and when it was decided."""
    due_at, at, _case = decided_late(days)
    return due_at, at


def decided_late(days: int) -> tuple[datetime, datetime, Case]:
    """As ``late_by_days``, with the case."""
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    due_at = next(
        clock.due_at for clock in container().clocks.of_owner(case.owner) if clock.clock_id == "handling_promised"
    )
    at = due_at + days * DAY
    act = Command(case_no=case.case_no, by=OFFICER, at=at, version=case.version)
    case = container().handling.decide(act, outcome=Outcome.GRANTED, document_no="1号", late_reason="系统故障。").case
    hear(container().timeline.events(case.owner))
    return due_at, at, case


@pytest.mark.requirement("R4.23")
@pytest.mark.parametrize(
    ("days", "late_again"), [(0, 0), (9, 1)], ids=["again in its new time", "again after its new time"]
)
def test_deciding_a_late_case_again_betters_nothing(days: int, late_again: int) -> None:
    _due_at, at, case = decided_late(1)
    first = figures_response(stored())

    case = container().handling.deliver(Command(case_no=case.case_no, by=OFFICER, at=at, version=case.version)).case
    act = Command(case_no=case.case_no, by=SUPERVISOR, at=at, version=case.version)
    case = container().assignment.reopen(act, reason="申请人没有收到结果。").case
    act = Command(case_no=case.case_no, by=OFFICER, at=at + days * DAY, version=case.version)
    container().handling.decide(act, outcome=Outcome.GRANTED, document_no="2号", late_reason="又晚了。")
    hear(container().timeline.events(case.owner))
    after = figures_response(stored())

    assert (first.on_time.part, first.on_time.whole) == (0, 1)
    assert after.on_time == first.on_time
    assert after.handling_minutes == first.handling_minutes
    assert (after.decided, after.decided_again, after.late, after.late_again) == (1, 1, 1, late_again)


@pytest.mark.requirement("R4.17")
def test_an_outage_excuses_what_was_late_again_too() -> None:
    _due_at, at, case = decided_late(1)
    case = container().handling.deliver(Command(case_no=case.case_no, by=OFFICER, at=at, version=case.version)).case
    act = Command(case_no=case.case_no, by=SUPERVISOR, at=at, version=case.version)
    case = container().assignment.reopen(act, reason="申请人没有收到结果。").case
    running = {each.kind: each for each in container().clocks.of_owner(case.owner) if each.is_running}
    due_at = running[ClockKind.HANDLING_PROMISED].due_at
    act = Command(case_no=case.case_no, by=OFFICER, at=due_at + DAY, version=case.version)
    container().handling.decide(act, outcome=Outcome.GRANTED, document_no="2号", late_reason="又晚了。")
    hear(container().timeline.events(case.owner))

    record_outage(due_at - timedelta(hours=2), due_at - timedelta(hours=1), due_at + DAY)

    after = figures_response(stored())
    assert (after.late, after.late_excused, after.late_again, after.late_again_excused) == (1, 0, 1, 1)


def record_outage(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    window = Window(
        starts_at=starts_at,
        ends_at=ends_at,
        departments=("traffic",),
        kinds=(),
        reason="机房断电。",
        evidence=(Proof(name="值班记录", sha256="0" * 64),),
    )
    container().outages.record(window, by=MONITOR, at=at, idempotency_key=None)


@pytest.mark.requirement("R4.17")
@pytest.mark.parametrize(
    ("hours_before_due", "excused"), [(2, 1), (-2, 0)], ids=["begun before the last second", "begun after it"]
)
def test_what_an_outage_excuses_is_told_as_late_and_excused_whenever_it_was_recorded(
    hours_before_due: int, excused: int
) -> None:
    due_at, decided_at = late_by_days(1)
    before = container().statistics.figures(asked_of_weeks(decided_at), by=SUPERVISOR, at=decided_at)[0]
    starts_at = due_at - timedelta(hours=hours_before_due)

    record_outage(starts_at, starts_at + timedelta(hours=1), decided_at)
    after = container().statistics.figures(asked_of_weeks(decided_at), by=SUPERVISOR, at=decided_at)[0]

    sums = [sum((day.figures for day in told.days), Figures()) for told in (before, after)]
    assert [one.of(Measure.LATE) for one in sums] == [1, 1]
    assert [one.of(Measure.LATE_EXCUSED) for one in sums] == [0, excused]
