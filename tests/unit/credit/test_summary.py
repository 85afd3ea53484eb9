from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.credit.model.records import (
    Bar,
    BarState,
    Effect,
    Freshness,
    Fulfilment,
    Overflow,
    PromiseOutcome,
    Record,
    RepairState,
    Severity,
    Summary,
)
from chalicelib.credit.rules.linked_credit import eligibility
from chalicelib.credit.rules.submissions import make_record
from chalicelib.credit.rules.summary import (
    assessment,
    severity_kept,
    with_flag,
    with_kept_promise,
    with_record,
    without_flag,
)
from chalicelib.credit.store.directories import directories
from chalicelib.credit.table.records import SummaryRow
from chalicelib.errors import ErrorCode
from chalicelib.rulepacks.model.pack import Choice
from chalicelib.rulepacks.store import load_rule_packs
from tests.builders import A_SUBJECT, NOON, a_bar, a_flag_mark, a_submission, a_summary

TODAY = date(2026, 9, 28)
LATER = date(2027, 9, 27)
ONE_DAY = timedelta(days=1)


def a_record(**given: object) -> Record:
    (*_, shown) = load_rule_packs()[0].display
    return make_record(
        a_submission(**given),
        subject=A_SUBJECT,
        directory=directories()[0],
        shown=shown,
        before=None,
        handed_by="system:system.market",
        bar=BarState.TRUSTED,
        at=NOON,
        on=TODAY,
    )


def stored(summary: Summary, record: Record, *, ends_on: date = LATER) -> Summary:
    record = replace(record, display=replace(record.display, until=ends_on))
    return with_record(summary, record, name_digest="k1.aa", on=TODAY, kept_from=Severity.SERIOUS)


def full(count: int = 100, **other: Any) -> Summary:  # noqa: ANN401 - any field of a bar
    """A summary with so many bars, each a day shorter than the one before."""
    bars = tuple(a_bar(record_id=f"b-{number}", ends_on=LATER - number * ONE_DAY, **other) for number in range(count))
    return a_summary(bars=bars)


def closes(summary: Summary, item: str = "business-address", *, on: date = TODAY) -> bool:
    return not eligibility(summary, item, names=(), on=on, bar_severity=Severity.SERIOUS).allowed


def test_a_serious_record_sets_a_bar_and_moves_the_version() -> None:
    after = stored(a_summary(version=3), a_record())

    assert after.version == 4
    assert [(bar.record, bar.starts_on, bar.ends_on) for bar in after.bars] == [
        ("market/r-1", date(2026, 1, 10), LATER),
    ]
    assert after.freshness == {"market": Freshness(received_at=NOON)}
    assert after.name_digests == ("k1.aa",)


@pytest.mark.parametrize("severity", ["minor", "general"])
def test_a_record_that_no_pack_bars_by_stays_out_of_the_summary(severity: str) -> None:
    assert stored(a_summary(), a_record(severity=severity)).bars == ()


@pytest.mark.parametrize("severity", ["general", "serious"])
def test_what_some_pack_bars_by_is_kept_and_what_is_graver(severity: str) -> None:
    one, other, _ = load_rule_packs()
    lenient = replace(other, bar_severity=Choice(value="general", basis="示例条例第1条"))
    kept_from = severity_kept((one, lenient))

    after = with_record(a_summary(), a_record(severity=severity), name_digest="k1.aa", on=TODAY, kept_from=kept_from)

    assert severity_kept((one, other)) is Severity.SERIOUS
    assert [bar.severity.value for bar in after.bars] == [severity]


def test_the_summary_of_an_ordinary_subject_is_far_below_four_kilobytes() -> None:
    summary = a_summary()
    for number in range(70):
        severity = "serious" if number < 3 else ("none", "minor", "general")[number % 3]
        source = f"department-{number % 12}"
        summary = stored(summary, a_record(record_id=f"r-{number}", source=source, severity=severity))
    summary = with_flag(summary, a_flag_mark(), name_digest="k1.aa", on=TODAY)

    assert len(summary.bars) == 3
    assert len(SummaryRow.document.serialize(summary).encode()) < 2_500


def test_beyond_its_bounds_a_summary_keeps_the_bars_that_last_longest_and_says_that_there_are_more() -> None:
    after = stored(full(), a_record(), ends_on=LATER)

    assert len(after.bars) == 100
    assert {"b-0", "r-1"} <= {bar.record_id for bar in after.bars}
    assert "b-99" not in {bar.record_id for bar in after.bars}
    (mark,) = after.overflow
    assert (mark.severity, mark.ends_on) == (Severity.SERIOUS, LATER - 99 * ONE_DAY)


def test_long_texts_fill_a_summary_before_its_hundred_bars() -> None:
    long = full(60, basis="条" * 200, organ="局" * 200)

    after = stored(long, a_record())

    assert len(after.bars) < 60
    assert len(after.overflow) == 1
    assert len(SummaryRow.document.serialize(after).encode()) < 70_000


def test_what_a_summary_has_no_room_for_keeps_the_promise_closed_and_sends_to_a_person() -> None:
    summary = a_summary(overflow=(an_overflow(ends_on=TODAY),))

    (reason,) = eligibility(summary, "plate-replacement", names=(), on=TODAY, bar_severity=Severity.SERIOUS).reasons

    assert closes(summary, "plate-replacement")
    assert not closes(summary, on=TODAY + ONE_DAY)
    assert (reason.code, reason.severity, reason.until) == (ErrorCode.SUBJECT_BARRED, Severity.SERIOUS, TODAY)
    assert reason.contact == "义乌市市场监督管理局"
    assert "信用专员" in reason.remedy.zh
    assert "credit officer" in reason.remedy.en


def test_what_was_left_out_on_stated_matters_closes_those_only() -> None:
    of_one = a_summary(overflow=(an_overflow(items=("road-occupation",)),))
    lesser = a_summary(overflow=(an_overflow(severity=Severity.GENERAL),))

    assert closes(of_one, "road-occupation")
    assert not closes(of_one, "business-address")
    assert not closes(lesser)


def test_what_was_left_out_is_remembered_together_until_the_last_of_it_ends() -> None:
    first = stored(full(items=("road-occupation",)), a_record(related_items=("business-address",)), ends_on=TODAY)
    second = stored(first, a_record(record_id="r-2", related_items=("road-occupation",)), ends_on=LATER)
    last = LATER - 99 * ONE_DAY

    (mark,) = second.overflow
    assert (mark.items, mark.starts_on, mark.ends_on) == (
        ("business-address", "road-occupation"),
        date(2026, 1, 10),
        last,
    )
    later = with_record(second, a_record(record_id="r-3"), name_digest="k1.aa", on=LATER, kept_from=Severity.SERIOUS)
    assert later.overflow == ()


def test_a_repaired_record_goes_first_and_leaves_nothing_behind_that_bars() -> None:
    repaired = a_bar(record_id="done", ends_on=LATER + ONE_DAY, repair=RepairState.REPAIRED)
    crowded = replace(full(), bars=(repaired, *full(99).bars))

    after = stored(crowded, a_record(), ends_on=LATER)

    assert "done" not in {bar.record_id for bar in after.bars}
    assert (len(after.bars), after.overflow) == (100, ())


def an_overflow(
    *, ends_on: date = LATER, severity: Severity = Severity.SERIOUS, items: tuple[str, ...] = ()
) -> Overflow:
    bar: Bar = a_bar()
    return Overflow(
        severity=severity, organ=bar.organ, basis=bar.basis, starts_on=bar.starts_on, ends_on=ends_on, items=items
    )


def test_a_record_that_has_ended_sets_no_bar() -> None:
    assert stored(a_summary(), a_record(), ends_on=TODAY - timedelta(days=1)).bars == ()
    assert len(stored(a_summary(), a_record(), ends_on=TODAY).bars) == 1


def test_a_newer_version_replaces_the_bar_of_the_same_record() -> None:
    before = a_summary(bars=(a_bar(), a_bar(record_id="r-2")), name_digests=("k1.aa",))

    after = stored(before, a_record(severity="minor"))

    assert [bar.record for bar in after.bars] == ["market/r-2"]
    assert after.name_digests == ("k1.aa",)


def test_what_has_ended_is_left_out_at_the_next_write() -> None:
    before = a_summary(
        bars=(a_bar(record_id="old", ends_on=TODAY - timedelta(days=1)),),
        flags=(a_flag_mark(flag_id="old", ends_on=TODAY - timedelta(days=1)), a_flag_mark(flag_id="f2")),
    )

    assert [bar.record for bar in stored(before, a_record()).bars] == ["market/r-1"]
    after = with_flag(before, a_flag_mark(), name_digest="k1.aa", on=TODAY)
    assert [flag.flag_id for flag in after.flags] == ["f1", "f2"]


def test_a_flag_lands_and_leaves_with_a_new_version_each() -> None:
    landed = with_flag(a_summary(version=1), a_flag_mark(), name_digest="k1.aa", on=TODAY)
    left = without_flag(landed, "f1")

    assert (landed.version, [flag.flag_id for flag in landed.flags]) == (2, ["f1"])
    assert (left.version, left.flags) == (3, ())


@pytest.mark.requirement("R1.20")
def test_a_kept_promise_counts_and_stops_nobodys_filing() -> None:
    after = with_kept_promise(a_summary(version=2, kept_promises=4))

    assert (after.version, after.kept_promises) == (2, 5)


def test_a_subjects_credit_has_a_timeline_of_its_own() -> None:
    assert a_summary().owner == f"credit:{A_SUBJECT}"


@pytest.mark.requirement("R1.1", "R1.2")
@pytest.mark.parametrize(
    ("outcome", "zh", "en"),
    [
        (PromiseOutcome.UNTRUE, "认定为不实", "was found untrue"),
        (PromiseOutcome.UNFULFILLED, "认定为未履行", "was found not fulfilled"),
    ],
)
def test_a_broken_promise_closes_promises_alone_and_says_in_which_case_and_until_when(
    outcome: PromiseOutcome, zh: str, en: str
) -> None:
    fulfilment = Fulfilment(case_no="C1", outcome=outcome, department="market")
    bar = a_bar(source="commitments", severity=Severity.MINOR, fulfilment=fulfilment, items=("business-address",))
    summary = a_summary(bars=(bar,))

    found = eligibility(summary, "business-address", names=(), on=TODAY, bar_severity=Severity.SERIOUS)
    effect, _ = assessment(summary, "business-address", on=TODAY, bar_severity=Severity.SERIOUS)

    (reason,) = found.reasons
    assert (found.allowed, effect, reason.source) == (False, Effect.LIMITED, "market")
    assert reason.text.zh == (
        f"办件C1中对本事项所作的承诺，经核查并听取陈述申辩后，于2026-01-10{zh}。"
        "在信用修复之前，本事项不适用告知承诺，最迟至2027-12-31为止。"
    )
    assert en in reason.text.en
    assert not closes(summary, "road-occupation")
