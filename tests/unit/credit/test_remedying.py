from dataclasses import replace
from datetime import date

from chalicelib.credit.model.corrections import Corrected, Correction
from chalicelib.credit.model.records import BarState, Display, ObjectionState, Record, RepairState, Severity, Summary
from chalicelib.credit.rules.limits import MOST_BARS
from chalicelib.credit.rules.redress import (
    Changes,
    after_redress,
    record_event,
    with_corrections,
    with_earlier_end,
    with_next_version,
    with_objection,
    with_repair,
)
from chalicelib.credit.rules.summary import is_stale, with_record
from chalicelib.timeline.event_types import EventKind
from tests.builders import A_SUBJECT, NOON, a_record

TODAY = date(2026, 9, 28)
KEPT_FROM = Severity.SERIOUS


def summary_of(records: list[Record]) -> Summary:
    summary = Summary(subject=A_SUBJECT)
    for record in records:
        summary = with_record(summary, record, name_digest="k1.00", on=TODAY, kept_from=KEPT_FROM)
    return summary


def a_city_of_records(number: int) -> list[Record]:
    return [a_record(record_id=f"r-{index:03}") for index in range(number)]


def test_an_undone_record_carries_no_mark_of_an_objection() -> None:
    record = with_objection(a_record(), ObjectionState.OPEN)

    assert with_repair(record, RepairState.REPAIRED).objection is ObjectionState.NONE
    assert with_repair(record, RepairState.APPLIED).objection is ObjectionState.OPEN
    assert with_next_version(record).version == record.version + 1


def test_a_correction_changes_the_contents_and_remembers_what_was_wrong() -> None:
    record = a_record(contents={"address": "旧", "fine": "500"})

    after = with_corrections(with_corrections(record, {"address": "新", "note": "已缴清"}), {"address": "更新"})

    assert after.contents == {"address": "更新", "fine": "500", "note": "已缴清"}
    assert after.ruled == Corrected(
        corrections=(
            Correction(name="address", wrong="旧", right="新"),
            Correction(name="note", wrong=None, right="已缴清"),
            Correction(name="address", wrong="新", right="更新"),
        )
    )


def test_an_earlier_end_is_the_last_day_and_is_remembered_as_ruled() -> None:
    after = with_earlier_end(a_record(), date(2026, 10, 8))

    assert (after.display.until, after.ruled.ends_on) == (date(2026, 10, 8), date(2026, 10, 8))
    assert replace(after.display, until=a_record().display.until) == a_record().display


def test_a_change_is_told_with_what_it_rests_on_and_how_the_record_stands_after_it() -> None:
    after = replace(with_repair(with_earlier_end(a_record(), date(2026, 10, 8)), RepairState.REPAIRED), version=4)

    event = record_event(
        EventKind.RECORD_REPAIRED, after, because="repair:1", actor="staff:credit", department="credit", at=NOON
    )

    assert (event.kind, event.occurred_at) == (EventKind.RECORD_REPAIRED, NOON)
    assert (event.actor, event.department) == ("staff:credit", "credit")
    assert event.data == {
        "record": "market/r-1",
        "because": "repair:1",
        "objection": "none",
        "repair": "repaired",
        "displayed_until": "2026-10-08",
        "record_version": 4,
    }


def test_a_record_that_is_never_displayed_is_told_without_a_last_day() -> None:
    favourable = replace(a_record(), display=Display())

    event = record_event(
        EventKind.RECORD_REPAIRED, favourable, because="repair:1", actor="staff:a", department="credit", at=NOON
    )

    assert event.data["displayed_until"] is None


def test_what_had_no_room_stops_barring_with_its_record() -> None:
    records = a_city_of_records(MOST_BARS + 1)
    summary = summary_of(records)
    assert len(summary.overflow) == 1
    undone = [with_repair(record, RepairState.REPAIRED) for record in records]

    one_less = after_redress(summary, Changes(records=undone[:1]), known=records, kept_from=KEPT_FROM, on=TODAY)
    none = after_redress(summary, Changes(records=undone), known=records, kept_from=KEPT_FROM, on=TODAY)

    assert (len(one_less.bars), one_less.overflow) == (MOST_BARS, ())
    assert (none.bars, none.overflow) == ((), ())


def test_what_takes_the_room_is_as_stale_as_its_source() -> None:
    quiet = replace(a_record(source="quiet", record_id="r-1", update_due_on=date(2026, 9, 27)), bar=BarState.CONFIRMED)
    records = [*a_city_of_records(MOST_BARS), quiet]
    summary = summary_of(records)
    assert set(summary.freshness) == {"market"}
    undone = with_repair(records[0], RepairState.REPAIRED)

    after = after_redress(summary, Changes(records=[undone]), known=records, kept_from=KEPT_FROM, on=TODAY)

    assert "quiet/r-1" in {bar.record for bar in after.bars}
    assert is_stale(after.freshness["quiet"], on=TODAY)


def test_what_is_chosen_anew_leaves_out_what_has_ended_is_minor_or_was_never_shown() -> None:
    records = a_city_of_records(MOST_BARS + 1)
    others = [
        replace(a_record(record_id="ended"), display=Display(until=date(2026, 9, 27))),
        replace(a_record(record_id="minor"), severity=Severity.MINOR),
        replace(a_record(record_id="good"), display=Display()),
    ]

    after = after_redress(
        summary_of(records), Changes(records=records[:1]), known=[*records, *others], kept_from=KEPT_FROM, on=TODAY
    )

    assert {bar.record_id for bar in after.bars} <= {record.record_id for record in records}


def test_a_record_that_now_ends_before_today_leaves_and_one_that_had_no_room_comes_back() -> None:
    record = a_record()
    summary = summary_of([record])
    shortened = replace(record, display=replace(record.display, until=date(2026, 9, 27)))

    assert after_redress(summary, Changes(records=[shortened]), known=(), kept_from=KEPT_FROM, on=TODAY).bars == ()
    other = replace(record, record_id="r-2")
    after = after_redress(summary, Changes(records=[other]), known=(), kept_from=KEPT_FROM, on=TODAY)
    assert [bar.record for bar in after.bars] == ["market/r-1", "market/r-2"]
