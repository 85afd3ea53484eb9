"""How a part of a walk goes on."""

from datetime import UTC, datetime

from chalicelib.walks.model import Part, Step

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PART = Part(walk="records", part="3", place={"after": "r"}, looked_at=10, changed=4, failed=1, rev=2)


def test_a_step_counts_and_says_where_the_next_begins() -> None:
    after = PART.after(Step(looked_at=5, changed=2, failed=3, place={"after": "s"}, not_before=AT))

    assert after == Part(
        walk="records",
        part="3",
        place={"after": "s"},
        looked_at=15,
        changed=6,
        failed=4,
        not_before=AT,
        rev=3,
    )
    assert not after.is_done


def test_a_step_without_a_place_was_the_last() -> None:
    assert PART.after(Step()).is_done


def test_a_part_begins_anew_with_nothing_counted() -> None:
    assert PART.after(Step()).anew() == Part(walk="records", part="3", place={}, rev=4)
