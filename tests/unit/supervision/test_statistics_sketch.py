"""Quantiles out of buckets are within 2 % of the exact ones, however they were merged."""

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.supervision.rules.quantiles import bucket, quantile, up_to
from chalicelib.supervision.rules.statistics import per_cent

MINUTES = st.integers(min_value=0, max_value=1_000_000)


@pytest.mark.requirement("R4.23")
@given(values=st.lists(MINUTES, min_size=1, max_size=200), share=st.sampled_from([50, 90, 100]))
def test_a_quantile_is_within_two_per_cent_of_the_exact_one(values: list[int], share: int) -> None:
    exact = sorted(values)[ceil(len(values) * share / 100) - 1]

    answer = quantile(Counter(map(bucket, values)), share)

    assert answer is not None
    assert abs(answer - exact) * 100 <= 2 * exact


@given(one=st.lists(MINUTES, max_size=50), other=st.lists(MINUTES, max_size=50))
def test_merged_buckets_are_those_of_all_values(one: list[int], other: list[int]) -> None:
    assert Counter(map(bucket, one)) + Counter(map(bucket, other)) == Counter(map(bucket, one + other))


def test_of_nothing_there_is_no_quantile_and_nothing_lasts_no_time() -> None:
    assert quantile({}, 50) is None
    assert quantile({0: 3}, 90) == 0


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1881, 2253, 83), (0, 0, None), (1, 200, 1), (1, 201, 0), (199, 200, 100)]
)
def test_a_share_is_rounded_half_up(part: int, whole: int, expected: int | None) -> None:
    assert per_cent(part, whole) == expected


@given(values=st.lists(MINUTES, max_size=100), bound=MINUTES)
def test_how_many_do_not_exceed_a_bound_is_within_one_bucket_of_it(values: list[int], bound: int) -> None:
    buckets = Counter(map(bucket, values))

    told = up_to(buckets, bound)

    least = sum(value <= bound for value in values)
    most = sum(bucket(value) <= bucket(bound) for value in values)
    assert least <= told == most


@pytest.mark.parametrize(("minutes", "within"), [(470, 1), (480, 1), (500, 0)])
def test_a_day_of_eight_hours_ends_with_its_last_minute(minutes: int, within: int) -> None:
    assert up_to({bucket(minutes): 1}, 480) == within
