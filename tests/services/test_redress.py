"""Objecting, repairing and reversing, with everything that stands on a document marked and undone together."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.credit.model.records import Effect, ObjectionState, Purpose, Record, RepairState, Severity
from chalicelib.credit.services.checks import Inquiry
from chalicelib.credit.store.records import CreditStore
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller
from chalicelib.redress.model import Entry, EntryKind, HowAffected, Outcome, Repair, RepairStage
from chalicelib.redress.model import ObjectionState as Stage
from chalicelib.redress.store import RedressStore
from chalicelib.sanctions.model.flags import FlagState, Service, Target
from chalicelib.sanctions.services.redress import FlagRedress
from tests.builders import NOON, a_caller, a_proposal, a_submission, an_identity, an_organisation
from tests.services.credit_office import (
    AFTER_DEFENCE,
    CREDIT,
    CREDIT2,
    ELSEWHERE,
    MACHINE,
    MARKET,
    PAPER,
    RECORD,
    asked,
    company,
    decided,
    entry_of,
    flagged,
    judged,
    objected,
    reversal,
    ruling,
    stored,
)
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")


def stranger() -> Caller:
    return a_caller(sub="somebody", subject=container().subject_keys.key_of(an_identity()))


def effect_at(at: datetime, *, item: str = "business-address") -> tuple[Effect, list[str]]:
    inquiry = Inquiry(item_code=item, purpose=Purpose.HANDLING)
    answer = container().credit.check(an_organisation(), inquiry, by=MACHINE, at=at)
    return answer.effect, [ground.code.value for ground in answer.reasons]


def record_now(record_id: str = "r-1") -> Record:
    found = CreditStore(container().timeline).record("market", record_id)
    assert found is not None
    return found


def refused(reason: ErrorCode) -> Any:  # noqa: ANN401 - pytest's own context manager
    return pytest.raises(DomainError, match=reason.value)


@pytest.mark.requirement("R3.9", "R3.10")
def test_an_objection_shows_in_every_answer_at_once_and_starts_the_shortest_clock() -> None:
    record = stored()

    objection = objected()

    summary = container().credit.summary(record.subject)
    (clock,) = container().clocks.of_owner(objection.owner)
    assert record_now().objection is ObjectionState.OPEN
    assert [bar.objection for bar in summary.bars] == [ObjectionState.OPEN]
    assert effect_at(NOON) == (Effect.NONE, ["UNDER_OBJECTION"])
    assert (clock.kind, clock.limit.value, clock.department) == (ClockKind.OBJECTION, 5, "market")
    assert kinds_of(objection.owner) == ["objection:made"]
    assert kinds_of(f"credit:{record.subject}") == ["record:stored", "record:objected"]


def test_a_filing_that_was_checked_before_the_mark_is_not_bound_to_what_was_read() -> None:
    record = stored()
    before = container().credit.summary(record.subject)

    objected()

    assert container().credit.summary(record.subject).version == before.version + 1


@pytest.mark.requirement("R3.9")
def test_a_measure_of_the_first_class_has_no_effect_while_the_objection_is_open() -> None:
    stored("listed", kind="serious_list", document_no="列〔2026〕1号", related_items=("business-address",))
    flag = flagged(
        measure_code="1", conduct="serious_list", severity=Severity.SERIOUS, related_items=("road-occupation",)
    )
    item = "road-occupation"
    before = effect_at(AFTER_DEFENCE, item=item)

    objection = objected(entry_of(flag), at=AFTER_DEFENCE)
    during = effect_at(AFTER_DEFENCE, item=item)
    after = decided(objection, ruling(), at=AFTER_DEFENCE)

    assert before == (Effect.REFUSED, ["SUBJECT_BARRED"])
    assert (objection.is_paused, during) == (True, (Effect.NONE, ["UNDER_OBJECTION"]))
    assert after.state is Stage.DECIDED
    assert effect_at(AFTER_DEFENCE, item=item) == before
    assert kinds_of(flag.owner)[-2:] == ["flag:objected", "flag:objection_ended"]


def test_a_measure_of_management_goes_on_with_the_mark_beside_it() -> None:
    flag = flagged()

    objection = objected(entry_of(flag), at=AFTER_DEFENCE)

    assert not objection.is_paused
    assert effect_at(AFTER_DEFENCE) == (Effect.REFUSED, ["SUBJECT_BARRED", "UNDER_OBJECTION"])
    assert container().flags.get(flag.flag_id, by=CREDIT).objection is ObjectionState.OPEN


def test_a_flag_that_was_lifted_meanwhile_carries_no_mark_and_its_objection_can_still_be_answered() -> None:
    flag = flagged()
    objection = objected(entry_of(flag), at=AFTER_DEFENCE)
    version = container().flags.get(flag.flag_id, by=CREDIT).version

    lifted = container().flags.lift(
        flag.flag_id, reason="已履行义务。", basis="第23条", by=CREDIT, version=version, at=AFTER_DEFENCE
    )

    assert (lifted.objection, lifted.is_paused) == (ObjectionState.NONE, False)
    assert decided(objection, ruling(), at=AFTER_DEFENCE).state is Stage.DECIDED
    assert effect_at(AFTER_DEFENCE) == (Effect.NONE, [])


@pytest.mark.requirement("R3.10")
def test_an_unanswered_objection_is_told_of_and_never_ends_by_itself() -> None:
    stored()
    objection = objected()
    (clock,) = container().clocks.of_owner(objection.owner)

    container().clocks.sweep(at=clock.due_at + timedelta(days=30))

    assert container().objections.one(objection.objection_id, by=company()).state is Stage.OPEN
    assert kinds_of(objection.owner) == ["objection:made", "clock:warned", "clock:passed"]
    with refused(ErrorCode.LATE_REASON_REQUIRED):
        decided(objection, ruling(), at=clock.due_at + timedelta(seconds=1))
    late = ruling(late_reason="等待回函。")
    assert decided(objection, late, at=clock.due_at + timedelta(seconds=1)).decided is not None


def test_an_objection_is_ones_own_and_answered_by_the_office_or_the_credit_centre() -> None:
    stored()
    with refused(ErrorCode.NOT_FOUND):
        objected(by=stranger())
    objection = objected()

    with refused(ErrorCode.NOT_FOUND):
        container().objections.one(objection.objection_id, by=stranger())
    with refused(ErrorCode.FORBIDDEN):
        decided(objection, ruling(), by=ELSEWHERE)
    assert decided(objection, ruling(), by=CREDIT).state is Stage.DECIDED


@pytest.mark.parametrize(("entry", "ground"), [(RECORD, "measure"), (RECORD, "repair_refusal"), (RECORD, "weather")])
def test_a_ground_that_the_rules_do_not_know_for_the_entry_is_none(entry: Entry, ground: str) -> None:
    stored()

    with refused(ErrorCode.OBJECTION_GROUND_UNKNOWN):
        objected(entry, ground)


def test_one_objection_at_a_time_and_one_review_by_somebody_else() -> None:
    stored()
    first = objected()
    with refused(ErrorCode.UNDER_OBJECTION):
        objected()
    decided(first, ruling(), by=CREDIT)

    review = objected()

    assert review.is_review
    with refused(ErrorCode.SAME_PERSON):
        decided(review, ruling(), by=CREDIT)
    decided(review, ruling(), by=CREDIT2)
    with refused(ErrorCode.OBJECTION_DECIDED):
        objected()
    assert not objected(ground="period").is_review


def test_one_objection_at_a_time_also_while_the_index_does_not_show_the_first_one_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored()
    flag = flagged()
    objected()
    objected(entry_of(flag), "measure", at=AFTER_DEFENCE)
    monkeypatch.setattr(RedressStore, "about", lambda *_: ())

    with refused(ErrorCode.UNDER_OBJECTION):
        objected(ground="period")
    with refused(ErrorCode.UNDER_OBJECTION):
        objected(entry_of(flag), "period", at=AFTER_DEFENCE)


def test_an_objection_can_be_taken_back_until_it_is_decided() -> None:
    stored()
    objection = objected()

    withdrawn = container().objections.withdraw(objection.objection_id, by=company(), at=NOON)
    again = container().objections.withdraw(objection.objection_id, by=company(), at=NOON)

    assert (withdrawn.state, again.version) == (Stage.WITHDRAWN, withdrawn.version)
    assert record_now().objection is ObjectionState.NONE
    assert effect_at(NOON) == (Effect.REFUSED, ["SUBJECT_BARRED"])
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        container().objections.decide(objection.objection_id, ruling(), by=CREDIT, version=withdrawn.version, at=NOON)


@pytest.mark.requirement("R3.12")
@pytest.mark.parametrize(
    ("ground", "outcome"),
    [("fact", Outcome.DELETED), ("identity", Outcome.NOT_THEIRS), ("list_entry", Outcome.DELISTED)],
)
def test_a_record_that_was_wrong_goes_with_every_flag_on_its_document(ground: str, outcome: Outcome) -> None:
    record = stored(document_no=PAPER, organ="义乌市市场监督管理局")
    flag = flagged(document_no=PAPER, organ="义乌市市场监督管理局")
    objection = objected(ground=ground, at=AFTER_DEFENCE)

    after = decided(objection, ruling(outcome), at=AFTER_DEFENCE)

    assert after.decided is not None
    assert [one.entry for one in after.decided.undone] == ["market/r-1", flag.owner]
    assert record_now().repair is RepairState.WITHDRAWN
    assert container().flags.get(flag.flag_id, by=CREDIT).state is FlagState.LIFTED
    assert effect_at(AFTER_DEFENCE) == (Effect.NONE, [])
    summary = container().credit.summary(record.subject)
    assert (summary.bars, summary.flags) == ((), ())


@pytest.mark.requirement("R3.12")
def test_a_measure_that_was_not_right_is_lifted_alone() -> None:
    stored(document_no=PAPER, organ="义乌市市场监督管理局", related_items=["plate-replacement"])
    flag = flagged(document_no=PAPER, organ="义乌市市场监督管理局")

    decided(objected(entry_of(flag), "measure", at=AFTER_DEFENCE), ruling(Outcome.LIFTED), at=AFTER_DEFENCE)

    assert container().flags.get(flag.flag_id, by=CREDIT).state is FlagState.LIFTED
    assert effect_at(AFTER_DEFENCE, item="plate-replacement")[0] is Effect.REFUSED
    assert effect_at(AFTER_DEFENCE)[0] is Effect.NONE


@pytest.mark.requirement("R3.12")
def test_a_period_that_was_wrong_ends_earlier_for_a_record_and_for_a_flag() -> None:
    stored()
    flag = flagged()
    until = AFTER_DEFENCE.date() + timedelta(days=10)

    decided(objected(ground="period"), ruling(Outcome.SHORTENED, ends_on=until))
    decided(
        objected(entry_of(flag), "period", at=AFTER_DEFENCE),
        ruling(Outcome.SHORTENED, ends_on=until),
        at=AFTER_DEFENCE,
    )

    assert record_now().display.until == until
    assert container().flags.get(flag.flag_id, by=CREDIT).ends_on == until
    beyond = datetime(until.year, until.month, until.day, 16, tzinfo=UTC)
    assert [effect_at(at)[0] for at in (beyond - timedelta(seconds=1), beyond)] == [Effect.REFUSED, Effect.NONE]


@pytest.mark.parametrize("ends_on", [date(2000, 1, 1), date(2099, 1, 1)])
def test_a_shorter_period_lies_inside_the_one_so_far(ends_on: date) -> None:
    stored()
    objection = objected(ground="period")

    with refused(ErrorCode.INVALID_BODY):
        decided(objection, ruling(Outcome.SHORTENED, ends_on=ends_on))


@pytest.mark.requirement("R3.12")
def test_facts_that_were_wrong_are_put_right_and_the_mark_goes() -> None:
    stored(contents={"address": "旧"})

    decided(objected(), ruling(Outcome.CORRECTED, contents={"address": "新"}))

    assert record_now().contents["address"] == "新"
    assert record_now().objection is ObjectionState.NONE
    assert effect_at(NOON) == (Effect.REFUSED, ["SUBJECT_BARRED"])


@pytest.mark.parametrize("source_version", [None, 1, 2])
def test_a_source_that_says_it_again_takes_back_nothing_that_a_person_ruled(source_version: int | None) -> None:
    said = {"address": "旧", "fine": "一"}
    stored(source_version=None if source_version is None else 1, contents=said)
    until = NOON.date() + timedelta(days=10)
    decided(objected(), ruling(Outcome.CORRECTED, contents={"address": "新"}))
    decided(objected(ground="period"), ruling(Outcome.SHORTENED, ends_on=until))

    again = stored(source_version=source_version, contents=said)

    assert (again.contents["address"], again.display.until) == ("新", until)
    beyond = datetime(until.year, until.month, until.day, 16, tzinfo=UTC)
    assert [effect_at(at)[0] for at in (beyond - timedelta(seconds=1), beyond)] == [Effect.REFUSED, Effect.NONE]


def test_what_a_source_says_anew_after_a_correction_counts() -> None:
    stored(contents={"address": "旧", "fine": "一"})
    decided(objected(), ruling(Outcome.CORRECTED, contents={"address": "新"}))

    again = stored(source_version=2, contents={"address": "又新", "fine": "二"})

    assert again.contents == {"address": "又新", "fine": "二"}


def test_a_repair_waits_for_the_least_time_of_display() -> None:
    record = stored()
    since = record.display.repairable_from
    assert since is not None
    day_before = datetime(since.year, since.month, since.day, 15, 59, 59, tzinfo=UTC) - timedelta(days=1)

    form = container().repairs.form(RECORD, by=company(), at=day_before)

    assert (form.repairable_from, form.is_repairable, form.proofs) == (since, False, ())
    with refused(ErrorCode.REPAIR_TOO_EARLY):
        asked(RECORD, at=day_before)
    assert asked(RECORD, at=day_before + timedelta(seconds=1)).stage is RepairStage.OPEN


def repairable() -> datetime:
    since = record_now().display.repairable_from
    assert since is not None
    return datetime(since.year, since.month, since.day, 4, tzinfo=UTC)


@pytest.mark.requirement("R1.19", "R3.6", "R3.7")
def test_a_repair_goes_to_the_office_at_once_with_its_two_clocks_and_undoes_everything() -> None:
    record = stored(document_no=PAPER, organ="义乌市市场监督管理局")
    flag = flagged(document_no=PAPER, organ="义乌市市场监督管理局", ends_on=date(2027, 6, 30))
    at = max(repairable(), AFTER_DEFENCE)

    repair = asked(RECORD, at=at)
    clocks = container().clocks.of_owner(repair.owner)
    applied = record_now().repair
    after = judged(repair, at=at)

    assert (repair.department, applied) == ("market", RepairState.APPLIED)
    assert {(clock.kind, clock.limit.value) for clock in clocks} == {
        (ClockKind.REPAIR_AUTHORITY, 3),
        (ClockKind.REPAIR_SITE, 10),
    }
    assert after.stage is RepairStage.APPROVED
    assert after.judged is not None
    assert [one.entry for one in after.judged.undone] == ["market/r-1", flag.owner]
    assert effect_at(at) == (Effect.NONE, [])
    assert not record_now().is_displayed(at.date())
    assert container().flags.get(flag.flag_id, by=CREDIT).lifting is not None
    assert kinds_of(f"credit:{record.subject}")[-3:] == ["record:repaired", "flag:lifted", "credit:document_fell"]
    assert all(clock.stopped_at == at for clock in container().clocks.of_owner(repair.owner))


@pytest.mark.requirement("R1.19", "R3.7")
def test_a_repair_of_three_records_and_two_flags_happens_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for record_id in ("r-1", "r-2", "r-3"):
        stored(record_id, document_no=PAPER, organ="义乌市市场监督管理局")
    flags = [flagged(document_no=PAPER, organ="义乌市市场监督管理局", ends_on=date(2027, 6, 30)) for _ in range(2)]
    at = max(repairable(), AFTER_DEFENCE)
    repair = asked(entry_of(flags[0]), at=at)
    lift, lifted = FlagRedress.lift, []

    def lifts_one_and_fails(*of: Any, **how: Any) -> None:  # noqa: ANN401 - whatever is lifted
        lifted.append(of)
        if len(lifted) == 2:
            raise MemoryError
        lift(*of, **how)

    with monkeypatch.context() as patch:
        patch.setattr(FlagRedress, "lift", lifts_one_and_fails)
        with pytest.raises(MemoryError):
            judged(repair, at=at)
    before = [record_now(name).repair for name in ("r-1", "r-2", "r-3")]
    states = {container().flags.get(flag.flag_id, by=CREDIT).state for flag in flags}
    effect = effect_at(at)[0]

    after = judged(repair, at=at)

    assert (before, states, effect) == ([RepairState.APPLIED] * 3, {FlagState.ACTIVE}, Effect.REFUSED)
    assert after.judged is not None
    assert {one.entry for one in after.judged.undone} == {
        "market/r-1",
        "market/r-2",
        "market/r-3",
        *(flag.owner for flag in flags),
    }
    assert [record_now(name).repair for name in ("r-1", "r-2", "r-3")] == [RepairState.REPAIRED] * 3
    assert effect_at(at) == (Effect.NONE, [])


def test_nothing_can_be_built_again_on_a_document_that_was_repaired() -> None:
    stored(document_no=PAPER, organ="义乌市市场监督管理局")
    at = repairable()
    judged(asked(RECORD, at=at), at=at)

    with refused(ErrorCode.NO_EFFECTIVE_DOCUMENT):
        flagged(document_no=PAPER, organ="义乌市市场监督管理局")


def test_what_a_source_says_again_after_a_repair_bars_nobody() -> None:
    stored()
    at = repairable()
    judged(asked(RECORD, at=at), at=at)

    stored(source_version=7, contents={"address": "又来"})

    assert record_now().repair is RepairState.REPAIRED
    assert effect_at(at) == (Effect.NONE, [])


@pytest.mark.requirement("R3.12", "R3.13")
def test_a_refused_repair_says_what_is_missing_and_can_be_looked_at_again() -> None:
    stored()
    at = repairable()
    repair = asked(RECORD, at=at)
    with refused(ErrorCode.REPAIR_ASKED):
        asked(RECORD, at=at)
    with refused(ErrorCode.REFUSAL_UNKNOWN):
        judged(repair, at=at, is_approved=False, refusal="weather", missing=("罚款收据",))
    with refused(ErrorCode.INVALID_BODY):
        judged(repair, at=at, is_approved=False, refusal="proof_insufficient")

    after = judged(repair, at=at, is_approved=False, refusal="proof_insufficient", missing=("罚款收据",))

    assert after.judged is not None
    assert (after.judged.verdict.missing, after.judged.verdict.basis != "") == (("罚款收据",), True)
    assert record_now().repair is RepairState.NONE
    objection = objected(Entry(kind=EntryKind.REPAIR, name=repair.repair_id), "repair_refusal", at=at)
    decided(objection, ruling(Outcome.REOPENED), at=at)
    again = container().repairs.one(repair.repair_id, by=company())
    assert (again.stage, len(again.earlier)) == (RepairStage.OPEN, 1)
    assert record_now().repair is RepairState.APPLIED
    judged(again, at=at)
    assert effect_at(at) == (Effect.NONE, [])


def refused_repair(repair: Repair, *, at: datetime) -> Repair:
    return judged(repair, at=at, is_approved=False, refusal="proof_insufficient", missing=("罚款收据",))


def test_a_refused_repair_is_not_opened_again_beside_a_new_one_of_the_same_document() -> None:
    stored()
    at = repairable()
    first = refused_repair(asked(RECORD, at=at), at=at)
    objection = objected(Entry(kind=EntryKind.REPAIR, name=first.repair_id), "repair_refusal", at=at)
    second = asked(RECORD, at=at)

    with refused(ErrorCode.REPAIR_ASKED):
        decided(objection, ruling(Outcome.REOPENED), at=at)

    assert container().repairs.one(first.repair_id, by=company()).stage is RepairStage.REFUSED
    refused_repair(second, at=at)
    decided(objection, ruling(Outcome.REOPENED), at=at)
    assert container().repairs.one(first.repair_id, by=company()).stage is RepairStage.OPEN


def test_a_promise_in_other_words_than_todays_is_none() -> None:
    stored()

    with refused(ErrorCode.PROMISE_OUTDATED):
        container().repairs.ask(RECORD, "已履行", "0" * 64, by=company(), at=repairable(), idempotency_key=None)


def test_what_is_repaired_expired_or_harms_nobody_cannot_be_repaired() -> None:
    stored()
    stored("good", severity="none", repair_notice=None)
    at = repairable()
    until = record_now().display.until
    assert until is not None
    past = datetime(until.year, until.month, until.day, 16, tzinfo=UTC)

    with refused(ErrorCode.DISPLAY_EXPIRED):
        asked(RECORD, at=past)
    with refused(ErrorCode.NOTHING_TO_REPAIR):
        asked(Entry(kind=EntryKind.RECORD, name="market/good"), at=at)
    judged(asked(RECORD, at=at), at=at)
    with refused(ErrorCode.REPAIRED):
        asked(RECORD, at=at)


@pytest.mark.requirement("R3.11", "R8.4")
def test_a_reversal_undoes_everything_and_lists_the_cases_that_met_it() -> None:
    record = stored(document_no=PAPER, organ="义乌市市场监督管理局")
    flag = flagged(document_no=PAPER, organ="义乌市市场监督管理局")
    inquiry = Inquiry(item_code="business-address", purpose=Purpose.HANDLING, case_no="EXT-1")
    container().credit.check(an_organisation(), inquiry, by=MACHINE, at=AFTER_DEFENCE)

    made, replayed = container().revocations.record(reversal(), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)

    assert not replayed
    assert [one.entry for one in made.undone] == ["market/r-1", flag.owner]
    assert [(one.case_no, one.how) for one in made.touched] == [("EXT-1", HowAffected.CHECKED)]
    assert effect_at(AFTER_DEFENCE) == (Effect.NONE, [])
    assert record_now().repair is RepairState.WITHDRAWN
    assert kinds_of(made.owner) == ["reversal:recorded"]
    assert kinds_of(f"credit:{record.subject}")[-3:] == ["record:withdrawn", "flag:lifted", "credit:document_fell"]
    with refused(ErrorCode.ALREADY_REVERSED):
        container().revocations.record(reversal(), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)
    with refused(ErrorCode.NO_EFFECTIVE_DOCUMENT):
        flagged(document_no=PAPER, organ="义乌市市场监督管理局")


@pytest.mark.parametrize("spelling", ["撤[2026]1号", "撤（2026）1号", "撤 【2026】 １号", "撤(2026)1号"])
def test_a_document_falls_under_whatever_spelling_something_stands_on_it(spelling: str) -> None:
    stored(document_no=PAPER)
    stored("r-2", document_no=spelling, organ="义乌市市场监督管理局 ")
    flag = flagged(document_no=spelling, organ="义乌市市场监督管理局")

    made, _ = container().revocations.record(reversal(), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)

    assert [one.entry for one in made.undone] == ["market/r-1", "market/r-2", flag.owner]
    assert effect_at(AFTER_DEFENCE) == (Effect.NONE, [])
    assert stored("r-3", document_no=spelling).repair is RepairState.WITHDRAWN
    with refused(ErrorCode.NO_EFFECTIVE_DOCUMENT):
        flagged(document_no=spelling, organ="义乌市市场监督管理局")
    with refused(ErrorCode.ALREADY_REVERSED):
        container().revocations.record(
            reversal(Entry(kind=EntryKind.RECORD, name="market/r-3")), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None
        )


def asked_by_another(case_no: str, *, at: datetime) -> None:
    inquiry = Inquiry(item_code="business-address", purpose=Purpose.HANDLING, case_no=case_no)
    container().credit.check(an_organisation(), inquiry, by=MACHINE, at=at)


@pytest.mark.requirement("R8.4")
def test_a_case_that_met_a_record_before_its_source_said_it_again_is_still_listed() -> None:
    stored(document_no=PAPER)
    asked_by_another("EXT-1", at=NOON)
    again = a_submission(document_no=PAPER, source_version=2, contents={"said": "again"})
    container().ingest.put_record(again, about=an_organisation(), by=MACHINE, at=NOON + timedelta(days=3))

    made, _ = container().revocations.record(reversal(), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)

    assert [one.case_no for one in made.touched] == ["EXT-1"]


def test_a_reversal_lists_the_cases_that_met_what_was_repaired_or_lifted_before() -> None:
    stored(document_no=PAPER, organ="义乌市市场监督管理局")
    flag = flagged(document_no=PAPER, organ="义乌市市场监督管理局")
    asked_by_another("EXT-1", at=AFTER_DEFENCE)
    at = repairable()
    container().flags.lift(flag.flag_id, reason="已履行。", basis="第1条", by=CREDIT, version=3, at=AFTER_DEFENCE)
    judged(asked(RECORD, at=at), at=at)

    made, _ = container().revocations.record(reversal(late_reason="复议。"), by=MARKET, at=at, idempotency_key=None)

    assert made.undone == ()
    assert [(one.case_no, one.how) for one in made.touched] == [("EXT-1", HowAffected.CHECKED)]


@pytest.mark.requirement("R8.4")
@pytest.mark.parametrize(
    ("ground", "outcome", "touched"),
    [("fact", Outcome.DELETED, ["EXT-1"]), ("fact", Outcome.KEPT, []), ("fact", Outcome.CORRECTED, [])],
)
def test_an_upheld_objection_lists_the_cases_that_met_what_it_undid(
    ground: str, outcome: Outcome, touched: list[str]
) -> None:
    stored()
    asked_by_another("EXT-1", at=NOON)

    after = decided(objected(ground=ground), ruling(outcome, contents={"address": "新"}))

    assert after.decided is not None
    assert [one.case_no for one in after.decided.touched] == touched


@pytest.mark.requirement("R8.4")
def test_a_lifted_measure_lists_the_cases_that_met_it() -> None:
    flag = flagged()
    asked_by_another("EXT-1", at=AFTER_DEFENCE)

    after = decided(objected(entry_of(flag), "measure", at=AFTER_DEFENCE), ruling(Outcome.LIFTED), at=AFTER_DEFENCE)

    assert after.decided is not None
    assert [one.case_no for one in after.decided.touched] == ["EXT-1"]


def test_what_comes_later_on_a_document_that_fell_is_withdrawn_from_the_beginning() -> None:
    stored(document_no=PAPER, organ="义乌市市场监督管理局")
    container().revocations.record(reversal(), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)

    later = stored("r-2", document_no=PAPER, organ="义乌市市场监督管理局")
    other = stored("r-3", document_no="另一文书", organ="义乌市市场监督管理局")

    assert (later.repair, other.repair) == (RepairState.WITHDRAWN, RepairState.NONE)
    assert effect_at(AFTER_DEFENCE) == (Effect.REFUSED, ["SUBJECT_BARRED"])
    assert [bar.record_id for bar in container().credit.summary(later.subject).bars] == ["r-3"]


@pytest.mark.requirement("R3.11")
@pytest.mark.parametrize(
    ("at", "days"),
    [
        (datetime(2026, 10, 12, 15, 59, 59, tzinfo=UTC), 3),
        (datetime(2026, 10, 12, 16, 0, tzinfo=UTC), 4),
    ],
)
def test_a_reversal_after_three_working_days_says_why(at: datetime, days: int) -> None:
    stored()
    is_late = days > 3

    if is_late:
        with refused(ErrorCode.LATE_REASON_REQUIRED):
            container().revocations.record(reversal(), by=MARKET, at=at, idempotency_key=None)
    late = reversal(late_reason="文书今日才送达。" if is_late else "")
    made, _ = container().revocations.record(late, by=MARKET, at=at, idempotency_key=None)

    assert bool(made.late_reason) is is_late


def test_a_reversing_document_has_taken_effect() -> None:
    stored()

    with refused(ErrorCode.INVALID_BODY):
        container().revocations.record(reversal(), by=MARKET, at=NOON, idempotency_key=None)


@pytest.mark.requirement("R3.11")
def test_a_flag_of_a_person_falls_with_the_document_about_the_organisation() -> None:
    stored(document_no=PAPER, organ="义乌市市场监督管理局")
    punishment = container().flags
    proposal = a_proposal(document_no=PAPER, organ="义乌市市场监督管理局", personal_finding="实际控制人,直接决定。")
    target = Target(about=an_identity(), document_about=an_organisation())
    flag = punishment.propose(proposal, target, by=CREDIT, at=NOON).flag

    container().revocations.record(reversal(), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)

    assert punishment.get(flag.flag_id, by=CREDIT).state is FlagState.LIFTED


def test_a_person_repairs_a_flag_of_their_own_and_the_organisations_document_stands() -> None:
    organ = "义乌市市场监督管理局"
    stored(document_no=PAPER, organ=organ)
    punishment = container().flags
    proposal = a_proposal(document_no=PAPER, organ=organ, personal_finding="实际控制人,直接决定。")
    target = Target(about=an_identity(), document_about=an_organisation())
    flag = punishment.propose(proposal, target, by=CREDIT, at=NOON).flag
    told = Service(served_at=NOON, method="直接送达", proof="回证1号")
    punishment.serve(flag.flag_id, told, by=CREDIT, version=1, at=NOON)
    punishment.confirm(flag.flag_id, "事实清楚。", statement_answer="", by=CREDIT2, version=2, at=AFTER_DEFENCE)
    at = datetime(2027, 1, 4, 4, tzinfo=UTC)

    form = container().repairs.form(entry_of(flag), by=stranger(), at=at)
    repair, _ = container().repairs.ask(
        entry_of(flag), "", form.promise_hash, by=stranger(), at=at, idempotency_key=None
    )
    judged(repair, at=at)

    later = stored("r-2", document_no=PAPER, organ=organ)
    assert form.together == (flag.owner,)
    assert punishment.get(flag.flag_id, by=CREDIT).state is FlagState.LIFTED
    assert (record_now().repair, later.repair) == (RepairState.NONE, RepairState.NONE)
    assert effect_at(at)[0] is Effect.REFUSED


def test_an_objection_reads_its_entry_and_not_everything_else_of_the_subject(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored()

    def searched(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(CreditStore, "records", searched)

    assert objected().state is Stage.OPEN


@pytest.mark.requirement("R3.15")
def test_after_undoing_everything_a_check_answers_as_for_somebody_never_flagged() -> None:
    stored(document_no=PAPER, organ="义乌市市场监督管理局")
    flagged(document_no=PAPER, organ="义乌市市场监督管理局")
    container().revocations.record(reversal(), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)

    inquiry = Inquiry(item_code="business-address", purpose=Purpose.HANDLING)
    undone = container().credit.check(an_organisation(), inquiry, by=MACHINE, at=AFTER_DEFENCE)
    never = container().credit.check(an_identity(), inquiry, by=MACHINE, at=AFTER_DEFENCE)

    assert undone == never
