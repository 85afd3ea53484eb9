"""What may be published, fault by fault."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from chalicelib.catalogue.model.faults import FAULT_TEXTS, ItemFault
from chalicelib.catalogue.model.items import (
    Acceptance,
    Condition,
    Granularity,
    Item,
    LegalBasis,
    Liability,
    Material,
    Method,
    Notice,
    ProxyAct,
    Recommitment,
    Way,
)
from chalicelib.catalogue.model.questions import Check, Known, Option, Place, Question, QuestionKind, When
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.catalogue.rules.publication import faults_of, fits
from chalicelib.catalogue.rules.text_checks import CATCH_ALL_PHRASES
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.workdays.model.limits import Limit, Unit
from tests.builders import (
    a_condition,
    a_limit,
    a_material,
    a_notice,
    a_plan,
    a_question,
    a_step,
    an_item,
    some_limits,
)

SHARED = (Way.SHARED,)
CERTIFICATE = (Way.CERTIFICATE,)


def faults(item: Item) -> list[tuple[str, str]]:
    """Where the faults are, and of which kind."""
    return [(fault.pointer, fault.code) for fault in faults_of(item, packs=load_rule_packs())]


def test_an_item_without_fault_may_be_published() -> None:
    assert faults(an_item()) == []


@pytest.mark.requirement("R5.2")
def test_every_fault_is_found_at_once() -> None:
    item = Item(code="x", version=1, name="", department="", jurisdiction="", effective_from=date(2026, 1, 1))

    assert [pointer for pointer, _ in faults(item)] == [
        "/name",
        "/department",
        "/result_type",
        "/supervision_channel",
        "/legal_basis",
        "/jurisdiction",
        "/limits/promised/value",
        "/limits/promised/unit",
        "/limits/promised/basis",
        "/limits/statutory/value",
        "/limits/statutory/unit",
        "/limits/statutory/basis",
        "/steps",
        "/conditions",
        "/notice/item_name",
        "/notice/proof_obligation",
        "/notice/proof_content",
        "/notice/way_to_commit",
        "/notice/right_to_verify",
        "/notice/publication",
        "/notice/setting_basis",
        "/notice/contact",
        "/notice/validity",
        "/notice/alternative",
        "/notice/liability/civil",
        "/notice/liability/administrative",
        "/notice/liability/criminal",
        "/verification/standard",
        "/verification/limit/value",
        "/verification/limit/unit",
        "/verification/limit/basis",
        "/keywords",
    ]


@pytest.mark.requirement("R1.5")
@pytest.mark.parametrize("name", [field.name for field in fields(Notice) if field.name != "liability"])
def test_no_field_of_the_notice_may_be_blank(name: str) -> None:
    blank: dict[str, Any] = {name: " \u3000"}
    item = an_item(notice=replace(a_notice(), **blank))

    assert faults(item) == [(f"/notice/{name}", "item_blank")]


@pytest.mark.requirement("R1.5")
@pytest.mark.parametrize("name", [field.name for field in fields(Liability)])
def test_liability_is_told_in_all_three_kinds(name: str) -> None:
    notice = a_notice()
    item = an_item(notice=replace(notice, liability=replace(notice.liability, **{name: ""})))

    assert faults(item) == [(f"/notice/liability/{name}", "item_blank")]


@pytest.mark.requirement("R1.5")
def test_no_catch_all_phrase_passes_in_a_condition_or_the_notice() -> None:
    def places(phrase: str) -> set[str]:
        text = f"旧车牌丢了{phrase}。"
        item = an_item(conditions=(a_condition(text=text),), notice=a_notice(publication=text))
        return {pointer for pointer, code in faults(item) if code == "item_vague"}

    both = {"/conditions/0/text", "/notice/publication"}
    assert [phrase for phrase in CATCH_ALL_PHRASES if not both <= places(phrase)] == []


def test_a_vague_phrase_is_named() -> None:
    item = an_item(materials=(a_material(name="旧车牌等相关材料"),))

    found = faults_of(item, packs=load_rule_packs())

    assert [(fault.pointer, fault.blanks["phrase"]) for fault in found] == [
        ("/materials/0/name", "等相关"),
        ("/materials/0/name", "相关材料"),
    ]
    assert found[0].detail == "含有模糊或兜底的说法“等相关”，请写明具体内容。"


@pytest.mark.requirement("R1.12", "R5.2", "R5.5")
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"code": "Plate Replacement"}, ("/code", "item_bad_code")),
        ({"granularity": Granularity.PARENT}, ("/granularity", "item_parent")),
        ({"legal_basis": (LegalBasis(law=""),)}, ("/legal_basis/0/law", "item_blank")),
        ({"jurisdiction": "nowhere"}, ("/jurisdiction", "item_no_rule_pack")),
        ({"effective_from": date(2023, 2, 28)}, ("/jurisdiction", "item_no_rule_pack")),
        ({"risk_class": ""}, ("/risk_class", "item_unknown_risk")),
        ({"risk_class": "ecological_environment"}, ("/materials/0/ways", "item_risk_excluded")),
        ({"acceptance": Acceptance.INSTANT}, ("/acceptance", "item_asks_at_once")),
        ({"steps": (a_step(), a_step())}, ("/steps/1/id", "item_id_repeated")),
        ({"steps": (a_step(id=""),)}, ("/steps/0/id", "item_blank")),
        ({"steps": (a_step(name=""),)}, ("/steps/0/name", "item_blank")),
        ({"steps": (a_step(limit=a_limit(0)),)}, ("/steps/0/limit/value", "item_limit_value")),
        ({"steps": (a_step(limit=a_limit(unit=None)),)}, ("/steps/0/limit/unit", "item_limit_unit")),
        ({"keywords": ()}, ("/keywords", "item_no_keywords")),
        ({"keywords": ("车牌", "？！")}, ("/keywords/1", "item_blank")),
        ({"keywords": ("车牌", "牌")}, ("/keywords/1", "item_word_short")),
        ({"keywords": ("Car tag", "ＣＡＲ ＴＡＧ")}, ("/keywords/1", "item_word_repeated")),
        ({"synonyms": (("丢",),)}, ("/synonyms/0", "item_no_synonym")),
        ({"synonyms": (("丢", "掉"), ("补", " "))}, ("/synonyms/1/1", "item_blank")),
        ({"synonyms": (("丢", "掉"), ("补", "丢"))}, ("/synonyms/1/1", "item_word_repeated")),
        ({"verification": a_plan(officers=3)}, ("/verification/officers", "item_officers")),
        ({"verification": a_plan(standard="")}, ("/verification/standard", "item_blank")),
        ({"verification": a_plan(written_limit=None)}, ("/verification/limit/value", "item_limit_value")),
        ({"verification": a_plan(required=False)}, ("/verification/exempt_justification", "item_blank")),
        (
            {"recommitment": Recommitment(allowed=True, written_wait=a_limit(0))},
            ("/recommitment/wait/value", "item_limit_value"),
        ),
        (
            {"recommitment": Recommitment(allowed=False, written_wait=a_limit())},
            ("/recommitment/wait", "item_waits_for_nothing"),
        ),
        (
            {
                "recommitment": Recommitment(
                    allowed=True, written_wait=WrittenLimit(value=8, unit=Unit.WORKING_HOURS, basis="第1条")
                )
            },
            ("/recommitment/wait", "item_not_in_office_hours"),
        ),
        (
            {"materials": (replace(a_material(), later=a_limit()),)},
            ("/materials/0/later", "item_later_not_handed_in"),
        ),
        (
            {"materials": (a_material(), replace(a_material(id="plan", ways=CERTIFICATE), later=a_limit(0)))},
            ("/materials/1/later/value", "item_limit_value"),
        ),
        (
            {"materials": (replace(a_material(ways=CERTIFICATE), later=a_limit()),)},
            ("/materials/0/later", "item_later_not_handed_in"),
        ),
        (
            {
                "materials": (
                    a_material(),
                    replace(
                        a_material(id="plan", ways=CERTIFICATE),
                        later=WrittenLimit(value=5, unit=Unit.CALENDAR_DAYS, basis="第1条"),
                    ),
                )
            },
            ("/materials/1/later/unit", "item_later_unit"),
        ),
        ({"proxy_acts": (ProxyAct.STATEMENT,) * 2}, ("/proxy_acts/1", "item_proxy_act_repeated")),
        (
            {"proxy_acts": (ProxyAct.WITHDRAWAL,), "materials": (a_material(ways=(Way.CERTIFICATE,)),)},
            ("/proxy_acts", "item_nothing_for_an_agent"),
        ),
    ],
)
def test_each_rule_has_its_place(change: dict[str, Any], found: tuple[str, str]) -> None:
    assert found in faults(an_item(**change))


@pytest.mark.requirement("R1.12")
def test_an_exemption_from_verification_needs_its_justification_and_nothing_else() -> None:
    plan = a_plan(required=False, exempt_justification="日常监管代替。", standard="", written_limit=None)

    assert faults(an_item(verification=plan)) == []


def test_what_is_excluded_by_risk_may_ask_for_certificates() -> None:
    item = an_item(
        risk_class="ecological_environment",
        acceptance=Acceptance.OFFICER,
        materials=(a_material(ways=CERTIFICATE),),
    )

    assert faults(item) == []


def test_without_a_promise_nothing_is_accepted_by_itself() -> None:
    item = an_item(materials=(a_material(ways=CERTIFICATE),))

    assert faults(item) == [("/acceptance", "item_nothing_to_promise")]


def test_what_is_answered_at_once_may_rest_on_what_is_shared() -> None:
    item = an_item(acceptance=Acceptance.INSTANT, materials=(a_material(ways=SHARED),))

    assert faults(item) == []


@pytest.mark.requirement("R1.13")
@pytest.mark.parametrize(
    ("method", "officers", "found"),
    [
        (Method.ONSITE, 1, [("/verification/officers", "item_onsite_officers")]),
        (Method.ONSITE, 2, []),
        (Method.ONLINE, 1, []),
    ],
)
def test_substance_on_site_takes_two_officers(method: Method, officers: int, found: list[tuple[str, str]]) -> None:
    assert faults(an_item(verification=a_plan(method=method, officers=officers, substantive=True))) == found


@pytest.mark.requirement("R4.13")
@pytest.mark.parametrize(("days", "found"), [(15, []), (16, [("/limits/promised", "item_promised_too_long")])])
def test_the_promised_limit_ends_within_the_statutory_one(days: int, found: list[tuple[str, str]]) -> None:
    assert faults(an_item(limits=some_limits(promised=a_limit(days)))) == found


@pytest.mark.requirement("R4.13")
@pytest.mark.parametrize(("days", "found"), [(2, []), (3, [("/steps", "item_steps_too_long")])])
def test_the_steps_together_end_within_the_promised_limit(days: int, found: list[tuple[str, str]]) -> None:
    steps = (a_step(id="review", limit=a_limit(1)), a_step(id="decide", limit=a_limit(days)))

    assert faults(an_item(steps=steps)) == found


def limits(*values: tuple[int, Unit]) -> list[Limit]:
    return [Limit(value=value, unit=unit, basis="第1条") for value, unit in values]


@pytest.mark.requirement("R4.13")
@pytest.mark.parametrize(
    ("inner", "outer", "answer"),
    [
        ([(2, Unit.CALENDAR_DAYS)], (2, Unit.WORKING_DAYS), True),
        ([(3, Unit.CALENDAR_DAYS)], (2, Unit.WORKING_DAYS), False),
        ([(1, Unit.WORKING_DAYS)], (30, Unit.CALENDAR_DAYS), False),
        ([(48, Unit.HOURS)], (2, Unit.CALENDAR_DAYS), True),
        ([(49, Unit.HOURS)], (2, Unit.CALENDAR_DAYS), False),
        ([(28, Unit.CALENDAR_DAYS)], (1, Unit.MONTHS), True),
        ([(29, Unit.CALENDAR_DAYS)], (1, Unit.MONTHS), False),
        ([(1, Unit.MONTHS)], (31, Unit.CALENDAR_DAYS), True),
        ([(1, Unit.MONTHS)], (30, Unit.CALENDAR_DAYS), False),
        ([(24, Unit.HOURS), (1, Unit.CALENDAR_DAYS)], (2, Unit.WORKING_DAYS), True),
        ([(24, Unit.HOURS), (1, Unit.WORKING_DAYS)], (3, Unit.WORKING_DAYS), False),
        ([(12, Unit.WORKING_HOURS), (1, Unit.WORKING_DAYS)], (3, Unit.WORKING_DAYS), True),
        ([(13, Unit.WORKING_HOURS), (1, Unit.WORKING_DAYS)], (3, Unit.WORKING_DAYS), False),
        ([(4, Unit.WORKING_HOURS)], (30, Unit.CALENDAR_DAYS), False),
        ([(4, Unit.HOURS)], (4, Unit.WORKING_HOURS), True),
    ],
)
def test_limits_in_different_units_fit_only_if_they_surely_do(
    inner: list[tuple[int, Unit]],
    outer: tuple[int, Unit],
    *,
    answer: bool,
) -> None:
    assert fits(limits(*inner), limits(outer)[0], hours_a_day=6) is answer


@pytest.mark.parametrize(
    "ways",
    [(), (Way.COMMITMENT,), (Way.SHARED, Way.CERTIFICATE), (Way.CERTIFICATE, Way.CERTIFICATE)],
)
def test_a_material_comes_by_sharing_alone_or_as_the_applicant_likes(ways: tuple[Way, ...]) -> None:
    item = an_item(acceptance=Acceptance.OFFICER, materials=(a_material(ways=ways),))

    assert ("/materials/0/ways", "item_ways") in faults(item)


def needed_if(question: str) -> Material:
    """A material that is needed if a question is answered with "a"."""
    return a_material(when=When(question=question, equals="a"))


@pytest.mark.requirement("R5.3")
@pytest.mark.parametrize(
    ("material", "found"),
    [
        (a_material(basis=" "), ("/materials/0/basis", "item_blank")),
        (a_material(id="new-plate"), ("/materials/0/ways", "item_material_without_condition")),
        (a_material(ways=SHARED, source=""), ("/materials/0/source", "item_blank")),
        (needed_if("age"), ("/materials/0/when/question", "item_depends_on_no_choice")),
        (needed_if("note"), ("/materials/0/when/question", "item_depends_on_no_choice")),
        (needed_if("maybe"), ("/materials/0/when/question", "item_depends_on_no_choice")),
        (needed_if("residence"), ("/materials/0/when/equals", "item_no_such_option")),
    ],
)
def test_a_material_needs_its_basis_and_its_question(material: Material, found: tuple[str, str]) -> None:
    questions = (
        a_question(),
        Question(id="note", text="说明", kind=QuestionKind.TEXT),
        a_question(id="maybe", options=("a", "b"), required=False),
    )

    assert found in faults(an_item(materials=(material,), questions=questions))


def test_a_material_may_depend_on_a_choice_that_must_be_made() -> None:
    material = a_material(when=When(question="residence", equals="rural"))

    assert faults(an_item(materials=(material,), questions=(a_question(),))) == []


@pytest.mark.requirement("R1.4")
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (a_condition(text=""), ("/conditions/0/text", "item_blank")),
        (a_condition(measure=""), ("/conditions/0/measure", "item_blank")),
        (a_condition(material="nothing"), ("/conditions/0/material", "item_condition_without_material")),
        (a_condition(material="licence"), ("/conditions/0/material", "item_shared_yet_asked")),
        (a_condition(question="nobody-asks"), ("/conditions/0/question", "item_no_such_question")),
        (replace(a_condition(), text_en="Lost, etc."), ("/conditions/0/text_en", "item_vague")),
    ],
)
def test_a_condition_says_what_is_true_and_instead_of_what(condition: Condition, found: tuple[str, str]) -> None:
    materials = (a_material(), a_material(id="licence", ways=SHARED))

    assert found in faults(an_item(conditions=(condition, a_condition(id="other")), materials=materials))


def asks(**fields: Any) -> Question:  # noqa: ANN401 - any field of a question
    """A question with a label in both languages."""
    return Question(**{"id": "q", "text": "填", "text_en": "Fill in", **fields})


def checks(kind: QuestionKind, **check: Any) -> Question:  # noqa: ANN401 - any field of a check
    """A question with a check."""
    return asks(kind=kind, check=Check(**check))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (a_question(options=("one",)), ("/questions/0/options", "item_no_choice")),
        (a_question(options=("one", "one")), ("/questions/0/options", "item_no_choice")),
        (
            asks(kind=QuestionKind.TEXT, options=(Option(value="a", text="甲", text_en="A"),)),
            ("/questions/0/options", "item_text_has_options"),
        ),
        (
            asks(options=(Option(value=True, text=""), Option(value=False, text="否", text_en="No"))),
            ("/questions/0/options/0/text", "item_blank"),
        ),
    ],
)
def test_a_question_offers_a_real_choice(question: Question, found: tuple[str, str]) -> None:
    assert faults(an_item(questions=(question,))) == [found]


def test_every_kind_of_fault_has_a_text_in_both_languages() -> None:
    assert set(FAULT_TEXTS) == set(ItemFault)
    assert all(chinese and english.isascii() for chinese, english in FAULT_TEXTS.values())


def test_an_item_belongs_to_a_department_of_the_town_where_they_are_named() -> None:
    def found(*departments: str) -> list[tuple[str, str]]:
        faults = faults_of(an_item(department="traffic"), packs=load_rule_packs(), departments=departments)
        return [(fault.pointer, fault.code) for fault in faults]

    assert found() == found("market", "traffic") == []
    assert found("market") == [("/department", "item_no_such_department")]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (asks(kind=QuestionKind.DATE, text=""), ("/questions/1/text", "item_blank")),
        (asks(kind=QuestionKind.DATE, text_en=" "), ("/questions/1/text_en", "item_english_missing")),
        (asks(kind=QuestionKind.DATE, help="写到日。"), ("/questions/1/help_en", "item_english_missing")),
        (asks(kind=QuestionKind.DATE, help="日期等等", help_en="Day"), ("/questions/1/help", "item_vague")),
        (asks(id="residence", kind=QuestionKind.PHONE), ("/questions/1/id", "item_id_repeated")),
        (asks(id="old-plate", kind=QuestionKind.DOCUMENT), ("/questions/1/id", "item_id_repeated")),
        (asks(kind=QuestionKind.DOCUMENT), ("/questions/1/required", "item_file_without_basis")),
        (
            asks(kind=QuestionKind.TEXT, when=When(question="nobody-asks", equals="a")),
            ("/questions/1/when/question", "item_depends_on_no_choice"),
        ),
        (
            asks(kind=QuestionKind.TEXT, when=When(question="later", equals="a")),
            ("/questions/1/when/question", "item_later_question"),
        ),
        (
            asks(kind=QuestionKind.TEXT, when=When(question="q", equals="a")),
            ("/questions/1/when/question", "item_later_question"),
        ),
        (
            asks(kind=QuestionKind.TEXT, when=When(question="residence", equals="moon")),
            ("/questions/1/when/equals", "item_no_such_option"),
        ),
        (asks(kind=QuestionKind.PERSON), ("/questions/1/sensitive", "item_person_not_sensitive")),
        (asks(kind=QuestionKind.DATE, known=Known.CONTACT), ("/questions/1/known", "item_known_not_of_kind")),
        (checks(QuestionKind.PHONE, longest=3), ("/questions/1/check/longest", "item_check_not_of_kind")),
        (checks(QuestionKind.DATE, least="1"), ("/questions/1/check/least", "item_check_not_of_kind")),
        (checks(QuestionKind.TEXT, longest=201), ("/questions/1/check/longest", "item_check_too_long")),
        (checks(QuestionKind.TEXT, shortest=5, longest=4), ("/questions/1/check/longest", "item_check_reversed")),
        (checks(QuestionKind.TEXT, pattern="plate"), ("/questions/1/check/pattern", "item_no_such_pattern")),
        (checks(QuestionKind.NUMBER, least="one"), ("/questions/1/check/least", "item_check_not_a_number")),
        (checks(QuestionKind.NUMBER, most="1e3"), ("/questions/1/check/most", "item_check_not_a_number")),
        (checks(QuestionKind.NUMBER, least="1", most="0.5"), ("/questions/1/check/most", "item_check_reversed")),
        (checks(QuestionKind.DATE, earliest=1, latest=0), ("/questions/1/check/latest", "item_check_reversed")),
        (checks(QuestionKind.DATE, not_before="q"), ("/questions/1/check/not_before", "item_no_earlier_date")),
        (checks(QuestionKind.DATE, not_before="residence"), ("/questions/1/check/not_before", "item_no_earlier_date")),
    ],
)
def test_a_question_can_be_answered_as_it_is_asked(question: Question, found: tuple[str, str]) -> None:
    later = a_question(id="later", options=("a", "b"))

    assert found in faults(an_item(questions=(a_question(), question, later)))


def test_a_form_that_can_be_filled_in_is_published() -> None:
    questions = (
        a_question(),
        asks(id="owner", kind=QuestionKind.PERSON, sensitive=True, known=Known.IDENTITY),
        asks(id="phone", kind=QuestionKind.PHONE, sensitive=True, known=Known.CONTACT, group="reach"),
        asks(id="area", kind=QuestionKind.NUMBER, check=Check(least="0.5", most="200", decimals=2)),
        asks(id="from", kind=QuestionKind.DATE, check=Check(earliest=0, latest=90)),
        asks(id="to", kind=QuestionKind.DATE, check=Check(not_before="from")),
        asks(id="vin", kind=QuestionKind.TEXT, check=Check(pattern="vin", shortest=17, longest=17)),
        asks(id="why", kind=QuestionKind.LONG_TEXT, when=When(question="residence", equals="rural")),
        asks(id="plan", kind=QuestionKind.DOCUMENT, required=False, help="一张平面图。", help_en="One plan."),
    )

    assert faults(an_item(questions=questions)) == []


def test_an_item_without_an_english_name_needs_no_english_questions() -> None:
    item = replace(an_item(questions=(asks(kind=QuestionKind.PHONE, text_en=""),)), name_en="")

    assert faults(item) == []


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (asks(kind=QuestionKind.PHONE, sensitive=True), "item_sensitive_condition"),
        (asks(kind=QuestionKind.PHONE, shown=(Place.DESK,)), "item_sensitive_condition"),
        (asks(kind=QuestionKind.PHONE), ""),
        (asks(kind=QuestionKind.DOCUMENT, required=False), "item_no_such_question"),
    ],
)
def test_a_condition_quotes_only_what_everybody_may_read(question: Question, found: str) -> None:
    item = an_item(conditions=(a_condition(question="q"),), questions=(question,))

    assert faults(item) == ([("/conditions/0/question", found)] if found else [])


@pytest.mark.parametrize("hidden", [{"sensitive": True}, {"shown": (Place.DESK,)}])
def test_nothing_that_everybody_sees_depends_on_an_answer_that_is_not_open(hidden: dict[str, Any]) -> None:
    when = When(question="residence", equals="rural")
    secret = replace(a_question(), **hidden)
    questions = (secret, Question(id="q", text="说明", kind=QuestionKind.TEXT, when=when))
    item = an_item(materials=(a_material(when=when),), questions=questions)

    assert [(pointer, code) for pointer, code in faults(item) if "/when/" in pointer] == [
        ("/questions/1/when/question", "item_depends_on_sensitive"),
        ("/materials/0/when/question", "item_depends_on_sensitive"),
    ]
