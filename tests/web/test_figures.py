"""The figures of departments and measures, each as a sentence, a chart and a table."""

import re
from datetime import date, timedelta

import pytest

from chalicelib.supervision.model.statistics import Contribution, FlagStep, Span
from chalicelib.supervision.store.statistics import StatisticsStore
from tests.builders import NOON
from tests.cloud import turn_clock
from tests.web.visitor import Come, Seen


def figures_of(seen: Seen, caption: str) -> list[list[str]]:
    """The rows of the table with a caption, as texts."""
    (table,) = [one for one in re.findall(r"<table.*?</table>", seen.text, re.DOTALL) if f">{caption}<" in one]
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def counted(department: str, *, counts: dict[str, int] | None = None, minutes: int | None = None) -> None:
    """Count something of a September day, as the relay would."""
    StatisticsStore().add(
        Contribution(
            event_id=f"case:made-up/{counts}/{minutes}",
            department=department,
            item_code="a",
            day=date(2026, 9, 3),
            at=NOON,
            counts=counts or {},
            minutes={} if minutes is None else {Span.HANDLING: minutes},
        )
    )


SEPTEMBER = "from=2026-09-01&to=2026-09-30"


def test_handling_time_is_a_sentence_a_chart_and_a_table_of_bands(visitor: Come) -> None:
    for minutes in (30, 45, 300, 2_000, 9_000):
        counted("traffic", counts={"decided": 1}, minutes=minutes)

    seen = visitor("monitor").open(f"/board/statistics?{SEPTEMBER}")

    assert [row[1] for row in figures_of(seen, "按办理用时")[1:]] == ["2", "0", "1", "0", "0", "1", "1"]
    assert [row[0] for row in figures_of(seen, "按办理用时")[1:]][:2] == ["1小时以内", "1小时以上，4小时以内"]
    assert "最长的用了150小时0分" in seen.text
    heights = [bar["height"] for bar in seen.page.named("rect") if bar["class"] == "xn-chart__decided"][-8:-1]
    assert heights == ["100", "0", "50", "0", "0", "50", "50"]
    assert {"by-time-title", "by-time-words"} <= {one.get("id") for _, one in seen.page.elements}


def test_each_day_of_the_span_stands_in_table_and_chart_and_no_rate_is_above_100(visitor: Come) -> None:
    counted("traffic", counts={"received": 4, "decided": 6, "completed:0": 3, "completed:1": 3, "late": 3})

    seen = visitor("monitor").open("/board/statistics?from=2026-09-02&to=2026-09-05")

    assert figures_of(seen, "每天")[1:] == [
        ["9月2日(周三)", "0", "0", "没有", "没有", "0"],
        ["9月3日(周四)", "4", "6", "75% (3/4)", "50% (3/6)", "3"],
        ["9月4日(周五)", "0", "0", "没有", "没有", "0"],
        ["9月5日(周六)", "0", "0", "没有", "没有", "0"],
    ]
    bars = [(bar["class"], bar["height"]) for bar in seen.page.named("rect")]
    assert [height for shows, height in bars if shows == "xn-chart__completion"] == ["0", "75", "0", "0", "10"]
    assert [height for shows, height in bars if shows == "xn-chart__on_time"] == ["0", "50", "0", "0", "10"]
    tops = {chart["data-chart"]: chart["data-most"] for chart in seen.page.named("svg") if chart.get("data-chart")}
    assert tops == {"by-day-table": "100"}


def test_departments_are_sorted_by_any_figure_and_none_comes_before_the_least(visitor: Come) -> None:
    counted("traffic", counts={"received": 4, "decided": 2, "completed:0": 2, "late": 1})

    seen = visitor("monitor").open(f"/board/statistics?{SEPTEMBER}")

    row = seen.text.partition("公安交管</th>")[2].partition("</tr>")[0]
    nothing = seen.text.partition("市场监管</th>")[2].partition("</tr>")[0]
    assert re.findall(r'data-sort-value="(-?[\d.]+)"', row) == ["50", "50", "0"]
    assert re.findall(r'data-sort-value="(-?[\d.]+)"', nothing) == ["-1", "-1", "-1"]
    assert [len(heads) for heads in re.findall(r"<thead.*?</thead>", seen.text, re.DOTALL)] != []
    assert 'data-module="moj-sortable-table"' in seen.text
    assert any("/moj." in (script.get("src") or "") for script in seen.page.named("script"))


@pytest.mark.requirement("R4.23")
def test_a_case_that_is_done_again_after_it_was_late_betters_no_rate(visitor: Come) -> None:
    first = {"received": 1, "decided": 1, "completed:0": 1, "late": 1}
    counted("traffic", counts=first)
    counted("traffic", counts={"reopened": 1, "decided_again": 1})

    seen = visitor("monitor").open(f"/board/statistics?{SEPTEMBER}")

    (row,) = [one for one in figures_of(seen, "各部门") if one[0] == "公安交管"]
    assert row[1:7] == ["1", "100% (1/1)", "0% (0/1)", "1", "0", "1"]


def test_where_no_days_are_named_the_last_thirty_are_shown_and_stand_in_the_fields(visitor: Come) -> None:
    turn_clock(NOON)

    seen = visitor("monitor").open("/board/statistics")

    days = {one.get("name"): one.get("value") for one in seen.page.named("input") if one.get("type") == "date"}
    assert days == {"from": "2026-08-30", "to": "2026-09-28"}
    assert len(figures_of(seen, "每天")) == 31


def test_how_long_what_is_open_has_waited_is_told_to_the_day(visitor: Come, case_no: str) -> None:
    turn_clock(NOON + timedelta(days=6))

    seen = visitor("supervisor.traffic").open(f"/board/statistics?{SEPTEMBER}")
    other = visitor("supervisor.market").open(f"/board/statistics?{SEPTEMBER}")

    assert case_no
    assert "现在有1件等着受理或者决定，等得最久的6天" in seen.text
    assert ["6至10天", "0", "1", "0"] in figures_of(seen, "按等待的天数")
    assert "现在没有等着受理或者决定的件" in other.text


def test_a_department_is_chosen_by_those_who_see_all(visitor: Come) -> None:
    counted("traffic", counts={"received": 3})
    counted("market", counts={"received": 4})
    browser = visitor("monitor")

    both = browser.open(f"/board/statistics?{SEPTEMBER}")
    one = browser.open(f"/board/statistics?{SEPTEMBER}&department=market")
    own = visitor("supervisor.market").open(f"/board/statistics?{SEPTEMBER}")

    assert "收件7件" in both.text
    assert "收件4件" in one.text
    assert "收件4件" in own.text
    assert "department" in one.page.forms[-1].names
    assert "department" not in own.page.forms[-1].names
    assert visitor("supervisor.market").open("/board/statistics?department=traffic").status == 403


def test_the_flags_of_each_measure_are_told_with_how_they_were_overturned(visitor: Come) -> None:
    step = FlagStep(
        department="market",
        edition="2024",
        measure_code="9",
        counts={"flag_set": 3, "flag_overturned:objection": 2, "days_to_overturn:objection": 5},
        in_force=1,
    )
    StatisticsStore().add(
        Contribution(
            event_id="flag:made-up/1", department="market", item_code="-", day=date(2026, 9, 3), at=NOON, flag=step
        )
    )

    seen = visitor("monitor").open(f"/board/measures?{SEPTEMBER}")
    english = visitor("inspector", language="en").open(f"/board/measures?{SEPTEMBER}")
    other = visitor("credit").open(f"/board/measures?{SEPTEMBER}")

    (row,) = figures_of(seen, "各项措施")[1:]
    assert row[0].endswith("2024年版第9项")
    assert row[1:] == ["3", "2 (平均2.5天)", "0", "2 (平均2.5天)", "0", "0", "0", "1"]
    assert "平均生效2.5天" in seen.text
    assert "average in days: 2.5" in english.text
    assert "现在也没有在生效的" in other.text


@pytest.mark.parametrize("page", ["statistics", "measures"])
def test_days_that_run_backwards_are_told_as_such(visitor: Come, page: str) -> None:
    assert visitor("monitor").open(f"/board/{page}?from=2026-09-30&to=2026-09-01").status == 400
