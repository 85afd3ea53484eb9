"""What people ruled on a record outlives what its source says again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.credit.model.corrections import Corrected, Correction
from chalicelib.credit.rules.merge import carry_over
from tests.builders import a_record

DAY = date(2026, 10, 8)


@pytest.mark.parametrize(
    ("said", "kept"), [(DAY + timedelta(days=1), DAY), (DAY, DAY), (DAY - timedelta(days=1), DAY - timedelta(days=1))]
)
def test_a_ruled_last_day_is_not_moved_back_by_the_source(said: date, kept: date) -> None:
    assert Corrected(ends_on=DAY).until(said) == kept


def test_without_a_ruling_the_source_says_when_and_where_it_harms_nobody_there_is_no_day() -> None:
    assert Corrected().until(DAY) == DAY
    assert Corrected(ends_on=DAY).until(None) is None


def test_what_was_wrong_or_left_out_is_put_right_and_what_is_new_stays() -> None:
    corrections = (
        Correction(name="address", wrong="旧", right="新"),
        Correction(name="address", wrong="新", right="更新"),
        Correction(name="note", wrong=None, right="已缴清"),
    )

    assert Corrected(corrections=corrections).put_right({"address": "旧"}) == {"address": "更新", "note": "已缴清"}
    assert Corrected(corrections=corrections).put_right({"address": "别处", "note": "无"}) == {
        "address": "别处",
        "note": "无",
    }


def test_the_next_version_of_a_record_carries_what_was_ruled() -> None:
    ruled = Corrected(ends_on=DAY)
    before = a_record(source_version=1)
    after = carry_over(a_record(source_version=2), before)
    shortened = carry_over(a_record(source_version=2), replace(a_record(), ruled=ruled))

    assert (after.version, after.display) == (2, before.display)
    assert (shortened.display.until, shortened.ruled) == (DAY, ruled)
