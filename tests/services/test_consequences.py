from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.rules.consequences import RectificationOutcome, RevocationDocument
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Method
from chalicelib.container import container
from chalicelib.credit.store.records import CreditStore, UnreadableError
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import NOON, a_caller, a_plan, an_item
from tests.services.case_office import Applicant, publish
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

ONE_SECOND = timedelta(seconds=1)
OFFICER = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
SECOND_OFFICER = a_caller(Role.OFFICER, sub="officer2.traffic", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="supervisor.traffic", department="traffic")
DEFENCE_ENDS = datetime(2026, 10, 12, 15, 59, 59, tzinfo=UTC)
"""The notice of 28 September is deemed received on 8 October, and three working days follow: 9, 10 and 12 October."""
AFTER_DEFENCE = DEFENCE_ENDS + ONE_SECOND
FINDINGS = "现场核查:该住所不存在。"


def refused(reason: ErrorCode) -> Any:  # noqa: ANN401 - pytest's own
    return pytest.raises(DomainError, match=reason.value)


def an_act(case: Case, *, by: Caller = OFFICER, at: datetime = NOON) -> Command:
    return Command(case_no=case.case_no, by=by, at=at, version=case.version)


def a_granted_promise(*, officers: int = 1, jurisdiction: str = "corrects-first") -> tuple[Applicant, Case]:
    """A promise that was granted and delivered at noon."""
    publish(an_item(jurisdiction=jurisdiction, verification=a_plan(officers=officers)))
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    case = container().handling.decide(an_act(case), outcome=Outcome.GRANTED, document_no="1号").case
    return applicant, container().handling.deliver(an_act(case)).case


def verify(case: Case, result: Finding = Finding.UNTRUE, *, by: Caller = OFFICER, at: datetime = NOON) -> Case:
    act = an_act(case, by=by, at=at)
    return container().consequences.verify(act, result=result, method=Method.ONLINE, findings=FINDINGS).case


@pytest.mark.requirement("R1.13")
def test_a_finding_waits_for_the_officers_of_its_department_until_a_second_one_confirms_it() -> None:
    _, case = a_granted_promise(officers=2)

    def waiting(by: Caller) -> list[str]:
        return [one.case_no for one in container().case_queries.unconfirmed(by=by, limit=10, after=None).items]

    assert waiting(SECOND_OFFICER) == []
    found = verify(case)
    assert waiting(SECOND_OFFICER) == waiting(OFFICER) == [case.case_no]
    assert waiting(replace(SECOND_OFFICER, own=frozenset({case.subject}))) == []
    assert waiting(replace(SECOND_OFFICER, department="market")) == waiting(replace(OFFICER, department=None)) == []
    with refused(ErrorCode.FORBIDDEN):
        waiting(SUPERVISOR)
    container().consequences.confirm_verification(an_act(found, by=SECOND_OFFICER))
    assert waiting(SECOND_OFFICER) == []


def heard(case: Case) -> Case:
    """Let the person have their say, if they can."""
    if case.defence is None or case.defence.stated_at is not None:
        return case
    mine = Command(case_no=case.case_no, by=Applicant().caller, at=NOON)
    return container().consequences.state(mine, text="愿意整改。").case


def rectify(case: Case, *, days: int = 3) -> Case:
    case = heard(case)
    return container().consequences.order_rectification(an_act(case), days=days, basis="第64条").case


def end(case: Case, outcome: RectificationOutcome, *, at: datetime = NOON) -> Case:
    done = container().consequences.end_rectification(an_act(case, at=at), outcome=outcome, findings="复查。")
    return done.case


def a_document(**other: Any) -> RevocationDocument:  # noqa: ANN401 - any field of a document
    fields: dict[str, Any] = {
        "document_no": "撤〔2026〕1号",
        "basis": "第64条",
        "served_at": AFTER_DEFENCE,
        "effective_on": date(2026, 10, 13),
        "remedy_until": date(2026, 12, 12),
        **other,
    }
    return RevocationDocument(**fields)


def revoke(case: Case, *, by: Caller = SUPERVISOR, at: datetime = AFTER_DEFENCE, **other: Any) -> Case:  # noqa: ANN401 - any field of a document
    return container().consequences.revoke(an_act(case, by=by, at=at), a_document(**other)).case


def running(case: Case) -> list[str]:
    return [clock.clock_id for clock in container().clocks.of_owner(case.owner) if clock.stopped_at is None]


@pytest.mark.requirement("R1.20", "R6.14")
def test_a_kept_promise_counts_in_the_persons_favour_in_the_same_write() -> None:
    applicant, case = a_granted_promise()

    verified = verify(case, Finding.TRUE)

    summary = container().credit.summary(applicant.caller.own_subject())
    assert summary.kept_promises == 1
    assert running(verified) == []
    assert kinds_of(case.owner)[-2:] == ["case:verified", "promise:kept"]
    assert verified.defence is None
    assert container().timeline.reading(f"credit:{case.subject}").verified
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        verify(verified, Finding.UNTRUE)


def test_credit_that_cannot_be_read_keeps_the_result_from_being_half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    _, case = a_granted_promise()

    def down(_store: CreditStore, _subject: SubjectKey) -> None:
        raise UnreadableError

    monkeypatch.setattr(CreditStore, "summary", down)
    with refused(ErrorCode.CREDIT_SOURCE_DOWN):
        verify(case, Finding.TRUE)

    assert container().cases.load(case.case_no) == case


@pytest.mark.requirement("R1.15")
def test_a_change_of_facts_blames_nobody() -> None:
    _, case = a_granted_promise()

    changed = verify(case, Finding.CHANGED)

    assert running(changed) == []
    assert changed.defence is None
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        rectify(changed)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        revoke(changed)


@pytest.mark.requirement("R1.16")
def test_what_cannot_be_verified_stays_to_be_verified() -> None:
    _, case = a_granted_promise()

    unverifiable = verify(case, Finding.UNVERIFIABLE)
    assert running(unverifiable) == ["verification"]
    assert unverifiable.defence is None
    container().clocks.sweep(at=datetime(2026, 12, 31, tzinfo=UTC))

    assert container().cases.load(case.case_no).defence is None
    assert verify(unverifiable, Finding.TRUE).verification is not None


def test_a_withdrawn_promise_is_not_verified() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    container().commitment_withdrawal.withdraw(case.case_no, reason="找到旧车牌了", by=applicant.caller, at=NOON)

    with refused(ErrorCode.STEP_NOT_ALLOWED):
        verify(container().cases.load(case.case_no))


@pytest.mark.requirement("R1.13")
def test_where_two_officers_are_asked_for_the_first_ones_result_has_no_effect() -> None:
    _, case = a_granted_promise(officers=2)
    confirm = container().consequences.confirm_verification

    waiting = verify(case)
    assert waiting.defence is None
    assert running(waiting) == ["verification"]
    assert kinds_of(case.owner)[-1] == "case:verification_proposed"
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        rectify(waiting)
    with refused(ErrorCode.SAME_PERSON):
        confirm(an_act(waiting))
    with refused(ErrorCode.FORBIDDEN):
        confirm(an_act(waiting, by=a_caller(Role.OFFICER, sub="officer.market", department="market")))
    confirmed = confirm(an_act(waiting, by=SECOND_OFFICER)).case

    assert confirmed.verification is not None
    assert confirmed.verification.confirmed_by == "staff:officer2.traffic"
    assert running(confirmed) == ["consequence", "defence"]
    assert kinds_of(case.owner)[-2:] == ["case:verified", "case:defence_opened"]
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        confirm(an_act(confirmed, by=SECOND_OFFICER))


@pytest.mark.requirement("R1.18")
def test_an_untrue_promise_opens_the_defence_with_facts_reasons_basis_and_time() -> None:
    _, case = a_granted_promise()

    untrue = verify(case)

    assert untrue.defence is not None
    assert untrue.defence.until == DEFENCE_ENDS
    event = container().timeline.events(case.owner)[-1]
    assert event.texts == {
        "notice": (
            "事实：现场核查:该住所不存在。\n"
            "理由：经核查，承诺不实。\n"
            "依据：《深圳经济特区社会信用条例》第64条（责令限期整改）。\n"
            "您有权进行陈述和申辩。期限自您收到本告知之日起计算，最晚2026年10月12日（含当日）。"
        )
    }
    assert container().timeline.reading(case.owner).verified


@pytest.mark.requirement("R1.18")
def test_a_statement_ends_the_wait_and_the_revocation_answers_it() -> None:
    applicant, case = a_granted_promise(jurisdiction="revokes-at-once")
    untrue = verify(case)
    mine = Command(case_no=case.case_no, by=applicant.caller, at=NOON + ONE_SECOND)

    with refused(ErrorCode.DEFENCE_OPEN):
        revoke(untrue, at=DEFENCE_ENDS, served_at=NOON)
    stated = container().consequences.state(mine, text="住所已经迁走。").case
    assert running(stated) == ["consequence"]
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        container().consequences.state(mine, text="再说一遍。")
    with pytest.raises(DomainError, match="INVALID_BODY") as error:
        revoke(stated, at=NOON + 2 * ONE_SECOND, served_at=NOON)
    assert [fault.pointer for fault in error.value.faults] == ["/statement_answer"]
    revoked = revoke(stated, at=NOON + 2 * ONE_SECOND, served_at=NOON, statement_answer="迁走不影响承诺时不实。")

    assert revoked.state is State.REVOKED
    assert container().timeline.events(case.owner)[-1].texts["statement_answer"] == "迁走不影响承诺时不实。"


@pytest.mark.requirement("R1.18")
def test_after_the_last_second_nothing_is_waited_for_even_if_the_sweep_has_not_come() -> None:
    applicant, case = a_granted_promise(jurisdiction="revokes-at-once")
    untrue = verify(case)

    with refused(ErrorCode.DEFENCE_OPEN):
        revoke(untrue, at=DEFENCE_ENDS, served_at=NOON)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        container().consequences.state(
            Command(case_no=case.case_no, by=applicant.caller, at=AFTER_DEFENCE), text="我来晚了。"
        )

    assert revoke(untrue).state is State.REVOKED


@pytest.mark.requirement("R1.17")
def test_the_pack_that_corrects_first_is_followed_step_by_step_to_revocation() -> None:
    _, case = a_granted_promise()
    untrue = verify(case)

    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        revoke(untrue)
    assert error.value.facts["next"] == "rectification"
    assert error.value.facts["article"] == "《深圳经济特区社会信用条例》第64条（责令限期整改）"
    with refused(ErrorCode.DEFENCE_OPEN):
        container().consequences.order_rectification(an_act(untrue), days=3, basis="第64条")
    ordered = rectify(untrue)
    assert running(ordered) == ["rectification"]
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        rectify(ordered)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        revoke(ordered)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        end(ordered, RectificationOutcome.NOT_DONE, at=DEFENCE_ENDS)
    ended = end(ordered, RectificationOutcome.NOT_DONE, at=AFTER_DEFENCE)
    with refused(ErrorCode.FORBIDDEN):
        revoke(ended, by=OFFICER)
    revoked = revoke(ended, statement_answer="逾期未整改。")

    assert revoked.state is State.REVOKED
    assert running(revoked) == []
    assert kinds_of(case.owner)[-1] == "case:revoked"
    assert container().timeline.events(case.owner)[-1].data["article"] == (
        "《深圳经济特区社会信用条例》第64条（拒不整改的，撤销决定）"
    )
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        revoke(revoked)


def test_what_was_put_right_ends_the_matter() -> None:
    _, case = a_granted_promise()

    ended = end(rectify(verify(case, Finding.UNFULFILLED)), RectificationOutcome.DONE)

    assert running(ended) == []
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        revoke(ended)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        end(ended, RectificationOutcome.DONE)


@pytest.mark.requirement("R1.17")
def test_a_pack_that_revokes_at_once_orders_nothing_for_an_untrue_promise() -> None:
    _, case = a_granted_promise(jurisdiction="revokes-at-once")

    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as error:
        rectify(verify(case))

    assert error.value.facts["next"] == "revocation"


@pytest.mark.requirement("R2.2")
def test_a_flag_may_stand_on_the_revocation_from_its_day_on() -> None:
    applicant, case = a_granted_promise(jurisdiction="revokes-at-once")
    revoked = revoke(verify(case))
    subject = applicant.caller.own_subject()
    is_effective = container().consequences.is_effective
    day = date(2026, 10, 13)

    assert is_effective(revoked.case_no, "撤〔2026〕1号", subject=subject, on=day)
    assert not is_effective(revoked.case_no, "撤〔2026〕1号", subject=subject, on=day - timedelta(days=1))
    assert not is_effective("NO-SUCH-CASE", "撤〔2026〕1号", subject=subject, on=day)


def test_a_store_that_does_not_answer_is_no_word_on_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_case_no: str) -> Case:
        raise DomainError(ErrorCode.UNAVAILABLE)

    consequences = container().consequences
    monkeypatch.setattr(container().cases, "load", down)

    with refused(ErrorCode.UNAVAILABLE):
        consequences.is_effective("A", "1号", subject=SubjectKey("k1.x"), on=date(2026, 10, 13))


def test_of_two_supervisors_on_one_version_one_revokes() -> None:
    _, case = a_granted_promise(jurisdiction="revokes-at-once")
    untrue = verify(case)
    revoke(untrue)

    with refused(ErrorCode.STALE_VERSION):
        revoke(untrue, by=replace(SUPERVISOR, sub="supervisor2.traffic"))


@pytest.mark.requirement("R4.18")
def test_a_late_verification_needs_a_reason_which_the_applicant_reads() -> None:
    _, case = a_granted_promise()
    due_at = next(clock.due_at for clock in container().clocks.of_owner(case.owner) if clock.clock_id == "verification")
    after = due_at + timedelta(seconds=1)

    for reason in (None, "", " \u3000\n"):
        with pytest.raises(DomainError) as refused:
            container().consequences.verify(
                an_act(case, at=after), result=Finding.TRUE, method=Method.ONLINE, findings=FINDINGS, late_reason=reason
            )
        assert refused.value.code is ErrorCode.LATE_REASON_REQUIRED
    done = container().consequences.verify(
        an_act(case, at=after), result=Finding.TRUE, method=Method.ONLINE, findings=FINDINGS, late_reason="数据未共享。"
    )

    assert [(late.clock, late.reason) for late in done.case.late_reasons] == [("verification", "数据未共享。")]


def test_in_its_last_second_a_verification_needs_no_reason_and_what_cannot_be_verified_never_does() -> None:
    _, case = a_granted_promise()
    due_at = next(clock.due_at for clock in container().clocks.of_owner(case.owner) if clock.clock_id == "verification")

    in_time = verify(case, Finding.UNVERIFIABLE, at=due_at)
    later = verify(in_time, Finding.UNVERIFIABLE, at=due_at + timedelta(days=1))

    assert in_time.late_reasons == later.late_reasons == ()


def test_a_late_result_that_waits_for_a_second_officer_keeps_its_reason() -> None:
    _, case = a_granted_promise(officers=2)
    due_at = next(clock.due_at for clock in container().clocks.of_owner(case.owner) if clock.clock_id == "verification")
    act = an_act(case, at=due_at + timedelta(days=1))

    done = container().consequences.verify(
        act, result=Finding.TRUE, method=Method.ONSITE, findings=FINDINGS, late_reason="等待现场。"
    )

    assert [late.reason for late in done.case.late_reasons] == ["等待现场。"]
