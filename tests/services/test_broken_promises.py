"""A broken promise in credit: from when it bars the next one, whom, and every way in which that ends."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, State, Way
from chalicelib.cases.model.stages import CommitmentStatus, Finding, Outcome
from chalicelib.cases.rules.consequences import RectificationOutcome, RevocationDocument, TerminationDocument
from chalicelib.cases.services.commands import Command
from chalicelib.cases.services.filing import SubjectBarredError
from chalicelib.catalogue.model.items import Method
from chalicelib.container import container
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import (
    CheckAnswer,
    Document,
    Effect,
    PromiseOutcome,
    Purpose,
    Record,
    RepairState,
    Severity,
    Summary,
)
from chalicelib.credit.services.checks import Inquiry
from chalicelib.credit.services.identity_links import IdentityLinkProposal
from chalicelib.credit.store.records import CreditStore, UnreadableError
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.redress.model import (
    Entry,
    EntryKind,
    ObjectionDecision,
    ObjectionRequest,
    RepairDecision,
    RevokingDocument,
)
from chalicelib.redress.model import Outcome as Ruling
from chalicelib.redress.services.revocations import Fall
from chalicelib.sanctions.model.flags import Service, Target
from tests.builders import NOON, a_caller, a_plan, a_proposal, an_identity, an_item
from tests.services.case_office import Applicant, publish
from tests.services.credit_office import promise_kept
from tests.services.mending import checked
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

OFFICER = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
SECOND = a_caller(Role.OFFICER, sub="officer2.traffic", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="supervisor.traffic", department="traffic")
CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit.traffic", department="traffic")
CREDIT2 = a_caller(Role.CREDIT_OFFICER, sub="credit2.traffic", department="traffic")
OFFICE = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
OFFICE2 = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
MACHINE = a_caller(Role.SYSTEM, sub="system.traffic", department="traffic")
ITEM = "plate-replacement"
TODAY = date(2026, 9, 28)
WEEKS_LATER = datetime(2026, 11, 2, 4, tzinfo=UTC)
PAPER = "撤〔2026〕1号"


def an_act(case: Case, *, by: Caller = OFFICER, at: datetime = NOON) -> Command:
    return Command(case_no=case.case_no, by=by, at=at, version=case.version)


def a_delivered_promise(who: Applicant | None = None) -> tuple[Applicant, Case]:
    applicant = who or Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    case = container().handling.decide(an_act(case), outcome=Outcome.GRANTED, document_no="1号").case
    return applicant, container().handling.deliver(an_act(case)).case


def heard(
    applicant: Applicant, case: Case, result: Finding = Finding.UNTRUE, severity: Severity = Severity.GENERAL
) -> Case:
    """Have one officer find a promise broken, and the person say what they have to say."""
    told: dict[str, Any] = {"result": result, "method": Method.ONLINE, "findings": "查过。", "severity": severity}
    case = container().consequences.verify(an_act(case), **told).case
    return container().consequences.state(an_act(case, by=applicant.caller), text="愿意整改。").case


def ordered(case: Case, *, by: Caller = SECOND, at: datetime = NOON) -> Case:
    return container().consequences.order_rectification(an_act(case, by=by, at=at), days=3, basis="第64条").case


def revoked(case: Case, *, by: Caller = SUPERVISOR) -> Case:
    document = RevocationDocument(
        document_no=PAPER,
        basis="第64条",
        served_at=NOON,
        effective_on=TODAY,
        remedy_until=date(2026, 12, 1),
        statement_answer="不成立。",
    )
    return container().consequences.revoke(an_act(case, by=by), document).case


def not_put_right_and_revoked(order: Case) -> None:
    """Have nothing put right in the time of an order, and the decision revoked weeks later."""
    late = an_act(order, at=WEEKS_LATER)
    left = container().consequences.end_rectification(late, outcome=RectificationOutcome.NOT_DONE, findings="没有改。")
    document = RevocationDocument(
        document_no=PAPER,
        basis="第64条",
        served_at=WEEKS_LATER,
        effective_on=date(2026, 11, 3),
        remedy_until=date(2027, 2, 1),
        statement_answer="不成立。",
    )
    container().consequences.revoke(an_act(left.case, by=SUPERVISOR, at=WEEKS_LATER), document)


def broken_at_once(severity: Severity = Severity.GENERAL) -> tuple[Applicant, Case]:
    """A promise whose decision was revoked at once, in a place where that is the law."""
    publish(an_item(jurisdiction="revokes-at-once", verification=a_plan()))
    applicant, case = a_delivered_promise()
    return applicant, revoked(heard(applicant, case, severity=severity))


def record_of(case: Case, suffix: str = "") -> Record:
    record = container().withdrawal.alone(entry_of(case, suffix)).record
    assert record is not None
    return record


def entry_of(case: Case, suffix: str = "") -> Entry:
    return Entry(kind=EntryKind.RECORD, name=f"commitments/{case.case_no}{suffix}")


def outcomes(applicant: Applicant) -> list[PromiseOutcome]:
    own = container().own_credit.report(by=applicant.caller, limit=100)
    return [record.fulfilment.outcome for record in own.records if record.fulfilment is not None]


def may_promise(applicant: Applicant, *, at: datetime = NOON, item: str = ITEM) -> bool:
    return applicant.draft(item, at=at).standing is CommitmentStatus.ALLOWED


def check(applicant: Applicant, *, at: datetime = NOON) -> CheckAnswer:
    inquiry = Inquiry(item_code=ITEM, purpose=Purpose.HANDLING)
    return container().credit.check(applicant.identity, inquiry, by=MACHINE, at=at)


def repaired(applicant: Applicant, entry: Entry, *, at: datetime) -> None:
    repairs = container().repairs
    form = repairs.form(entry, by=applicant.caller, at=at)
    asked, _ = repairs.ask(entry, "", form.promise_hash, by=applicant.caller, at=at, idempotency_key=None)
    approval = RepairDecision(is_approved=True, reason="已改正。")
    repairs.judge(asked.repair_id, approval, by=CREDIT, version=asked.version, at=at)


def objected(applicant: Applicant, entry: Entry) -> str:
    plea = ObjectionRequest(entry=entry, ground="fact", text="核查错了。")
    made, _ = container().objections.make(plea, by=applicant.caller, at=NOON, idempotency_key=None)
    return made.objection_id


def fallen(case: Case, entry: Entry | None = None, *, by: Caller = SUPERVISOR) -> None:
    paper = RevokingDocument(number="复1号", organ="政府", effective_on=TODAY, basis="《行政复议法》第64条")
    fall = Fall(entry=entry or Entry(kind=EntryKind.CASE, name=case.case_no), by_document=paper, reason="事实不清。")
    container().revocations.record(fall, by=by, at=NOON, idempotency_key=None)


@pytest.mark.requirement("R1.1", "R1.20", "R2.9")
def test_a_broken_promise_closes_the_next_on_the_item_from_the_step_after_the_hearing_by_a_second_person() -> None:
    publish(an_item(verification=a_plan()))
    publish(an_item(code="archive-query"))
    applicant, case = a_delivered_promise()

    said = heard(applicant, case)
    assert may_promise(applicant)
    ordered(said)

    drafted = applicant.draft()
    (ground,) = drafted.grounds
    assert drafted.standing is CommitmentStatus.REFUSED
    assert (ground.code, ground.record) == (ErrorCode.SUBJECT_BARRED, f"commitments/{case.case_no}")
    assert case.case_no in ground.text.zh
    assert case.case_no in ground.text.en
    assert "认定为不实" in ground.text.zh
    assert (ground.basis, ground.until) == ("《深圳经济特区社会信用条例》第59条第4项、第64条", date(2027, 9, 28))
    assert "信用修复" in ground.remedy.zh
    assert "提出异议" in ground.remedy.zh
    assert may_promise(applicant, item="archive-query")


@pytest.mark.requirement("R1.1")
def test_a_broken_promise_closes_promises_and_neither_certificates_nor_services() -> None:
    applicant, _ = broken_at_once()

    filed = applicant.certify(applicant.draft(way=Way.CERTIFICATE), "old-plate").case

    assert filed.state is State.RECEIVED
    answer = check(applicant)
    assert (answer.effect, [ground.code for ground in answer.reasons]) == (Effect.LIMITED, [ErrorCode.SUBJECT_BARRED])


@pytest.mark.requirement("R2.9", "R6.14")
def test_one_officer_alone_closes_nothing_however_far_the_order_went() -> None:
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()

    ended = ordered(heard(applicant, case), by=OFFICER)

    assert may_promise(applicant)
    assert (check(applicant).effect, outcomes(applicant)) == (Effect.NONE, [])
    later = NOON + timedelta(days=20)
    done = container().consequences.end_rectification(
        an_act(ended, by=SECOND, at=later), outcome=RectificationOutcome.NOT_DONE, findings="没有改。"
    )
    assert done.case.verification is not None
    assert done.case.verification.established_at == later
    assert not may_promise(applicant, at=later)


@pytest.mark.requirement("R2.9")
def test_whoever_alone_found_it_does_not_have_the_last_word() -> None:
    publish(an_item(jurisdiction="revokes-at-once", verification=a_plan()))
    applicant, case = a_delivered_promise()
    said = heard(applicant, case)
    same = a_caller(Role.SUPERVISOR, sub=OFFICER.sub, department="traffic")

    with pytest.raises(DomainError, match="SAME_PERSON"):
        revoked(said, by=same)

    assert revoked(said).state is State.REVOKED
    assert not may_promise(applicant)


@pytest.mark.requirement("R1.1", "R1.20")
def test_a_promise_found_untrue_before_the_decision_bars_from_the_end_of_the_case() -> None:
    publish(an_item(jurisdiction="revokes-at-once", verification=a_plan()))
    applicant = Applicant().enrol()
    case = heard(applicant, applicant.promise(applicant.draft()).case)
    document = TerminationDocument(
        ground="broken_promise",
        document_no="终1号",
        basis="第70条",
        reasons="承诺不实。",
        served_at=NOON,
        statement_answer="不成立。",
    )
    assert may_promise(applicant)
    same = a_caller(Role.SUPERVISOR, sub=OFFICER.sub, department="traffic")
    with pytest.raises(DomainError, match="SAME_PERSON"):
        container().case_endings.terminate(an_act(case, by=same), document)

    ended = container().case_endings.terminate(an_act(case, by=SUPERVISOR), document).case

    record = record_of(ended)
    assert (record.document.number, record.document.remedy_until) == ("终1号", date(2026, 11, 27))
    assert not may_promise(applicant)


@pytest.mark.requirement("R1.1", "R8.2")
def test_a_finding_between_check_and_filing_stops_the_filing() -> None:
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()
    drafted = applicant.draft()
    ordered(heard(applicant, case))

    with pytest.raises(SubjectBarredError) as refused:
        applicant.promise(drafted)

    assert [ground.record for ground in refused.value.grounds] == [f"commitments/{case.case_no}"]


@pytest.mark.requirement("R1.1", "R1.2")
@pytest.mark.usefixtures("channels")
def test_who_broke_a_promise_is_told_once_until_when_it_closes_the_next() -> None:
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()
    not_put_right_and_revoked(ordered(heard(applicant, case)))

    for event in container().timeline.events(f"credit:{case.subject}"):
        container().messages.on_event(event, NOON)

    (message,) = container().messages.page(by=applicant.caller, limit=50, after=None).items
    assert (message.kind, message.link) == ("promise_broken", "credit")
    assert (message.facts["number"], message.facts["until"]) == (case.case_no, "2027-09-28")


@pytest.mark.requirement("R1.1", "R8.2")
def test_a_finding_that_lands_while_a_promise_is_being_filed_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()
    drafted, said = applicant.draft(), heard(applicant, case)
    read = CreditStore.require_unchanged
    landed: list[Case] = []

    def land_first(store: CreditStore, *given: Any) -> None:  # noqa: ANN401 - passed on
        if not landed:
            landed.append(ordered(said))
        read(store, *given)

    monkeypatch.setattr(CreditStore, "require_unchanged", land_first)
    with pytest.raises(SubjectBarredError):
        applicant.promise(drafted)

    assert landed


@pytest.mark.requirement("R1.19", "R3.7")
def test_a_repair_opens_the_next_promise_in_its_own_transaction() -> None:
    applicant, case = broken_at_once()
    entry = entry_of(case)
    with pytest.raises(DomainError, match="REPAIR_TOO_EARLY"):
        repaired(applicant, entry, at=NOON)
    later = datetime(2026, 12, 28, 4, tzinfo=UTC)
    assert not may_promise(applicant, at=later)

    repaired(applicant, entry, at=later)

    assert may_promise(applicant, at=later)
    assert record_of(case).repair is RepairState.REPAIRED
    assert (summary_of(applicant).bars, outcomes(applicant)) == ((), [PromiseOutcome.UNTRUE])
    assert kinds_of(f"credit:{case.subject}") == [
        "promise:broken",
        "record:repair_asked",
        "record:repaired",
        "credit:document_fell",
    ]


@pytest.mark.requirement("R1.19")
def test_what_was_put_right_is_repaired_at_once_where_the_matter_is_minor_and_the_service_has_the_proof() -> None:
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()
    order = ordered(heard(applicant, case, Finding.UNFULFILLED, Severity.MINOR))
    container().consequences.end_rectification(an_act(order), outcome=RectificationOutcome.DONE, findings="已改。")

    form = container().repairs.form(entry_of(case), by=applicant.caller, at=NOON)
    repaired(applicant, entry_of(case), at=NOON)

    assert [proof.kind.value for proof in form.proofs] == ["period_passed", "rectified"]
    assert may_promise(applicant)


@pytest.mark.requirement("R3.9")
def test_an_objection_pauses_the_bar_and_an_upheld_one_ends_it() -> None:
    applicant, case = broken_at_once()

    name = objected(applicant, entry_of(case))
    assert may_promise(applicant)
    assert [ground.code for ground in check(applicant).reasons] == [ErrorCode.UNDER_OBJECTION]
    kept = ObjectionDecision(outcome=Ruling.KEPT, reason="清楚。", basis="第50条")
    container().objections.decide(name, kept, by=CREDIT, version=1, at=NOON)
    assert not may_promise(applicant)
    upheld = ObjectionDecision(outcome=Ruling.DELETED, reason="核查有误。", basis="第50条")
    container().objections.decide(objected(applicant, entry_of(case)), upheld, by=CREDIT2, version=1, at=NOON)

    assert may_promise(applicant)
    assert outcomes(applicant) == []


@pytest.mark.requirement("R1.19", "R3.11")
def test_a_revocation_that_falls_opens_the_next_promise_and_the_promise_may_still_prove_kept() -> None:
    applicant, case = broken_at_once()

    fallen(case)

    assert may_promise(applicant)
    assert (summary_of(applicant).bars, outcomes(applicant)) == ((), [])
    standing = container().cases.load(case.case_no)
    told: dict[str, Any] = {"result": Finding.TRUE, "method": Method.ONLINE, "findings": "属实。"}
    container().consequences.verify(an_act(standing), **told)
    assert outcomes(applicant) == [PromiseOutcome.KEPT]
    assert summary_of(applicant).kept_promises == 1
    assert record_of(case).repair is RepairState.WITHDRAWN


@pytest.mark.requirement("R1.19", "R3.7")
@pytest.mark.parametrize("by", [SUPERVISOR, CREDIT])
def test_a_flag_on_the_case_and_the_broken_promise_fall_together(by: Caller) -> None:
    applicant, case = broken_at_once()
    flag = a_flag_on(applicant, case)
    assert summary_of(applicant).flags

    fallen(case, None if by is SUPERVISOR else Entry(kind=EntryKind.FLAG, name=flag), by=by)

    assert (summary_of(applicant).bars, summary_of(applicant).flags) == ((), ())
    assert container().cases.load(case.case_no).state is State.CLOSED
    assert may_promise(applicant, at=datetime(2026, 11, 2, tzinfo=UTC))


@pytest.mark.requirement("R3.7")
def test_a_repair_of_the_broken_promise_lifts_the_flag_on_its_case() -> None:
    applicant, case = broken_at_once()
    a_flag_on(applicant, case)
    later = datetime(2026, 12, 28, 4, tzinfo=UTC)

    repaired(applicant, entry_of(case), at=later)

    assert (summary_of(applicant).bars, summary_of(applicant).flags) == ((), ())


@pytest.mark.requirement("R1.19")
def test_two_broken_promises_end_one_by_one() -> None:
    publish(an_item(jurisdiction="revokes-at-once", verification=a_plan()))
    applicant, first = a_delivered_promise()
    _, second = a_delivered_promise(applicant)
    first = revoked(heard(applicant, first))
    second = (
        container()
        .consequences.verify(an_act(second), result=Finding.UNTRUE, method=Method.ONLINE, findings="查过。")
        .case
    )
    second = container().consequences.state(an_act(second, by=applicant.caller), text="不是。").case
    document = RevocationDocument(
        document_no="撤〔2026〕2号",
        basis="第64条",
        served_at=NOON,
        effective_on=TODAY,
        remedy_until=date(2026, 12, 1),
        statement_answer="不成立。",
    )
    container().consequences.revoke(an_act(second, by=SUPERVISOR), document)
    assert len(applicant.draft().grounds) == 2

    fallen(first)

    assert [ground.record for ground in applicant.draft().grounds] == [f"commitments/{second.case_no}"]
    fallen(second)
    assert may_promise(applicant)


@pytest.mark.requirement("R1.1", "R3.1")
def test_the_bar_ends_by_itself_on_the_last_day_of_display() -> None:
    applicant, case = broken_at_once(Severity.MINOR)

    assert record_of(case).display.until == date(2026, 12, 28)
    assert not may_promise(applicant, at=datetime(2026, 12, 27, 4, tzinfo=UTC))
    assert not may_promise(applicant, at=datetime(2026, 12, 28, 15, 59, 59, tzinfo=UTC))
    assert may_promise(applicant, at=datetime(2026, 12, 28, 16, tzinfo=UTC))


def test_a_broken_promise_is_no_graver_than_the_directory_lets_it_be() -> None:
    _, case = broken_at_once(Severity.SERIOUS)

    assert (record_of(case).severity, record_of(case).kind) == (Severity.GENERAL, "commitment")


@pytest.mark.requirement("R1.20")
def test_the_record_names_case_item_day_law_document_and_the_way_to_repair() -> None:
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()
    order = ordered(heard(applicant, case))

    first = record_of(case)
    not_put_right_and_revoked(order)
    last = record_of(case)

    assert first.fulfilment is not None
    assert (first.fulfilment.case_no, first.fulfilment.outcome) == (case.case_no, PromiseOutcome.UNTRUE)
    assert (first.related_items, first.dates.judged_on, first.document.number) == ((ITEM,), TODAY, case.case_no)
    assert (first.basis, bool(first.repair_notice)) == ("《深圳经济特区社会信用条例》第59条第4项、第64条", True)
    assert (last.document.number, last.dates.judged_on, last.display) == (PAPER, TODAY, first.display)
    assert (first.version, last.version) == (1, 2)
    assert [bar.document_no for bar in summary_of(applicant).bars] == [PAPER]
    kinds = kinds_of(f"credit:{case.subject}")
    assert kinds == ["promise:broken", "promise:broken"]
    assert kinds_of(case.owner).count("promise:broken") == 1
    assert container().timeline.reading(f"credit:{case.subject}").verified


@pytest.mark.requirement("R1.19")
def test_a_revocation_after_the_repair_or_the_objection_brings_nothing_back() -> None:
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()
    order = ordered(heard(applicant, case))
    upheld = ObjectionDecision(outcome=Ruling.DELETED, reason="核查有误。", basis="第50条")
    container().objections.decide(objected(applicant, entry_of(case)), upheld, by=CREDIT, version=1, at=NOON)

    not_put_right_and_revoked(order)

    assert may_promise(applicant, at=WEEKS_LATER)
    assert record_of(case).repair is RepairState.WITHDRAWN


@pytest.mark.requirement("R1.9", "R1.20")
@pytest.mark.parametrize("is_whole", [False, True])
def test_a_withdrawn_promise_is_recorded_and_held_against_nobody(*, is_whole: bool) -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case

    if is_whole:
        container().case_endings.withdraw(an_act(case, by=applicant.caller), reason="不办了。")
    else:
        container().commitment_withdrawal.withdraw(case.case_no, reason="找到了。", by=applicant.caller, at=NOON)

    record = record_of(case)
    assert outcomes(applicant) == [PromiseOutcome.WITHDRAWN]
    assert (record.severity, record.display.until, record.related_items) == (Severity.NONE, None, (ITEM,))
    assert record.basis == "《深圳经济特区社会信用条例》第62条"
    assert summary_of(applicant).version == 0
    assert check(applicant).effect is Effect.NONE


@pytest.mark.requirement("R1.9", "R6.10")
def test_a_promise_that_never_passed_the_gate_leaves_no_record_when_it_is_withdrawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    monkeypatch.setattr(CreditStore, "summary", _down)
    monkeypatch.setattr(CreditStore, "summary_from", _down)
    case = applicant.promise(drafted).case
    assert case.state is State.PENDING_CREDIT

    container().commitment_withdrawal.withdraw(case.case_no, reason="找到了。", by=applicant.caller, at=NOON)

    monkeypatch.undo()
    assert outcomes(applicant) == []


@pytest.mark.requirement("R1.16", "R1.20")
@pytest.mark.parametrize("result", [Finding.TRUE, Finding.UNTRUE, Finding.UNVERIFIABLE, Finding.CHANGED])
def test_what_could_not_be_verified_is_recorded_and_may_prove_anything_later(result: Finding) -> None:
    publish(an_item(jurisdiction="revokes-at-once", verification=a_plan()))
    applicant, case = a_delivered_promise()
    told: dict[str, Any] = {"method": Method.ONLINE, "findings": "系统停机。"}

    case = container().consequences.verify(an_act(case), result=Finding.UNVERIFIABLE, **told).case
    assert outcomes(applicant) == [PromiseOutcome.UNVERIFIABLE]
    assert may_promise(applicant)
    if result is Finding.UNTRUE:
        revoked(heard(applicant, case))
    else:
        container().consequences.verify(an_act(case), result=result, **told)

    expected = {
        Finding.TRUE: PromiseOutcome.KEPT,
        Finding.UNTRUE: PromiseOutcome.UNTRUE,
    }
    assert outcomes(applicant) == [expected.get(result, PromiseOutcome.UNVERIFIABLE)]
    assert may_promise(applicant) is (result is not Finding.UNTRUE)


@pytest.mark.requirement("R6.10")
def test_while_credit_cannot_be_read_nothing_is_half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()
    said = heard(applicant, case)
    monkeypatch.setattr(CreditStore, "summary", _down)

    with pytest.raises(DomainError, match="CREDIT_SOURCE_DOWN"):
        ordered(said)

    monkeypatch.undo()
    assert container().cases.load(case.case_no) == said
    assert outcomes(applicant) == []


@pytest.mark.requirement("R1.1", "R6.4")
def test_another_number_of_the_same_person_meets_the_bar() -> None:
    applicant, case = broken_at_once()
    other = Applicant(identity=an_identity(number="110103195612100006")).enrol()
    assert may_promise(other)
    proposal = IdentityLinkProposal(
        kind=LinkKind.RENUMBERED,
        former=applicant.identity,
        present=other.identity,
        document=Document(number="换证1号", organ="公安局", effective_on=TODAY),
        evidence="换证回执。",
    )
    link, _ = container().identity_links.propose(proposal, by=OFFICE, at=NOON)
    container().identity_links.confirm(link.alias_id, reason="属实。", by=OFFICE2, version=1, at=NOON)

    assert not may_promise(other)
    fallen(case)
    assert may_promise(other)


@pytest.mark.requirement("R1.20")
def test_a_summary_computed_anew_has_the_same_bar() -> None:
    applicant, _ = broken_at_once()
    promise_kept(applicant.caller.own_subject(), at=NOON + timedelta(hours=1))
    before = summary_of(applicant)

    seen = checked(at=NOON + timedelta(days=1))

    assert (seen.looked_at, seen.changed) == (1, 0)
    assert summary_of(applicant) == before


REVOKED_AT = datetime(2026, 11, 2, 4, tzinfo=UTC)


def broken_in_two_handlings() -> tuple[Applicant, Case]:
    """A promise found broken and put right, and one of the same case, once reopened, whose decision was revoked."""
    publish(an_item(verification=a_plan()))
    applicant, case = a_delivered_promise()
    case = ordered(heard(applicant, case, severity=Severity.MINOR))
    consequences, handling = container().consequences, container().handling
    case = consequences.end_rectification(an_act(case), outcome=RectificationOutcome.DONE, findings="已改。").case
    case = container().assignment.reopen(an_act(case, by=SUPERVISOR), reason="重新审查。").case
    again = NOON + timedelta(hours=1)
    case = handling.decide(an_act(case, at=again), outcome=Outcome.GRANTED, document_no="2号").case
    case = handling.deliver(an_act(case, at=again)).case
    case = ordered(heard(applicant, case), at=again)
    case = consequences.end_rectification(
        an_act(case, at=REVOKED_AT), outcome=RectificationOutcome.NOT_DONE, findings="没有改。"
    ).case
    document = RevocationDocument(
        document_no=PAPER,
        basis="第64条",
        served_at=REVOKED_AT,
        effective_on=date(2026, 11, 2),
        remedy_until=date(2027, 2, 1),
        statement_answer="不成立。",
    )
    return applicant, consequences.revoke(an_act(case, by=SUPERVISOR, at=REVOKED_AT), document).case


@pytest.mark.requirement("R1.19", "R3.11")
def test_a_revocation_that_falls_takes_nothing_with_it_that_was_found_in_an_earlier_handling() -> None:
    _, case = broken_in_two_handlings()
    paper = RevokingDocument(number="复1号", organ="政府", effective_on=date(2026, 11, 2), basis="《行政复议法》第64条")
    fall = Fall(entry=Entry(kind=EntryKind.CASE, name=case.case_no), by_document=paper, reason="事实不清。")

    recorded, _ = container().revocations.record(fall, by=SUPERVISOR, at=REVOKED_AT, idempotency_key=None)

    assert recorded.document_no == PAPER
    assert record_of(case, "-reopened-1").repair is RepairState.WITHDRAWN
    assert record_of(case).repair is RepairState.NONE


@pytest.mark.requirement("R3.5")
def test_what_was_put_right_is_known_after_the_case_was_reopened_and_proves_nothing_of_what_was_found_then() -> None:
    applicant, case = broken_in_two_handlings()
    later = datetime(2027, 2, 1, 4, tzinfo=UTC)

    proofs = {
        suffix: [
            proof.kind.value
            for proof in container().repairs.form(entry_of(case, suffix), by=applicant.caller, at=at).proofs
        ]
        for suffix, at in (("", REVOKED_AT), ("-reopened-1", later))
    }

    assert proofs == {"": ["period_passed", "rectified"], "-reopened-1": ["period_passed"]}


@pytest.mark.requirement("R3.9")
def test_an_objection_to_what_was_found_in_one_handling_ends_nothing_of_another() -> None:
    applicant, case = broken_in_two_handlings()
    upheld = ObjectionDecision(outcome=Ruling.DELETED, reason="核查有误。", basis="第50条")

    container().objections.decide(objected(applicant, entry_of(case)), upheld, by=CREDIT2, version=1, at=NOON)

    assert record_of(case).repair is RepairState.WITHDRAWN
    assert record_of(case, "-reopened-1").repair is RepairState.NONE
    assert container().cases.load(case.case_no).state is State.REVOKED
    assert not may_promise(applicant, at=REVOKED_AT)


def a_flag_on(applicant: Applicant, case: Case) -> str:
    """A flag on the revocation, whose organ is written otherwise than the case has it."""
    flags = container().flags
    proposal = a_proposal(
        case_no=case.case_no,
        document_no=PAPER,
        organ="义乌市公安局交通警察大队",
        effective_on=TODAY,
        served_at=NOON,
        remedy_until=date(2026, 12, 1),
        related_items=("business-address",),
        starts_on=TODAY,
        ends_on=date(2027, 3, 1),
    )
    flag = flags.propose(proposal, Target(about=applicant.identity), by=CREDIT, at=NOON).flag
    service = Service(served_at=NOON, method="直接送达", proof="回证1号")
    flag = flags.serve(flag.flag_id, service, by=CREDIT, version=flag.version, at=NOON)
    flag = flags.state(flag.flag_id, "不同意。", by=applicant.caller, at=NOON)
    return flags.confirm(
        flag.flag_id, "事实清楚。", statement_answer="不成立。", by=CREDIT2, version=flag.version, at=NOON
    ).flag_id


def summary_of(applicant: Applicant) -> Summary:
    return container().credit.summary(applicant.caller.own_subject())


def _down(*_: object, **__: object) -> None:
    raise UnreadableError
