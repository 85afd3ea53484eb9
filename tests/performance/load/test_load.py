"""A small seeded sample of ``make load``: what must never be, never is; counts are within their reach, no times are."""

import json
from pathlib import Path

import pytest

from chalicelib.cases.table import CaseRow
from chalicelib.clocks.table import ClockRow
from chalicelib.supervision.services.board import MOST_AGED
from tests.depth import goes
from tests.performance.figures import Figure
from tests.performance.house import house
from tests.performance.load import department, relaying, sizes, storms, sweeping
from tests.performance.load.lambda_model import Function, Work, seconds_to_clear
from tests.performance.load.many import a_pattern
from tests.performance.load.scale import PAGE, page

SEED = 20261130


def named(figures: list[Figure], words: str) -> Figure:
    """Return the one figure whose name has these words."""
    (found,) = (figure for figure in figures if words in figure.name)
    return found


@goes("clocks", usually=100, deep=5_000)
def test_workers_that_die_at_random_calls_miss_no_milestone_and_tell_none_twice(engine: str, clocks: int) -> None:
    figure = sweeping.deaths(engine, clocks=clocks, workers=3, shards=4, dies_within=8, seed=SEED)

    assert figure.value == 0
    assert not figure.remark.startswith("0 ")


@goes("clocks", usually=132, deep=3_000)
def test_clocks_of_one_second_go_many_in_a_call_and_cost_less_cpu_than_one_by_one(engine: str, clocks: int) -> None:
    figures = sweeping.measured(engine, clocks=clocks, workers=2, dying=0, shards=1)

    assert named(figures, "CPU of a clock").is_met
    assert named(figures, "280,000 clocks by the model").is_met
    assert named(figures, "1,000,000 clocks by the model").is_met


@goes("events", usually=100, deep=20_000)
def test_events_replayed_from_nothing_out_of_order_give_the_same_figures_and_alerts(engine: str, events: int) -> None:
    figure = relaying.replays(engine, events=events, seed=SEED)

    assert figure.value == 0


@goes("runs", usually=2, deep=1_000)
def test_a_town_ends_in_trouble_as_it_does_in_calm(engine: str, runs: int) -> None:
    (figure,) = storms.measured(engine, runs=runs, seed=SEED)

    assert figure.value == 0


@goes("cases", usually=200, deep=20_000)
def test_requests_cost_as_much_beside_many_rows_as_beside_few(engine: str, cases: int) -> None:
    few = sizes.Size(clocks=100, cases=100, subjects=100, days=2, items=1)
    many = sizes.Size(clocks=cases, cases=cases, subjects=cases, days=2, items=10)

    missed = [str(figure) for figure in sizes.measured(engine, few=few, many=many) if not figure.is_met]

    assert not missed, "\n".join(missed)


@goes("cases", usually=250, deep=20_000)
def test_pages_of_a_large_department_ask_what_those_of_a_small_one_ask_and_never_for_all(
    engine: str, cases: int
) -> None:
    with house(engine):
        grown = department.Size(cases=cases, late=max(130, cases // 10))
        few, many = department.asked(a_pattern(), few=department.Size(cases=200, late=105), many=grown)

    assert {page: wire.operations for page, wire in many.items()} == {
        page: wire.operations for page, wire in few.items()
    }
    tables = {ClockRow.Meta.table_name, CaseRow.Meta.table_name}
    sent = [call.parameters for wire in many.values() for call in wire.calls if call.operation == "Query"]
    lists = [asked for asked in sent if asked["TableName"] in tables and "IndexName" in asked]
    assert lists
    assert [asked for asked in lists if asked.get("Limit", MOST_AGED + 2) > MOST_AGED + 1] == []


def test_a_night_takes_the_longer_the_slower_each_call_and_the_smaller_each_function() -> None:
    work = Work(calls=0.1, cpu_ms=1.0)

    quick = seconds_to_clear(64_000, work, Function(memory_mb=1769, latency=0.01))

    # A shard of 1,000 and three deviations more; a clock takes a millisecond of calls and one of computing.
    assert quick == pytest.approx(3 + (1_000 + 3 * 1_000**0.5) * 0.002)
    assert seconds_to_clear(64_000, work, Function(memory_mb=1769, latency=0.03)) > quick
    assert seconds_to_clear(64_000, work, Function(memory_mb=512, latency=0.01)) > quick
    assert seconds_to_clear(64_000, work, Function(memory_mb=1769, latency=0.01), most_a_second=100) > 640


def test_what_is_left_when_a_function_ends_is_moved_from_the_next_minute_on() -> None:
    work = Work(calls=0, cpu_ms=45_000)

    # One shard with one clock and three deviations more: four turns of 45 seconds, each in a minute of its own.
    assert seconds_to_clear(1, work, Function(memory_mb=1769, concurrency=1), shards=1) == pytest.approx(4 * 60 + 3)


def test_the_page_about_scale_is_what_was_computed() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert page(text) == text, "python -m tests.performance.load.scale writes it anew"


def test_every_part_of_what_a_promise_costs_has_a_price_that_says_where_it_is_from() -> None:
    prices = json.loads(Path(PAGE.parents[1] / "tests/performance/load/prices.json").read_text(encoding="utf-8"))

    assert {price["source"] for price in prices.values()} <= {"listed", "assumed"}
    assert all(price["note"] for price in prices.values() if price["source"] == "listed")
