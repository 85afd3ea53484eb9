"""What happens when a role ends: cases go to the deputy or the desk, sessions end, alerts reach the deputy."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.services import handover
from chalicelib.cases.services.commands import Command
from chalicelib.cases.services.handover import HandoverIncompleteError
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.model.items import Method
from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.errors import DomainError
from chalicelib.policy import Caller, Role
from chalicelib.sessions.rules import person_of
from chalicelib.staff.model import Absence, Loaded, StaffState
from tests.builders import NOON, a_caller
from tests.cloud import turn_clock
from tests.services.alerting import MORNING, a_late_clock, staff
from tests.services.case_office import Applicant, employ, publish
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud", "channels")

HOUR = timedelta(hours=1)
OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
DEPUTY = a_caller(Role.OFFICER, sub="o-2", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")
HEAD = a_caller(Role.HEAD, sub="h-1", department="traffic")
AS_BEFORE = Loaded(name="甲", department="traffic", roles=frozenset({Role.OFFICER}))
GONE = replace(AS_BEFORE, state=StaffState.ENDED)
AWAY = Absence(since=date(2026, 9, 28), until=date(2026, 10, 16), deputy="o-2")


@pytest.fixture(autouse=True)
def employed(cloud: None) -> None:  # noqa: ARG001 - the register is in it
    turn_clock(NOON)
    publish()
    employ(OFFICER, DEPUTY, SUPERVISOR, HEAD)


def act(case: Case, caller: Caller = OFFICER, *, hours: int = 1) -> Command:
    return Command(case_no=case.case_no, by=caller, at=NOON + hours * HOUR, version=case.version)


def taken(*, by: Caller = OFFICER) -> Case:
    """A case on a promise, in an officer's hands."""
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    return container().assignment.assign(act(case, by), officer=by.sub).case


def now(case: Case) -> Case:
    return container().cases.load(case.case_no)


def load(loaded: Loaded, staff_id: str = "o-1") -> None:
    container().staff.load(staff_id, loaded, by=a_caller(Role.MONITOR, sub="m", department="monitoring"), at=NOON)


def relay(staff_id: str = "o-1", *, hours: int = 3) -> None:
    """Let the relay hear all that the register tells of somebody, again."""
    for event in container().timeline.events(f"staff:{staff_id}"):
        container().staff.on_event(event, NOON + hours * HOUR)
        container().handover.on_event(event, NOON + hours * HOUR)


def responsible(case: Case) -> set[str]:
    return {clock.responsible for clock in container().clocks.of_owner(case.owner) if clock.stopped_at is None}


def test_the_cases_of_somebody_who_left_go_back_to_the_desk() -> None:
    case = taken()

    load(GONE)
    relay()

    event = container().timeline.events(case.owner)[-1]
    assert (now(case).officer, responsible(case)) == ("", {"officer"})
    assert (event.kind, event.actor) == ("case:assigned", "service:relay")
    assert event.data == {"because": "staff:role_ended", "before": "o-1", "officer": ""}
    assert container().timeline.reading(case.owner).verified


def test_they_go_to_the_deputy_if_there_is_one() -> None:
    case = taken()
    container().staff.be_absent("o-1", AWAY, by=OFFICER, at=NOON)

    load(GONE)
    relay()

    assert (now(case).officer, responsible(case)) == ("o-2", {"o-2"})


def test_a_case_goes_to_no_deputy_whom_it_concerns() -> None:
    case = taken()
    container().staff.be_absent("o-1", AWAY, by=OFFICER, at=NOON)
    load(replace(AS_BEFORE, subjects=(case.subject,)), "o-2")

    load(GONE)
    relay()

    assert (now(case).officer, responsible(case)) == ("", {"officer"})


@pytest.mark.parametrize(("day", "expected"), [(16, "o-2"), (17, "")], ids=["on its last day", "when it is over"])
def test_an_absence_that_is_over_names_no_deputy(day: int, expected: str) -> None:
    case = taken()
    container().staff.be_absent("o-1", AWAY, by=OFFICER, at=NOON)
    load(GONE)

    relay(hours=24 * (day + 2))

    assert now(case).officer == expected


@pytest.mark.parametrize(
    "loaded",
    [
        replace(AS_BEFORE, state=StaffState.ENDED),
        replace(AS_BEFORE, department="market"),
        replace(AS_BEFORE, roles=frozenset({Role.CREDIT_OFFICER})),
    ],
    ids=["left", "moved", "no officer any more"],
)
def test_a_deputy_who_cannot_have_the_cases_does_not_get_them(loaded: Loaded) -> None:
    case = taken()
    container().staff.be_absent("o-1", AWAY, by=OFFICER, at=NOON)
    load(loaded, "o-2")

    load(GONE)
    relay()

    assert now(case).officer == ""


def test_a_login_without_the_role_is_enough() -> None:
    case = taken()

    employ(a_caller(Role.SUPERVISOR, sub="o-1", department="traffic"))
    relay()

    assert now(case).officer == ""


def test_who_changes_departments_leaves_the_cases_behind() -> None:
    case = taken()

    employ(a_caller(Role.OFFICER, sub="o-1", department="market"))
    relay()

    assert now(case).officer == ""


def test_who_loses_another_role_keeps_the_cases() -> None:
    employ(a_caller(Role.OFFICER, Role.SUPERVISOR, sub="o-1", department="traffic"))
    case = taken()

    employ(a_caller(Role.OFFICER, sub="o-1", department="traffic", told_at=real_now()))
    relay()

    assert kinds_of("staff:o-1")[-1] == "staff:role_ended"
    assert now(case).officer == "o-1"


def test_who_is_back_before_the_relay_heard_keeps_the_cases() -> None:
    case = taken()

    load(GONE)
    load(AS_BEFORE)
    relay()

    assert now(case).officer == "o-1"


def test_what_is_heard_twice_is_handed_over_once() -> None:
    case = taken()
    load(GONE)

    relay()
    relay()

    assert kinds_of(case.owner).count("case:assigned") == 2


@pytest.mark.parametrize(
    ("result", "expected"),
    [(Finding.TRUE, "o-1"), (Finding.CHANGED, "o-1"), (Finding.UNVERIFIABLE, ""), (Finding.UNTRUE, "")],
)
def test_what_nothing_is_owed_in_stays_with_who_did_it(result: Finding, expected: str) -> None:
    case = container().handling.decide(act(taken()), outcome=Outcome.GRANTED, document_no="1号").case
    case = container().handling.deliver(act(case)).case
    case = container().consequences.verify(act(case), result=result, method=Method.ONLINE, findings="已核。").case

    load(GONE)
    relay()

    assert now(case).officer == expected


def test_a_closed_case_that_must_be_verified_is_handed_over() -> None:
    case = container().handling.decide(act(taken()), outcome=Outcome.GRANTED, document_no="1号").case
    case = container().handling.deliver(act(case)).case

    load(GONE)
    relay()

    assert now(case).officer == ""


def test_a_refused_and_delivered_case_stays() -> None:
    case = container().handling.decide(act(taken()), outcome=Outcome.REFUSED, document_no="1号", reasons="不符。").case
    case = container().handling.deliver(act(case)).case

    load(GONE)
    relay()

    assert now(case).officer == "o-1"


def test_a_colleagues_cases_stay() -> None:
    case = taken(by=DEPUTY)

    load(GONE)
    relay()

    assert now(case).officer == "o-2"


def test_what_is_more_than_a_page_is_gone_on_with_by_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "PAGE", 1)
    monkeypatch.setattr(handover, "PAGES_AT_ONCE", 1)
    cases = [taken() for _ in range(3)]
    load(GONE)
    left = []

    relay()
    for minute in range(4):
        left.append(sum(now(case).officer == "o-1" for case in cases))
        container().clocks.sweep(at=NOON + 3 * HOUR + timedelta(minutes=minute))

    assert left == [2, 1, 0, 0]
    task = container().handover._tasks.get("handover:traffic/o-1", "handover")  # noqa: SLF001 - it has no other reader
    assert task is not None
    assert task.next_at is None


def test_one_case_that_cannot_be_handed_over_does_not_keep_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = taken(), taken()
    load(GONE)
    whole = CaseStore.load

    def broken(store: CaseStore, case_no: str) -> Case:
        if case_no == first.case_no:
            raise ConnectionError
        return whole(store, case_no)

    with monkeypatch.context() as out_of_order:
        out_of_order.setattr(CaseStore, "load", broken)
        with pytest.raises(HandoverIncompleteError):
            relay()
    assert (now(first).officer, now(second).officer) == ("o-1", "")

    relay()
    assert now(first).officer == ""


def test_sessions_from_before_a_role_ended_are_gone_and_those_since_stay() -> None:
    real = real_now()
    old, other = (
        container().sessions.open("t", sub=sub, at=real - HOUR, ends_at=real + HOUR) for sub in ("o-1", "o-2")
    )
    load(GONE)
    new = container().sessions.open("t", sub="o-1", at=real + HOUR, ends_at=real + 2 * HOUR)

    relay()

    found = [container().sessions.find(secret, at=real) is not None for secret in (old, other, new)]
    assert found == [False, True, True]


def test_a_person_is_an_issuers_sub_and_no_digest_tells_who() -> None:
    one, another = (person_of(issuer, "o-1", key=b"k") for issuer in ("https://a.test", "https://b.test"))

    assert one != another
    assert "o-1" not in one


def test_a_deputy_reads_and_answers_the_alerts_of_the_absent_while_they_are() -> None:
    supervisor, deputy = staff(Role.SUPERVISOR, "traffic"), staff(Role.OFFICER, "traffic")
    employ(supervisor, deputy)
    a_late_clock()
    turn_clock(MORNING)
    away = Absence(since=MORNING.date(), until=MORNING.date(), deputy=deputy.sub)
    container().staff.be_absent(supervisor.sub, away, by=HEAD, at=MORNING)

    mine, _ = container().alerts.inbox(deputy, state="open", limit=10, after=None)
    (theirs,) = [alert for alert in mine if alert.recipient == "supervisor.traffic"]
    turn_clock(MORNING + timedelta(days=1))
    later, _ = container().alerts.inbox(deputy, state="open", limit=10, after=None)

    assert [alert.recipient for alert in later] == ["officer.traffic"]
    with pytest.raises(DomainError, match="NOT_FOUND"):
        container().alerts.get(theirs.alert_id, by=deputy)
    turn_clock(MORNING)
    answered = container().alerts.acknowledge(
        theirs.alert_id, reason="人手不足。", expected_on=MORNING.date(), by=deputy, at=MORNING
    )
    assert answered.acknowledgement is not None
    assert answered.acknowledgement.by == "staff:officer.traffic"
