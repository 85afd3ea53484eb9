from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.model.stages import (
    CommitmentStatus,
    CreditSnapshot,
    Delivery,
    EarlierDecision,
    Rectification,
)
from chalicelib.cases.model.stages import Revocation as CaseRevocation
from chalicelib.cases.rules.reinstatement import ReversingDocument, reinstate
from chalicelib.credit.model.records import (
    Display,
    Document,
    Fulfilment,
    PromiseOutcome,
    Purpose,
    Query,
    RepairState,
    Severity,
)
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.redress import rules
from chalicelib.redress.model import (
    Entry,
    EntryKind,
    HowAffected,
    Objection,
    ObjectionDecision,
    ObjectionRequest,
    ObjectionState,
    Outcome,
    ProofKind,
    Reopening,
    Repair,
    RepairDecision,
    Revocation,
    RevokingDocument,
)
from chalicelib.rulepacks.model.recourse import ObjectionLimit
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.timeline.event_types import EventKind
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.store import load_calendar
from tests.builders import A_SUBJECT, NOON, a_case, a_decision, a_flag, a_record, a_verification

RECOURSE = load_rule_packs()[0].recourse
DISPLAY = load_rule_packs()[0].display
RECORD = Entry(kind=EntryKind.RECORD, name="market/r-1")
FLAG = Entry(kind=EntryKind.FLAG, name="0" * 24)
REPAIR = Entry(kind=EntryKind.REPAIR, name="0" * 32)
TODAY = date(2026, 9, 28)


def a_plea(entry: Entry = RECORD, ground: str = "fact") -> ObjectionRequest:
    return ObjectionRequest(entry=entry, ground=ground, text="不是这样。")


def an_objection(ground: str = "fact", state: ObjectionState = ObjectionState.DECIDED) -> Objection:
    return Objection(
        objection_id="o", plea=a_plea(ground=ground), subject=A_SUBJECT, department="market", made_at=NOON, state=state
    )


A_REPAIR = Repair(
    repair_id="r",
    entry=FLAG,
    subject=A_SUBJECT,
    department="credit",
    organ="义乌市市场监督管理局",
    document_no="义市监撤〔2026〕1号",
    proof="罚款已缴清。",
    promise_hash="ab" * 32,
    proofs=(),
    asked_at=NOON,
)
A_REVOCATION = Revocation(
    reversal_id="v",
    entry=RECORD,
    subject=A_SUBJECT,
    department="market",
    organ="义乌市市场监督管理局",
    document_no="义市监罚〔2026〕1号",
    by_document=RevokingDocument(number="1号", organ="义乌市人民法院", effective_on=TODAY, basis="第1条"),
    reason="事实不清。",
    late_reason="",
    recorded_at=NOON,
    recorded_by="staff:market",
    undone=(),
    touched=(),
)


def reason_of(refused: pytest.ExceptionInfo[DomainError]) -> ErrorCode:
    return refused.value.code


@pytest.mark.parametrize("entry", [RECORD, FLAG, REPAIR])
def test_an_entry_reads_back_from_the_name_that_answers_use(entry: Entry) -> None:
    assert rules.entry_named(str(entry)) == entry


def test_a_record_is_named_by_its_source_and_its_id_there() -> None:
    assert rules.entry_named("market/r-1").record == ("market", "r-1")


def test_objections_repairs_and_revocations_have_timelines_of_their_own() -> None:
    assert [one.owner for one in (an_objection(), A_REPAIR, A_REVOCATION)] == [
        "objection:o",
        "repair:r",
        "reversal:v",
    ]


@pytest.mark.parametrize("name", ["", "market", "market/", "flag:x", "case:" + "0" * 24, "a/b/c", "flag:" + "0" * 65])
def test_what_names_no_entry_is_not_found(name: str) -> None:
    with pytest.raises(DomainError) as refused:
        rules.entry_named(name)

    assert reason_of(refused) is ErrorCode.NOT_FOUND


@pytest.mark.parametrize("pack", load_rule_packs(), ids=lambda pack: pack.code)
def test_every_outcome_that_a_pack_names_is_one_and_every_ground_can_end_in_nothing_changing(pack: Any) -> None:  # noqa: ANN401 - a pack
    kinds = {kind.value for kind in EntryKind}

    for ground in pack.recourse.grounds:
        assert ground.outcomes.keys() <= kinds
        for outcomes in ground.outcomes.values():
            assert {Outcome(name) for name in outcomes} >= {Outcome.KEPT}


@pytest.mark.parametrize(
    ("entry", "ground"), [(FLAG, "repair_refusal"), (RECORD, "measure"), (RECORD, "x"), (REPAIR, "fact")]
)
def test_a_ground_belongs_to_kinds_of_entries(entry: Entry, ground: str) -> None:
    with pytest.raises(DomainError) as refused:
        rules.require_ground(RECOURSE, a_plea(entry, ground))

    assert reason_of(refused) is ErrorCode.OBJECTION_GROUND_UNKNOWN


@pytest.mark.parametrize(
    ("entry", "ground"), [(RECORD, "fact"), (FLAG, "fact"), (FLAG, "measure"), (REPAIR, "repair_refusal")]
)
def test_a_ground_is_taken_for_the_kinds_of_entries_that_it_belongs_to(entry: Entry, ground: str) -> None:
    rules.require_ground(RECOURSE, a_plea(entry, ground))


def test_a_ground_is_reviewed_once_and_another_ground_is_another_objection() -> None:
    withdrawn = an_objection(state=ObjectionState.WITHDRAWN)

    assert not rules.is_review([], "fact")
    assert not rules.is_review([withdrawn], "fact")
    assert rules.is_review([an_objection()], "fact")
    assert not rules.is_review([an_objection(), an_objection()], "period")
    with pytest.raises(DomainError) as refused:
        rules.is_review([an_objection(), an_objection()], "fact")
    assert reason_of(refused) is ErrorCode.OBJECTION_DECIDED
    with pytest.raises(DomainError) as refused:
        rules.is_review([an_objection("period", ObjectionState.OPEN)], "fact")
    assert reason_of(refused) is ErrorCode.UNDER_OBJECTION


@pytest.mark.requirement("R3.10")
def test_the_limit_that_ends_first_counts_whatever_its_unit() -> None:
    limits = (ObjectionLimit(5, "working_days", "甲"), ObjectionLimit(8, "calendar_days", "乙"))
    recourse = RECOURSE._replace(limits=limits)
    calendar = load_calendar()

    before_the_holidays = rules.limit_of_objection(recourse, started_at=NOON, calendar=calendar)
    in_summer = rules.limit_of_objection(recourse, started_at=datetime(2026, 8, 3, 4, tzinfo=UTC), calendar=calendar)

    assert before_the_holidays == Limit(value=8, unit=Unit.CALENDAR_DAYS, basis="乙")
    assert in_summer == Limit(value=5, unit=Unit.WORKING_DAYS, basis="甲")


@pytest.mark.requirement("R3.12")
@pytest.mark.parametrize(
    ("plea", "ruling", "reason"),
    [
        (a_plea(), ObjectionDecision(outcome=Outcome.LIFTED, reason="x", basis="y"), ErrorCode.OUTCOME_NOT_ALLOWED),
        (
            a_plea(ground="x"),
            ObjectionDecision(outcome=Outcome.KEPT, reason="x", basis="y"),
            ErrorCode.OUTCOME_NOT_ALLOWED,
        ),
        (a_plea(), ObjectionDecision(outcome=Outcome.CORRECTED, reason="x", basis="y"), ErrorCode.INVALID_BODY),
        (
            a_plea(ground="period"),
            ObjectionDecision(outcome=Outcome.SHORTENED, reason="x", basis="y"),
            ErrorCode.INVALID_BODY,
        ),
    ],
)
def test_an_outcome_is_one_of_the_grounds_and_brings_what_it_needs(
    plea: ObjectionRequest, ruling: ObjectionDecision, reason: ErrorCode
) -> None:
    with pytest.raises(DomainError) as refused:
        rules.require_outcome(RECOURSE, plea, ruling)

    assert reason_of(refused) is reason


@pytest.mark.requirement("R3.12")
@pytest.mark.parametrize(
    ("plea", "ruling"),
    [
        (a_plea(), ObjectionDecision(outcome=Outcome.KEPT, reason="x", basis="y")),
        (a_plea(), ObjectionDecision(outcome=Outcome.CORRECTED, reason="x", basis="y", contents={"fine": "500"})),
        (
            a_plea(ground="period"),
            ObjectionDecision(outcome=Outcome.SHORTENED, reason="x", basis="y", ends_on=TODAY),
        ),
    ],
)
def test_an_outcome_of_the_ground_with_what_it_needs_is_taken(
    plea: ObjectionRequest, ruling: ObjectionDecision
) -> None:
    rules.require_outcome(RECOURSE, plea, ruling)


@pytest.mark.parametrize(
    ("changes", "on", "reason"),
    [
        ({"severity": Severity.NONE}, TODAY, ErrorCode.NOTHING_TO_REPAIR),
        ({"repair": RepairState.REPAIRED}, TODAY, ErrorCode.REPAIRED),
        ({"repair": RepairState.WITHDRAWN}, TODAY, ErrorCode.NOT_FOUND),
        ({"display": Display(until=TODAY)}, TODAY + timedelta(days=1), ErrorCode.DISPLAY_EXPIRED),
    ],
)
def test_a_record_that_harms_nobody_any_more_cannot_be_acted_on(
    changes: dict[str, Any], on: date, reason: ErrorCode
) -> None:
    with pytest.raises(DomainError) as refused:
        rules.require_record_open(replace(a_record(), **changes), on=on)

    assert reason_of(refused) is reason


def test_a_record_can_be_acted_on_until_its_last_day() -> None:
    record = replace(a_record(), display=Display(until=TODAY))

    rules.require_record_open(record, on=TODAY)


@pytest.mark.parametrize(
    ("state", "ends_on", "reason"),
    [
        (FlagState.ENDED, TODAY, ErrorCode.DISPLAY_EXPIRED),
        (FlagState.ACTIVE, TODAY - timedelta(days=1), ErrorCode.DISPLAY_EXPIRED),
        (FlagState.LIFTED, TODAY, ErrorCode.NOTHING_TO_REPAIR),
        (FlagState.PROPOSED, TODAY, ErrorCode.STEP_NOT_ALLOWED),
    ],
)
def test_a_flag_without_effect_cannot_be_disputed(state: FlagState, ends_on: date, reason: ErrorCode) -> None:
    with pytest.raises(DomainError) as refused:
        rules.require_flag_open(a_flag(state=state, ends_on=ends_on), on=TODAY)

    assert reason_of(refused) is reason


@pytest.mark.parametrize("state", [FlagState.ACTIVE, FlagState.SUSPENDED])
def test_a_flag_can_be_disputed_until_its_last_day(state: FlagState) -> None:
    rules.require_flag_open(a_flag(state=state, ends_on=TODAY), on=TODAY)


def test_the_latest_of_the_least_times_of_display_counts_for_all_of_them() -> None:
    record = replace(a_record(), display=Display(until=TODAY, repairable_from=date(2026, 6, 1)))
    without = replace(a_record(), display=Display(until=TODAY))
    flag = a_flag(state=FlagState.ACTIVE)
    judged_on = flag.document.effective_on

    assert rules.repairable_from([record], [], display=DISPLAY, on=TODAY) == date(2026, 6, 1)
    assert rules.repairable_from([without], [], display=DISPLAY, on=TODAY) == without.dates.judged_on
    general = replace(flag, severity=Severity.GENERAL)
    assert rules.repairable_from([record], [general], display=DISPLAY, on=TODAY) > judged_on
    harmless = replace(flag, severity=Severity.NONE)
    assert rules.repairable_from([], [harmless], display=DISPLAY, on=TODAY) == judged_on
    proposed = a_flag(state=FlagState.PROPOSED)
    assert rules.repairable_from([record], [proposed], display=DISPLAY, on=TODAY) == date(2026, 6, 1)


@pytest.mark.requirement("R3.5")
def test_what_the_service_knows_nobody_has_to_prove() -> None:
    limit = Limit(value=5, unit=Unit.WORKING_DAYS, basis="第64条")
    done = Rectification(limit=limit, basis="第64条", ordered_at=NOON, ordered_by="o", due_at=NOON, fulfilled=True)

    def kinds(case: Any, kept: int) -> list[ProofKind]:  # noqa: ANN401 - a case or none
        return [proof.kind for proof in rules.proofs_of(case, kept_promises=kept, since=TODAY)]

    assert kinds(None, 0) == [ProofKind.PERIOD_PASSED]
    assert kinds(a_case(), 0) == [ProofKind.PERIOD_PASSED]
    assert kinds(a_case(rectification=replace(done, fulfilled=False)), 2) == [
        ProofKind.PERIOD_PASSED,
        ProofKind.PROMISES_KEPT,
    ]
    assert kinds(a_case(rectification=done), 0) == [ProofKind.PERIOD_PASSED, ProofKind.RECTIFIED]


@pytest.mark.requirement("R3.5")
def test_a_broken_promise_is_put_right_by_the_order_of_its_own_handling() -> None:
    limit = Limit(value=5, unit=Unit.WORKING_DAYS, basis="第64条")
    done = Rectification(limit=limit, basis="第64条", ordered_at=NOON, ordered_by="o", due_at=NOON, fulfilled=True)
    found = replace(a_verification(), established_at=NOON)
    earlier = EarlierDecision(
        decision=a_decision(),
        delivery=None,
        verification=found,
        extension=None,
        rectification=done,
        reason="x",
        reopened_at=NOON,
        reopened_by="s",
    )
    fulfilment = Fulfilment(case_no="1", outcome=PromiseOutcome.UNTRUE, department="traffic")
    first = replace(a_record(), fulfilment=fulfilment, known_since=NOON)
    second = replace(first, known_since=NOON + timedelta(days=1))
    reopened = a_case(earlier_decisions=(earlier,))

    assert rules.is_put_right(reopened, [first])
    assert not rules.is_put_right(reopened, [second])
    assert not rules.is_put_right(reopened, [])


def test_the_promise_has_a_digest_that_moves_with_its_words() -> None:
    other = RECOURSE._replace(promise=RECOURSE.promise._replace(text="别的承诺。"))

    assert rules.promise_hash(RECOURSE) != rules.promise_hash(other)


@pytest.mark.requirement("R3.13")
def test_a_refusal_names_its_ground_and_what_is_missing() -> None:
    verdict = RepairDecision(is_approved=False, reason="x", refusal="proof_insufficient", missing=("收据",))

    assert rules.require_refusal(RECOURSE, verdict).code == "proof_insufficient"
    with pytest.raises(DomainError) as refused:
        rules.require_refusal(RECOURSE, replace(verdict, refusal="x"))
    assert reason_of(refused) is ErrorCode.REFUSAL_UNKNOWN
    with pytest.raises(DomainError) as refused:
        rules.require_refusal(RECOURSE, replace(verdict, missing=()))
    assert reason_of(refused) is ErrorCode.INVALID_BODY


@pytest.mark.requirement("R8.4")
def test_a_case_met_an_entry_if_it_stands_on_it_or_was_refused_a_promise_by_it() -> None:
    snapshot = CreditSnapshot(
        version=1,
        head_hash="0",
        standing=CommitmentStatus.REFUSED,
        reasons=("SUBJECT_BARRED:market/r-1",),
        checked_at=NOON,
    )
    refused = a_case(credit=snapshot)

    met = rules.affected_case(refused, {"market/r-1"}, bases=set())
    based = rules.affected_case(refused, {"market/r-1"}, bases={refused.case_no})

    assert met is not None
    assert (met.how, met.met_at) == (HowAffected.PROMISE_REFUSED, NOON)
    assert based is not None
    assert based.how is HowAffected.BASIS
    assert rules.affected_case(refused, {"market/r-2"}, bases=set()) is None
    proved = rules.affected_case(a_case(credit=None, refused_by=("market/r-1",)), {"market/r-1"}, bases=set())
    assert proved is not None
    assert proved.how is HowAffected.PROMISE_REFUSED
    assert rules.affected_case(a_case(credit=None), {"market/r-1"}, bases=set()) is None


def a_query(**other: Any) -> Query:  # noqa: ANN401 - any field of a query
    fields: dict[str, Any] = {
        "subject": A_SUBJECT,
        "query_id": "q",
        "asked_at": NOON,
        "by": "system:m",
        "department": "market",
        "purpose": Purpose.HANDLING,
        "item_code": "business-address",
        "case_no": "EXT-1",
        "fields": (),
        "result_size": 1,
        "kept_until": TODAY,
    }
    return Query(**{**fields, **other})


@pytest.mark.parametrize(
    ("query", "items"),
    [
        (a_query(case_no=None), None),
        (a_query(result_size=0), None),
        (a_query(asked_at=NOON - timedelta(seconds=1)), None),
        (a_query(item_code="other"), {"business-address"}),
    ],
)
def test_a_question_without_a_case_or_without_an_effect_touched_nothing(query: Query, items: Any) -> None:  # noqa: ANN401 - items or none
    assert rules.affected_by_query(query, since=NOON, items=items) is None


@pytest.mark.parametrize("items", [None, {"business-address"}])
def test_a_question_for_a_case_that_was_given_reasons_touched_it(items: Any) -> None:  # noqa: ANN401 - items or none
    touched = rules.affected_by_query(a_query(), since=NOON, items=items)

    assert touched is not None
    assert (touched.case_no, touched.how) == ("EXT-1", HowAffected.CHECKED)


@pytest.mark.requirement("R8.4")
def test_how_a_touched_case_stands_is_told_as_it_is_now() -> None:
    going_on = a_case(state=State.ACCEPTED)
    finished = a_case(state=State.CLOSED)

    def reopened(at: datetime) -> Any:  # noqa: ANN401 - a case
        earlier = EarlierDecision(
            decision=a_decision(),
            delivery=None,
            verification=None,
            extension=None,
            reason="依据撤销",
            reopened_at=at,
            reopened_by="s",
        )
        return a_case(state=State.ACCEPTED, earlier_decisions=(earlier,))

    assert rules.reopening(None, since=NOON) is Reopening.ELSEWHERE
    assert rules.reopening(going_on, since=NOON) is Reopening.GOING_ON
    assert rules.reopening(finished, since=NOON) is Reopening.FINISHED
    assert rules.reopening(reopened(NOON), since=NOON) is Reopening.REOPENED
    assert rules.reopening(reopened(NOON - timedelta(seconds=1)), since=NOON) is Reopening.GOING_ON
    assert rules.reopening(reinstated(NOON), since=NOON) is Reopening.REINSTATED
    assert rules.reopening(reinstated(NOON - timedelta(seconds=1)), since=NOON) is Reopening.FINISHED


def test_a_case_is_found_by_the_document_that_revoked_it_however_its_number_is_typed() -> None:
    revoked = a_case(state=State.REVOKED, revocation=a_revocation())
    paper = Document(number="撤(2026)1号", organ="义乌市公安局", effective_on=date(2026, 9, 28))

    assert rules.is_revoked_by(revoked, paper, offices={"traffic"})
    assert not rules.is_revoked_by(revoked, paper, offices={"market"})
    assert not rules.is_revoked_by(revoked, replace(paper, number="撤(2026)2号"), offices={"traffic"})
    assert not rules.is_revoked_by(a_case(), paper, offices={"traffic"})


def a_revocation() -> CaseRevocation:
    return CaseRevocation(
        document_no="撤〔2026〕1号",
        basis="第64条",
        served_at=NOON,
        effective_on=date(2026, 9, 28),
        remedy_until=date(2026, 11, 27),
        court_until=date(2027, 3, 28),
        revoked_at=NOON,
        revoked_by="staff:s",
    )


def reinstated(at: datetime) -> Case:
    document = ReversingDocument(
        number="复1号", organ="义乌市人民政府", effective_on=date(2026, 9, 28), basis="第64条", reason="复议撤销。"
    )
    delivery = Delivery(delivered_at=NOON, delivered_by="staff:o")
    case = a_case(state=State.REVOKED, revocation=a_revocation(), decision=a_decision(), delivery=delivery)
    return reinstate(case, document, actor="staff:s", at=at)


def test_a_reversing_document_counts_from_its_day_on() -> None:
    rules.require_in_effect(TODAY, on=TODAY)

    with pytest.raises(DomainError):
        rules.require_in_effect(TODAY + timedelta(days=1), on=TODAY)


@pytest.mark.parametrize(("ends_on", "ended_on"), [(TODAY, TODAY), (date(2020, 1, 1), TODAY), (TODAY, None)])
def test_a_period_is_shortened_to_a_day_inside_it(ends_on: date, ended_on: date | None) -> None:
    with pytest.raises(DomainError):
        rules.require_earlier(ends_on, starts_on=date(2026, 1, 1), ended_on=ended_on)

    rules.require_earlier(date(2026, 1, 1), starts_on=date(2026, 1, 1), ended_on=TODAY)


def test_a_documents_name_tells_subject_organ_and_number_apart() -> None:
    names = {
        rules.document_name(A_SUBJECT, Document(number="1号", organ="甲", effective_on=TODAY)),
        rules.document_name(A_SUBJECT, Document(number="1号", organ="乙", effective_on=TODAY)),
        rules.document_name(A_SUBJECT, Document(number="2号", organ="甲", effective_on=TODAY)),
    }

    assert len(names) == 3


def test_an_event_names_the_disputed_entry_and_leaves_blank_texts_out() -> None:
    event = rules.matter_event(
        EventKind.OBJECTION_MADE,
        an_objection(),
        actor="subject:x",
        at=NOON,
        data={"ground": "fact"},
        texts={"text": "不是这样。", "evidence": ""},
    )

    assert (event.kind, event.occurred_at) == (EventKind.OBJECTION_MADE, NOON)
    assert (event.actor, event.department) == ("subject:x", "market")
    assert event.data == {"entry": "market/r-1", "ground": "fact"}
    assert event.texts == {"text": "不是这样。"}


def test_an_event_of_a_repair_without_texts_names_the_flag_to_be_repaired() -> None:
    event = rules.matter_event(EventKind.REPAIR_ASKED, A_REPAIR, actor="subject:x", at=NOON, data={})

    assert (event.department, event.data, event.texts) == ("credit", {"entry": "flag:" + "0" * 24}, {})
