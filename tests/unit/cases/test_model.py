"""What a case says of itself."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.cases.model.case import Agent, CaseCard, State, Way
from chalicelib.cases.model.stages import (
    CommitmentStatus,
    CreditSnapshot,
    EarlierDecision,
    Finding,
    Rectification,
    Withdrawal,
)
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.workdays.model.limits import Limit, Unit
from tests.builders import A_SUBJECT, NOON, a_case, a_decision, a_verification

AN_AGENT = Agent(subject=SubjectKey("k1.agent"), name="王*", authority="授权委托书:办理号牌补领。")
WITHDRAWN = Withdrawal(reason="想起来旧车牌在家里。", withdrawn_at=NOON + timedelta(hours=1))
REOPENED = EarlierDecision(
    decision=a_decision(),
    delivery=None,
    verification=None,
    extension=None,
    reason="依据撤销",
    reopened_at=NOON,
    reopened_by="staff:supervisor",
)


def test_a_case_keeps_its_timeline_under_its_number() -> None:
    assert a_case(case_no="A1").owner == "case:A1"


def test_an_agent_is_one_of_the_people_of_a_case() -> None:
    assert a_case().people == (A_SUBJECT,)
    assert a_case(agent=AN_AGENT).people == (A_SUBJECT, "k1.agent")


def test_a_case_begun_again_has_clocks_of_its_own() -> None:
    assert a_case().clock_suffix == ""
    assert a_case(withdrawal=WITHDRAWN).clock_suffix == "again"
    assert a_case(earlier_decisions=(REOPENED, REOPENED)).clock_suffix == "reopened-2"
    assert a_case(withdrawal=WITHDRAWN, earlier_decisions=(REOPENED,)).clock_suffix == "again-reopened-1"


def test_a_card_shows_what_lists_need_of_a_case() -> None:
    case = a_case(case_no="A1", state=State.ACCEPTED, way=Way.CERTIFICATE, withdrawal=WITHDRAWN, version=3)

    assert case.card == CaseCard(
        case_no="A1",
        state=State.ACCEPTED,
        way=Way.CERTIFICATE,
        item_code="plate-replacement",
        item_version=1,
        item_name="机动车号牌补领",
        department="traffic",
        applicant_name="李*",
        received_at=NOON,
        withdrawn_at=NOON + timedelta(hours=1),
        subject=A_SUBJECT,
        pack="corrects-first",
        clock_suffix="again",
        version=3,
    )
    assert a_case().card.withdrawn_at is None
    waited = CreditSnapshot(
        version=1, head_hash="ef" * 32, standing=CommitmentStatus.PENDING, reasons=(), checked_at=NOON
    )
    assert replace(case, credit=waited).card.withdrawn_at is None


def test_a_card_says_how_a_promise_was_broken_once_that_has_effect_and_as_long_as_it_was_not_put_right() -> None:
    found = a_case(verification=a_verification(officers=2))
    confirmed = a_case(verification=a_verification(officers=2, confirmed_by="staff:second"))
    order = Rectification(
        limit=Limit(value=15, unit=Unit.WORKING_DAYS, basis="第8条"),
        basis="第8条",
        ordered_at=NOON,
        ordered_by="staff:officer",
        due_at=NOON + timedelta(days=21),
    )

    assert a_case().card.finding is None
    assert found.card.finding is None
    assert a_case(verification=a_verification(result=Finding.TRUE)).card.finding is None
    assert confirmed.card.finding is Finding.UNTRUE
    assert replace(confirmed, rectification=order).card.finding is Finding.UNTRUE
    assert replace(confirmed, rectification=replace(order, fulfilled=True)).card.finding is None
