"""What an edition of a scale makes of somebody's credit: every input counted, every point accounted for."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.credit.model.records import Record, RepairState, Summary
from chalicelib.credit.rules.grades import Grade, grade_of
from chalicelib.rulepacks.model.grade_scale import GradeScale
from chalicelib.subjects.model.subjects import SubjectKind
from tests.builders import a_flag_mark, a_record, a_summary
from tests.grading import SCALE, a_scale

TODAY = date(2026, 9, 28)
ONE_DAY = timedelta(days=1)


def graded(
    summary: Summary | None = None, *records: Record, scale: GradeScale | None = None, on: date = TODAY
) -> Grade:
    shown = [record.displayed for record in records if record.displayed is not None]
    grade = grade_of(summary or a_summary(), shown, scale or a_scale(), kind=SubjectKind.USCC, on=on)
    assert grade is not None
    return grade


def points(grade: Grade) -> dict[str, tuple[int, int]]:
    """How many of each input there are and how many points they made, where there are any."""
    return {each.weight.key.value: (each.number, each.points) for each in grade.inputs if each.number}


def general(number: int) -> list[Record]:
    return [a_record(record_id=f"g-{each}", severity="general", judged_on=date(2026, 8, 1)) for each in range(number)]


@pytest.mark.requirement("R6.12")
def test_a_grade_says_how_many_of_each_input_there_are_and_what_they_weigh() -> None:
    summary = a_summary(flags=(a_flag_mark(),))
    minor = a_record(record_id="m-1", severity="minor", judged_on=date(2026, 9, 1), display_reason="《某条例》第1条")

    grade = graded(summary, a_record(), *general(2), minor)

    assert points(grade) == {
        "records.serious": (1, -300),
        "records.general": (2, -200),
        "records.minor": (1, -10),
        "flags": (1, -400),
    }
    assert (grade.score, grade.band.name) == (0, "较差")
    assert grade.scale.edition == "synthetic-1"


def test_nobody_spoken_of_has_the_grade_at_which_the_scale_begins() -> None:
    grade = graded()

    assert (grade.score, grade.band.name, points(grade)) == (800, "良好", {})


@pytest.mark.parametrize(("number", "counted"), [(2, -200), (3, -300), (4, -300)])
def test_beyond_the_most_of_an_input_none_counts_any_more(number: int, counted: int) -> None:
    assert points(graded(None, *general(number)))["records.general"] == (number, counted)


@pytest.mark.parametrize(
    ("number", "base", "score"),
    [(2, 800, 1000), (2, 801, 1000), (3, 800, 1000), (0, 1000, 1000), (-2, 200, 0), (-2, 199, 0)],
)
def test_a_score_stays_within_the_scale(number: int, base: int, score: int) -> None:
    weight = {**SCALE["weights"][1], "points": 100 if number > 0 else -100, "most": None}

    assert graded(None, *general(abs(number)), scale=a_scale(base=base, weights=[weight])).score == score


@pytest.mark.requirement("R1.3")
def test_choosing_certificates_lowers_no_grade() -> None:
    promised, by_certificate = a_summary(kept_promises=9), a_summary(kept_promises=0)

    assert graded(promised) == graded(by_certificate)


@pytest.mark.requirement("R1.3")
def test_a_scale_that_counts_kept_promises_is_refused() -> None:
    weight = {**SCALE["weights"][0], "key": "promises.kept", "points": 20}

    with pytest.raises(ValueError, match="InputKey"):
        a_scale(weights=[weight])


@pytest.mark.parametrize(
    ("days", "counts"), [(-1, True), (0, True), (1, False)], ids=["the day before", "the last day", "the day after"]
)
def test_a_record_counts_to_the_last_day_on_which_it_may_be_shown(days: int, *, counts: bool) -> None:
    record = a_record()
    assert record.display.until is not None

    grade = graded(None, record, on=record.display.until + days * ONE_DAY)

    assert ("records.serious" in points(grade)) is counts


@pytest.mark.parametrize(
    ("days", "counts"), [(-1, False), (0, True), (1, True)], ids=["the day before", "the first day", "the day after"]
)
def test_a_record_counts_from_the_day_on_which_its_document_has_effect(days: int, *, counts: bool) -> None:
    record = a_record()

    grade = graded(None, record, on=record.dates.effective_on + days * ONE_DAY)

    assert ("records.serious" in points(grade)) is counts


@pytest.mark.requirement("R3.7")
@pytest.mark.parametrize("state", [RepairState.REPAIRED, RepairState.WITHDRAWN])
def test_what_was_undone_counts_no_more(state: RepairState) -> None:
    assert points(graded(None, replace(a_record(), repair=state))) == {}


def test_a_flag_that_is_paused_or_over_takes_no_points() -> None:
    paused = a_flag_mark(flag_id="f1", is_paused=True)
    over = a_flag_mark(flag_id="f2", ends_on=TODAY - ONE_DAY)
    last_day = a_flag_mark(flag_id="f3", ends_on=TODAY)

    assert points(graded(a_summary(flags=(paused, over, last_day)))) == {"flags": (1, -400)}


@pytest.mark.requirement("R6.11")
@pytest.mark.parametrize("kind", [SubjectKind.RESIDENT_ID, SubjectKind.PASSPORT, SubjectKind.RESIDENCE_PERMIT])
def test_persons_have_no_grade_unless_the_edition_names_them(kind: SubjectKind) -> None:
    with_persons = a_scale(subject_kinds=["uscc", kind.value])

    assert grade_of(a_summary(), (), a_scale(), kind=kind, on=TODAY) is None
    assert grade_of(a_summary(), (), with_persons, kind=kind, on=TODAY) is not None


def test_without_a_scale_nobody_has_a_grade() -> None:
    assert grade_of(a_summary(), (), None, kind=SubjectKind.USCC, on=TODAY) is None
