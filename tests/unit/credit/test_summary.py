from datetime import date, timedelta

from chalicelib.credit.intake.rules import accepted
from chalicelib.credit.model import Freshness, Record, Summary
from chalicelib.credit.rules import with_flag, with_kept_promise, with_record, without_flag
from chalicelib.credit.store import directories
from tests.builders import A_SUBJECT, NOON, a_bar, a_flag_mark, a_submission, a_summary

TODAY = date(2026, 9, 28)
LATER = date(2027, 9, 27)


def a_record(**given: object) -> Record:
    return accepted(
        a_submission(**given), subject=A_SUBJECT, directory=directories()[0], before=None, at=NOON, on=TODAY
    )


def stored(summary: Summary, record: Record, *, ends_on: date = LATER) -> Summary:
    return with_record(summary, record, name_digest="k1.aa", ends_on=ends_on, on=TODAY)


def test_a_serious_record_sets_a_bar_and_moves_the_version() -> None:
    after = stored(a_summary(version=3), a_record())

    assert after.version == 4
    assert [(bar.record, bar.starts_on, bar.ends_on) for bar in after.bars] == [
        ("market/r-1", date(2026, 1, 10), LATER),
    ]
    assert after.freshness == {"market": Freshness(received_at=NOON)}
    assert after.name_digests == ("k1.aa",)


def test_a_minor_record_stays_out_of_the_summary() -> None:
    assert stored(a_summary(), a_record(severity="minor")).bars == ()


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
    assert [flag.flag_id for flag in after.flags] == ["f2", "f1"]


def test_a_flag_lands_and_leaves_with_a_new_version_each() -> None:
    landed = with_flag(a_summary(version=1), a_flag_mark(), name_digest="k1.aa", on=TODAY)
    left = without_flag(landed, "f1")

    assert (landed.version, [flag.flag_id for flag in landed.flags]) == (2, ["f1"])
    assert (left.version, left.flags) == (3, ())


def test_a_kept_promise_counts_and_stops_nobodys_filing() -> None:
    after = with_kept_promise(a_summary(version=2, kept_promises=4))

    assert (after.version, after.kept_promises) == (2, 5)


def test_a_subjects_credit_has_a_timeline_of_its_own() -> None:
    assert a_summary().owner == f"credit:{A_SUBJECT}"
