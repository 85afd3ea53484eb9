"""The portal's words are complete in both languages, and dates are said as people say them."""

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.api.sanctions.schemas.measures import EditionStands
from chalicelib.authorities.model import Act, Side, Standing
from chalicelib.calendars.model import RecountState
from chalicelib.cases.model.case import WAITING, State, Way
from chalicelib.cases.model.stages import Finding, Notice, Outcome
from chalicelib.cases.rules.consequences import BROKEN, RectificationOutcome
from chalicelib.cases.rules.handling import STEPS
from chalicelib.cases.services.reading import Sight
from chalicelib.catalogue.model.items import Method, ProxyAct
from chalicelib.catalogue.model.terms import Audience, WrittenLimit
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.credit.model.identity_conflicts import Outcome as ConflictOutcome
from chalicelib.credit.model.identity_links import IdentityLinkState
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Effect, Purpose, Severity
from chalicelib.http.language import Language
from chalicelib.messages.model.contacts import REACHING, ContactSource
from chalicelib.messages.model.messages import Act as MessageAct
from chalicelib.messages.rules.sending import (
    AUTHORITY_ENDED,
    CONSENT_WITHDRAWN,
    NO_CONSENT,
    NO_CONTACT,
    NOT_ASKED_ANY_MORE,
)
from chalicelib.policy import Role
from chalicelib.redress.model import ObjectionState, RepairStage
from chalicelib.redress.model import Outcome as Ruling
from chalicelib.rulepacks.model.consequences import (
    FINDINGS,
    SEVERITIES,
    Barred,
    CreditEffect,
    NextPromise,
    Owed,
    Stage,
    StepKind,
)
from chalicelib.rulepacks.model.pack import UNTIL
from chalicelib.rulepacks.rules import COURT, REVIEW, Difference
from chalicelib.sanctions.model.editions import EvaluationState
from chalicelib.sanctions.model.flag_notices import Change, IncidentState
from chalicelib.sanctions.model.flags import FlagState, MeasureClass
from chalicelib.sanctions.rules.state_machine import FlagStep
from chalicelib.staff.rules import STAFF_ROLES
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.supervision.model.cards import CardState, CardStep, Colour
from chalicelib.supervision.model.cards import Outcome as CardOutcome
from chalicelib.web.applicants import authorities as own_authorities
from chalicelib.web.applicants import case_actions as own_actions
from chalicelib.web.applicants import contact
from chalicelib.web.applicants.cases import DONE, OFFERS, WAY_THROUGH
from chalicelib.web.applicants.lateness import SUPERIORS
from chalicelib.web.applicants.own_case import COMES_NEXT
from chalicelib.web.core.assets import catalogue
from chalicelib.web.core.dispatch import FAILED
from chalicelib.web.core.i18n import by_text, day_text, limit_text, text
from chalicelib.web.credit_office import flag_actions, identities
from chalicelib.web.officers import authorities as claims
from chalicelib.web.officers import case_actions
from chalicelib.web.supervisors import card_actions
from chalicelib.web.supervisors import staff as staff_pages
from chalicelib.workdays.model.limits import DayReason, Unit
from infra.assets.build import without_government
from infra.assets.catalogues import LANGUAGES, compiled, files_of, read, texts_of
from tests.claims import about

if TYPE_CHECKING:
    from chalicelib.web.core.actions import Action

HAN = re.compile(r"[\u4e00-\u9fff]")
OURS = Path(__file__).parents[2] / "chalicelib"
TEMPLATES = sorted((Path(__file__).parents[2] / "chalicelib/web").glob("*/templates/**/*.html"))
OF_AGENTS = [step for step, right in STEPS.items() if Role.AGENT in right.roles]
NAMED_BY_VALUE: dict[str, Iterable[str]] = {
    "state": State,
    "clock": ClockKind,
    "light": Light,
    "day": DayReason,
    "outcome": Outcome,
    "finding": Finding,
    "found": FINDINGS,
    "at": Stage,
    "grave": SEVERITIES,
    "follows": ("nothing", *StepKind),
    "barred": Barred,
    "owed": Owed,
    "credit_as": CreditEffect,
    "next": NextPromise,
    "contest": (REVIEW, COURT),
    "differs": Difference,
    "method": Method,
    "rectified": RectificationOutcome,
    "way": Way,
    "sight": Sight,
    "link": (*LinkKind, "confirmation", "revocation"),
    "link_state": IdentityLinkState,
    "conflict": ConflictOutcome,
    "severity": Severity,
    "effect": Effect,
    "purpose": Purpose,
    "objection": ObjectionState,
    "ruling": Ruling,
    "repair": RepairStage,
    "kind": SubjectKind,
    "desk": (action.name for action in case_actions.ACTIONS),
    "card": Colour,
    "card_state": CardState,
    "card_outcome": CardOutcome,
    "card_act": CardStep,
    "card_words": CardStep,
    "card_done": ("given", *CardStep),
    "stands": EditionStands,
    "recount": RecountState,
    "evaluation": EvaluationState,
    "flag": FlagState,
    "flag_step": ("proposal", *FlagStep),
    "flag_done": ("proposed", *FlagStep),
    "class": MeasureClass,
    "change": Change,
    "incident": IncidentState,
    "stage": WAY_THROUGH,
    "act": OFFERS,
    "done": DONE.values(),
    "notice": (*Notice, "proved", "unproved"),
    "role": STAFF_ROLES,
    "authority": (*Standing, *(f"done_{done}" for done in own_authorities.DONE)),
    "authorities": Side,
    "may": (*Act, *(f"{act}_hint" for act in Act)),
    "proxy": ProxyAct,
    "looked": ("draft", "case", "clocks", "timeline", "list", "complaint", "withdrawal", "materials", *OF_AGENTS),
    "claim_done": claims.DONE,
    "staff": ("absence", "absence_hint", "back", "back_hint"),
    "turn": (f"act_{act}" for act in MessageAct),
    "need": ("corrections", "materials", "statement", "report"),
    "comes_next": (*(state for state in State if state not in WAITING), *COMES_NEXT),
    "late_told": SUPERIORS,
    "tag": BROKEN,
    "matter": ("flag", "complaint", "objection", "repair", "conflict"),
    "staff_done": ("absence", "back"),
    "contact": REACHING,
    "contact_give": REACHING,
    "contact_hint": REACHING,
    "contact_source": ContactSource,
    "contact_done": contact.DONE,
    "channel": REACHING,
    "delivery": (NO_CONTACT, NO_CONSENT, CONSENT_WITHDRAWN, AUTHORITY_ENDED, NOT_ASKED_ANY_MORE),
}
"""Texts that templates name by a value, and what the values are."""

OTHER_WAY_ROUND = {"other_language"}
MARKS = {"colon", "comma", "semicolon"}
"""Marks of punctuation, which have no characters."""

CHINESE, ENGLISH = texts_of("zh"), texts_of("en")


def test_both_languages_have_the_same_texts_in_the_same_files_and_none_is_unsure() -> None:
    def names(language: str) -> dict[str, list[object]]:
        catalogues = {f"{path.parts[-4]}/{path.name}": read(path) for path in files_of(language)}
        assert not [message for each in catalogues.values() for message in each if message.fuzzy and message.id]
        assert not [each.obsolete for each in catalogues.values() if each.obsolete]
        return {name: [message.id for message in each if message.id] for name, each in catalogues.items()}

    assert names("zh") == names("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_has_one_text_for_of_two_the_second_would_be_left_out(language: Language) -> None:
    texts = {path.name: path.read_text("utf-8") for path in files_of(language)}

    assert [name for name, text in texts.items() if re.search(r"^msgstr .*\nmsgstr ", text, re.MULTILINE)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_that_pages_read_is_made_of_these_files(language: Language) -> None:
    assert catalogue(language).read_bytes() == compiled(language), "make assets builds it anew"


def test_a_text_that_there_is_not_is_never_shown_by_its_name() -> None:
    with pytest.raises(KeyError):
        text("no_such_text", "zh")


def test_a_text_is_there_in_both_languages_with_the_same_blanks() -> None:
    wrong: dict[str, str] = {}
    for name in CHINESE:
        both = CHINESE[name], ENGLISH[name]
        chinese, english = both if name not in OTHER_WAY_ROUND else reversed(both)
        with about(name, wrong):
            assert HAN.search(chinese) or name in MARKS
            assert english
            assert not HAN.search(english)
            assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english))

    assert wrong == {}


@pytest.mark.parametrize(
    ("other", "instead"),
    [("撤除", "提前解除"), ("展示", "公示"), ("经办单位", "办理单位"), ("gravity", "severity"), ("grave", "serious")],
)
def test_one_thing_has_one_word_on_all_pages(other: str, instead: str) -> None:
    said = [*CHINESE.values(), *ENGLISH.values()]

    assert [each for each in said if re.search(rf"(?i)\b{other}\b" if other.isascii() else other, each)] == []
    assert [each for each in said if instead in each.lower()] != []


def test_no_english_sentence_is_longer_than_25_words() -> None:
    templates = json.loads((OURS / "messages/templates.json").read_text("utf-8"))
    texts = [*ENGLISH.values(), *(each["text"][1] for each in templates.values())]
    sentences = [sentence for each in texts for sentence in re.split(r"(?<=[.?!:])\s+", each)]

    assert [each for each in sentences if len(each.split()) > 25] == []


@pytest.mark.parametrize(
    ("name", "blanks", "one", "two"),
    [
        ("told_reasons", ["number"], "Reasons: 1", "Reasons: 2"),
        ("edit_differs", ["number"], "Differences: 1", "Differences: 2"),
        ("import_progress_unknown", ["done"], "Records done: 1", "Records done: 2"),
        ("average_days", ["days"], "average in days: 1", "average in days: 2"),
        (
            "ageing_sentence",
            ["open", "oldest"],
            "Cases waiting to be accepted or decided: 1. Longest wait, in days: 1.",
            "Cases waiting to be accepted or decided: 2. Longest wait, in days: 2.",
        ),
    ],
)
def test_an_english_sentence_is_right_for_one_and_for_two(name: str, blanks: list[str], one: str, two: str) -> None:
    assert text(name, "en", **dict.fromkeys(blanks, 1)) == one
    assert text(name, "en", **dict.fromkeys(blanks, 2)) == two


def test_a_template_asks_only_for_texts_that_there_are_and_says_nothing_by_itself() -> None:
    sources = [path.read_text("utf-8") for path in TEMPLATES]

    asked = {name for source in sources for name in re.findall(r"\bt\('(\w+)'[,)]", source)}
    assert asked - set(CHINESE) == set()
    assert not [source for source in sources if HAN.search(source)]


def test_a_component_is_always_given_its_parameters_for_without_them_it_fails_when_it_is_drawn() -> None:
    sources = {path.name: path.read_text("utf-8") for path in TEMPLATES}

    assert [name for name, source in sources.items() if re.search(r"\bgovuk\w+\(\)", source)] == []


def test_what_is_named_by_its_value_has_a_text_for_each_value() -> None:
    named = {f"audience_{audience}" for audience in Audience}
    named |= {f"limit_{unit}{one}" for unit in Unit for one in ("", "_one")}
    named |= {f"failed_{name}{do}" for name in [*FAILED.values(), "foreign_form"] for do in ("", "_do")}
    named |= {f"withdraw_{until}" for until in UNTIL}
    for prefix, values in NAMED_BY_VALUE.items():
        named |= {f"{prefix}_{value}" for value in values}

    assert named - set(CHINESE) == set()


def test_whatever_an_action_calls_itself_and_its_fields_has_a_text() -> None:
    actions: list[Action[Any]] = [
        *own_actions.ACTIONS,
        *case_actions.ACTIONS,
        *card_actions.ACTIONS,
        *staff_pages.ACTIONS,
        *flag_actions.ACTIONS,
        flag_actions.CONFIRMATION,
        identities.CONFIRMATION,
        identities.REVOCATION,
        own_authorities.END,
        claims.REFUSAL,
    ]
    fields = [field for action in actions for field in action.fields]

    named = {action.button for action in actions}
    named |= {field.label or f"field_{field.name}" for field in fields if field.kind != "materials"}
    named |= {name for field in fields for name in (field.hint, field.unanswered)}
    assert len(actions) == 8 + 20 + 4 + 2 + 4 + 3 + 2
    assert named - {""} - set(CHINESE) == set()


@pytest.mark.parametrize(
    ("language", "day", "by"),
    [("zh", "11月25日(周三)", "到11月25日(周三)为止"), ("en", "Wed 25 Nov", "by the end of Wed 25 Nov")],
)
def test_a_day_of_this_year_is_said_without_the_year(language: Language, day: str, by: str) -> None:
    assert day_text(date(2026, 11, 25), language, year=2026) == day
    assert by_text(date(2026, 11, 25), language, year=2026) == by


@pytest.mark.parametrize(("language", "day"), [("zh", "2027年1月1日(周五)"), ("en", "Fri 1 Jan 2027")])
def test_a_day_of_another_year_is_said_with_it(language: Language, day: str) -> None:
    assert day_text(date(2027, 1, 1), language, year=2026) == day


@pytest.mark.parametrize(
    ("value", "unit", "chinese", "english"),
    [
        (1, Unit.WORKING_DAYS, "1个工作日", "1 working day"),
        (3, Unit.WORKING_DAYS, "3个工作日", "3 working days"),
        (2, Unit.CALENDAR_DAYS, "2天", "2 days"),
        (2, Unit.HOURS, "2小时", "2 hours"),
        (2, Unit.MONTHS, "2个月", "2 months"),
    ],
)
def test_a_limit_is_said_with_its_unit(value: int, unit: Unit, chinese: str, english: str) -> None:
    limit = WrittenLimit(value=value, unit=unit, basis="x")

    assert (limit_text(limit, "zh"), limit_text(limit, "en")) == (chinese, english)


def test_the_british_government_s_typeface_and_crest_are_left_out() -> None:
    styles = (
        "@font-face{font-family:GDS Transport;src:url(/assets/fonts/light.woff2)}"
        "a{font-family:GDS Transport,arial,sans-serif;background:url(/assets/images/govuk-crest.svg)}"
    )

    assert without_government(styles) == (
        'a{font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;background:none}'
    )
