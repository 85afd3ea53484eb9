"""Guides: every way ends at one smallest unit, and answers lead as far as they are answers."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from chalicelib.catalogue.model.guides import Choice, Ending, Fork, Guide
from chalicelib.catalogue.rules.guides import follow, in_force, matching
from chalicelib.catalogue.store.characters import characters
from chalicelib.catalogue.store.guides import editions

ITEMS = Path(__file__).parents[3] / "infra/local/sample/items"


def a_choice(value: str, leads_to: str, **fills: bool | str) -> Choice:
    return Choice(value=value, text=value, text_en=value, leads_to=leads_to, fills=fills)


def a_fork(name: str, *choices: Choice) -> Fork:
    return Fork(id=name, text=f"{name}?", text_en=f"{name}?", choices=choices)


def an_ending(name: str) -> Ending:
    return Ending(id=name, name=name, name_en=name, office="窗口", office_en="window")


GUIDE = Guide(
    code="move",
    in_force_from=date(2026, 1, 1),
    source="公开材料",
    name="户口迁移",
    name_en="Moving",
    summary="回答几个问题。",
    summary_en="A few questions.",
    keywords=("迁户口",),
    first="where",
    forks=(
        a_fork("where", a_choice("in", "land"), a_choice("out", "away")),
        a_fork("land", a_choice("rural", "spouse", residence="rural"), a_choice("urban", "spouse", residence="urban")),
    ),
    endings=(an_ending("spouse"), an_ending("away")),
)


def test_the_first_question_is_asked_of_whoever_answered_nothing() -> None:
    standing = follow(GUIDE, {})

    assert (standing.fork, standing.ending, standing.given) == (GUIDE.forks[0], None, ())


def test_answers_lead_to_one_end_and_fill_what_its_item_asks() -> None:
    standing = follow(GUIDE, {"where": "in", "land": "rural"})

    assert standing.fork is None
    assert standing.ending == GUIDE.endings[0]
    assert [(one.fork.id, one.choice.value) for one in standing.given] == [("where", "in"), ("land", "rural")]
    assert standing.answers == {"residence": "rural"}


@pytest.mark.parametrize("answers", [{"where": "nowhere"}, {"land": "rural"}, {"where": ""}])
def test_what_is_no_answer_to_the_question_is_asked_for_again(answers: dict[str, str]) -> None:
    assert follow(GUIDE, answers).fork == GUIDE.forks[0]


def test_answers_to_questions_off_the_way_are_passed_over() -> None:
    standing = follow(GUIDE, {"where": "out", "land": "rural", "colour": "blue"})

    assert standing.ending == GUIDE.endings[1]
    assert standing.answers == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"endings": (*GUIDE.endings, an_ending("spouse"))}, "names two things alike"),
        ({"endings": (*GUIDE.endings, an_ending("unseen"))}, r"never leads to \['unseen'\]"),
        ({"endings": GUIDE.endings[:1]}, "leads to away, which there is not"),
        ({"first": "nowhere"}, "leads to nowhere, which there is not"),
        (
            {"forks": (GUIDE.forks[0], a_fork("land", a_choice("back", "where"), a_choice("on", "spouse")))},
            "round in a circle at where",
        ),
    ],
)
def test_a_guide_that_leads_astray_is_none(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(GUIDE, **changed)  # type: ignore[arg-type]  # that is what is tried


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2025, 12, 31), []),
        (date(2026, 1, 1), [date(2026, 1, 1)]),
        (date(2026, 6, 30), [date(2026, 1, 1)]),
        (date(2026, 7, 1), [date(2026, 7, 1)]),
    ],
)
def test_an_edition_is_in_force_from_its_first_day_until_the_next(on: date, found: list[date]) -> None:
    later = replace(GUIDE, in_force_from=date(2026, 7, 1))

    assert [guide.in_force_from for guide in in_force((later, GUIDE), on=on)] == found


@pytest.mark.parametrize(
    ("q", "found"), [("", 1), ("？", 1), ("我要迁户口", 1), ("qian hukou", 1), ("moving", 1), ("车牌丢了", 0)]
)
def test_guides_are_found_by_plain_words(q: str, found: int) -> None:
    assert len(matching((GUIDE,), q, characters())) == found


@pytest.mark.requirement("R5.5")
def test_the_household_move_has_its_23_kinds_each_reached_by_questions() -> None:
    (guide,) = in_force(editions(), on=date(2026, 11, 25))

    assert guide.code == "household-move"
    assert len(guide.endings) == 23
    assert len({ending.name for ending in guide.endings}) == 23


def test_items_to_which_the_guides_lead_stand_under_them_and_ask_what_is_filled() -> None:
    for guide in editions():
        led_to = [ending for ending in guide.endings if ending.item_code is not None]
        assert led_to != []
        for ending in led_to:
            item = json.loads((ITEMS / f"{ending.item_code}.json").read_text(encoding="utf-8"))
            asked = {one["id"]: {option["value"] for option in one.get("options", ())} for one in item["questions"]}
            fills = [choice.fills for fork in guide.forks for choice in fork.choices if choice.leads_to == ending.id]

            assert item["parent"] == guide.code
            assert fills != []
            assert all(answer in asked[name] for filled in fills for name, answer in filled.items())
