from collections.abc import Iterable

import pytest

from chalicelib.credit.model.submissions import Batch, Handed, Subject, Submission
from chalicelib.credit.rules import batching
from chalicelib.credit.rules.batching import bundles_of, groups_of, shares_of
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import NOON, an_organisation


def a_line(number: int, subject: str = "a", record: str | None = None, *, size: int = 1) -> Handed:
    return Handed(
        line=number,
        submission=Submission(source="market", record_id=record or f"r-{number}"),
        subject=Subject(about=an_organisation(), key=SubjectKey(subject), name_digest=""),
        size=size,
    )


def numbers(groups: Iterable[Iterable[Handed]]) -> list[list[int]]:
    return [[line.line for line in group] for group in groups]


def test_lines_of_one_subject_are_one_group_in_their_order() -> None:
    groups = groups_of([a_line(1, "a"), a_line(2, "b"), a_line(3, "a")])

    assert numbers(groups) == [[1, 3], [2]]


def test_lines_that_name_one_record_are_one_group_whoever_they_are_about() -> None:
    groups = groups_of([a_line(1, "a", "r"), a_line(2, "b"), a_line(3, "b", "r"), a_line(4, "c")])

    assert numbers(groups) == [[1, 2, 3], [4]]


def test_a_small_group_joins_a_large_one_with_all_that_belongs_to_it() -> None:
    lines = [a_line(1, "a", "r"), a_line(2, "b"), a_line(3, "b"), a_line(4, "b", "r"), a_line(5, "a"), a_line(6, "a")]

    assert numbers(groups_of(lines)) == [[1, 2, 3, 4, 5, 6]]


def test_a_share_is_whole_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "SHARE", 3)
    groups = groups_of([a_line(number, "aabbbbc"[number]) for number in range(7)])

    assert [numbers(share) for share in shares_of(groups)] == [[[0, 1], [2, 3, 4, 5]], [[6]]]
    assert list(shares_of([])) == []


def test_a_transaction_holds_96_records_of_one_subject_and_four_writes_beside_them() -> None:
    lines = [a_line(number) for number in range(98)]

    assert [numbers(bundle) for bundle in bundles_of([lines])] == [[list(range(96))], [[96, 97]]]


def test_a_transaction_holds_25_subjects_with_a_record_each() -> None:
    groups = [[a_line(number, str(number))] for number in range(26)]

    assert [len(bundle) for bundle in bundles_of(groups)] == [25, 1]


def test_a_transaction_holds_no_subject_and_no_record_twice() -> None:
    again = [[a_line(1, "a", "r"), a_line(2, "a", "r")]]
    others = [[a_line(1, "a", "r"), a_line(2, "b", "r"), a_line(3, "a")]]

    assert [numbers(bundle) for bundle in bundles_of(again)] == [[[1]], [[2]]]
    assert [numbers(bundle) for bundle in bundles_of(others)] == [[[1]], [[2], [3]]]


def test_a_transaction_stays_far_below_four_megabytes() -> None:
    one = [a_line(number, size=260_000) for number in range(6)]
    several = [[a_line(number, str(number), size=260_000)] for number in range(6)]

    assert [numbers(bundle) for bundle in bundles_of([one])] == [[[0, 1, 2, 3, 4]], [[5]]]
    assert [numbers(bundle) for bundle in bundles_of(several)] == [[[0], [1], [2], [3], [4]], [[5]]]
    assert list(bundles_of([])) == []


@pytest.mark.parametrize(
    ("by_whom", "was_taken"),
    [("", False), ("i:4", False), ("i:5", True), ("i:700", True), ("other:5", False)],
)
def test_a_line_was_taken_if_its_record_came_in_it_or_in_a_later_one_of_the_same_file(
    by_whom: str, *, was_taken: bool
) -> None:
    batch = Batch(name="i", actor="system:m", department="market", at=NOON)

    assert a_line(5).was_taken(by_whom, batch) is was_taken


def test_a_record_is_stored_with_the_file_and_the_line_that_it_came_from() -> None:
    batch = Batch(name="i", actor="system:m", department="market", at=NOON)

    assert a_line(7).of(batch) == "i:7"
    assert a_line(7).was_taken(a_line(7).of(batch), batch)
