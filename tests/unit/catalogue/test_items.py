"""What an item says of itself, what stands on the shelf, and what an applicant needs."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.catalogue.model.items import Recommitment, VerificationPlan, Way
from chalicelib.catalogue.model.questions import Answers, Question, QuestionKind, When
from chalicelib.catalogue.model.terms import Audience, WrittenLimit
from chalicelib.catalogue.model.versions import ItemVersions, Kept
from chalicelib.catalogue.rules.items import checklist, listed, notice_hash, wanted
from chalicelib.workdays.model.limits import Limit, Unit
from tests.builders import a_condition, a_limit, a_material, a_notice, a_question, an_item

BEFORE, DAY, AFTER = date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)
HOUSEHOLD = an_item(
    code="spouse-household",
    questions=(a_question(), Question(id="note", text="说明", kind=QuestionKind.TEXT, required=False)),
    conditions=(a_condition(id="house-owned", material="property-proof"), a_condition(id="form", material="form")),
    materials=(
        a_material(id="property-proof", when=When(question="residence", equals="rural")),
        a_material(id="marriage", ways=(Way.SHARED,)),
        a_material(id="form", ways=(Way.CERTIFICATE,)),
    ),
)


def test_limits_are_counted_as_they_were_written() -> None:
    item = an_item()

    assert item.promised == Limit(value=3, unit=Unit.WORKING_DAYS, basis="第1条")
    assert item.statutory == Limit(value=15, unit=Unit.WORKING_DAYS, basis="第1条")
    assert item.verification.limit == Limit(value=2, unit=Unit.MONTHS, basis="第1条")
    assert item.owner == "item:plate-replacement"


@pytest.mark.requirement("R4.3")
def test_a_limit_without_a_unit_cannot_be_counted() -> None:
    with pytest.raises(TypeError):
        WrittenLimit(value=3, basis="第1条").counted()


def test_what_is_not_limited_has_no_limit() -> None:
    assert VerificationPlan(required=False).limit is None
    assert Recommitment().wait is None
    assert Recommitment(written_wait=a_limit(30)).wait == Limit(value=30, unit=Unit.WORKING_DAYS, basis="第1条")


@pytest.mark.requirement("R1.6")
def test_the_notice_hash_follows_every_character_that_the_applicant_is_told() -> None:
    item = an_item()
    told = {
        notice_hash(item),
        notice_hash(replace(item, version=2)),
        notice_hash(replace(item, code="other")),
        notice_hash(replace(item, notice=a_notice(publication="公开"))),
        notice_hash(replace(item, conditions=(a_condition(text="旧车牌确实丢了!"),))),
    }

    assert len(told) == 5
    assert notice_hash(item) == notice_hash(replace(item, supervision_channel="12389"))
    assert notice_hash(item) == item.notice_hash


@pytest.mark.requirement("R5.4")
@pytest.mark.parametrize(
    ("answers", "materials", "conditions"),
    [
        ({"residence": "rural"}, ["property-proof", "marriage", "form"], ["house-owned"]),
        ({"residence": "urban", "note": "没有"}, ["marriage", "form"], []),
    ],
)
def test_a_conditional_material_is_needed_only_under_its_answer(
    answers: Answers,
    materials: list[str],
    conditions: list[str],
) -> None:
    shown = checklist(HOUSEHOLD, answers)

    assert [material.id for material in shown.materials] == materials
    assert [condition.id for condition in shown.conditions] == conditions


@pytest.mark.requirement("R1.4")
def test_what_is_shared_is_never_asked_for_and_what_is_promised_not_handed_in() -> None:
    shown = checklist(HOUSEHOLD, {"residence": "rural"})

    assert [material.id for material in shown.to_hand_in(Way.CERTIFICATE)] == ["property-proof", "form"]
    assert [material.id for material in shown.to_hand_in(Way.COMMITMENT)] == ["form"]


def test_a_file_that_a_question_asks_for_is_on_the_checklist_under_its_answer() -> None:
    always = Question(id="plan", text="平面图", kind=QuestionKind.DOCUMENT)
    sometimes = replace(always, id="lease", when=When(question="residence", equals="rural"))
    item = an_item(questions=(a_question(), always, sometimes))

    assert [each.id for each in checklist(item, {"residence": "rural"}).files] == ["plan", "lease"]
    assert [each.id for each in checklist(item, {"residence": "urban"}).files] == ["plan"]


def test_yes_is_not_the_word_true() -> None:
    assert When(question="owner", equals=True).holds({"owner": True})
    assert not When(question="owner", equals=True).holds({"owner": "True"})
    assert not When(question="owner", equals=True).holds({})


@pytest.mark.requirement("R5.1")
def test_a_version_comes_into_force_on_its_day() -> None:
    old, new = listed(an_item(version=1)), listed(an_item(version=2, effective_from=DAY))

    shelf = ItemVersions(current=old).with_new(new, on=BEFORE)

    assert [shelf.on(day) for day in (BEFORE, DAY, AFTER)] == [old, new, new]
    assert shelf.latest == 2


def test_a_publication_replaces_what_waits_but_not_what_has_come() -> None:
    first, second = listed(an_item(version=1)), listed(an_item(version=2, effective_from=DAY))
    third = listed(an_item(version=3, effective_from=AFTER))
    waiting = ItemVersions(current=first, upcoming=second)

    assert waiting.with_new(third, on=BEFORE) == ItemVersions(current=first, upcoming=third)
    assert waiting.with_new(third, on=DAY) == ItemVersions(current=second, upcoming=third)
    assert waiting.with_new(third, on=AFTER) == ItemVersions(current=third)


def test_an_empty_shelf_has_nothing() -> None:
    assert ItemVersions().on(DAY) is None
    assert ItemVersions().latest == 0
    assert ItemVersions().code == ""


def test_versions_have_the_code_of_their_item_before_the_first_of_them_comes_into_force_too() -> None:
    assert ItemVersions(current=listed(an_item())).code == "plate-replacement"
    assert ItemVersions(upcoming=listed(an_item())).code == "plate-replacement"


def test_an_item_keeps_one_timeline_for_all_its_versions() -> None:
    assert Kept(code="plate-replacement").owner == an_item(version=2).owner == "item:plate-replacement"


@pytest.mark.parametrize(
    ("of_item", "asked", "is_found"),
    [
        (Audience.BOTH, Audience.NATURAL, True),
        (Audience.LEGAL, Audience.NATURAL, False),
        (Audience.LEGAL, Audience.LEGAL, True),
        (Audience.LEGAL, None, True),
    ],
)
def test_an_item_for_both_is_found_under_either(of_item: Audience, asked: Audience | None, *, is_found: bool) -> None:
    found = wanted(ItemVersions(current=listed(an_item(audience=of_item))), on=DAY, audience=asked)

    assert (found is not None) is is_found


def test_items_are_found_by_department_and_only_in_force() -> None:
    shelf = ItemVersions(upcoming=listed(an_item(effective_from=DAY)))

    assert wanted(shelf, on=BEFORE) is None
    assert wanted(shelf, on=DAY, department="traffic") is not None
    assert wanted(shelf, on=DAY, department="market") is None
