"""The figures and their file over HTTP, on the things of the world that the examples act on."""

import csv
import io
import json
from datetime import date

import pytest

from chalicelib.api.supervision.routes.statistics_export import MARK, cell
from chalicelib.supervision.model.statistics import Contribution, FlagStep
from chalicelib.supervision.store.statistics import StatisticsStore
from tests.api.bodies import token_of
from tests.api.world import World, world
from tests.builders import NOON

__all__ = ["world"]

DAYS = "from=2026-09-01&to=2026-09-30"
PLACE = "/v1/supervision/statistics"
OVERTURNED = {"flag_overturned:objection": 2, "days_to_overturn:objection": 5}


@pytest.fixture(autouse=True)
def counted(world: World) -> None:  # noqa: ARG001 - the tables are the world's
    for number, (item, counts) in enumerate(
        [
            ("a", {"received": 2253, "complained:experience": 1}),
            ("b", {"decided": 1881, "completed:1": 1881, "late": 1}),
        ]
    ):
        StatisticsStore().add(
            Contribution(
                event_id=f"case:made-up/{number}",
                department="market",
                item_code=item,
                day=date(2026, 9, 3 + number),
                at=NOON,
                counts=counts,
            )
        )


def test_the_sources_figures_make_83_per_cent(world: World) -> None:
    told = world.send("GET", f"{PLACE}?{DAYS}&department=market&by=item", as_="monitor").body

    (market,) = told["departments"]
    assert (told["from"], told["to"]) == ("2026-09-01", "2026-09-30")
    assert market["completion"] == {"part": 1881, "whole": 2253, "per_cent": 83}
    assert market["figures"]["on_time"] == {"part": 1880, "whole": 1881, "per_cent": 100}
    assert market["figures"]["complaints"] == {"experience": {"part": 1, "whole": 1, "per_cent": 100}}
    assert [(part["key"], part["figures"]["received"]) for part in market["parts"]] == [("a", 2253), ("b", 0)]
    assert told["total"]["completion"] == market["completion"]


def test_of_nothing_shares_and_times_are_absent(world: World) -> None:
    told = world.send("GET", f"{PLACE}?from=2020-01-01&to=2020-01-02", as_="monitor").body

    assert told["total"]["completion"] == {"part": 0, "whole": 0, "per_cent": None}
    assert told["total"]["figures"]["handling_minutes"] == {"median": None, "p90": None, "longest": None}


def test_a_table_has_a_heading_and_a_line_for_each_day_and_item(world: World) -> None:
    reply = world.send("GET", f"{PLACE}/export?{DAYS}&department=market", as_="monitor")

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    name = "xinnuo-statistics-2026-09-01-2026-09-30.csv"
    assert reply.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert reply.text.startswith(MARK)
    rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix(MARK))))
    told = [(row["day"], row["item"], row["received"], row["decided"], row["on_time.whole"]) for row in rows]
    assert told == [("2026-09-03", "a", "2253", "0", "0"), ("2026-09-04", "b", "0", "1881", "1881")]
    assert rows[0]["complaints"] == "experience=1"


def test_where_there_is_nothing_a_table_has_its_heading_alone(world: World) -> None:
    reply = world.send("GET", f"{PLACE}/export?from=2020-01-01&to=2020-01-02", as_="monitor")

    assert reply.text.startswith(f"{MARK}department,day,item,received,")
    assert len(reply.text.splitlines()) == 1


def test_every_json_line_is_a_whole_object(world: World) -> None:
    reply = world.send("GET", f"{PLACE}/export?{DAYS}&department=market&format=jsonl", as_="monitor")

    lines = [json.loads(line) for line in reply.text.splitlines()]
    assert reply.headers["content-type"] == "application/jsonl; charset=utf-8"
    assert [(line["department"], line["item"], line["received"]) for line in lines] == [
        ("market", "a", 2253),
        ("market", "b", 0),
    ]


@pytest.mark.parametrize(
    ("value", "written"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-", "-"), ("plate", "plate"), (-3, -3), (None, None)]
)
def test_no_cell_is_a_formula(value: object, written: object) -> None:
    assert cell(value) == written


def test_a_file_that_would_not_fit_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.api.supervision.routes.statistics_export.MOST_CHARACTERS", 10)

    reply = world.client.call("GET", f"{PLACE}/export?{DAYS}&department=market", token=token_of("monitor"))

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_QUERY", ["/from"])


@pytest.mark.requirement("R2.16")
def test_measures_are_told_with_their_names_what_was_overturned_by_which_way_and_after_how_many_days(
    world: World,
) -> None:
    for name, counts, in_force in (("set", {"flag_set": 3}, 3), ("lifted", OVERTURNED, -2)):
        StatisticsStore().add(
            Contribution(
                event_id=f"flag:made-up/{name}",
                department="credit",
                item_code="-",
                day=date(2026, 9, 3),
                at=NOON,
                flag=FlagStep(department="credit", edition="2024", measure_code="9", counts=counts, in_force=in_force),
            )
        )

    told = world.send("GET", f"/v1/supervision/measures?{DAYS}", as_="credit").body

    none = {"flags": 0, "days": 0, "average_days": None}
    figures = {
        "set": 3,
        "overturned": {"flags": 2, "days": 5, "average_days": "2.5"},
        "overturned_by": {
            "lifting": none,
            "objection": {"flags": 2, "days": 5, "average_days": "2.5"},
            "repair": none,
            "reversal": none,
            "amendment": none,
        },
        "in_force": 1,
    }
    assert (told["from"], told["to"]) == ("2026-09-01", "2026-09-30")
    assert told["measures"] == [
        {"edition": "2024", "measure_code": "9", "measure": "限制享受优惠政策和便利措施", "figures": figures}
    ]
    assert told["total"] == figures


def test_where_nothing_was_flagged_measures_are_an_empty_list(world: World) -> None:
    told = world.send("GET", "/v1/supervision/measures?from=2020-01-01&to=2020-01-02&measure=99", as_="monitor").body

    assert told["measures"] == []
    assert told["total"]["overturned"] == {"flags": 0, "days": 0, "average_days": None}
    assert (told["total"]["set"], told["total"]["in_force"]) == (0, 0)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-09-02&to=2026-09-01", "/to"),
        ("from=2026-02-30", "/from"),
        ("department=nowhere", "/department"),
    ],
)
def test_figures_of_measures_are_refused_like_those_of_departments(world: World, query: str, pointer: str) -> None:
    for place in (PLACE, "/v1/supervision/measures"):
        reply = world.client.call("GET", f"{place}?{query}", token=token_of("monitor"))

        assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_QUERY", [pointer]), place
