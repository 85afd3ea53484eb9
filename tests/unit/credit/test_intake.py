from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.credit.model.records import BarState, Display, Publicity, Record, RepairState, Severity
from chalicelib.credit.model.submissions import Directory, Submission
from chalicelib.credit.rules.submissions import (
    directory_in_force,
    ends_on,
    faults,
    is_news,
    make_record,
    with_display,
)
from chalicelib.credit.store.directories import directories
from chalicelib.errors import DomainError
from chalicelib.rulepacks.model.display import DisplayPeriod, rules_of_the_day
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.subjects.model.subjects import SubjectKey, SubjectKind
from tests.builders import A_SUBJECT, NOON, a_submission

TODAY = date(2026, 9, 28)
DIRECTORY = directories()[0]
EARLIER, RULES = pack_in_force(load_rule_packs(), "corrects-first", on=TODAY).display
PERIODS = RULES.periods


def codes(submission: Submission, *, kind: SubjectKind = SubjectKind.USCC) -> list[tuple[str, str]]:
    found = faults(
        submission, directory=DIRECTORY, periods=PERIODS, subject_kind=kind, on=TODAY, kept_from=Severity.SERIOUS
    )
    return [(fault.pointer, fault.code) for fault in found]


def a_record(
    *, before: Record | None = None, subject: SubjectKey = A_SUBJECT, by: str = "staff:credit", **given: object
) -> Record:
    return make_record(
        a_submission(**given),
        subject=subject,
        directory=DIRECTORY,
        shown=RULES,
        before=before,
        handed_by=by,
        bar=BarState.TRUSTED,
        at=NOON,
        on=TODAY,
    )


def test_a_whole_record_has_no_fault() -> None:
    assert codes(a_submission()) == []


def test_every_fault_is_told_at_once() -> None:
    nothing = Submission(source="commitments", record_id="x y")

    assert codes(nothing) == [
        ("/record_id", "NAME_MALFORMED"),
        ("/source", "SOURCE_RESERVED"),
        ("/kind", "KIND_NOT_IN_DIRECTORY"),
        ("/severity", "MISSING"),
        ("/publicity", "MISSING"),
        ("/document/number", "MISSING"),
        ("/document/organ", "MISSING"),
        ("/basis", "MISSING"),
        ("/document/effective_on", "MISSING"),
        ("/dates/judged_on", "MISSING"),
    ]


@pytest.mark.requirement("R6.5")
@pytest.mark.parametrize(
    ("field", "pointer", "code"),
    [
        ("kind", "/kind", "KIND_NOT_IN_DIRECTORY"),
        ("severity", "/severity", "MISSING"),
        ("publicity", "/publicity", "MISSING"),
        ("document_no", "/document/number", "MISSING"),
        ("organ", "/document/organ", "MISSING"),
        ("effective_on", "/document/effective_on", "MISSING"),
        ("judged_on", "/dates/judged_on", "MISSING"),
        ("basis", "/basis", "MISSING"),
        ("repair_notice", "/repair_notice", "MISSING"),
    ],
)
def test_each_field_that_a_record_must_have_is_asked_for_by_itself(field: str, pointer: str, code: str) -> None:
    assert codes(a_submission(**{field: None})) == [(pointer, code)]


@pytest.mark.parametrize("record_id", ["330725196806180004", "x-33072519680618000X", "330725680618000"])
def test_a_records_id_holds_no_identifier(record_id: str) -> None:
    assert codes(a_submission(record_id=record_id)) == [("/record_id", "RECORD_ID_NOT_OPAQUE")]


@pytest.mark.requirement("R6.5")
def test_the_directory_has_its_thirteen_kinds() -> None:
    assert len(DIRECTORY.kinds) == 13
    assert [codes(a_submission(kind=kind.code, severity="none")) for kind in DIRECTORY.kinds] == [[]] * 13


@pytest.mark.requirement("R6.6")
@pytest.mark.parametrize("kind", ["religion", "genes", "fingerprints", "blood_type", "disease", "medical_history"])
def test_a_forbidden_kind_is_named(kind: str) -> None:
    assert codes(a_submission(kind=kind)) == [("/kind", "KIND_FORBIDDEN")]
    assert codes(a_submission(contents={kind: "x"})) == [(f"/contents/{kind}", "KIND_FORBIDDEN")]
    assert codes(a_submission(contents={kind: "x"}, consent="同意书1号")) == [(f"/contents/{kind}", "KIND_FORBIDDEN")]


@pytest.mark.requirement("R6.6")
@pytest.mark.parametrize("name", ["Blood-Type", "bloodType", "BLOOD_TYPE", "holder.blood_type", "blood.type"])
def test_a_forbidden_kind_is_known_however_it_is_written(name: str) -> None:
    assert codes(a_submission(contents={name: "x"})) == [(f"/contents/{name}", "KIND_FORBIDDEN")]


def test_what_only_sounds_like_a_forbidden_kind_is_kept() -> None:
    assert codes(a_submission(contents={"diseases_reported_to_the_office": "x", "genesis": "x"})) == []


def test_consent_is_wanted_however_the_content_is_written() -> None:
    assert codes(a_submission(contents={"Real-Estate": "x"})) == [("/contents/Real-Estate", "CONSENT_MISSING")]


@pytest.mark.requirement("R6.6")
@pytest.mark.parametrize("kind", ["income", "deposits", "securities", "insurance", "real_estate", "tax_amounts"])
def test_some_contents_need_written_consent(kind: str) -> None:
    assert codes(a_submission(contents={kind: "x"})) == [(f"/contents/{kind}", "CONSENT_MISSING")]
    assert codes(a_submission(contents={kind: "x"}, consent="同意书1号")) == []


def test_data_on_persons_are_never_public() -> None:
    public = a_submission(publicity="public")

    assert codes(public, kind=SubjectKind.RESIDENT_ID) == [("/publicity", "NOT_PUBLIC")]
    assert codes(public, kind=SubjectKind.USCC) == []


@pytest.mark.requirement("R3.4")
def test_an_adverse_record_needs_its_repair_notice() -> None:
    assert codes(a_submission(repair_notice=" ")) == [("/repair_notice", "MISSING")]
    assert codes(a_submission(repair_notice=None, severity="none")) == []


def test_texts_and_lists_have_an_end() -> None:
    assert codes(a_submission(basis="条" * 201)) == [("/basis", "LONG")]
    assert codes(a_submission(related_items=tuple(f"i{number}" for number in range(21)))) == [
        ("/related_items", "TOO_MANY"),
    ]


def test_a_finding_is_not_in_the_future() -> None:
    on_the_day = a_submission(judged_on=TODAY, effective_on=TODAY)
    tomorrow = a_submission(judged_on=date(2026, 9, 29), effective_on=date(2026, 9, 29))

    assert codes(on_the_day) == []
    assert codes(tomorrow) == [("/dates/judged_on", "IN_THE_FUTURE")]


def test_nothing_ends_or_takes_effect_before_the_finding() -> None:
    early = date(2026, 1, 7)

    assert codes(a_submission(effective_on=early, display_until=early, expires_on=early)) == [
        ("/document/effective_on", "BEFORE_FINDING"),
        ("/dates/display_until", "BEFORE_FINDING"),
        ("/dates/expires_on", "BEFORE_FINDING"),
    ]


@pytest.mark.requirement("R3.1")
@pytest.mark.parametrize(
    ("severity", "last"),
    [("minor", date(2026, 4, 8)), ("general", date(2027, 1, 8)), ("serious", date(2029, 1, 8))],
)
def test_severity_sets_the_longest_display(severity: str, last: date) -> None:
    longer = date(last.year, last.month, 9)

    assert codes(a_submission(severity=severity, display_until=last)) == []
    assert codes(a_submission(severity=severity, display_until=longer)) == [
        ("/dates/display_until", "DISPLAY_TOO_LONG")
    ]
    assert ends_on(a_record(severity=severity), PERIODS) == last


def test_the_rule_pack_says_how_long_records_are_shown() -> None:
    other = {"serious": DisplayPeriod(least_months=6, most_months=24, basis="示例条例第1条")}
    late = a_submission(display_until=date(2028, 1, 9))

    (fault,) = faults(
        late,
        directory=DIRECTORY,
        periods=other,
        subject_kind=SubjectKind.USCC,
        on=TODAY,
        kept_from=Severity.SERIOUS,
    )

    assert codes(late) == []
    assert (fault.code, fault.english) == ("DISPLAY_TOO_LONG", "at most until 2028-01-08; 示例条例第1条")
    shown = with_display(a_record(), RULES._replace(periods=other), reason="").display
    assert shown == Display(until=date(2028, 1, 8), repairable_from=date(2026, 7, 8), edition="36-2025")


def test_a_record_of_unknown_severity_is_not_measured_by_one() -> None:
    assert codes(a_submission(severity="grave", display_until=date(2199, 1, 1))) == [("/severity", "MISSING")]
    assert codes(a_submission(severity="none", display_until=date(2199, 1, 1))) == []


def test_the_earliest_of_the_ends_counts() -> None:
    both = a_record(display_until=date(2027, 1, 1), expires_on=date(2026, 12, 1))

    assert ends_on(a_record(display_until=date(2027, 1, 1)), PERIODS) == date(2027, 1, 1)
    assert ends_on(both, PERIODS) == date(2026, 12, 1)


@pytest.mark.requirement("R3.1")
@pytest.mark.parametrize(
    ("severity", "day"),
    [("none", None), ("minor", date(2026, 1, 8)), ("general", date(2026, 4, 8)), ("serious", date(2027, 1, 8))],
)
def test_repair_may_be_asked_for_after_the_least_display(severity: str, day: date | None) -> None:
    assert a_record(severity=severity).display.repairable_from == day


@pytest.mark.requirement("R6.7")
def test_a_record_keeps_what_was_handed_in() -> None:
    record = a_record(related_items=("b", "a", "b"), received_on=date(2026, 9, 1))

    assert (record.version, record.source_version, record.edition) == (1, 1, "2024")
    assert (record.severity, record.publicity) == (Severity.SERIOUS, Publicity.SHARED)
    assert record.related_items == ("a", "b")
    assert record.dates.received_on == date(2026, 9, 1)
    assert a_record().dates.received_on == TODAY


def test_a_faulty_submission_is_no_record() -> None:
    with pytest.raises(ValueError, match="without faults"):
        a_record(judged_on=None)


def test_a_source_that_does_not_count_is_counted_for() -> None:
    first = a_record(source_version=None)
    second = a_record(source_version=None, before=first, severity="general")

    assert (first.source_version, second.source_version) == (1, 2)
    assert (second.version, is_news(second, before=first)) == (2, True)


def test_the_same_again_is_no_news() -> None:
    first = a_record()

    assert not is_news(a_record(before=first), before=first)
    assert not is_news(a_record(before=first, received_on=date(2026, 9, 27)), before=first)
    assert is_news(a_record(before=first, source_version=2), before=first)


def test_an_uncounted_repetition_is_no_news() -> None:
    first = a_record(source_version=None)

    assert not is_news(a_record(source_version=None, before=first), before=first)


@pytest.mark.requirement("R8.2")
def test_what_comes_too_late_does_not_win() -> None:
    newer = a_record(source_version=3)

    assert not is_news(a_record(source_version=2, before=newer, severity="minor"), before=newer)


@pytest.mark.requirement("R8.2")
def test_other_content_under_the_same_version_is_a_conflict() -> None:
    first = a_record()

    with pytest.raises(DomainError) as error:
        is_news(a_record(before=first, severity="minor"), before=first)

    assert [fault.pointer for fault in error.value.faults] == ["/version"]


def test_a_records_id_never_moves_to_another_subject() -> None:
    first = a_record()
    other = a_record(before=first, subject=SubjectKey("k1.other"), source_version=2)

    with pytest.raises(DomainError) as error:
        is_news(other, before=first)

    assert [fault.pointer for fault in error.value.faults] == ["/subject"]


def test_the_edition_of_the_day_counts() -> None:
    later = Directory(
        edition="2027",
        title="2027",
        in_force_from=date(2027, 1, 1),
        kinds=(),
        forbidden=(),
        with_consent=(),
        sources=(),
    )

    editions = (DIRECTORY, later)

    assert directory_in_force(editions, on=date(2026, 12, 31)) is DIRECTORY
    assert directory_in_force(editions, on=date(2027, 1, 1)) is later
    assert directory_in_force(editions, on=date(2023, 1, 1)) is DIRECTORY


@pytest.mark.requirement("R3.16")
@pytest.mark.parametrize(
    ("severity", "judged_on", "edition", "until", "repairable_from"),
    [
        ("minor", date(2026, 3, 31), "58-2023+36-2025", date(2026, 6, 30), date(2026, 3, 31)),
        ("minor", date(2026, 4, 1), "36-2025", date(2026, 7, 1), date(2026, 4, 1)),
        ("general", date(2023, 4, 30), "58-2023+36-2025", date(2024, 4, 30), date(2023, 7, 30)),
        ("general", date(2026, 3, 31), "58-2023+36-2025", date(2027, 3, 31), date(2026, 6, 30)),
        ("general", date(2026, 4, 1), "36-2025", date(2027, 4, 1), date(2026, 7, 1)),
        ("serious", date(2026, 3, 31), "58-2023+36-2025", date(2029, 3, 31), date(2027, 3, 31)),
        ("serious", date(2026, 4, 1), "36-2025", date(2029, 4, 1), date(2027, 4, 1)),
    ],
)
def test_a_record_is_shown_by_the_rules_of_its_day_unless_later_ones_are_milder(
    severity: str, judged_on: date, edition: str, until: date, repairable_from: date
) -> None:
    shown = rules_of_the_day((EARLIER, RULES), judged_on, on=TODAY)

    display = with_display(a_record(severity=severity, judged_on=judged_on), shown, reason="").display

    assert (display.edition, display.until, display.repairable_from) == (edition, until, repairable_from)


@pytest.mark.requirement("R3.3")
def test_a_minor_record_is_shown_for_three_months_and_only_with_a_reason() -> None:
    silent = a_record(severity="minor", judged_on=date(2026, 6, 28))
    told = a_record(severity="minor", judged_on=date(2026, 6, 28), display_reason=" 涉及食品安全。 ")

    assert told.display.reason == "涉及食品安全。"
    assert [silent.is_displayed(day) for day in (date(2026, 6, 28), date(2026, 9, 28))] == [False, False]
    assert [told.is_displayed(date(2026, 9, day)) for day in (27, 28, 29)] == [True, True, False]


@pytest.mark.requirement("R3.15")
def test_nobody_sees_what_was_repaired_or_what_speaks_for_somebody() -> None:
    record = a_record()

    assert record.is_displayed(TODAY)
    assert not replace(record, repair=RepairState.REPAIRED).is_displayed(TODAY)
    assert not a_record(severity="none").is_displayed(TODAY)


def test_a_record_said_again_after_its_last_day_does_not_come_back() -> None:
    before = a_record()
    over = replace(before, display=replace(before.display, ended_at=NOON))

    assert not is_news(a_record(before=over), before=over)
    assert is_news(a_record(before=over, source_version=2, severity="general"), before=over)


def test_another_reason_to_show_a_record_is_news() -> None:
    before = a_record(severity="minor")

    assert is_news(a_record(before=before, severity="minor", display_reason="食品", source_version=2), before=before)


@pytest.mark.requirement("R6.5")
@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"kind": "occupation"}, ("/severity", "TOO_GRAVE")),
        ({"contents": {"cause": "欠缴物业费"}}, ("/severity", "NEVER_ADVERSE")),
        ({"related_items": ()}, ("/related_items", "MISSING")),
    ],
)
def test_a_serious_record_is_of_a_kind_and_matter_that_may_be_and_names_its_items(
    given: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert codes(a_submission(**given, severity="serious")) == [fault]
