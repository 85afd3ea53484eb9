from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.cases.model.case import Case, State, Way
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.services.commands import Command
from chalicelib.cases.services.withdrawal import CommitmentWithdrawal
from chalicelib.catalogue.model.items import Acceptance, Method
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.pack import Choice
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.workdays.model.limits import Limit, Unit
from tests.builders import (
    NOON,
    a_caller,
    a_case,
    a_material,
    a_plan,
    a_verification,
    an_item,
    an_organisation,
)
from tests.services.case_office import Applicant, a_paper, publish

pytestmark = pytest.mark.usefixtures("cloud")

LATER = NOON + timedelta(hours=1)
MUCH_LATER = NOON + timedelta(hours=3)


def withdraw(case: Case, applicant: Applicant) -> Case:
    return container().commitment_withdrawal.withdraw(
        case.case_no, reason="找到旧车牌了", by=applicant.caller, at=LATER
    )


def hand_in(case: Case, applicant: Applicant, *names: str) -> Case:
    return container().commitment_withdrawal.hand_in(
        case.case_no, tuple(map(a_paper, names)), by=applicant.caller, at=LATER + timedelta(hours=1)
    )


def an_act(case: Case, *, by: Caller | None = None, sub: str = "officer.traffic", at: datetime = MUCH_LATER) -> Command:
    officer = a_caller(Role.OFFICER, sub=sub, department="traffic")
    return Command(case_no=case.case_no, by=by or officer, at=at, version=None if by else case.version)


@pytest.mark.requirement("R1.9")
def test_a_promise_taken_back_turns_to_certificates_and_leaves_the_time_to_hand_them_in() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case

    after = withdraw(case, applicant)

    assert (after.state, after.way) == (State.AWAITING_MATERIALS, Way.CERTIFICATE)
    assert (after.acceptance, after.decision) == (None, None)
    *stopped, running = container().clocks.of_owner(case.owner)
    assert {clock.stopped_at for clock in stopped} == {LATER}
    assert (running.kind, running.responsible, running.limit.value) == (ClockKind.MATERIALS, "applicant", 15)
    event = container().timeline.events(case.owner)[-1]
    assert (event.kind, event.texts) == ("commitment:withdrawn", {"reason": "找到旧车牌了"})


def test_a_rule_pack_may_end_the_right_to_withdraw_with_the_decision() -> None:
    publish()
    applicant = Applicant().enrol()
    undecided = applicant.promise(applicant.draft()).case
    decided = applicant.promise(applicant.draft()).case
    container().handling.decide(
        an_act(decided, at=NOON), outcome=Outcome.GRANTED, document_no="1号", reasons="符合条件。"
    )
    strict = tuple(replace(pack, withdraw_until=Choice(value="decided", basis="第1条")) for pack in load_rule_packs())
    cases, clocks, access = container().cases, container().clocks, container().case_access
    changing = CommitmentWithdrawal(
        cases,
        clocks=clocks,
        access=access,
        packs=strict,
        handed_in=container().handed_in,
        promises=container().promise_records,
        steps_of=container().catalogue.steps_of,
    )

    def taken_back(case: Case) -> State:
        return changing.withdraw(case.case_no, reason="找到旧车牌了", by=applicant.caller, at=LATER).state

    assert taken_back(undecided) is State.AWAITING_MATERIALS
    with pytest.raises(DomainError, match=ErrorCode.STEP_NOT_ALLOWED):
        taken_back(decided)
    assert withdraw(decided, applicant).state is State.AWAITING_MATERIALS


@pytest.mark.requirement("R1.9")
def test_nothing_is_held_against_who_takes_a_promise_back() -> None:
    publish()
    applicant = Applicant().enrol()
    before = container().credit.summary(applicant.caller.own_subject())

    withdraw(applicant.promise(applicant.draft()).case, applicant)

    assert container().credit.summary(applicant.caller.own_subject()) == before


def test_certificates_start_the_offices_clock_anew_beside_the_stopped_ones() -> None:
    publish()
    applicant = Applicant().enrol()
    case = withdraw(applicant.promise(applicant.draft()).case, applicant)

    after = hand_in(case, applicant, "old-plate")

    assert after.state is State.RECEIVED
    (clock,) = [clock for clock in container().clocks.of_owner(case.owner) if clock.stopped_at is None]
    assert (clock.kind, clock.clock_id, clock.due_on) == (ClockKind.ACCEPTANCE, "acceptance.again", date(2026, 10, 10))
    assert container().timeline.reading(case.owner).verified


@pytest.mark.requirement("R1.4")
def test_what_was_handed_in_with_the_promise_is_not_asked_again() -> None:
    licence = a_material(id="licence", name="行驶证", ways=(MaterialWay.CERTIFICATE,))
    publish(an_item(materials=(a_material(), licence)))
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft(), materials=(a_paper("licence"),)).case
    case = withdraw(case, applicant)

    with pytest.raises(DomainError, match="MATERIAL_NOT_LISTED"):
        hand_in(case, applicant, "old-plate", "licence")

    assert [paper.id for paper in hand_in(case, applicant, "old-plate").materials] == ["licence", "old-plate"]


@pytest.mark.requirement("R1.10")
@pytest.mark.parametrize("state", [State.CLOSED, State.NOT_ACCEPTED, State.REVOKED])
def test_once_closed_a_promise_stands(state: State) -> None:
    applicant = Applicant()
    case = a_case(state=state, subject=applicant.caller.own_subject())
    with transaction() as tx:
        container().cases.add(case, [], at=NOON, tx=tx)

    with pytest.raises(DomainError, match="CASE_CLOSED"):
        withdraw(case, applicant)
    with pytest.raises(DomainError, match="CASE_CLOSED"):
        hand_in(case, applicant, "old-plate")


def test_there_is_nothing_to_take_back_on_the_certificate_way_nor_to_hand_in_unasked() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.certify(applicant.draft(way=Way.CERTIFICATE), "old-plate").case

    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        withdraw(case, applicant)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        hand_in(case, applicant, "old-plate")


def test_somebody_elses_promise_is_not_there_to_take_back() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case

    with pytest.raises(DomainError, match="NOT_FOUND"):
        withdraw(case, Applicant(identity=an_organisation()))


def test_a_promise_found_broken_cannot_be_taken_back_any_more() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    found = a_verification(result=Finding.UNTRUE, officers=1)
    with transaction() as tx:
        container().cases.save(case, replace(case, verification=found), [], at=NOON, tx=tx)

    with pytest.raises(DomainError) as refused:
        withdraw(case, applicant)

    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


@pytest.mark.requirement("R1.9")
def test_who_was_found_untrue_by_one_officer_waits_for_the_second_and_does_not_get_away() -> None:
    publish(an_item(verification=a_plan(officers=2)))
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    decided = container().handling.decide(an_act(case), outcome=Outcome.GRANTED, document_no="1号").case
    found = (
        container()
        .consequences.verify(an_act(decided), result=Finding.UNTRUE, method=Method.ONLINE, findings="不实")
        .case
    )

    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        withdraw(case, applicant)

    confirmed = container().consequences.confirm_verification(an_act(found, sub="officer2.traffic")).case
    assert confirmed.verification is not None
    assert (confirmed.verification.result, confirmed.verification.has_effect) == (Finding.UNTRUE, True)


def test_what_was_asked_of_a_promise_is_not_held_against_the_certificates() -> None:
    licence = a_material(id="licence", name="行驶证", ways=(MaterialWay.CERTIFICATE,))
    publish(an_item(acceptance=Acceptance.OFFICER, materials=(a_material(), licence)))
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft(), materials=(a_paper("licence"),)).case
    ask = container().acceptance.ask_correction
    ask(an_act(case, at=NOON), missing=("licence",), basis="第2条")

    withdraw(case, applicant)
    received = hand_in(case, applicant, "old-plate")
    asked = ask(an_act(received), missing=("licence", "old-plate"), basis="第3条").case
    answered = (
        container()
        .acceptance.answer_correction(an_act(asked, by=applicant.caller), 2, materials=(a_paper("licence"),), text="")
        .case
    )

    assert (asked.breaches, answered.state) == ((), State.RECEIVED)


def test_the_end_of_a_promise_does_not_settle_the_answer_to_an_alert() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    with transaction() as tx:
        container().clocks.start(
            ClockKind.ACKNOWLEDGEMENT,
            Limit(value=1, unit=Unit.WORKING_DAYS, basis="本服务配置"),
            owner=case.owner,
            department="traffic",
            responsible="supervisor.traffic",
            pack="corrects-first",
            started_at=NOON,
            tx=tx,
            about="alert",
            level=1,
        )

    withdraw(case, applicant)

    running = [clock.kind for clock in container().clocks.of_owner(case.owner) if clock.stopped_at is None]
    assert running == [ClockKind.ACKNOWLEDGEMENT, ClockKind.MATERIALS]


def test_a_clock_that_had_passed_before_the_promise_was_taken_back_is_told_as_passed() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case

    container().commitment_withdrawal.withdraw(
        case.case_no, reason="等得太久", by=applicant.caller, at=NOON + timedelta(days=400)
    )

    assert "clock:passed" in [event.kind for event in container().timeline.events(case.owner)]


def test_taking_a_promise_back_twice_is_done_once() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case

    first, second = withdraw(case, applicant), withdraw(case, applicant)

    assert first == second
    kinds = [event.kind for event in container().timeline.events(case.owner)]
    assert kinds.count("commitment:withdrawn") == 1
