from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.credit.model.records import (
    Display,
    FlagMark,
    Freshness,
    Fulfilment,
    ObjectionState,
    Overflow,
    PromiseOutcome,
    Record,
    RepairState,
    Severity,
    Summary,
)
from chalicelib.credit.rules.expiry import (
    correct,
    correction_event,
    differences,
    display_ended_event,
    end_display,
    flag_ended_event,
    has_ended,
    recompute,
    without_ended,
)
from chalicelib.timeline.event_types import EventKind
from tests.builders import NOON, a_bar, a_flag_mark, a_record, a_summary

TODAY = date(2026, 9, 28)
ONE_DAY = timedelta(days=1)


def until(day: date | None) -> Record:
    return replace(a_record(), display=Display(until=day, edition="36-2025"))


@pytest.mark.requirement("R3.2")
def test_a_record_ends_on_the_day_after_its_last_one_and_only_once() -> None:
    last = until(TODAY)

    assert [has_ended(last, on=TODAY + step * ONE_DAY) for step in (-1, 0, 1)] == [False, False, True]
    assert not has_ended(end_display(last, at=NOON), on=TODAY + ONE_DAY)
    assert not has_ended(until(None), on=TODAY + ONE_DAY)


def test_an_ended_record_is_a_version_more() -> None:
    before = until(TODAY)

    after = end_display(before, at=NOON)

    assert (after.version, after.display.ended_at) == (before.version + 1, NOON)


def test_what_has_ended_leaves_the_summary_and_kept_promises_stay() -> None:
    over, last = TODAY - ONE_DAY, TODAY
    rest = Overflow(severity=Severity.SERIOUS, organ="a", basis="b", starts_on=over, ends_on=over)
    before = a_summary(
        version=7,
        kept_promises=3,
        bars=(a_bar(record_id="over", ends_on=over), a_bar(record_id="last", ends_on=last)),
        overflow=(rest, replace(rest, ends_on=last)),
        flags=(a_flag_mark(flag_id="over", ends_on=over), a_flag_mark(flag_id="last", ends_on=last)),
    )

    after = without_ended(before, on=TODAY)

    assert [bar.record_id for bar in after.bars] == ["last"]
    assert [mark.ends_on for mark in after.overflow] == [last]
    assert [flag.flag_id for flag in after.flags] == ["last"]
    assert (after.version, after.kept_promises) == (7, 3)


def test_the_timeline_is_told_which_record_ended_by_which_rules() -> None:
    fact = display_ended_event(until(TODAY), a_summary(version=7), at=NOON)

    assert (fact.kind, fact.actor) == (EventKind.RECORD_DISPLAY_ENDED, "service:expire")
    assert fact.data["displayed_until"] == "2026-09-28"
    assert fact.data["display_edition"] == "36-2025"
    assert display_ended_event(until(None), a_summary(), at=NOON).data["displayed_until"] == ""


def test_the_timeline_is_told_which_flag_left() -> None:
    fact = flag_ended_event(EventKind.FLAG_ENDED, "f1", a_summary(flags=(a_flag_mark(flag_id="f2"),)), at=NOON)

    assert (fact.data["flag_id"], fact.data["flags"]) == ("f1", ["f2"])


def right(summary: Summary, *records: Record, flags: tuple[FlagMark, ...] = ()) -> Summary:
    return recompute(summary, records, flags, on=TODAY, kept_from=Severity.SERIOUS)


def test_a_summary_is_what_records_and_flags_give() -> None:
    adverse = a_record()
    over = replace(a_record(record_id="over"), display=Display(until=TODAY - ONE_DAY))
    minor = a_record(record_id="minor", severity="minor")
    kept, withdrawn = (
        replace(
            a_record(record_id=outcome.value, severity="none"),
            source="commitments",
            fulfilment=Fulfilment(case_no=outcome.value, outcome=outcome, department="traffic"),
        )
        for outcome in (PromiseOutcome.KEPT, PromiseOutcome.WITHDRAWN)
    )
    mark, ended_mark = a_flag_mark(), a_flag_mark(flag_id="ended", ends_on=TODAY - ONE_DAY)

    summary = right(a_summary(version=4), adverse, over, minor, kept, withdrawn, flags=(mark, ended_mark))

    assert [bar.record for bar in summary.bars] == ["market/r-1"]
    assert (summary.flags, summary.kept_promises, summary.version) == ((mark,), 1, 4)
    assert set(summary.freshness) == {"market"}


def test_the_mark_of_an_objection_is_the_flags_own() -> None:
    disputed = a_flag_mark(objection=ObjectionState.OPEN)

    assert right(a_summary(flags=(a_flag_mark(),)), flags=(disputed,)).flags == (disputed,)


def test_what_was_undone_or_has_ended_early_is_not_recomputed() -> None:
    repaired = replace(a_record(record_id="repaired"), repair=RepairState.REPAIRED)
    withdrawn = replace(a_record(record_id="withdrawn"), repair=RepairState.WITHDRAWN)
    over = replace(a_record(record_id="over"), display=Display(until=TODAY, ended_at=NOON))

    assert right(a_summary(), repaired, withdrawn, over).bars == ()


def test_the_order_of_records_and_flags_makes_no_difference() -> None:
    records = [replace(a_record(record_id=name), update_due_on=due) for name, due in (("2", None), ("1", TODAY))]
    flags = (a_flag_mark(flag_id="f2"), a_flag_mark(flag_id="f1"))

    one = right(a_summary(), *records, flags=flags)

    assert one == right(a_summary(), *reversed(records), flags=flags[::-1])
    assert [bar.record_id for bar in one.bars] == ["1", "2"]
    assert [flag.flag_id for flag in one.flags] == ["f1", "f2"]
    assert one.freshness["market"].update_due_on is None


def test_order_and_what_has_ended_or_was_repaired_make_no_difference() -> None:
    one, two = a_bar(record_id="1"), a_bar(record_id="2")
    repaired, over = a_bar(record_id="3", repair=RepairState.REPAIRED), a_bar(record_id="4", ends_on=TODAY - ONE_DAY)

    assert differences(a_summary(bars=(one, two)), a_summary(bars=(two, repaired, over, one)), on=TODAY) == ()


def test_every_part_that_differs_is_named() -> None:
    rest = Overflow(severity=Severity.SERIOUS, organ="a", basis="b", starts_on=TODAY, ends_on=TODAY)
    other = a_summary(
        bars=(a_bar(),),
        overflow=(rest,),
        flags=(a_flag_mark(),),
        kept_promises=1,
        freshness={"market": Freshness(received_at=NOON)},
    )

    assert differences(a_summary(), other, on=TODAY) == ("bars", "flags", "freshness", "kept_promises", "overflow")
    assert differences(a_summary(overflow=(rest,)), other, on=TODAY) == ("flags", "kept_promises")


def test_a_mended_summary_is_a_version_more_on_the_same_chain() -> None:
    before = a_summary(version=4, kept_promises=7, bars=(a_bar(),))
    after = correct(before, right(before))

    fact = correction_event(before, after, ("bars", "kept_promises"), at=NOON)

    assert (after.version, after.head, after.bars, after.kept_promises) == (5, before.head, (), 0)
    assert (fact.data["bars_before"], fact.data["bars"]) == (["market/r-1"], [])
    assert (fact.data["kept_promises_before"], fact.data["kept_promises"]) == (7, 0)
