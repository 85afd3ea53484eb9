"""Charts: the tallest is as high as the picture, and nothing stands outside it."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web.core.charts import HEIGHT, beside, stacked

GROUPS = st.lists(
    st.fixed_dictionaries({"received": st.integers(0, 10**6), "decided": st.integers(0, 10**6)}), max_size=40
)


def test_bars_stand_side_by_side_and_the_tallest_fills_the_picture() -> None:
    chart = beside([{"received": 4, "decided": 1}, {"received": 2, "decided": 0}])

    assert [(bar.shows, bar.x, bar.y, bar.width, bar.height) for bar in chart.bars] == [
        ("received", 5, 0, 10, 100),
        ("decided", 15, 75, 10, 25),
        ("received", 35, 50, 10, 50),
        ("decided", 45, 100, 10, 0),
    ]
    assert chart.width == 60


def test_of_a_whole_that_is_named_a_bar_is_its_part() -> None:
    assert [bar.height for bar in beside([{"on_time": 50}], whole=100).bars] == [50]


def test_a_pile_begins_where_the_one_below_ends() -> None:
    chart = stacked([{"acceptance": 1, "decision": 3}, {"acceptance": 0, "decision": 2}])

    assert [(bar.shows, bar.y, bar.height) for bar in chart.bars] == [
        ("acceptance", 75, 25),
        ("decision", 0, 75),
        ("acceptance", 100, 0),
        ("decision", 50, 50),
    ]


def test_of_nothing_there_is_an_empty_picture() -> None:
    assert (beside([]).bars, beside([]).width) == ((), 30)
    assert [bar.height for bar in stacked([{"decision": 0}]).bars] == [0]


@given(groups=GROUPS)
def test_nothing_stands_outside_the_picture(groups: list[dict[str, int]]) -> None:
    for chart in (beside(groups), stacked(groups)):
        assert all(bar.x >= 0 and bar.x + bar.width <= chart.width for bar in chart.bars)
        assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT for bar in chart.bars)
