from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from chalicelib.cases.model.case import Case, Material, MaterialAsked, State, Way
from chalicelib.cases.model.stages import Correction, Extension, Finding, Interruption, Outcome, Withdrawal
from chalicelib.cases.rules.handling import (
    STEPS,
    CaseStep,
    extension_of,
    ground_of,
    is_breach,
    is_deemed_accepted,
    late_reason_for,
    must_be_verified,
    open_pause,
    remedies_of,
    require_checked,
    require_demand,
    require_not_deemed,
    require_on_list,
    require_reasons,
    require_step,
    set_aside,
    suspension_ground_of,
    suspension_to_end,
    with_materials,
    without_interruptions,
)
from chalicelib.catalogue.model.items import VerificationPlan
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.clocks import start
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.store import load_calendar
from tests.builders import NOON, a_case, a_commitment, a_decision, a_verification, some_terms

CALENDAR = load_calendar()
PACK = pack_in_force(load_rule_packs(), "corrects-first", on=date(2026, 9, 28))
LAST_SECOND = datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)
"""23:59:59 in Shanghai on the third working day after 28 September: 29, 30 and, after the holidays, 8 October."""
ONE_SECOND = timedelta(seconds=1)
BASIS = "第2条"

PLATE = MaterialAsked(id="old-plate", name="旧车牌", basis="", ways=(MaterialWay.COMMITMENT, MaterialWay.CERTIFICATE))
LICENCE = MaterialAsked(id="licence", name="行驶证", basis="", ways=(MaterialWay.CERTIFICATE,))
MARRIAGE = MaterialAsked(id="marriage", name="结婚登记", basis="", ways=(MaterialWay.SHARED,))


def a_clock(kind: ClockKind = ClockKind.HANDLING_PROMISED, *, started_at: datetime = NOON) -> Clock:
    return start(
        kind,
        Limit(value=3, unit=Unit.WORKING_DAYS, basis=BASIS),
        owner="case:1",
        department="traffic",
        responsible="officer",
        pack="corrects-first",
        started_at=started_at,
        calendar=CALENDAR,
    )


def a_correction(*missing: str, basis: str = BASIS, number: int = 1, answered_at: datetime | None = NOON) -> Correction:
    return Correction(
        number=number, missing=missing, basis=basis, asked_at=NOON, asked_by="staff:o", answered_at=answered_at
    )


def a_pause(*, ended_at: datetime | None = None) -> Interruption:
    return Interruption(
        number=1,
        ground="expert_review",
        basis="《行政许可法》第45条",
        notice_text="需要专家评审。",
        expected_until=date(2026, 10, 12),
        started_at=NOON,
        started_by="staff:o",
        ended_at=ended_at,
    )


def on_list(way: Way = Way.CERTIFICATE) -> Case:
    return a_case(way=way, checklist=(PLATE, LICENCE, MARRIAGE))


VERIFIABLE = {State.ACCEPTED, State.PAUSED, State.SUSPENDED, State.DECIDED, State.CLOSED}
UNDECIDED = {
    State.PENDING_CREDIT,
    State.PENDING_IDENTITY,
    State.AWAITING_MATERIALS,
    State.RECEIVED,
    State.CORRECTION_ASKED,
    State.ACCEPTED,
    State.PAUSED,
    State.SUSPENDED,
}
ALLOWED = {
    CaseStep.CORRECT: {State.RECEIVED, State.CORRECTION_ASKED},
    CaseStep.ANSWER: {State.CORRECTION_ASKED},
    CaseStep.ACCEPT: {State.RECEIVED, State.CORRECTION_ASKED},
    CaseStep.PAUSE: {State.ACCEPTED},
    CaseStep.RESUME: {State.PAUSED},
    CaseStep.COMPLETE_STEP: {State.ACCEPTED},
    CaseStep.EXTEND: {State.ACCEPTED, State.PAUSED},
    CaseStep.DECIDE: {State.ACCEPTED},
    CaseStep.DELIVER: {State.DECIDED},
    CaseStep.SUSPEND: {State.ACCEPTED},
    CaseStep.END_SUSPENSION: {State.SUSPENDED},
    CaseStep.TERMINATE: UNDECIDED,
    CaseStep.WITHDRAW_APPLICATION: UNDECIDED,
    CaseStep.VERIFY: VERIFIABLE,
    CaseStep.CONFIRM: VERIFIABLE,
    CaseStep.RECEIVE: {State.CORRECTION_ASKED, *VERIFIABLE},
    CaseStep.STATE: VERIFIABLE,
    CaseStep.RECTIFY: VERIFIABLE,
    CaseStep.REPORT: VERIFIABLE,
    CaseStep.END_RECTIFICATION: VERIFIABLE,
    CaseStep.REVOKE: {State.DECIDED, State.CLOSED},
    CaseStep.REINSTATE: {State.REVOKED},
    CaseStep.REOPEN: {State.DECIDED, State.CLOSED},
    CaseStep.ASSIGN: set(State) - {State.NOT_ACCEPTED, State.REVOKED, State.TERMINATED, State.WITHDRAWN},
}


@pytest.mark.requirement("R4.9")
def test_every_step_in_every_state_is_allowed_or_refused_as_written() -> None:
    allowed: dict[CaseStep, set[State]] = {step: set() for step in CaseStep}
    refused = []
    for step, state in product(CaseStep, State):
        try:
            require_step(a_case(state=state), step)
        except DomainError as error:
            refused.append((error.code, error.facts["step"], error.facts["state"]))
        else:
            allowed[step].add(state)

    assert allowed == ALLOWED
    assert refused == [
        (ErrorCode.STEP_NOT_ALLOWED, step.value, state.value)
        for step, state in product(CaseStep, State)
        if state not in ALLOWED[step]
    ]


def test_only_heads_extend_only_supervisors_revoke_and_both_oversee() -> None:
    people = {CaseStep.ANSWER, CaseStep.STATE, CaseStep.REPORT, CaseStep.WITHDRAW_APPLICATION}
    superiors = (Role.SUPERVISOR, Role.HEAD)
    special: dict[CaseStep, tuple[Role, ...]] = {
        CaseStep.EXTEND: (Role.HEAD,),
        CaseStep.REVOKE: (Role.SUPERVISOR,),
        CaseStep.TERMINATE: (Role.SUPERVISOR,),
        CaseStep.REINSTATE: superiors,
        CaseStep.REOPEN: superiors,
        CaseStep.ASSIGN: (*superiors, Role.OFFICER),
    }

    for step, right in STEPS.items():
        ours = (Role.APPLICANT, Role.AGENT) if step in people else special.get(step, (Role.OFFICER,))
        assert right.roles == ours


def test_what_is_under_way_ends_with_the_promise_and_what_had_ended_stays_as_it_was() -> None:
    over = a_pause(ended_at=NOON)

    after = without_interruptions(
        a_case(interruptions=(over, a_pause()), suspensions=(a_pause(),)), at=NOON + ONE_SECOND, by="service:filing"
    )

    ended = [(one.ended_at, one.ended_by) for one in (*after.interruptions[1:], *after.suspensions)]
    assert ended == [(NOON + ONE_SECOND, "service:filing")] * 2
    assert after.interruptions[0].ended_at == NOON


def test_a_decision_during_a_pause_is_told_which_pause_is_open() -> None:
    case = a_case(state=State.PAUSED, interruptions=(a_pause(),))

    with pytest.raises(DomainError) as error:
        require_step(case, CaseStep.DECIDE)

    assert error.value.facts == {
        "step": "decision",
        "state": "paused",
        "allowed_in": "accepted",
        "open_pause": 1,
    }


def test_the_last_second_for_accepting_is_in_time_and_the_next_one_is_not() -> None:
    clock = a_clock(ClockKind.ACCEPTANCE)

    require_not_deemed(None, at=LAST_SECOND)
    require_not_deemed(clock, at=LAST_SECOND)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        require_not_deemed(clock, at=LAST_SECOND + ONE_SECOND)

    assert error.value.facts == {"deemed_accepted": "true", "due_on": "2026-10-08"}


@pytest.mark.requirement("R4.1")
def test_silence_accepts_a_received_case_after_the_last_second_and_no_other() -> None:
    clock = a_clock(ClockKind.ACCEPTANCE)
    late = LAST_SECOND + ONE_SECOND

    assert is_deemed_accepted(a_case(state=State.RECEIVED), clock, at=late)
    assert not is_deemed_accepted(a_case(state=State.RECEIVED), clock, at=LAST_SECOND)
    assert not is_deemed_accepted(a_case(state=State.CORRECTION_ASKED), clock, at=late)
    assert not is_deemed_accepted(a_case(state=State.RECEIVED), replace(clock, stopped_at=NOON), at=late)
    assert not is_deemed_accepted(a_case(state=State.RECEIVED), replace(clock, provisional=True), at=late)


@pytest.mark.requirement("R1.4", "R5.3")
def test_nothing_outside_the_list_can_be_demanded_nor_what_is_shared() -> None:
    require_on_list(on_list(), ["old-plate", "licence"], pointer="/missing/{}")

    with pytest.raises(DomainError, match="MATERIAL_NOT_LISTED") as error:
        require_on_list(on_list(), ["licence", "marriage", "tax-return"], pointer="/missing/{}")

    assert [fault.pointer for fault in error.value.faults] == ["/missing/1", "/missing/2"]


def test_what_was_promised_cannot_be_demanded() -> None:
    with pytest.raises(DomainError, match="MATERIAL_NOT_LISTED"):
        require_on_list(on_list(Way.COMMITMENT), ["old-plate"], pointer="/missing/{}")


@pytest.mark.requirement("R4.2")
@pytest.mark.parametrize(
    ("missing", "basis", "expected"),
    [
        (("licence",), BASIS, False),
        (("old-plate",), BASIS, True),
        (("licence", "old-plate"), BASIS, True),
        (("licence",), "第9条", True),
    ],
)
def test_a_second_demand_breaks_telling_once_if_it_differs(
    missing: tuple[str, ...],
    basis: str,
    expected: bool,  # noqa: FBT001 - a column
) -> None:
    case = a_case(corrections=(a_correction("licence"),))

    assert is_breach(case, missing, basis=basis) is expected


def test_a_first_demand_breaks_nothing() -> None:
    assert not is_breach(a_case(), ("licence",), basis=BASIS)


def test_a_demand_that_waits_for_its_answer_is_not_made_again() -> None:
    waiting = a_case(corrections=(a_correction("licence", answered_at=None),))
    answered = a_case(corrections=(a_correction("licence"),))

    require_demand(a_case(), ("licence",), basis=BASIS)
    require_demand(answered, ("licence",), basis=BASIS)
    require_demand(waiting, ("old-plate",), basis=BASIS)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        require_demand(waiting, ("licence",), basis=BASIS)

    assert error.value.facts["unanswered"] == 1


def test_a_material_brought_again_takes_the_place_of_the_first() -> None:
    old, new, other = (Material(id=name, sha256=digit * 64) for name, digit in (("a", "1"), ("a", "2"), ("b", "3")))

    after = with_materials(a_case(materials=(old, other)), (new,))

    assert (after.materials, after.replaced) == ((other, new), (old,))


def test_a_pause_is_open_until_it_ends() -> None:
    assert open_pause(a_case()) is None
    assert open_pause(a_case(interruptions=(a_pause(ended_at=NOON),))) is None
    assert open_pause(a_case(interruptions=(a_pause(ended_at=NOON), a_pause()))) == a_pause()


@pytest.mark.requirement("R4.8")
def test_a_pause_needs_a_ground_of_the_closed_list() -> None:
    assert ground_of(PACK, "expert_review").name == "专家评审"

    with pytest.raises(DomainError, match="PAUSE_GROUND_UNKNOWN") as error:
        ground_of(PACK, "publication")

    assert "hearing" in str(error.value.facts["known"])


@pytest.mark.requirement("R4.11")
def test_ten_working_days_more_may_be_granted_in_the_last_second() -> None:
    more = extension_of(a_case(), PACK, a_clock(), days=10, at=LAST_SECOND)

    assert (more.value, more.unit, more.basis) == (10, Unit.WORKING_DAYS, "《行政许可法》第42条第1款、第82条")


@pytest.mark.requirement("R4.11")
def test_an_extension_is_granted_once_for_ten_days_at_most_and_before_expiry() -> None:
    granted = Extension(
        limit=Limit(value=1, unit=Unit.WORKING_DAYS, basis=BASIS), reason="复杂", granted_at=NOON, granted_by="staff:h"
    )

    with pytest.raises(DomainError, match="ALREADY_EXTENDED"):
        extension_of(a_case(extension=granted), PACK, a_clock(), days=1, at=NOON)
    earlier = set_aside(a_case(extension=granted), a_decision(), reason="重新办理。", actor="staff:h", at=NOON)
    with pytest.raises(DomainError, match="ALREADY_EXTENDED"):
        extension_of(earlier, PACK, a_clock(), days=1, at=NOON)
    with pytest.raises(DomainError, match="EXTENSION_TOO_LONG") as too_long:
        extension_of(a_case(), PACK, a_clock(), days=11, at=NOON)
    assert too_long.value.facts["most"] == 10
    with pytest.raises(DomainError, match="EXTENSION_TOO_LATE"):
        extension_of(a_case(), PACK, a_clock(), days=1, at=LAST_SECOND + ONE_SECOND)
    with pytest.raises(DomainError, match="EXTENSION_TOO_LATE"):
        extension_of(a_case(), PACK, None, days=1, at=NOON)


def test_the_day_before_and_the_due_day_to_its_last_second_need_no_reason() -> None:
    clock = a_clock()

    assert late_reason_for(clock, None, at=LAST_SECOND - timedelta(days=1)) is None
    assert late_reason_for(clock, "不需要", at=LAST_SECOND) is None
    assert late_reason_for(None, None, at=LAST_SECOND) is None


@pytest.mark.requirement("R4.18")
@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_from_midnight_on_a_late_act_needs_its_reason(reason: str | None) -> None:
    with pytest.raises(DomainError, match="LATE_REASON_REQUIRED") as error:
        late_reason_for(a_clock(), reason, at=LAST_SECOND + ONE_SECOND)

    assert error.value.facts == {"due_on": "2026-10-08"}
    assert late_reason_for(a_clock(), " 系统故障 ", at=LAST_SECOND + ONE_SECOND) == "系统故障"


@pytest.mark.requirement("R4.4")
def test_a_provisional_date_makes_nobody_late() -> None:
    assert late_reason_for(replace(a_clock(), provisional=True), None, at=LAST_SECOND + ONE_SECOND) is None


def test_a_refusal_has_reasons_and_a_grant_need_not() -> None:
    require_reasons(Outcome.GRANTED, "")
    require_reasons(Outcome.REFUSED, "不符合条件。")

    with pytest.raises(DomainError, match="INVALID_BODY") as error:
        require_reasons(Outcome.REFUSED, " ")

    assert [fault.pointer for fault in error.value.faults] == ["/reasons"]
    assert error.value.code is ErrorCode.INVALID_BODY


def test_a_granted_promise_must_be_verified() -> None:
    granted = a_case(commitment=a_commitment(), decision=a_decision())
    exempt = some_terms(verification=VerificationPlan(required=False, exempt_justification="风险很小。"))

    assert must_be_verified(granted)
    assert not must_be_verified(replace(granted, decision=None))
    assert not must_be_verified(replace(granted, decision=a_decision(outcome=Outcome.REFUSED)))
    assert not must_be_verified(replace(granted, commitment=None))
    assert not must_be_verified(replace(granted, way=Way.CERTIFICATE)), "refused once credit could be read"
    assert not must_be_verified(replace(granted, withdrawal=Withdrawal(reason="改交旧车牌", withdrawn_at=NOON)))
    assert not must_be_verified(replace(granted, terms=exempt))


def test_a_suspension_needs_a_ground_of_the_closed_list_and_ends_once() -> None:
    assert suspension_ground_of(PACK, "force_majeure").name == "不可抗力"
    with pytest.raises(DomainError, match="PAUSE_GROUND_UNKNOWN"):
        suspension_ground_of(PACK, "lunch")

    open_one = a_case(suspensions=(a_pause(),))
    assert suspension_to_end(open_one, 1) == a_pause()
    with pytest.raises(DomainError, match="NOT_FOUND"):
        suspension_to_end(open_one, 2)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        suspension_to_end(a_case(suspensions=(a_pause(ended_at=NOON),)), 1)


def test_a_decision_that_is_set_aside_is_kept_with_all_that_came_of_it() -> None:
    found = a_verification(result=Finding.TRUE)
    case = a_case(state=State.DECIDED, decision=a_decision(), verification=found)

    after = set_aside(case, a_decision(), reason="找到了。", actor="staff:h", at=NOON)

    assert (after.decision, after.verification, after.handling) == (None, None, 2)
    (earlier,) = after.earlier_decisions
    assert (earlier.decision, earlier.verification, earlier.reason) == (a_decision(), found, "找到了。")


@pytest.mark.requirement("R4.1", "R6.10")
@pytest.mark.parametrize("state", [State.PENDING_CREDIT, State.PENDING_IDENTITY])
def test_silence_accepts_a_promise_that_waits_but_nobody_decides_it_before_it_passed_the_gate(state: State) -> None:
    clock = a_clock(ClockKind.ACCEPTANCE)
    waiting = a_case(state=state, commitment=a_commitment())

    assert is_deemed_accepted(waiting, clock, at=LAST_SECOND + ONE_SECOND)
    assert not is_deemed_accepted(waiting, clock, at=LAST_SECOND)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        require_checked(waiting)
    require_checked(a_case(way=Way.CERTIFICATE))


@pytest.mark.parametrize("pack", load_rule_packs(), ids=lambda pack: pack.code)
def test_a_refusal_names_review_and_court_with_their_times_and_a_grant_nothing(pack: RulePack) -> None:
    told = remedies_of(Outcome.REFUSED, pack)

    assert "60日内依法向本级人民政府申请行政复议" in told
    assert "6个月内依法直接向有管辖权的人民法院提起行政诉讼" in told
    assert remedies_of(Outcome.GRANTED, pack) == ""
