from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, State, Way
from chalicelib.cases.model.stages import AcceptanceManner, Outcome
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Acceptance
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.clocks.model import Clock, Light
from chalicelib.container import container
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from tests.builders import NOON, a_caller, a_material, an_item
from tests.services.case_office import Applicant, a_paper, publish
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

ONE_SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
OFFICER = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
HEAD = a_caller(Role.HEAD, sub="head.traffic", department="traffic")
STRANGER = a_caller(Role.OFFICER, sub="officer.market", department="market")
LAST_FOR_ACCEPTING = datetime(2026, 10, 10, 15, 59, 59, tzinfo=UTC)
"""Five working days after 28 September: 29, 30, 8, 9 and, a make-up Saturday, 10 October."""
LAST_FOR_HANDLING = datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)
"""Three working days after 28 September: 29, 30 and 8 October."""

LAST_BY_LAW = datetime(2026, 10, 23, 15, 59, 59, tzinfo=UTC)
"""Fifteen working days after 28 September."""


def refused(reason: ErrorCode) -> Any:  # noqa: ANN401 - pytest's own
    return pytest.raises(DomainError, match=reason.value)


def an_act(case: Case, *, by: Caller = OFFICER, at: datetime = NOON + HOUR, **other: Any) -> Command:  # noqa: ANN401 - any field of an act
    """An act on the case as it is given, an hour after noon."""
    fields: dict[str, Any] = {"version": case.version, **other}
    return Command(case_no=case.case_no, by=by, at=at, **fields)


def a_received_case() -> tuple[Applicant, Case]:
    """A case with one of two certificates' worth on the list, which an officer must accept."""
    licence = a_material(id="licence", name="行驶证", ways=(MaterialWay.CERTIFICATE,))
    publish(an_item(acceptance=Acceptance.OFFICER, materials=(a_material(), licence)))
    applicant = Applicant()
    filed = applicant.certify(applicant.draft(way=Way.CERTIFICATE), "old-plate", "licence")
    return applicant, filed.case


def an_accepted_case() -> tuple[Applicant, Case]:
    """A promise that was accepted on filing, at noon."""
    publish()
    applicant = Applicant().enrol()
    return applicant, applicant.promise(applicant.draft()).case


def clocks_of(case: Case) -> dict[str, Clock]:
    return {clock.clock_id: clock for clock in container().clocks.of_owner(case.owner)}


def ask(case: Case, *missing: str, **other: Any) -> Case:  # noqa: ANN401 - any field of an act
    act = an_act(case, **other)
    return container().acceptance.ask_correction(act, missing=missing or ("licence",), basis="第2条").case


def test_a_correction_stops_the_acceptance_clock_and_its_answer_starts_a_new_one() -> None:
    applicant, case = a_received_case()

    asked = ask(case)
    assert asked.state is State.CORRECTION_ASKED
    assert clocks_of(case)["acceptance"].stopped_at == NOON + HOUR
    answered = (
        container()
        .acceptance.answer_correction(
            Command(case_no=case.case_no, by=applicant.caller, at=NOON + 2 * HOUR),
            1,
            materials=(replace(a_paper("licence"), sha256="cd" * 32),),
            text="已补交。",
        )
        .case
    )

    assert answered.state is State.RECEIVED
    assert answered.corrections[0].answer == "已补交。"
    assert {material.id: material.sha256 for material in answered.materials} == {
        "old-plate": "ab" * 32,
        "licence": "cd" * 32,
    }
    assert clocks_of(case)["acceptance.1"].started_at == NOON + 2 * HOUR
    assert clocks_of(case)["acceptance.1"].stopped_at is None
    assert kinds_of(case.owner)[-2:] == ["case:correction_asked", "case:correction_answered"]
    assert container().timeline.reading(case.owner).verified


@pytest.mark.requirement("R4.2")
def test_a_second_different_demand_is_carried_out_and_recorded_as_a_breach() -> None:
    applicant, case = a_received_case()
    ask(case)
    answered = (
        container()
        .acceptance.answer_correction(
            Command(case_no=case.case_no, by=applicant.caller, at=NOON + 2 * HOUR), 1, materials=(), text="行驶证在此。"
        )
        .case
    )

    again = ask(answered, "old-plate", at=NOON + 3 * HOUR)

    assert again.state is State.CORRECTION_ASKED
    assert [breach.rule for breach in again.breaches] == ["correction.told_once"]
    assert kinds_of(case.owner)[-2:] == ["case:correction_asked", "case:breach_recorded"]


def test_the_office_may_not_ask_twice_for_the_same_before_it_is_answered() -> None:
    _, case = a_received_case()

    with refused(ErrorCode.STEP_NOT_ALLOWED):
        ask(ask(case))


def test_two_demands_wait_for_both_answers() -> None:
    applicant, case = a_received_case()
    ask(ask(case), "old-plate")
    mine = Command(case_no=case.case_no, by=applicant.caller, at=NOON + 2 * HOUR)

    first = container().acceptance.answer_correction(mine, 1, materials=(), text="一").case
    second = container().acceptance.answer_correction(mine, 2, materials=(), text="二").case

    assert (first.state, second.state) == (State.CORRECTION_ASKED, State.RECEIVED)
    assert sorted(clocks_of(case)) == ["acceptance", "acceptance.2", "correction.1", "correction.2"]


def test_a_demand_is_answered_once_by_its_applicant_and_with_something() -> None:
    applicant, case = a_received_case()
    ask(ask(case), "old-plate")
    mine = Command(case_no=case.case_no, by=applicant.caller, at=NOON + 2 * HOUR)
    other = a_caller(Role.APPLICANT, sub="other", subject="k1.other")
    accepting = container().acceptance

    with refused(ErrorCode.NOT_FOUND):
        accepting.answer_correction(replace(mine, by=other), 1, materials=(), text="一")
    with refused(ErrorCode.NOT_FOUND):
        accepting.answer_correction(mine, 3, materials=(), text="一")
    with refused(ErrorCode.INVALID_BODY):
        accepting.answer_correction(mine, 1, materials=(), text=" ")
    with refused(ErrorCode.MATERIAL_NOT_LISTED):
        accepting.answer_correction(mine, 1, materials=(a_paper("tax-return"),), text="")
    accepting.answer_correction(mine, 1, materials=(), text="一")
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        accepting.answer_correction(mine, 1, materials=(), text="又一次")


@pytest.mark.requirement("R5.3")
def test_nothing_outside_the_list_is_asked_for() -> None:
    _, case = a_received_case()

    with refused(ErrorCode.MATERIAL_NOT_LISTED):
        ask(case, "tax-return")
    assert container().cases.load(case.case_no) == case


@pytest.mark.requirement("R4.1")
def test_asking_in_the_last_second_is_in_time_and_a_second_later_the_case_is_accepted_by_law() -> None:
    _, case = a_received_case()

    with refused(ErrorCode.STEP_NOT_ALLOWED):
        ask(case, at=LAST_FOR_ACCEPTING + ONE_SECOND)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        container().acceptance.turn_away(an_act(case, at=LAST_FOR_ACCEPTING + ONE_SECOND), reason="材料不齐")
    assert ask(case, at=LAST_FOR_ACCEPTING).state is State.CORRECTION_ASKED


@pytest.mark.requirement("R4.1")
def test_acceptance_starts_both_handling_clocks() -> None:
    _, case = a_received_case()

    accepted = container().acceptance.accept(an_act(case)).case

    assert accepted.state is State.ACCEPTED
    assert accepted.acceptance is not None
    assert accepted.acceptance.manner is AcceptanceManner.BY_OFFICER
    running = {name: clock.due_on for name, clock in clocks_of(case).items() if clock.stopped_at is None}
    assert running == {"handling_promised": date(2026, 10, 8), "handling_statutory": date(2026, 10, 23)}


def test_not_accepting_needs_a_reason_and_stops_every_clock() -> None:
    _, case = a_received_case()

    with refused(ErrorCode.INVALID_BODY):
        container().acceptance.turn_away(an_act(case), reason=" ")
    after = container().acceptance.turn_away(an_act(case), reason="不属于本机关职权范围。").case

    assert after.state is State.NOT_ACCEPTED
    assert all(clock.stopped_at is not None for clock in clocks_of(case).values())
    texts = container().timeline.events(case.owner)[-1].texts
    assert texts["reason"] == "不属于本机关职权范围。"
    assert "60日内依法向本级人民政府申请行政复议" in texts["remedies"]


@pytest.mark.requirement("R4.1")
def test_silence_accepts_from_the_day_of_receipt_once_however_often_the_sweep_comes() -> None:
    _, case = a_received_case()

    container().clocks.sweep(at=LAST_FOR_ACCEPTING)
    assert container().cases.load(case.case_no).state is State.RECEIVED
    container().clocks.sweep(at=LAST_FOR_ACCEPTING + ONE_SECOND)
    container().acceptance.deem_accepted(case.owner, "acceptance", LAST_FOR_ACCEPTING + 2 * ONE_SECOND)

    after = container().cases.load(case.case_no)
    assert after.state is State.ACCEPTED
    assert after.acceptance is not None
    assert (after.acceptance.manner, after.acceptance.counts_from) == (AcceptanceManner.DEEMED, NOON)
    assert clocks_of(case)["handling_promised"].started_at == NOON
    assert clocks_of(case)["acceptance"].stopped_at == LAST_FOR_ACCEPTING + ONE_SECOND
    assert kinds_of(case.owner) == ["case:filed", "clock:warned", "clock:passed", "case:deemed_accepted"]
    assert container().timeline.reading(case.owner).verified


def test_a_corrected_case_is_accepted_by_silence_from_the_day_of_the_corrections() -> None:
    applicant, case = a_received_case()
    ask(case)
    corrected = datetime(2026, 10, 12, 4, 0, tzinfo=UTC)
    container().acceptance.answer_correction(
        Command(case_no=case.case_no, by=applicant.caller, at=corrected), 1, materials=(), text="已补。"
    )

    container().acceptance.deem_accepted(case.owner, "acceptance.1", datetime(2026, 10, 19, 16, 0, tzinfo=UTC))

    assert clocks_of(case)["handling_promised"].started_at == corrected


def pause(case: Case, **other: Any) -> Case:  # noqa: ANN401 - what the test is about
    said: dict[str, Any] = {
        "ground": "expert_review",
        "basis": "《行政许可法》第45条",
        "expected_days": 5,
        "notice_text": "需要专家评审，约5个工作日。",
        **other,
    }
    act = said.pop("act", None) or an_act(case)
    return container().handling.pause(act, **said).case


@pytest.mark.requirement("R4.8")
def test_a_pause_with_notice_stops_both_clocks_and_its_end_moves_their_dates() -> None:
    _, case = an_accepted_case()

    paused = pause(case)
    assert paused.state is State.PAUSED
    assert paused.interruptions[0].expected_until == date(2026, 10, 10)
    assert all(clock.open_pause for clock in clocks_of(case).values())
    assert container().timeline.events(case.owner)[-1].texts == {"notice": "需要专家评审，约5个工作日。"}
    resumed_at = datetime(2026, 9, 30, 4, 0, tzinfo=UTC)
    resumed = container().handling.end_pause(an_act(paused, at=resumed_at), 1).case

    assert resumed.state is State.ACCEPTED
    assert resumed.interruptions[0].ended_at == resumed_at
    assert clocks_of(case)["handling_promised"].due_on == date(2026, 10, 10)
    assert kinds_of(case.owner)[-2:] == ["case:paused", "case:resumed"]


def test_during_a_pause_it_is_never_too_late_to_extend() -> None:
    _, case = an_accepted_case()
    long_after = LAST_FOR_HANDLING + timedelta(days=30)

    extended = (
        container().handling.extend(an_act(pause(case), by=HEAD, at=long_after), days=2, reason="情况复杂。").case
    )

    assert extended.extension is not None


def test_pausing_what_is_late_already_is_told_as_late_and_hides_nothing() -> None:
    _, case = an_accepted_case()

    pause(case, act=an_act(case, at=LAST_FOR_HANDLING + ONE_SECOND))

    assert [kind for kind in kinds_of(case.owner) if kind.startswith("clock:")] == ["clock:warned", "clock:passed"]
    promised = clocks_of(case)["handling_promised"]
    assert container().clocks.light(promised, at=LAST_FOR_HANDLING + timedelta(days=9)) is Light.RED


@pytest.mark.requirement("R4.8")
@pytest.mark.parametrize("notice", [None, "", " \n"])
def test_a_pause_without_notice_is_none(notice: str | None) -> None:
    _, case = an_accepted_case()

    with refused(ErrorCode.PAUSE_WITHOUT_NOTICE):
        pause(case, notice_text=notice)
    assert container().cases.load(case.case_no) == case
    assert all(clock.open_pause is None for clock in clocks_of(case).values())


@pytest.mark.requirement("R4.8", "R4.9")
def test_pauses_do_not_overlap_and_end_once() -> None:
    _, case = an_accepted_case()

    with refused(ErrorCode.PAUSE_GROUND_UNKNOWN):
        pause(case, ground="publication")
    paused = pause(case)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        pause(paused)
    with refused(ErrorCode.NOT_FOUND):
        container().handling.end_pause(an_act(paused), 2)
    ended = container().handling.end_pause(an_act(paused), 1).case
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        container().handling.end_pause(an_act(ended), 1)
    again = pause(ended)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        container().handling.end_pause(an_act(again), 1)


@pytest.mark.requirement("R4.11")
def test_the_head_extends_the_statutory_time_once_before_it_expires() -> None:
    _, case = an_accepted_case()
    handling = container().handling

    with refused(ErrorCode.FORBIDDEN):
        handling.extend(an_act(case), days=2, reason="情况复杂。")
    with refused(ErrorCode.EXTENSION_TOO_LONG):
        handling.extend(an_act(case, by=HEAD), days=11, reason="情况复杂。")
    with refused(ErrorCode.EXTENSION_TOO_LATE):
        handling.extend(an_act(case, by=HEAD, at=LAST_BY_LAW + ONE_SECOND), days=2, reason="情况复杂。")
    extended = handling.extend(an_act(case, by=HEAD, at=LAST_BY_LAW), days=2, reason="情况复杂。").case

    assert {name: clock.due_on for name, clock in clocks_of(case).items()} == {
        "handling_promised": date(2026, 10, 8),
        "handling_statutory": date(2026, 10, 27),
    }
    assert container().timeline.events(case.owner)[-1].texts == {"reason": "情况复杂。"}
    with refused(ErrorCode.ALREADY_EXTENDED):
        handling.extend(an_act(extended, by=HEAD), days=1, reason="还要。")


def decide(case: Case, *, outcome: Outcome = Outcome.GRANTED, reasons: str = "", **other: Any) -> Case:  # noqa: ANN401 - what the test is about
    late_reason = other.pop("late_reason", None)
    act = an_act(case, **other)
    done = container().handling.decide(
        act, outcome=outcome, document_no="义公交〔2026〕1号", reasons=reasons, late_reason=late_reason
    )
    return done.case


@pytest.mark.requirement("R1.12", "R4.12")
def test_a_granted_promise_is_decided_delivered_and_waits_for_its_verification() -> None:
    _, case = an_accepted_case()

    decided = decide(case)
    assert decided.state is State.DECIDED
    running = {name: clock.due_on for name, clock in clocks_of(case).items() if clock.stopped_at is None}
    assert running == {"delivery": date(2026, 10, 16), "verification": date(2026, 11, 30)}
    closed = container().handling.deliver(an_act(decided), method="窗口领取").case

    assert closed.state is State.CLOSED
    assert [name for name, clock in clocks_of(case).items() if clock.stopped_at is None] == ["verification"]
    assert kinds_of(case.owner)[-2:] == ["case:decided", "case:delivered"]


def test_a_refusal_needs_reasons_and_nothing_is_verified_after_it() -> None:
    _, case = an_accepted_case()

    with refused(ErrorCode.INVALID_BODY):
        decide(case, outcome=Outcome.REFUSED)
    decide(case, outcome=Outcome.REFUSED, reasons="旧车牌被扣押。")

    assert "verification" not in clocks_of(case)


@pytest.mark.requirement("R4.7")
def test_a_decision_in_the_last_second_is_in_time() -> None:
    _, case = an_accepted_case()

    decided = decide(case, at=LAST_FOR_HANDLING)

    assert decided.late_reasons == ()
    assert clocks_of(case)["handling_promised"].passed_at is None


@pytest.mark.requirement("R4.7", "R4.18")
def test_a_decision_at_midnight_is_late_and_says_why_to_the_applicant() -> None:
    _, case = an_accepted_case()
    midnight = LAST_FOR_HANDLING + ONE_SECOND

    with refused(ErrorCode.LATE_REASON_REQUIRED):
        decide(case, at=midnight)
    decided = decide(case, at=midnight, late_reason="系统故障。")

    assert [(late.clock, late.reason) for late in decided.late_reasons] == [("handling_promised", "系统故障。")]
    assert kinds_of(case.owner)[-3:] == ["clock:warned", "clock:passed", "case:decided"]
    assert container().timeline.events(case.owner)[-1].texts == {"late_reason": "系统故障。"}


@pytest.mark.requirement("R4.12", "R4.18")
def test_a_late_delivery_says_why() -> None:
    _, case = an_accepted_case()
    decided = decide(case)
    late = datetime(2026, 10, 16, 16, 0, tzinfo=UTC)

    with refused(ErrorCode.LATE_REASON_REQUIRED):
        container().handling.deliver(an_act(decided, at=late))
    closed = container().handling.deliver(an_act(decided, at=late), late_reason="邮路中断。").case

    assert closed.delivery is not None
    assert closed.delivery.late_reason == "邮路中断。"
    assert [late.clock for late in closed.late_reasons] == ["delivery"]


def test_nobody_decides_during_a_pause() -> None:
    _, case = an_accepted_case()

    with refused(ErrorCode.STEP_NOT_ALLOWED):
        decide(pause(case))


def test_another_department_and_the_applicant_decide_nothing() -> None:
    applicant, case = an_accepted_case()

    with refused(ErrorCode.FORBIDDEN):
        decide(case, by=STRANGER)
    with refused(ErrorCode.NOT_FOUND):
        decide(case, by=applicant.caller)


def test_of_two_officers_on_one_version_one_wins_and_the_other_is_told() -> None:
    _, case = an_accepted_case()

    decide(case)

    with refused(ErrorCode.STALE_VERSION):
        decide(case, by=a_caller(Role.OFFICER, sub="officer2.traffic", department="traffic"))


def test_a_clock_that_turned_yellow_meanwhile_does_not_spoil_the_form() -> None:
    _, case = an_accepted_case()

    container().clocks.sweep(at=LAST_FOR_HANDLING)

    assert decide(case, at=LAST_FOR_HANDLING).state is State.DECIDED


@pytest.mark.requirement("R8.2")
def test_the_same_act_sent_twice_has_one_effect() -> None:
    _, case = an_accepted_case()
    once = IdempotencyKey(key="k", request="r")
    act = an_act(case, idempotency_key=once)

    first = container().handling.decide(act, outcome=Outcome.GRANTED, document_no="1号")
    second = container().handling.decide(act, outcome=Outcome.GRANTED, document_no="1号")

    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert second.case == first.case
    assert kinds_of(case.owner).count("case:decided") == 1
    with refused(ErrorCode.IDEMPOTENCY_KEY_REUSED):
        container().handling.decide(
            replace(act, idempotency_key=IdempotencyKey(key="k", request="other")),
            outcome=Outcome.REFUSED,
            document_no="2号",
        )


def test_a_milestone_told_between_reading_and_writing_only_makes_the_desk_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, case = an_accepted_case()
    load = container().cases.load
    loads: list[Case] = []

    def overtaken(case_no: str) -> Case:
        loads.append(load(case_no))
        if len(loads) == 1:
            container().clocks.sweep(at=LAST_FOR_HANDLING)
        return loads[-1]

    monkeypatch.setattr(container().cases, "load", overtaken)
    decided = decide(case, at=LAST_FOR_HANDLING)

    assert decided.state is State.DECIDED
    assert len(loads) == 2
    assert kinds_of(case.owner)[-2:] == ["clock:warned", "case:decided"]
