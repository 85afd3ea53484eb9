"""What stands under the other names of a number: whom it concerns, and who waits for a person."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.credit.model.links import Link, LinkKind
from chalicelib.credit.model.records import Bar, Effect, Eligibility, Overflow, Severity, Summary
from chalicelib.credit.rules import names
from chalicelib.credit.rules.linked_credit import LinkedSummary, eligibility, join, judge, under_name
from chalicelib.credit.rules.summary import with_record
from chalicelib.errors import ErrorCode
from chalicelib.subjects.model.subjects import Known, NameRank, SubjectKey
from tests.builders import A_SUBJECT, AN_OFFICE, NOON, a_bar, a_flag_mark, a_record, a_summary

TODAY = date(2026, 9, 28)
LI, ZHANG, WANG = "k1.li", "k1.zhang", "k1.wang"
ITEM = "plate-replacement"


def asked(summary: Summary, *said: str) -> Eligibility:
    return eligibility(summary, ITEM, names=said, on=TODAY, bar_severity=Severity.SERIOUS)


def outcome(summary: Summary, *said: str) -> tuple[bool, bool, list[ErrorCode]]:
    found = asked(summary, *said)
    return found.allowed, found.waits, [reason.code for reason in found.reasons]


BARRED = (False, False, [ErrorCode.SUBJECT_BARRED])
WAITS = (False, True, [ErrorCode.IDENTITY_CONFLICT])
GOES_ON_AND_IS_TOLD = (True, False, [ErrorCode.IDENTITY_CONFLICT])
GOES_ON: tuple[bool, bool, list[ErrorCode]] = (True, False, [])


@pytest.mark.requirement("R6.3")
def test_a_bar_is_met_by_its_own_name_and_makes_another_wait() -> None:
    summary = a_summary(bars=(a_bar(),), name_digests=(LI,))

    assert outcome(summary, LI) == BARRED
    assert outcome(summary, ZHANG) == WAITS
    assert not asked(summary, LI).is_disputed
    assert asked(summary, ZHANG).is_disputed


@pytest.mark.requirement("R6.3")
def test_under_a_name_stands_what_was_recorded_under_it() -> None:
    summary = a_summary(bars=(a_bar(),), name_digests=(LI,))

    assert (len(under_name(summary, (LI,)).bars), len(under_name(summary, (ZHANG,)).bars)) == (1, 0)


@pytest.mark.requirement("R6.3")
def test_what_does_not_bar_lets_another_name_go_on() -> None:
    elsewhere = a_summary(bars=(a_bar(items=("business-address",)),), name_digests=(LI,))
    expired = a_summary(bars=(a_bar(ends_on=date(2026, 9, 27)),), name_digests=(LI,))
    nothing = a_summary(name_digests=(LI,))

    assert [outcome(one, ZHANG) for one in (elsewhere, expired, nothing)] == [GOES_ON_AND_IS_TOLD] * 3


def test_a_flag_and_what_was_left_out_of_the_summary_make_another_name_wait_too() -> None:
    rest = Overflow(
        severity=Severity.SERIOUS, organ="甲", basis="乙", starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1)
    )

    assert outcome(a_summary(flags=(a_flag_mark(items=(ITEM,)),), name_digests=(LI,)), ZHANG) == WAITS
    assert outcome(a_summary(overflow=(rest,), name_digests=(LI,)), ZHANG) == WAITS
    assert outcome(a_summary(overflow=(rest,), name_digests=(LI,)), LI) == BARRED


def test_what_counts_by_a_link_goes_with_the_known_name() -> None:
    link = Link(
        subject=SubjectKey("k1.old"), kind=LinkKind.RENUMBERED, alias_id="a", organ="甲", document_no="1", since=TODAY
    )
    other = replace(a_summary(bars=(a_bar(),), name_digests=(LI,)), subject=link.subject)
    joined = join(a_summary(name_digests=(LI,)), (LinkedSummary(link=link, summary=other),))

    assert outcome(joined, LI) == BARRED
    assert outcome(joined, ZHANG) == WAITS


def a_link(subject: str, *, named: str = "") -> Link:
    return Link(
        subject=SubjectKey(subject),
        kind=LinkKind.RENUMBERED,
        alias_id=subject,
        organ="甲",
        document_no="1",
        since=TODAY,
        named=named,
    )


@pytest.mark.requirement("R6.3")
@pytest.mark.requirement("R6.4")
def test_what_counts_by_a_link_counts_for_the_name_in_its_document_and_so_does_what_lies_beyond() -> None:
    near, far = a_link("k1.near", named=ZHANG), a_link("k1.far", named=WANG)
    between = replace(a_summary(links=(far,), name_digests=(ZHANG,)), subject=near.subject)
    barred = replace(a_summary(bars=(a_bar(),), name_digests=(ZHANG,)), subject=far.subject)
    own = names.with_name_apart(a_summary(links=(near,), name_digests=(LI,)), ZHANG)
    joined = join(own, (LinkedSummary(link=near, summary=between), LinkedSummary(link=far, summary=barred)))

    assert outcome(joined, ZHANG) == BARRED
    assert outcome(joined, LI) == WAITS
    assert outcome(replace(joined, name_digests=(LI, ZHANG)), LI) == BARRED
    assert names.with_one_person(own, (LI,)).name_digests == (LI, ZHANG)


@pytest.mark.requirement("R6.3")
def test_a_name_found_to_be_another_persons_neither_meets_the_bar_nor_waits_again() -> None:
    summary = names.with_name_apart(a_summary(version=1, bars=(a_bar(),), name_digests=(LI,)), ZHANG)

    assert (summary.version, summary.apart) == (2, (ZHANG,))
    assert names.with_name_apart(summary, ZHANG).apart == (ZHANG,)
    assert outcome(summary, ZHANG) == GOES_ON
    assert outcome(summary, LI) == BARRED
    assert outcome(summary, WANG) == WAITS


@pytest.mark.requirement("R6.3")
def test_names_found_to_be_one_persons_meet_every_bar() -> None:
    apart = a_summary(
        version=3,
        bars=(a_bar(), a_bar(record_id="r-2", named=WANG)),
        flags=(a_flag_mark(named="k1.zhao"),),
        name_digests=(LI,),
        apart=(ZHANG, "k1.sun"),
    )

    one = names.with_one_person(apart, (ZHANG,))

    assert (one.version, one.name_digests, one.apart) == (4, (ZHANG, WANG, "k1.zhao", LI), ("k1.sun",))
    assert outcome(one, ZHANG) == outcome(one, WANG)
    assert not asked(one, WANG).is_disputed


@pytest.mark.requirement("R6.4")
def test_a_rename_joins_the_name_under_which_nothing_was_recorded() -> None:
    recorded = a_summary(name_digests=(LI,))

    assert names.names_joined(recorded, ZHANG, (LI,)) == (ZHANG,)
    assert names.names_joined(recorded, LI, (ZHANG, LI)) == (ZHANG,)
    assert names.names_joined(a_summary(), ZHANG, (LI,)) == (ZHANG,)


def test_a_name_that_is_taken_away_again_is_in_dispute_again() -> None:
    summary = names.without_names(a_summary(version=1, bars=(a_bar(),), name_digests=(LI, ZHANG)), (ZHANG,))

    assert (summary.version, summary.name_digests) == (2, (LI,))
    assert outcome(summary, ZHANG) == WAITS


@pytest.mark.requirement("R6.3")
def test_what_came_under_the_old_name_does_not_count_against_the_corrected_one() -> None:
    summary = stored(a_summary(), LI, record_id="r-1")
    both = stored(summary, ZHANG, record_id="r-2")

    assert both.name_digests == (LI,)
    assert {bar.record_id: bar.named for bar in both.bars} == {"r-1": "", "r-2": ZHANG}
    assert outcome(summary, ZHANG) == WAITS
    assert outcome(both, ZHANG) == BARRED
    repaired = replace(both, bars=both.bars[:1])
    assert outcome(repaired, ZHANG) == WAITS
    kept = replace(both, bars=both.bars[1:])
    assert outcome(kept, LI) == WAITS


def stored(summary: Summary, name: str, *, record_id: str) -> Summary:
    record = names.with_name(a_record(record_id=record_id), summary, name)
    return with_record(summary, record, name_digest=name, on=TODAY, kept_from=Severity.SERIOUS)


def test_a_record_under_a_known_name_is_not_marked() -> None:
    record = a_record()

    assert names.with_name(record, a_summary(name_digests=(LI,)), LI).named == ""
    assert names.with_name(record, a_summary(), ZHANG).named == ""
    assert names.with_name(record, a_summary(name_digests=(LI,)), ZHANG).named == ZHANG


def test_a_flag_is_marked_with_a_registered_name_only() -> None:
    summary, mark = a_summary(name_digests=(LI,)), a_flag_mark()

    def marked(name: str, *registered: str) -> str:
        return names.flag_with_name(mark, summary, name, names_of=lambda: registered).named

    assert (marked(LI, ZHANG), marked(ZHANG, ZHANG), marked(ZHANG, LI)) == ("", ZHANG, "")
    summary = replace(summary, flags=(replace(mark, named=ZHANG),))
    assert [flag.named for flag in names.flags_with_names([mark, a_flag_mark(flag_id="f2")], summary)] == [ZHANG, ""]


def test_names_under_another_secret_cannot_be_compared_and_are_taken_for_the_same() -> None:
    summary = a_summary(bars=(a_bar(),), name_digests=("k0.li",))

    assert outcome(summary, LI) == BARRED
    assert outcome(summary, LI, "k0.zhang") == WAITS
    assert outcome(summary, LI, "k0.li") == BARRED


@pytest.mark.parametrize(
    ("bar", "effect", "is_disputed"),
    [(a_bar(), Effect.REFUSED, True), (a_bar(ends_on=date(2026, 9, 1)), Effect.NONE, False)],
)
def test_the_known_name_is_in_dispute_only_while_something_has_effect_under_another(
    bar: Bar,
    effect: Effect,
    is_disputed: bool,  # noqa: FBT001 - a parameter
) -> None:
    summary = a_summary(bars=(replace(bar, named=ZHANG),), name_digests=(LI,))

    found = judge(summary, ITEM, names=(LI,), on=TODAY, bar_severity=Severity.SERIOUS)

    assert (found.effect, found.elsewhere, found.is_disputed) == (Effect.NONE, effect, is_disputed)


def test_a_correction_says_whose_word_replaced_whose() -> None:
    known = Known(key=A_SUBJECT, masked_name="张*", corrected_from=NameRank.OFFICE)
    said_by = replace(AN_OFFICE, rank=NameRank.PLATFORM)

    event = names.correction_event(known, said_by, at=NOON)

    assert (event.kind, event.actor, event.department) == ("credit:name_corrected", "staff:office", "market")
    assert event.data == {"rank": "platform", "rank_before": "office"}
