from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sanctions.model.flags import Confirmation, Flag, FlagState, Lifting, Service, Statement
from chalicelib.sanctions.rules.flags import (
    answer,
    confirm,
    flag_event,
    lift,
    mark_of,
    notice_of,
    proposal_event,
    propose,
    serve,
)
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from tests.builders import A_SUBJECT, NOON, a_caller, a_flag, a_measure, a_proposal

TODAY = date(2026, 9, 28)
SECOND = timedelta(seconds=1)
DUE = NOON + timedelta(days=3)


def a_service(*, served_at: datetime = NOON) -> Service:
    return Service(served_at=served_at, method="直接送达", proof="回证1号")


def a_served_flag() -> Flag:
    return serve(a_flag(), a_service(), at=NOON)


def a_confirmation(
    *, by: str = "staff:credit2", at: datetime = DUE + SECOND, statement_answer: str = ""
) -> Confirmation:
    return Confirmation(confirmed_at=at, by=by, reason="事实清楚。", statement_answer=statement_answer)


def confirmed(flag: Flag, decision: Confirmation, *, due_at: datetime | None = DUE, on: date = TODAY) -> Flag:
    by = a_caller(Role.CREDIT_OFFICER, sub=decision.by.removeprefix("staff:"))
    return confirm(flag, decision, by=by, defence_due_at=due_at, on=on)


def refusal(flag: Flag, decision: Confirmation, *, due_at: datetime | None = DUE, on: date = TODAY) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        confirmed(flag, decision, due_at=due_at, on=on)
    return refused.value.code


def test_a_proposed_flag_has_no_effect() -> None:
    flag = propose(
        a_proposal(related_items=("road-occupation", "business-address", "business-address")),
        a_flag().party,
        flag_id="f9",
        edition="2024",
        measure=a_measure(),
        document=a_flag().document,
        ends_on=date(2027, 9, 27),
        pack=load_rule_packs()[0],
        by="staff:credit",
        department="credit",
        at=NOON,
    )

    assert (flag.state, flag.version, flag.subject) == (FlagState.PROPOSED, 1, A_SUBJECT)
    assert flag.owner == "flag:f9"
    assert flag.related_items == ("business-address", "road-occupation")
    assert not flag.is_in_force(TODAY)


@pytest.mark.requirement("R2.12")
def test_the_notice_says_what_why_by_which_basis_until_when_and_what_can_be_done() -> None:
    notice = notice_of(a_flag(), {"business-address": "经营场所登记"})

    for part in (
        "限制享受优惠政策和便利措施",
        "承诺的住所不存在。",
        "《浙江省公共信用信息管理条例》第23条",
        "义市监撤〔2026〕1号",
        "范围：仅限事项经营场所登记。",
        "2027年9月27日。",
        "陈述、申辩",
        "行政复议",
    ):
        assert part in notice


def test_the_timeline_is_told_of_a_proposal_and_texts_stand_beside_it() -> None:
    fact = proposal_event(a_flag(), {})

    assert fact.kind is EventKind.FLAG_PROPOSED
    assert fact.data["subject"] == A_SUBJECT
    assert set(fact.texts) == {"facts", "notice"}
    assert set(proposal_event(a_flag(personal_finding="本人签字"), {}).texts) == {"facts", "notice", "personal_finding"}


def test_texts_that_say_nothing_are_left_out() -> None:
    officer = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
    fact = flag_event(
        EventKind.FLAG_CONFIRMED, by=officer, at=NOON, data={}, texts={"reason": "事实清楚。", "answer": ""}
    )

    assert (fact.actor, fact.department, fact.texts) == ("staff:credit2", "credit", {"reason": "事实清楚。"})


@pytest.mark.parametrize("served_at", [NOON, NOON + timedelta(hours=1)])
def test_a_notice_is_served_between_proposal_and_now(served_at: datetime) -> None:
    flag = serve(a_flag(), a_service(served_at=served_at), at=NOON + timedelta(hours=1))

    assert flag.state is FlagState.SERVED


@pytest.mark.parametrize("served_at", [NOON - SECOND, NOON + timedelta(hours=1) + SECOND])
def test_a_notice_is_served_neither_before_the_proposal_nor_in_the_future(served_at: datetime) -> None:
    with pytest.raises(DomainError) as refused:
        serve(a_flag(), a_service(served_at=served_at), at=NOON + timedelta(hours=1))

    assert refused.value.code is ErrorCode.INVALID_BODY
    assert [fault.pointer for fault in refused.value.faults] == ["/served_at"]


def test_a_notice_is_served_once() -> None:
    with pytest.raises(DomainError) as refused:
        serve(a_served_flag(), a_service(), at=NOON)

    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


def test_a_subject_may_add_to_what_it_said() -> None:
    flag = answer(a_served_flag(), Statement(made_at=NOON, text="一"))
    flag = answer(flag, Statement(made_at=NOON, text="二"))

    assert flag.state is FlagState.ANSWERED
    assert [statement.text for statement in flag.statements] == ["一", "二"]


def test_nobody_speaks_before_the_notice_or_after_the_end() -> None:
    for state in (FlagState.PROPOSED, FlagState.ACTIVE, FlagState.LIFTED):
        with pytest.raises(DomainError) as refused:
            answer(a_flag(state=state), Statement(made_at=NOON, text="一"))
        assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


@pytest.mark.requirement("R2.9")
def test_nobody_confirms_the_own_proposal() -> None:
    assert refusal(a_served_flag(), a_confirmation(by="staff:credit")) is ErrorCode.SAME_PERSON


@pytest.mark.requirement("R2.12")
def test_nothing_is_confirmed_before_the_notice_was_served() -> None:
    assert refusal(a_flag(), a_confirmation(), due_at=None) is ErrorCode.DEFENCE_OPEN


@pytest.mark.requirement("R1.18")
@pytest.mark.parametrize("at", [DUE - SECOND, DUE])
def test_nothing_is_confirmed_while_the_subject_may_still_speak(at: datetime) -> None:
    assert refusal(a_served_flag(), a_confirmation(at=at)) is ErrorCode.DEFENCE_OPEN


@pytest.mark.requirement("R2.9")
def test_a_second_person_confirms_once_the_time_has_passed() -> None:
    flag = confirmed(a_served_flag(), a_confirmation(), on=date(2026, 10, 2))

    assert flag.state is FlagState.ACTIVE
    assert flag.starts_on == date(2026, 10, 2)
    assert flag.is_in_force(date(2026, 10, 2))


@pytest.mark.requirement("R1.18")
def test_what_the_subject_said_ends_the_time_and_must_be_answered() -> None:
    flag = answer(a_served_flag(), Statement(made_at=NOON, text="住所存在。"))

    assert refusal(flag, a_confirmation(at=NOON, statement_answer=" ")) is ErrorCode.INVALID_BODY
    confirmation = a_confirmation(at=NOON, statement_answer="现场核查未发现。")
    assert confirmed(flag, confirmation, due_at=NOON).state is FlagState.ACTIVE


def test_a_flag_whose_time_is_over_is_not_confirmed_any_more() -> None:
    last, after = date(2027, 9, 27), date(2027, 9, 28)

    assert confirmed(a_served_flag(), a_confirmation(), on=last).state is FlagState.ACTIVE
    assert refusal(a_served_flag(), a_confirmation(), on=after) is ErrorCode.END_DATE_MISSING


def test_a_flag_is_confirmed_once() -> None:
    assert refusal(a_flag(state=FlagState.ACTIVE), a_confirmation()) is ErrorCode.STEP_NOT_ALLOWED


@pytest.mark.requirement("R2.7")
def test_an_active_flag_has_effect_from_its_first_to_its_last_day() -> None:
    flag = a_flag(state=FlagState.ACTIVE)

    days = [date(2026, 9, 27), date(2026, 9, 28), date(2027, 9, 27), date(2027, 9, 28)]
    assert [flag.is_in_force(day) for day in days] == [False, True, True, False]


def test_a_flag_is_lifted_once_from_wherever_it_stands() -> None:
    lifting = Lifting(lifted_at=NOON, by="staff:credit", reason="已履行义务。", basis="第23条")
    flag = lift(a_flag(state=FlagState.ACTIVE), lifting)

    assert (flag.state, flag.is_in_force(TODAY)) == (FlagState.LIFTED, False)
    with pytest.raises(DomainError) as refused:
        lift(flag, lifting)
    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


def test_the_summary_is_told_what_a_check_must_say() -> None:
    mark = mark_of(a_flag(state=FlagState.ACTIVE))

    assert (mark.flag_id, mark.items, mark.ends_on) == ("f1", ("business-address",), date(2027, 9, 27))
    assert (mark.document_no, mark.organ) == ("义市监撤〔2026〕1号", "义乌市市场监督管理局")


def test_a_flag_concerns_whom_it_is_for_and_whom_its_document_is_about() -> None:
    party = replace(a_flag().party, document_subject=SubjectKey("k1.company"))

    assert party.keys == (party.subject, "k1.company")
