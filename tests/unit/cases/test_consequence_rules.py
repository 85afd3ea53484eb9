from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, State, Way
from chalicelib.cases.model.stages import (
    CommitmentStatus,
    CreditSnapshot,
    Defence,
    Delivery,
    Finding,
    Outcome,
    Rectification,
    Revocation,
    Termination,
    Withdrawal,
)
from chalicelib.cases.rules.consequences import (
    RectificationOutcome,
    RevocationDocument,
    TerminationDocument,
    ground_of_termination,
    is_in_effect,
    next_step_for,
    notice_of_defence,
    officers_for,
    open_defence,
    order_to_end,
    order_to_report,
    require_defence_over,
    require_heard,
    require_next,
    require_no_order,
    require_not_barred,
    require_sound,
    require_time_over,
    require_verifiable,
    stage_of,
    terminate,
    unconfirmed_verification,
)
from chalicelib.catalogue.model.items import Method
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.clocks import start
from chalicelib.errors import DomainError
from chalicelib.policy import Role
from chalicelib.rulepacks.model.consequences import Barred, Stage, Step, StepKind
from chalicelib.rulepacks.model.pack import After, RulePack
from chalicelib.rulepacks.rules import Remedies, pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.store import load_calendar
from tests.builders import A_SUBJECT, NOON, a_caller, a_case, a_commitment, a_decision, a_plan, a_verification

CORRECTS_FIRST = pack_in_force(load_rule_packs(), "corrects-first", on=date(2026, 9, 28))
REVOKES_AT_ONCE = pack_in_force(load_rule_packs(), "revokes-at-once", on=date(2026, 9, 28))
LIMIT = Limit(value=3, unit=Unit.WORKING_DAYS, basis="第64条")
LAST_SECOND = datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)
ONE_SECOND = timedelta(seconds=1)


def a_promise_granted() -> Case:
    return a_case(state=State.CLOSED, commitment=a_commitment(), decision=a_decision())


def a_broken_promise(result: Finding = Finding.UNTRUE) -> Case:
    return replace(a_promise_granted(), verification=a_verification(result=result))


def an_order(*, fulfilled: bool | None = None) -> Rectification:
    return Rectification(
        limit=LIMIT, basis="第64条", ordered_at=NOON, ordered_by="staff:o", due_at=LAST_SECOND, fulfilled=fulfilled
    )


def a_defence(*, statement: str | None = None) -> Defence:
    return Defence(
        facts="住所不存在。",
        basis="第64条",
        opened_at=NOON,
        opened_by="staff:o",
        until=LAST_SECOND,
        statement=statement,
        stated_at=None if statement is None else NOON,
    )


def a_revocation() -> Revocation:
    return Revocation(
        document_no="撤〔2026〕1号",
        basis="第64条",
        served_at=NOON,
        effective_on=date(2026, 9, 28),
        remedy_until=date(2026, 11, 27),
        court_until=date(2027, 3, 28),
        revoked_at=NOON,
        revoked_by="staff:s",
    )


def a_rectification_clock() -> Clock:
    return start(
        ClockKind.RECTIFICATION,
        LIMIT,
        owner="case:1",
        department="traffic",
        responsible="applicant",
        pack="corrects-first",
        started_at=NOON,
        calendar=load_calendar(),
    )


def test_a_granted_promise_may_be_verified() -> None:
    require_verifiable(a_promise_granted())


@pytest.mark.requirement("R6.10")
def test_a_promise_in_hand_may_be_verified_once_it_has_passed_the_gate() -> None:
    waiting = replace(a_promise_granted(), state=State.ACCEPTED, decision=None)
    allowed = CreditSnapshot(version=1, head_hash="", standing=CommitmentStatus.ALLOWED, reasons=(), checked_at=NOON)

    require_verifiable(replace(waiting, credit=allowed))
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as refused:
        require_verifiable(waiting)
    assert refused.value.facts["waiting"] == "gate"


@pytest.mark.parametrize(
    "case",
    [
        replace(a_promise_granted(), commitment=None),
        replace(a_promise_granted(), way=Way.CERTIFICATE),
        replace(a_promise_granted(), withdrawal=Withdrawal(reason="改交旧车牌", withdrawn_at=NOON)),
        replace(a_promise_granted(), decision=a_decision(outcome=Outcome.REFUSED)),
    ],
    ids=["certificate", "barred", "withdrawn", "refused"],
)
def test_without_a_promise_in_force_there_is_nothing_to_verify(case: Case) -> None:
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        require_verifiable(case)

    assert error.value.facts["verifiable"] == "no_promise_in_force"


@pytest.mark.parametrize("result", [Finding.TRUE, Finding.UNTRUE, Finding.UNFULFILLED, Finding.CHANGED])
def test_a_result_that_has_its_effect_is_final(result: Finding) -> None:
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        require_verifiable(a_broken_promise(result))

    assert error.value.facts["result"] == result.value


def test_what_could_not_be_verified_or_waits_for_the_second_officer_may_be_verified_again() -> None:
    require_verifiable(a_broken_promise(Finding.UNVERIFIABLE))
    require_verifiable(replace(a_promise_granted(), verification=a_verification(officers=2)))


@pytest.mark.requirement("R1.13")
@pytest.mark.parametrize(
    ("officers", "substantive", "method", "expected"),
    [
        (1, False, Method.ONLINE, 1),
        (2, False, Method.ONLINE, 2),
        (2, True, Method.ONSITE, 2),
        (1, True, Method.ONSITE, 2),
        (1, True, Method.ONLINE, 1),
        (1, False, Method.ONSITE, 1),
    ],
)
def test_two_officers_stand_behind_what_the_plan_or_the_site_asks_for(
    officers: int,
    substantive: bool,  # noqa: FBT001 - a column
    method: Method,
    expected: int,
) -> None:
    assert officers_for(a_plan(officers=officers, substantive=substantive), method) == expected


@pytest.mark.requirement("R1.13")
def test_nobody_confirms_their_own_result() -> None:
    waiting = replace(a_promise_granted(), verification=a_verification(officers=2, found_by="staff:first"))

    assert unconfirmed_verification(waiting, by=a_caller(Role.OFFICER, sub="second")) == waiting.verification
    with pytest.raises(DomainError, match="SAME_PERSON"):
        unconfirmed_verification(waiting, by=a_caller(Role.OFFICER, sub="first"))


@pytest.mark.parametrize("case", [a_promise_granted(), a_broken_promise()], ids=["none", "effective"])
def test_there_must_be_a_result_that_waits_for_its_second_officer(case: Case) -> None:
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        unconfirmed_verification(case, by=a_caller(Role.OFFICER, sub="second"))


@pytest.mark.requirement("R1.15", "R1.16", "R1.17")
@pytest.mark.parametrize(
    ("pack", "result", "order", "expected"),
    [
        (CORRECTS_FIRST, Finding.UNTRUE, None, StepKind.RECTIFICATION),
        (CORRECTS_FIRST, Finding.UNFULFILLED, None, StepKind.RECTIFICATION),
        (CORRECTS_FIRST, Finding.UNTRUE, an_order(), StepKind.RECTIFICATION),
        (CORRECTS_FIRST, Finding.UNTRUE, an_order(fulfilled=False), StepKind.REVOCATION),
        (CORRECTS_FIRST, Finding.UNTRUE, an_order(fulfilled=True), None),
        (REVOKES_AT_ONCE, Finding.UNTRUE, None, StepKind.REVOCATION),
        (REVOKES_AT_ONCE, Finding.UNFULFILLED, None, StepKind.RECTIFICATION),
        (CORRECTS_FIRST, Finding.TRUE, None, None),
        (CORRECTS_FIRST, Finding.CHANGED, None, None),
        (CORRECTS_FIRST, Finding.UNVERIFIABLE, None, None),
    ],
)
def test_what_follows_is_what_the_pack_says(
    pack: RulePack, result: Finding, order: Rectification | None, expected: StepKind | None
) -> None:
    step = next_step_for(replace(a_broken_promise(result), rectification=order), pack)

    assert (step.kind if step else None) == expected


def test_nothing_follows_before_two_officers_stand_behind_the_result() -> None:
    assert next_step_for(a_promise_granted(), CORRECTS_FIRST) is None
    waiting = replace(a_promise_granted(), verification=a_verification(officers=2))
    assert next_step_for(waiting, CORRECTS_FIRST) is None


def test_after_a_revocation_only_a_flag_may_follow() -> None:
    step = next_step_for(replace(a_broken_promise(), revocation=a_revocation()), REVOKES_AT_ONCE)

    assert step is not None
    assert step.kind is StepKind.FLAG


@pytest.mark.requirement("R1.17")
def test_skipping_a_step_is_refused_with_what_comes_first_and_its_article() -> None:
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        require_next(a_broken_promise(), CORRECTS_FIRST, StepKind.REVOCATION)
    assert error.value.facts == {
        "step": "revocation",
        "next": "rectification",
        "article": "《深圳经济特区社会信用条例》第64条（责令限期整改）",
        "basis": "《深圳经济特区社会信用条例》第64条（责令限期整改）",
    }

    with pytest.raises(DomainError) as error:
        require_next(a_broken_promise(Finding.CHANGED), CORRECTS_FIRST, StepKind.RECTIFICATION)
    assert error.value.facts == {"step": "rectification", "next": "", "article": ""}

    assert require_next(a_broken_promise(), REVOKES_AT_ONCE, StepKind.REVOCATION).basis.startswith("《北京市")


def test_things_are_ordered_to_be_put_right_once() -> None:
    require_no_order(a_broken_promise())

    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        require_no_order(replace(a_broken_promise(), rectification=an_order()))

    assert error.value.facts["ordered_until"] == "2026-10-08"


def test_not_done_may_be_said_only_after_the_last_second_and_done_at_any_time() -> None:
    case = replace(a_broken_promise(), rectification=an_order())
    clock = a_rectification_clock()

    assert order_to_end(case, clock, RectificationOutcome.DONE, at=NOON) == an_order()
    assert order_to_end(case, clock, RectificationOutcome.NOT_DONE, at=LAST_SECOND + ONE_SECOND) == an_order()
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        order_to_end(case, clock, RectificationOutcome.NOT_DONE, at=LAST_SECOND)
    assert error.value.facts["due_on"] == "2026-10-08"
    unknown = replace(clock, provisional=True)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        order_to_end(case, unknown, RectificationOutcome.NOT_DONE, at=LAST_SECOND)
    with pytest.raises(DomainError, match="CALENDAR_UNKNOWN"):
        order_to_end(case, unknown, RectificationOutcome.NOT_DONE, at=LAST_SECOND + ONE_SECOND)
    assert order_to_end(case, unknown, RectificationOutcome.DONE, at=LAST_SECOND + ONE_SECOND) == an_order()


def test_only_an_order_that_runs_can_end() -> None:
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        order_to_end(a_broken_promise(), None, RectificationOutcome.DONE, at=NOON)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        order_to_end(
            replace(a_broken_promise(), rectification=an_order(fulfilled=True)),
            None,
            RectificationOutcome.DONE,
            at=NOON,
        )


@pytest.mark.requirement("R1.18")
def test_the_last_second_of_the_defence_belongs_to_the_person() -> None:
    with pytest.raises(DomainError, match="DEFENCE_OPEN") as error:
        require_defence_over(a_defence(), at=LAST_SECOND)
    assert error.value.facts == {"until": "2026-10-08"}

    require_defence_over(a_defence(), at=LAST_SECOND + ONE_SECOND)
    require_defence_over(a_defence(statement="我有异议。"), at=NOON)


def test_a_defence_is_not_over_while_nobody_knows_its_last_day() -> None:
    clock = start(
        ClockKind.DEFENCE,
        LIMIT,
        owner="case:1",
        department="traffic",
        responsible="applicant",
        pack="corrects-first",
        started_at=datetime(2026, 12, 31, 2, 0, tzinfo=UTC),
        calendar=load_calendar(),
    )
    defence = replace(a_defence(), until=clock.due_at)
    guessed = clock.due_at + ONE_SECOND

    with pytest.raises(DomainError, match="DEFENCE_OPEN"):
        require_defence_over(defence, clock, at=clock.due_at)
    with pytest.raises(DomainError, match="CALENDAR_UNKNOWN") as error:
        require_defence_over(defence, clock, at=guessed)
    assert error.value.facts == {"due_on": clock.due_on.isoformat()}
    assert open_defence(replace(a_broken_promise(), defence=defence), clock, at=guessed) == defence
    require_defence_over(replace(defence, statement="我有异议。", stated_at=NOON), clock, at=guessed)


@pytest.mark.requirement("R1.18")
def test_who_was_never_told_was_never_heard() -> None:
    with pytest.raises(DomainError, match="DEFENCE_OPEN"):
        require_defence_over(None, at=LAST_SECOND)


def test_a_statement_is_taken_once_and_in_time() -> None:
    assert open_defence(replace(a_broken_promise(), defence=a_defence()), at=LAST_SECOND) == a_defence()

    for defence, at in (
        (None, NOON),
        (a_defence(), LAST_SECOND + ONE_SECOND),
        (a_defence(statement="我有异议。"), NOON),
    ):
        with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
            open_defence(replace(a_broken_promise(), defence=defence), at=at)


def a_document() -> RevocationDocument:
    return RevocationDocument(
        document_no="撤〔2026〕1号",
        basis="第64条",
        served_at=NOON,
        effective_on=date(2026, 9, 28),
        remedy_until=date(2026, 11, 27),
    )


LEAST = Remedies(review_until=date(2026, 11, 27), court_until=date(2027, 3, 28))


def test_a_document_served_today_may_have_effect_today() -> None:
    require_sound(replace(a_document(), court_until=date(2027, 3, 28)), case=a_broken_promise(), least=LEAST, at=NOON)
    require_sound(a_document(), case=replace(a_broken_promise(), defence=a_defence()), least=LEAST, at=NOON)


def test_every_fault_of_a_document_is_named_at_once() -> None:
    document = replace(
        a_document(),
        served_at=NOON + ONE_SECOND,
        effective_on=date(2026, 9, 27),
        remedy_until=date(2026, 11, 26),
        court_until=date(2027, 3, 27),
        statement_answer=" ",
    )

    heard = replace(a_broken_promise(), defence=a_defence(statement="我有异议。"))
    with pytest.raises(DomainError, match="INVALID_BODY") as error:
        require_sound(document, case=heard, least=LEAST, at=NOON)

    assert [fault.pointer for fault in error.value.faults] == [
        "/served_at",
        "/effective_on",
        "/remedy_until",
        "/court_until",
        "/statement_answer",
    ]


@pytest.mark.requirement("R1.18")
def test_the_notice_names_facts_reasons_basis_and_the_time_to_answer() -> None:
    notice = notice_of_defence(a_verification(), basis="第64条", until=date(2026, 10, 8))

    assert notice == (
        "事实：登记系统里有扣押记录。\n"
        "理由：经核查，承诺不实。\n"
        "依据：第64条。\n"
        "您有权进行陈述和申辩。期限自您收到本告知之日起计算，最晚2026年10月8日（含当日）。"
    )


def test_a_revocation_is_in_effect_from_its_day_for_its_subject_and_by_its_number() -> None:
    revoked = replace(a_broken_promise(), revocation=a_revocation())
    day = date(2026, 9, 28)

    assert is_in_effect(revoked, "撤〔2026〕1号", subject=A_SUBJECT, on=day)
    assert not is_in_effect(revoked, "撤〔2026〕1号", subject=A_SUBJECT, on=day - timedelta(days=1))
    assert not is_in_effect(revoked, "撤〔2026〕2号", subject=A_SUBJECT, on=day)
    assert not is_in_effect(revoked, "撤〔2026〕1号", subject="k1.other", on=day)
    assert not is_in_effect(a_broken_promise(), "撤〔2026〕1号", subject=A_SUBJECT, on=day)


def an_untrue_case(**other: Any) -> Case:  # noqa: ANN401 - any field of a case
    """A case in hand whose promise one officer found untrue."""
    fields = {"decision": None, "verification": a_verification(), "state": State.ACCEPTED, **other}
    return replace(a_promise_granted(), **fields)


def a_delivery() -> Delivery:
    return Delivery(delivered_at=NOON, delivered_by="staff:o")


def test_a_case_is_in_hand_until_it_is_decided_and_decided_until_it_is_delivered() -> None:
    assert stage_of(an_untrue_case()) is Stage.IN_HAND
    assert stage_of(a_promise_granted()) is Stage.DECIDED
    assert stage_of(replace(a_promise_granted(), delivery=a_delivery(), state=State.REVOKED)) is Stage.CLOSED


@pytest.mark.requirement("R1.17")
@pytest.mark.parametrize(
    ("state", "order", "expected"),
    [
        (State.ACCEPTED, None, StepKind.SUSPENSION),
        (State.SUSPENDED, None, StepKind.RECTIFICATION),
        (State.SUSPENDED, an_order(fulfilled=False), StepKind.TERMINATION),
        (State.SUSPENDED, an_order(fulfilled=True), None),
    ],
)
def test_in_hand_a_case_is_suspended_corrected_and_then_ended(
    state: State, order: Rectification | None, expected: StepKind | None
) -> None:
    step = next_step_for(an_untrue_case(state=state, rectification=order), CORRECTS_FIRST)

    assert (step.kind if step else None) == expected


def test_a_finding_bars_as_soon_as_one_officer_has_made_it_and_no_more_once_put_right() -> None:
    waiting = an_untrue_case(verification=a_verification(officers=2))

    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        require_not_barred(waiting, CORRECTS_FIRST, Barred.DECISION)
    assert (error.value.facts["step"], error.value.facts["result"]) == ("decision", "untrue")

    require_not_barred(waiting, CORRECTS_FIRST, Barred.REOPENING)
    require_not_barred(replace(waiting, verification=None), CORRECTS_FIRST, Barred.DECISION)
    require_not_barred(replace(waiting, rectification=an_order(fulfilled=True)), CORRECTS_FIRST, Barred.DECISION)


@pytest.mark.requirement("R1.18")
def test_a_step_waits_for_the_hearing_that_the_table_asks_for() -> None:
    case = an_untrue_case(defence=a_defence())

    require_heard(Step(kind=StepKind.RECTIFICATION, basis="第64条"), case, None, at=NOON)
    with pytest.raises(DomainError, match="DEFENCE_OPEN"):
        require_heard(Step(kind=StepKind.TERMINATION, basis="第64条", hearing=True), case, None, at=NOON)


@pytest.mark.parametrize(
    ("ground", "state"),
    [("materials_missing", State.AWAITING_MATERIALS), ("correction_unanswered", State.CORRECTION_ASKED)],
)
def test_a_case_ends_on_a_ground_of_the_list_and_in_the_state_that_it_is_about(ground: str, state: State) -> None:
    assert ground_of_termination(an_untrue_case(state=state), CORRECTS_FIRST, ground).code == ground
    assert ground_of_termination(an_untrue_case(), CORRECTS_FIRST, "applicant_ended").after is After.NOTHING
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        ground_of_termination(an_untrue_case(), CORRECTS_FIRST, ground)
    with pytest.raises(DomainError, match="TERMINATION_GROUND_UNKNOWN"):
        ground_of_termination(an_untrue_case(), CORRECTS_FIRST, "slow")


def test_the_last_second_is_the_applicants_and_a_date_that_is_not_known_is_nobodys() -> None:
    clock = a_rectification_clock()

    require_time_over(clock, at=LAST_SECOND + ONE_SECOND)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        require_time_over(clock, at=LAST_SECOND)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        require_time_over(None, at=LAST_SECOND)
    with pytest.raises(DomainError, match="CALENDAR_UNKNOWN"):
        require_time_over(replace(clock, provisional=True), at=LAST_SECOND + ONE_SECOND)


def an_ending(**other: Any) -> TerminationDocument:  # noqa: ANN401 - any field of a document
    fields = {"ground": "applicant_ended", "document_no": "1号", "basis": "第70条", "reasons": "已注销。"}
    return TerminationDocument(**{**fields, "served_at": NOON, **other})


def ended(document: TerminationDocument, case: Case) -> Termination:
    return terminate(document, case=case, pack=CORRECTS_FIRST, actor="staff:s", at=NOON)


def test_the_end_of_a_case_names_the_last_days_for_contesting_it() -> None:
    remedies = ended(an_ending(), an_untrue_case()).remedies

    assert [(one.code, one.until.isoformat()) for one in remedies] == [
        ("review", "2026-11-27"),
        ("court", "2027-03-28"),
    ]


def test_a_document_that_ends_a_case_was_served_and_answers_what_was_stated() -> None:
    heard = an_untrue_case(defence=a_defence(statement="不是我。"))

    with pytest.raises(DomainError) as error:
        ended(an_ending(served_at=NOON + ONE_SECOND), heard)
    assert [fault.pointer for fault in error.value.faults] == ["/served_at", "/statement_answer"]
    assert ended(an_ending(statement_answer="不成立。"), heard).statement_answer == "不成立。"


@pytest.mark.parametrize(
    "order",
    [None, replace(an_order(fulfilled=True), ended_at=NOON), replace(an_order(), reported_at=NOON)],
    ids=["none", "ended", "reported"],
)
def test_an_open_order_is_reported_as_done_once(order: Rectification | None) -> None:
    assert order_to_report(replace(a_broken_promise(), rectification=an_order())) == an_order()
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        order_to_report(replace(a_broken_promise(), rectification=order))
