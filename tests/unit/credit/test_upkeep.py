from dataclasses import replace
from datetime import date, timedelta

from chalicelib.credit.model import Display, Overflow, Record, Severity
from chalicelib.credit.upkeep_rules import display_ended, ended, flag_ended, has_ended, without_ended
from chalicelib.timeline.kinds import EventKind
from tests.builders import NOON, a_bar, a_flag_mark, a_record, a_summary

TODAY = date(2026, 9, 28)
ONE_DAY = timedelta(days=1)


def until(day: date | None) -> Record:
    return replace(a_record(), display=Display(until=day, edition="36-2025"))


def test_a_record_ends_on_the_day_after_its_last_one_and_only_once() -> None:
    last = until(TODAY)

    assert [has_ended(last, on=TODAY + step * ONE_DAY) for step in (-1, 0, 1)] == [False, False, True]
    assert not has_ended(ended(last, at=NOON), on=TODAY + ONE_DAY)
    assert not has_ended(until(None), on=TODAY + ONE_DAY)


def test_an_ended_record_is_a_version_more() -> None:
    before = until(TODAY)

    after = ended(before, at=NOON)

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
    fact = display_ended(until(TODAY), a_summary(version=7), at=NOON)

    assert (fact.kind, fact.actor) == (EventKind.RECORD_DISPLAY_ENDED, "system:expire")
    assert fact.data["displayed_until"] == "2026-09-28"
    assert fact.data["display_edition"] == "36-2025"
    assert display_ended(until(None), a_summary(), at=NOON).data["displayed_until"] == ""


def test_the_timeline_is_told_which_flag_left() -> None:
    fact = flag_ended(EventKind.FLAG_ENDED, "f1", a_summary(flags=(a_flag_mark(flag_id="f2"),)), at=NOON)

    assert (fact.data["flag_id"], fact.data["flags"]) == ("f1", ["f2"])
