"""Notes among colleagues: how many a case has, and until when they are kept."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.cases.model.notes import Notes
from chalicelib.cases.rules.notes import MOST, kept_until, with_note
from chalicelib.errors import DomainError, ErrorCode
from tests.builders import NOON


def noted(*texts: str, by: str = "staff:zhang") -> Notes:
    notes = Notes(case_no="C1")
    for text in texts:
        notes = with_note(notes, text, by=by, at=NOON)
    return notes


def test_the_same_words_of_one_person_twice_in_a_row_are_one_note() -> None:
    once = noted("已电话联系。")

    assert with_note(once, "已电话联系。", by="staff:zhang", at=NOON) is once
    assert [note.by for note in with_note(once, "已电话联系。", by="staff:li", at=NOON).notes] == [
        "staff:zhang",
        "staff:li",
    ]
    assert len(noted("一", "二", "一").notes) == 3


def test_a_case_has_a_hundred_notes_at_most() -> None:
    full = noted(*(str(number) for number in range(MOST)))

    with pytest.raises(DomainError) as refused:
        with_note(full, "再一条", by="staff:zhang", at=NOON)

    assert len(full.notes) == 100
    assert (refused.value.code, refused.value.faults[0].pointer) == (ErrorCode.INVALID_BODY, "/text")


def test_notes_are_kept_for_years_from_the_day_in_shanghai_of_the_newest() -> None:
    assert kept_until(datetime(2028, 2, 28, 16, 0, tzinfo=UTC), years=5) == date(2033, 2, 28)
    assert kept_until(datetime(2026, 9, 28, 15, 59, tzinfo=UTC), years=10) == date(2036, 9, 28)
