from datetime import date, timedelta

import pytest

from chalicelib.credit.model.records import (
    Effect,
    Eligibility,
    Freshness,
    ObjectionState,
    RepairState,
    Severity,
    Summary,
)
from chalicelib.credit.rules.linked_credit import eligibility
from chalicelib.credit.rules.summary import assessment, identity_conflict, source_down
from chalicelib.errors import ErrorCode
from tests.builders import NOON, a_bar, a_flag_mark, a_summary

TODAY = date(2026, 9, 28)
ONE_DAY = timedelta(days=1)


def asked(summary: Summary, *, item: str = "business-address", on: date = TODAY) -> Eligibility:
    return eligibility(summary, item, names=(), on=on, bar_severity=Severity.SERIOUS)


def effect_of(summary: Summary, *, item: str = "business-address", on: date = TODAY) -> Effect:
    return assessment(summary, item, on=on, bar_severity=Severity.SERIOUS)[0]


def test_nobody_is_barred_by_nothing() -> None:
    assert asked(a_summary()) == Eligibility(allowed=True)


def test_a_serious_record_bars_every_promise() -> None:
    answer = asked(a_summary(bars=(a_bar(),)), item="plate-replacement")

    assert not answer.allowed
    assert [reason.code for reason in answer.reasons] == [ErrorCode.SUBJECT_BARRED]


@pytest.mark.requirement("R1.2", "R3.14", "R7.16")
def test_a_refusal_names_the_record_its_source_its_severity_and_the_remedy() -> None:
    (reason,) = asked(a_summary(bars=(a_bar(),))).reasons

    assert reason.record == "market/r-1"
    assert reason.source == "market"
    assert reason.severity is Severity.SERIOUS
    assert reason.basis == "《市场主体登记管理条例》第44条"
    assert reason.contact == "义乌市市场监督管理局"
    assert reason.until == date(2027, 12, 31)
    assert "信用修复" in reason.remedy.zh
    assert "义市监罚〔2026〕1号" in reason.text.zh
    assert "free" in reason.remedy.read_in("en")
    assert "不收费" in reason.remedy.read_in("zh")


@pytest.mark.parametrize("severity", [Severity.MINOR, Severity.GENERAL])
def test_a_lesser_record_bars_nothing(severity: Severity) -> None:
    assert asked(a_summary(bars=(a_bar(severity=severity),))) == Eligibility(allowed=True)


def test_a_pack_may_let_general_records_bar() -> None:
    summary = a_summary(bars=(a_bar(severity=Severity.GENERAL),))

    assert not eligibility(summary, "business-address", names=(), on=TODAY, bar_severity=Severity.GENERAL).allowed


@pytest.mark.requirement("R2.3")
def test_a_record_on_stated_matters_bars_those_only() -> None:
    summary = a_summary(bars=(a_bar(items=("road-occupation",)),))

    assert not asked(summary, item="road-occupation").allowed
    assert asked(summary, item="business-address") == Eligibility(allowed=True)


def test_a_record_bars_from_its_first_to_its_last_day() -> None:
    first, last = date(2026, 9, 28), date(2027, 9, 27)
    summary = a_summary(bars=(a_bar(starts_on=first, ends_on=last),))

    assert [asked(summary, on=day).allowed for day in (first - ONE_DAY, first, last, last + ONE_DAY)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_repaired_record_bars_nothing() -> None:
    assert asked(a_summary(bars=(a_bar(repair=RepairState.REPAIRED),))).allowed


def test_a_repair_applied_for_does_not_lift_the_bar_yet() -> None:
    assert not asked(a_summary(bars=(a_bar(repair=RepairState.APPLIED),))).allowed


@pytest.mark.requirement("R3.9")
def test_an_objection_shows_in_the_answer() -> None:
    bars = a_summary(bars=(a_bar(objection=ObjectionState.OPEN),))
    flags = a_summary(flags=(a_flag_mark(objection=ObjectionState.OPEN),))

    for summary in (bars, flags):
        codes = [reason.code for reason in asked(summary).reasons]
        assert codes == [ErrorCode.SUBJECT_BARRED, ErrorCode.UNDER_OBJECTION]


@pytest.mark.requirement("R3.9")
def test_a_paused_flag_bars_nobody_and_its_objection_still_shows() -> None:
    summary = a_summary(flags=(a_flag_mark(is_paused=True, objection=ObjectionState.OPEN),))

    assert effect_of(summary) is Effect.NONE
    assert asked(summary).allowed
    assert [reason.code for reason in asked(summary).reasons] == [ErrorCode.UNDER_OBJECTION]


@pytest.mark.requirement("R6.9")
@pytest.mark.parametrize(
    ("on", "effect"),
    [(date(2026, 9, 27), Effect.REFUSED), (date(2026, 9, 28), Effect.REFUSED), (date(2026, 9, 29), Effect.UNKNOWN)],
)
def test_a_record_whose_source_is_overdue_cannot_bar_alone(on: date, effect: Effect) -> None:
    fresh = Freshness(received_at=NOON, update_due_on=date(2026, 9, 28))
    summary = a_summary(bars=(a_bar(),), freshness={"market": fresh})

    assert effect_of(summary, on=on) is effect


@pytest.mark.requirement("R6.9")
def test_a_stale_record_is_named_and_bars_nothing() -> None:
    stale = Freshness(received_at=NOON, update_due_on=date(2026, 9, 1))
    answer = asked(a_summary(bars=(a_bar(),), freshness={"market": stale}))

    assert answer.allowed
    assert [reason.code for reason in answer.reasons] == [ErrorCode.STALE_RECORD]


def test_a_stale_record_beside_a_flag_does_not_hide_the_flag() -> None:
    stale = Freshness(received_at=NOON, update_due_on=date(2026, 9, 1))
    summary = a_summary(bars=(a_bar(),), flags=(a_flag_mark(),), freshness={"market": stale})

    assert effect_of(summary) is Effect.REFUSED


def test_a_source_without_agreed_dates_never_goes_stale() -> None:
    summary = a_summary(bars=(a_bar(),), freshness={"market": Freshness(received_at=NOON)})

    assert not asked(summary).allowed


@pytest.mark.requirement("R2.3")
def test_a_flag_has_effect_on_its_related_items_only() -> None:
    summary = a_summary(flags=(a_flag_mark(items=("business-address",)),))

    assert effect_of(summary, item="business-address") is Effect.REFUSED
    assert assessment(summary, "plate-replacement", on=TODAY, bar_severity=Severity.SERIOUS) == (Effect.NONE, ())


@pytest.mark.requirement("R2.4")
def test_a_flag_without_items_has_no_effect_anywhere() -> None:
    assert effect_of(a_summary(flags=(a_flag_mark(items=()),))) is Effect.NONE


@pytest.mark.requirement("R2.7")
def test_a_flag_stops_by_itself_after_its_last_day() -> None:
    summary = a_summary(flags=(a_flag_mark(starts_on=date(2026, 9, 1), ends_on=TODAY),))

    assert effect_of(summary, on=date(2026, 8, 31)) is Effect.NONE
    assert effect_of(summary, on=TODAY) is Effect.REFUSED
    assert effect_of(summary, on=TODAY + ONE_DAY) is Effect.NONE


def test_a_limiting_flag_limits_and_takes_the_promise_away() -> None:
    summary = a_summary(flags=(a_flag_mark(effect=Effect.LIMITED),))

    assert effect_of(summary) is Effect.LIMITED
    assert not asked(summary).allowed


@pytest.mark.requirement("R2.8")
def test_the_gravest_effect_is_told_with_every_reason() -> None:
    summary = a_summary(flags=(a_flag_mark(effect=Effect.LIMITED), a_flag_mark(flag_id="f2")), bars=(a_bar(),))
    effect, reasons = assessment(summary, "business-address", on=TODAY, bar_severity=Severity.SERIOUS)

    assert effect is Effect.REFUSED
    assert [reason.record for reason in reasons] == ["flag:f1", "flag:f2", "market/r-1"]


def test_what_the_service_says_of_itself_has_a_remedy() -> None:
    assert identity_conflict().code is ErrorCode.IDENTITY_CONFLICT
    assert source_down().code is ErrorCode.CREDIT_SOURCE_DOWN
    assert identity_conflict().remedy.en.startswith(
        "The credit office checks it, and nothing adverse follows meanwhile;"
    )
