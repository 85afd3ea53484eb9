"""Scales of credit grades: none is shipped, and one that grades nobody, or somebody twice, is refused."""

from typing import Any

import pytest

from chalicelib.rulepacks.model.grade_scale import InputKey
from chalicelib.rulepacks.store import load_rule_packs
from tests.grading import SCALE, a_scale


@pytest.mark.requirement("R6.11")
def test_no_pack_that_is_shipped_grades_anybody() -> None:
    assert [pack.grading for pack in load_rule_packs()] == [None, None, None]


def test_a_scale_is_read_from_the_settings_of_a_pack() -> None:
    scale = a_scale()

    assert (scale.edition, scale.subject_kinds, scale.base, scale.top) == ("synthetic-1", ("uscc",), 800, 1000)
    assert {weight.key for weight in scale.weights} == set(InputKey)
    assert (scale.weights[1].points, scale.weights[1].most) == (-100, 3)


@pytest.mark.requirement("R6.11")
@pytest.mark.parametrize(
    ("score", "label"),
    [
        (1000, "优秀"),
        (900, "优秀"),
        (899, "良好"),
        (700, "良好"),
        (699, "中等"),
        (500, "中等"),
        (499, "较差"),
        (0, "较差"),
    ],
)
def test_a_grade_is_reached_with_its_fewest_points(score: int, label: str) -> None:
    assert a_scale().band(score).name == label


def bands(*least: int) -> list[dict[str, Any]]:
    return [{"name": "一", "english": "one", "least": each} for each in least]


@pytest.mark.requirement("R6.11")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bands": []}, "must go down to 0"),
        ({"bands": bands(500, 1)}, "must go down to 0"),
        ({"bands": bands(0, 500)}, "must go down to 0"),
        ({"bands": bands(500, 500, 0)}, "must go down to 0"),
        ({"bands": bands(1001, 0)}, "must go down to 0"),
        ({"base": 1001}, "begins at 1001"),
        ({"base": -1}, "begins at -1"),
        ({"weights": [SCALE["weights"][0]] * 2}, "counts something twice"),
        ({"basis": " "}, "without its basis"),
        ({"weights": [{**SCALE["weights"][0], "basis": ""}]}, "without its basis"),
        ({"weights": [{**SCALE["weights"][0], "key": "marriage"}]}, "is not a valid InputKey"),
    ],
)
def test_a_scale_that_nobody_could_apply_or_justify_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        a_scale(**change)


@pytest.mark.parametrize("least", [[0], [1000, 0]])
def test_one_grade_for_all_is_a_scale_and_so_is_one_at_the_very_top(least: list[int]) -> None:
    assert [band.least for band in a_scale(bands=bands(*least)).bands] == least
