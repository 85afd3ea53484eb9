"""Grades over HTTP, by a scale that somebody made up: shown to the subject alone, and asked for by nothing."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.container import container
from tests.api.bodies import SHA, item_body, subject_of, token_of
from tests.api.world import World, world
from tests.builders import NOON, an_organisation
from tests.cloud import turn_clock
from tests.grading import a_scale, let_grades_count
from tests.services.mending import altered, mending

__all__ = ["world"]

TODAY = date(2026, 9, 28)


@pytest.fixture(autouse=True)
def as_it_stood(world: World) -> None:
    world.rewind()


def own(world: World, persona: str = "company", language: str = "zh-CN") -> Any:  # noqa: ANN401 - any JSON
    return world.client.get("/v1/me/credit", token=token_of(persona), accept_language=language).body["grade"]


def test_without_an_edition_that_has_a_scale_nobody_has_a_grade(world: World) -> None:
    assert [own(world, who) for who in ("company", "applicant")] == [None, None]


@pytest.mark.requirement("R6.12")
def test_an_organisation_sees_its_grade_with_every_input_weight_and_the_edition(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_grades_count(monkeypatch, a_scale(), since=TODAY)

    chinese, english = own(world), own(world, language="en")

    assert (chinese["label"], chinese["score"], chinese["edition"]) == ("较差", 100, "synthetic-1")
    assert (english["label"], english["scale"]) == ("poor", "A made-up scale, for tests only")
    assert (chinese["base"], chinese["top"], chinese["basis"]) == (800, 1000, "合成规则，不对应任何文件")
    assert [(each["input"], each["number"], each["weight"], each["points"]) for each in chinese["inputs"]] == [
        ("records.serious", 0, -300, 0),
        ("records.general", 4, -100, -300),
        ("records.minor", 0, -10, 0),
        ("flags", 1, -400, -400),
    ]
    assert chinese["inputs"][1] == {
        "input": "records.general",
        "text": "一般失信记录",
        "number": 4,
        "weight": -100,
        "most": 3,
        "points": -300,
        "basis": "合成规则第2条",
    }
    assert [(band["label"], band["least"]) for band in english["bands"]] == [
        ("excellent", 900),
        ("good", 700),
        ("fair", 500),
        ("poor", 0),
    ]


@pytest.mark.requirement("R6.11")
def test_a_person_has_no_grade_unless_the_edition_names_persons(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    let_grades_count(monkeypatch, a_scale(), since=TODAY)
    unnamed = own(world, "applicant")
    let_grades_count(monkeypatch, a_scale(subject_kinds=["resident_id"]), since=TODAY)

    assert unnamed is None
    assert (own(world, "applicant")["label"], own(world)) == ("良好", None)


@pytest.mark.parametrize(("days", "is_graded"), [(-1, False), (0, True), (1, True)])
def test_a_scale_counts_from_the_first_day_of_its_edition(
    world: World, monkeypatch: pytest.MonkeyPatch, days: int, *, is_graded: bool
) -> None:
    let_grades_count(monkeypatch, a_scale(), since=TODAY)
    turn_clock(NOON + timedelta(days=days))
    # The clock is part of the services, and so are the packs: neither was built anew.
    assert (own(world) is not None) is is_graded


def test_a_summary_that_was_wrong_is_mended_and_the_grade_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_grades_count(monkeypatch, a_scale(), since=TODAY)
    right = own(world)
    altered(flags=())
    wrong = own(world)

    mending().mend(container().subject_keys.key_of(an_organisation()), at=NOON)

    assert (wrong["score"], right["score"], own(world)) == (500, 100, right)


def file_on_a_promise(world: World) -> dict[str, Any]:
    promise = {**world.promise("company", "road-occupation"), "materials": [{"id": "site-plan", "sha256": SHA}]}
    filed: dict[str, Any] = world.send("POST", "/v1/cases", promise, as_="company").body
    return {part: filed[part] for part in ("way", "state", "credit", "clocks")}


def test_no_check_and_no_promise_rests_on_a_grade(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.send("PUT", "/v1/items/road-occupation/versions/1", item_body("road-occupation"), as_="editor")
    world.enrol("company")
    asked = {"subject": subject_of("company"), "item_code": "road-occupation", "purpose": "handling"}
    monkeypatch.setitem(container().__dict__, "clock", SimpleNamespace(now=lambda: NOON))

    before = world.send("POST", "/v1/credit/checks", asked, as_="system.traffic").body, file_on_a_promise(world)
    let_grades_count(monkeypatch, a_scale(base=0), since=TODAY)
    after = world.send("POST", "/v1/credit/checks", asked, as_="system.traffic").body, file_on_a_promise(world)

    assert (own(world)["label"], own(world)["score"]) == ("较差", 0)
    assert after == before
    assert (after[0]["effect"], after[0]["reasons"], after[1]["way"]) == ("none", [], "commitment")
