"""Assignment, reopening, and acts that are told later than they happened, on the services as they are wired."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.cases.model.case import Case, State, Way
from chalicelib.cases.model.stages import Finding, Outcome, ResultDocument
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Acceptance, Method
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from tests.builders import NOON, a_caller, an_item
from tests.services.case_office import Applicant, employ, publish

pytestmark = pytest.mark.usefixtures("cloud")

HOUR = timedelta(hours=1)
OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
COLLEAGUE = a_caller(Role.OFFICER, sub="o-2", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")


def by(caller: Caller, case: Case, *, hours: int = 1, occurred: int | None = None) -> Command:
    """An act ``hours`` after noon on the case as it stands."""
    return Command(
        case_no=case.case_no,
        by=caller,
        at=NOON + hours * HOUR,
        version=case.version,
        occurred_at=None if occurred is None else NOON + occurred * HOUR,
    )


def a_promise() -> Case:
    publish()
    applicant = Applicant().enrol()
    return applicant.promise(applicant.draft()).case


def received() -> Case:
    publish(an_item(acceptance=Acceptance.OFFICER))
    applicant = Applicant()
    return applicant.certify(applicant.draft(way=Way.CERTIFICATE), "old-plate").case


def decided(case: Case, *, hours: int = 1, occurred: int | None = None) -> Case:
    act = by(OFFICER, case, hours=hours, occurred=occurred)
    return container().handling.decide(act, outcome=Outcome.GRANTED, document_no="1号").case


def reopened(case: Case, *, hours: int = 3, who: Caller = SUPERVISOR) -> Case:
    return container().assignment.reopen(by(who, case, hours=hours), reason="申请人没有收到结果。").case


def running(case: Case) -> dict[str, Clock]:
    return {clock.clock_id: clock for clock in container().clocks.of_owner(case.owner) if clock.stopped_at is None}


def told(case: Case, kind: str) -> tuple[str, str]:
    event = [event for event in container().timeline.events(case.owner) if event.kind == kind][-1]
    return event.occurred_at, event.recorded_at


def test_a_closed_case_is_handled_again_from_now_on() -> None:
    closed = container().handling.deliver(by(OFFICER, one := decided(a_promise()), hours=2)).case

    again = reopened(closed)

    assert (again.state, again.handling, again.decision, again.delivery) == (State.ACCEPTED, 2, None, None)
    assert again.earlier_decisions[0].decision == one.decision
    assert again.earlier_decisions[0].delivery == closed.delivery
    clocks = running(again)
    assert set(clocks) == {"handling_promised.reopened-1", "handling_statutory.reopened-1"}
    assert {(clock.started_at, clock.item) for clock in clocks.values()} == {(NOON + 3 * HOUR, "plate-replacement")}
    event = container().timeline.events(again.owner)[-1]
    assert (event.kind, event.data["handling"], event.texts["reason"]) == ("case:reopened", 2, "申请人没有收到结果。")


def test_what_follows_a_decision_follows_the_next_one_too_and_a_kept_promise_counts_once() -> None:
    case = decided(a_promise())
    for handling in (1, 2):
        found = container().consequences.verify(
            by(OFFICER, case, hours=4 * handling), result=Finding.TRUE, method=Method.ONLINE, findings="属实。"
        )
        assert found.case.verification is not None
        if handling == 1:
            case = decided(reopened(found.case, hours=5), hours=6)

    kinds = [event.kind for event in container().timeline.events(case.owner)]
    assert (kinds.count("case:verified"), kinds.count("promise:kept")) == (2, 1)
    assert reopened(found.case, hours=9).handling == 3


def test_a_case_whose_promise_was_found_broken_is_not_handled_again() -> None:
    found = container().consequences.verify(
        by(OFFICER, decided(a_promise()), hours=2), result=Finding.UNTRUE, method=Method.ONLINE, findings="不实。"
    )

    with pytest.raises(DomainError) as refused:
        reopened(found.case)

    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


def test_a_case_without_a_decision_is_not_handled_again() -> None:
    with pytest.raises(DomainError) as refused:
        reopened(a_promise())

    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


def test_an_officer_does_not_reopen() -> None:
    with pytest.raises(DomainError) as refused:
        reopened(decided(a_promise()), who=OFFICER)

    assert refused.value.code is ErrorCode.FORBIDDEN


def test_whoever_has_a_case_answers_for_its_clocks_and_for_those_to_come() -> None:
    employ(COLLEAGUE)

    assigned = container().assignment.assign(by(SUPERVISOR, a_promise()), officer="o-2").case

    assert assigned.officer == "o-2"
    assert {clock.responsible for clock in running(assigned).values()} == {"o-2"}
    case = decided(assigned)
    assert {clock.responsible for clock in running(case).values()} == {"o-2"}


def test_a_person_s_own_clock_stays_theirs() -> None:
    employ(COLLEAGUE)
    found = container().consequences.verify(
        by(OFFICER, decided(a_promise()), hours=2), result=Finding.UNTRUE, method=Method.ONLINE, findings="不实。"
    )

    assigned = container().assignment.assign(by(SUPERVISOR, found.case, hours=3), officer="o-2").case

    assert {one.kind: one.responsible for one in running(assigned).values()} == {
        ClockKind.CONSEQUENCE: "o-2",
        ClockKind.DEFENCE: "applicant",
        ClockKind.DELIVERY: "o-2",
    }


def test_an_officer_takes_a_case_that_nobody_has_and_no_other() -> None:
    employ(OFFICER, COLLEAGUE)
    case = a_promise()
    with pytest.raises(DomainError) as given:
        container().assignment.assign(by(OFFICER, case), officer="o-2")
    taken = container().assignment.assign(by(OFFICER, case), officer="o-1").case

    with pytest.raises(DomainError) as snatched:
        container().assignment.assign(by(COLLEAGUE, taken, hours=2), officer="o-2")

    assert (given.value.code, snatched.value.code) == (ErrorCode.FORBIDDEN, ErrorCode.STEP_NOT_ALLOWED)
    assert taken.officer == "o-1"


def test_who_acts_on_a_case_that_nobody_has_answers_for_the_clocks_of_the_act() -> None:
    case = received()
    assert {clock.responsible for clock in running(case).values()} == {"officer"}

    accepted = container().acceptance.accept(by(OFFICER, case)).case

    assert accepted.officer == ""
    assert {clock.responsible for clock in running(accepted).values()} == {"o-1"}


@pytest.mark.requirement("R4.19")
def test_an_event_says_when_it_happened_and_when_it_was_told() -> None:
    case = decided(a_promise(), hours=30, occurred=2)

    assert told(case, "case:decided") == ("2026-09-28T06:00:00Z", "2026-09-29T10:00:00Z")
    assert case.decision is not None
    assert case.decision.decided_at == NOON + 30 * HOUR


@pytest.mark.parametrize(("occurred", "is_taken"), [(-1, False), (0, True), (2, True), (3, False)])
def test_an_act_happened_between_the_receipt_and_now(occurred: int, *, is_taken: bool) -> None:
    case = a_promise()

    if is_taken:
        assert decided(case, hours=2, occurred=occurred).state is State.DECIDED
    else:
        with pytest.raises(DomainError) as refused:
            decided(case, hours=2, occurred=occurred)
        assert [fault.pointer for fault in refused.value.faults] == ["/occurred_at"]


def test_telling_late_what_happened_in_time_is_late() -> None:
    case = a_promise()
    act = replace(by(OFFICER, case, hours=24 * 20), occurred_at=NOON + HOUR)

    with pytest.raises(DomainError) as refused:
        container().handling.decide(act, outcome=Outcome.GRANTED, document_no="1号")

    assert refused.value.code is ErrorCode.LATE_REASON_REQUIRED


def test_the_digest_of_a_result_is_told_and_shown() -> None:
    document = ResultDocument(name="决定书", sha256="ab" * 32)
    case = (
        container()
        .handling.decide(by(OFFICER, a_promise()), outcome=Outcome.GRANTED, document_no="1号", result=document)
        .case
    )

    event = container().timeline.events(case.owner)[-1]

    assert case.decision is not None
    assert (case.decision.result, event.data["result_sha256"]) == (document, "ab" * 32)
    assert "决定书" not in str(event.data)
