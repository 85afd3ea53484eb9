"""Signals as the relay finds them: once, in any order, and as whoever may see them lists them."""

import itertools
from datetime import date, timedelta

import pytest

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import Outcome, ResultDocument
from chalicelib.cases.services.commands import Command
from chalicelib.clock import instant_text
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.supervision.model.anomalies import Anomaly
from chalicelib.supervision.store.anomalies import Wanted
from chalicelib.timeline.events import Event
from tests.builders import NOON, a_caller
from tests.services.case_office import Applicant, publish

pytestmark = pytest.mark.usefixtures("cloud")

DAY = timedelta(days=1)
OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")
MONITOR = a_caller(Role.MONITOR, sub="m-1", department="monitoring")


def a_dressed_case() -> Case:
    """Decided on the second day with a result, told on the third, delivered, and handled again."""
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case

    def act(days: int, case: Case, by: Caller = OFFICER) -> Command:
        occurred = NOON if by is OFFICER and days == 2 else None
        return Command(case_no=case.case_no, by=by, at=NOON + days * DAY, version=case.version, occurred_at=occurred)

    result = ResultDocument(name="决定书", sha256="ab" * 32)
    case = container().handling.decide(act(2, case), outcome=Outcome.GRANTED, document_no="1号", result=result).case
    case = container().handling.deliver(act(3, case)).case
    return container().assignment.reopen(act(4, case, SUPERVISOR), reason="申请人没有收到结果。").case


def a_complaint(case: Case) -> Event:
    return Event(
        owner="complaint:1",
        seq=1,
        kind="complaint:received",
        occurred_at=instant_text(NOON + 3 * DAY),
        recorded_at=instant_text(NOON + 3 * DAY),
        actor="subject:s",
        department="traffic",
        data={"case_no": case.case_no, "category": "not_received"},
        prev_hash="",
        hash="",
    )


def hear(*events: Event) -> None:
    for event in events:
        container().anomalies.on_event(event, NOON + 9 * DAY)


def listed(wanted: Wanted | None = None, *, by: Caller = SUPERVISOR) -> list[Anomaly]:
    return list(container().anomalies.page(wanted or Wanted(), by=by, limit=10, after=None).items)


def kinds(wanted: Wanted | None = None, *, by: Caller = SUPERVISOR) -> list[str]:
    return [signal.kind.value for signal in listed(wanted, by=by)]


FOUND = {"late_entry", "closed_and_reopened", "closed_and_contradicted"}


@pytest.mark.requirement("R8.2")
def test_signals_are_the_same_in_whatever_order_and_however_often_their_events_come() -> None:
    case = a_dressed_case()
    events = [*container().timeline.events(case.owner)[-3:], a_complaint(case)]
    hear(*events)
    first = listed()
    assert {signal.kind.value for signal in first} == FOUND

    for order in itertools.permutations(events):
        hear(*order, *reversed(order))

    assert listed() == first


def test_an_event_that_comes_late_is_judged_by_what_was_there_before_it() -> None:
    case = a_dressed_case()
    decided = next(event for event in container().timeline.events(case.owner) if event.kind == "case:decided")

    hear(decided)

    assert kinds() == ["late_entry"]


def test_a_complaint_about_no_case_of_ours_shows_nothing() -> None:
    publish()
    event = a_complaint(a_dressed_case())

    hear(Event(**{**{name: getattr(event, name) for name in Event.__slots__}, "data": {**event.data, "case_no": "X"}}))

    assert listed() == []


def test_each_sees_the_signals_of_their_own_department_and_the_monitoring_office_all() -> None:
    case = a_dressed_case()
    hear(*container().timeline.events(case.owner))

    assert kinds(by=MONITOR) == kinds() == ["closed_and_reopened", "late_entry"]
    assert listed(by=a_caller(Role.HEAD, sub="h", department="market")) == []
    for by in (a_caller(Role.HEAD, sub="h", department="market"), a_caller(Role.HEAD, sub="h")):
        with pytest.raises(DomainError) as refused:
            listed(Wanted(department="traffic" if by.department else None), by=by)
        assert refused.value.code is ErrorCode.FORBIDDEN


def test_signals_are_found_by_kind_officer_and_day() -> None:
    case = a_dressed_case()
    hear(*container().timeline.events(case.owner))
    on = (NOON + 2 * DAY).date()

    assert kinds(Wanted(officer="o-1")) == ["closed_and_reopened", "late_entry"]
    assert kinds(Wanted(officer="o-1", department="traffic"), by=MONITOR) == ["closed_and_reopened", "late_entry"]
    assert kinds(Wanted(officer="s-1")) == []
    assert [signal.kind.value for signal in listed(Wanted(found_from=on, found_to=on))] == ["late_entry"]
    assert listed(Wanted(found_to=on - DAY)) == listed(Wanted(found_from=date(2026, 10, 3))) == []
    assert listed(Wanted(found_from=on, found_to=on - DAY)) == []


def test_a_page_goes_on_where_the_one_before_ended() -> None:
    case = a_dressed_case()
    hear(*container().timeline.events(case.owner))

    first = container().anomalies.page(Wanted(), by=MONITOR, limit=1, after=None)
    second = container().anomalies.page(Wanted(), by=MONITOR, limit=1, after=first.after)

    assert [signal.kind.value for signal in (*first.items, *second.items)] == ["closed_and_reopened", "late_entry"]
