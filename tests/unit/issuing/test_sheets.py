"""What stands in each kind of document, from the event that it follows from."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.cases.model.stages import Finding
from chalicelib.issuing.model.issued import Sheet
from chalicelib.issuing.model.texts import Template
from chalicelib.issuing.rules.case_facts import case_facts
from chalicelib.issuing.rules.flag_facts import flag_facts
from chalicelib.issuing.rules.sheets import sheet_of
from chalicelib.issuing.rules.templates import is_for, issued_id, templates_for, texts_in_force
from chalicelib.issuing.store.texts import document_texts
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from tests.builders import a_case, a_commitment, a_decision, a_flag, a_verification

(TEXTS,) = document_texts()
PACK = next(pack for pack in load_rule_packs() if pack.code == "corrects-first")
NAME, NUMBER = "李示例", "330782199001010004"
CLOCKS = [
    {"kind": "handling_promised", "due_on": "2026-10-14", "provisional": False},
    {"kind": "rectification", "due_on": "2026-10-20", "provisional": False},
]
SAID: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "case:accepted": ({"manner": "by_officer", "clocks_started": CLOCKS}, {}),
    "case:deemed_accepted": (
        {"counts_from": "2026-09-20T04:00:00Z", "basis": "《行政许可法》第32条", "clocks_started": CLOCKS},
        {},
    ),
    "case:not_accepted": ({}, {"reason": "不属于本机关职权范围。"}),
    "case:correction_asked": ({"correction": 1, "missing": ["old-plate", "other"], "basis": "《规定》第24条"}, {}),
    "case:paused": (
        {"ground": "expert_review", "basis": "第45条", "expected_until": "2026-10-20"},
        {"notice": "需要专家评审。"},
    ),
    "case:extended": ({"by": {"value": 5, "unit": "working_days", "basis": "第42条"}}, {"reason": "案情复杂。"}),
    "case:decided": ({"outcome": "refused", "document_no": "义公交〔2026〕1号"}, {"reasons": "材料不实。"}),
    "case:defence_opened": ({"basis": "第64条"}, {"notice": "事实：承诺不实。\n理由：经核查。"}),
    "case:rectification_ordered": (
        {"days": 10, "basis": "第64条", "article": "《条例》第64条", "clocks_started": CLOCKS},
        {},
    ),
    "case:revoked": (
        {"document_no": "义撤1号", "basis": "第69条", "article": "《条例》第64条", "effective_on": "2026-12-01"},
        {"statement_answer": "不予采纳。"},
    ),
    "flag:proposed": ({"starts_on": "2026-10-01", "ends_on": "2027-09-30"}, {}),
    "flag:confirmed": (
        {"starts_on": "2026-10-02", "ends_on": "2027-09-30"},
        {"reason": "事实清楚。", "statement_answer": "不予采纳。"},
    ),
    "flag:lifted": ({}, {"reason": "已履行。", "basis": "第23条"}),
}
"""What an event of each kind says: its data and its texts."""


def an_event(kind: str, **other: Any) -> Event:  # noqa: ANN401 - any JSON
    data, texts = SAID[kind]
    return Event(
        owner="case:X" if kind.startswith("case:") else "flag:f1",
        seq=5,
        kind=kind,
        occurred_at="2026-09-28T17:00:00Z",
        recorded_at="2026-09-28T17:00:00Z",
        actor="staff:o1",
        department="traffic" if kind.startswith("case:") else "credit",
        data={**data, **other},
        prev_hash="",
        hash="",
        texts=texts,
    )


CASE = a_case(commitment=a_commitment(), decision=a_decision(), verification=a_verification(result=Finding.UNTRUE))


def facts_of(event: Event) -> dict[str, str]:
    if event.owner.startswith("flag:"):
        return flag_facts(a_flag(), event, name=NAME, number=NUMBER, items="住所登记", pack=PACK)
    return case_facts(CASE, event, name=NAME, number=NUMBER, result="号牌", pack=PACK)


def sheet(template: Template, event: Event) -> Sheet:
    return sheet_of(template, facts_of(event), event=event, texts=TEXTS, pack=PACK, check_url="https://x.test/check")


def each() -> Iterator[tuple[Template, Event]]:
    """Every kind of document with an event that it follows from."""
    for template in TEXTS.templates:
        for kind in template.events:
            yield template, an_event(kind, **template.when)


@pytest.mark.parametrize(
    ("template", "event"), list(each()), ids=lambda one: getattr(one, "code", one.__class__.__name__)
)
def test_every_kind_of_document_says_for_whom_on_which_article_and_by_whom(template: Template, event: Event) -> None:
    made = sheet(template, event)

    said = "\n".join(made.body)
    assert template in templates_for(event, TEXTS)
    assert (made.addressee, made.day, made.title) == (NAME, "2026年9月29日", template.title)
    assert made.organ in {"公安局交通管理局", "社会信用主管部门"}
    assert len(made.body) >= 2
    assert "{" not in said + "".join(made.translation)
    assert "证件号码末四位：0004" in made.lines
    assert NUMBER not in said
    assert made.notes == (
        "核验：在 https://x.test/check 选择本文件，即可核对其是否由本机关制发、是否仍然有效；文件内容不会上传。",
    )
    if template.code not in {"rectification", "flag_proposal", "flag_decision", "flag_lifting"}:
        assert template.basis in said


@pytest.mark.parametrize(
    ("template", "event"), list(each()), ids=lambda one: getattr(one, "code", one.__class__.__name__)
)
def test_whatever_decides_names_review_and_court_with_their_times(template: Template, event: Event) -> None:
    decides = {
        "non_acceptance",
        "decision_granted",
        "decision_refused",
        "rectification",
        "revocation",
        "flag_decision",
    }

    made = sheet(template, event)

    assert (made.remedies != ()) == (template.code in decides)
    if made.remedies:
        (said,) = made.remedies
        assert "60日内依法向本级人民政府申请行政复议（《行政复议法》第20条第1款），不收取任何费用" in said
        assert "6个月内依法直接向有管辖权的人民法院提起行政诉讼（《行政诉讼法》第46条第1款）" in said
        assert "within 60 days" in "".join(made.translation)
        assert "within 6 months" in "".join(made.translation)


def body(code: str, event: Event) -> str:
    template = TEXTS.template(code)
    assert template is not None
    return "\n".join(sheet(template, event).body)


def test_everything_that_is_missing_is_told_at_once_by_its_name() -> None:
    said = body("correction", an_event("case:correction_asked"))

    assert "1. 旧车牌" in said
    assert "2. other" in said
    assert "一次告知需要补正的全部内容" in said
    assert "依据：《规定》第24条；《行政许可法》第32条第1款第4项。" in said


def test_an_acceptance_says_the_promised_day_unless_it_is_provisional() -> None:
    provisional = [{**CLOCKS[0], "provisional": True}]

    said = body("acceptance", an_event("case:accepted"))
    without = body("acceptance", an_event("case:accepted", clocks_started=provisional))
    none = body("acceptance", an_event("case:accepted", clocks_started=None))

    assert "办理期限至2026年10月14日止" in said
    assert "现决定自2026年9月29日起予以受理" in said
    assert "办理期限至" not in without + none


def test_a_case_that_is_deemed_accepted_counts_from_the_day_of_receipt() -> None:
    assert "自2026年9月20日收到申请材料之日起即为受理" in body("deemed_acceptance", an_event("case:deemed_accepted"))


def test_a_paragraph_without_its_fact_is_left_out() -> None:
    refused = an_event("case:decided")
    late = replace(refused, texts={**refused.texts, "late_reason": "系统故障。"})

    assert "逾期作出决定的原因" not in body("decision_refused", refused)
    assert "逾期作出决定的原因：系统故障。" in body("decision_refused", late)


@pytest.mark.parametrize(
    ("code", "heading"), [("decision_granted", "你（单位）承诺符合以下条件"), ("permit", "许可条件：")]
)
def test_a_granted_promise_repeats_what_was_promised_and_a_case_by_certificate_does_not(
    code: str, heading: str
) -> None:
    granted = an_event("case:decided", outcome="granted")
    template = TEXTS.template(code)
    assert template is not None
    by_certificate = case_facts(a_case(), granted, name=NAME, number=NUMBER, result="号牌", pack=PACK)

    promised = sheet(template, granted).body
    certified = sheet_of(template, by_certificate, event=granted, texts=TEXTS, pack=PACK, check_url="x").body

    place = next(number for number, line in enumerate(promised) if line.startswith(heading))
    assert promised[place + 1].startswith("1. ")
    assert heading not in "\n".join(certified)


def test_a_revocation_of_a_case_that_lost_its_decision_leaves_out_what_it_cannot_say() -> None:
    event = an_event("case:revoked")

    facts = case_facts(a_case(), event, name=NAME, number="", result="", pack=PACK)

    assert (facts["revoked_no"], facts["findings"], facts["number_tail"]) == ("", "", "")


def test_a_ground_that_the_pack_does_not_have_is_left_out() -> None:
    facts = facts_of(an_event("case:paused", ground="unknown"))

    assert (facts["ground"], facts["ground_en"]) == ("", "")


def test_a_demand_whose_list_is_unreadable_names_nothing() -> None:
    assert facts_of(an_event("case:correction_asked", missing=None))["missing"] == ""


def test_an_event_that_says_nothing_more_still_names_the_case() -> None:
    event = replace(an_event("case:accepted"), kind=EventKind.CASE_DELIVERED.value)

    assert facts_of(event)["item"] == CASE.terms.item_name
    assert templates_for(event, TEXTS) == ()


def test_what_the_credit_repeats_of_its_flags_makes_no_second_document() -> None:
    own = an_event("flag:confirmed")

    assert [template.code for template in templates_for(own, TEXTS)] == ["flag_decision"]
    assert templates_for(replace(own, owner="credit:k1.x"), TEXTS) == ()


def test_words_of_people_are_never_taken_for_places_to_fill() -> None:
    event = replace(an_event("case:decided"), texts={"reasons": "{subject} {0} {{x}} %s"})

    assert "理由：{subject} {0} {{x}} %s" in body("decision_refused", event)


def test_a_permit_is_made_only_for_items_that_lead_to_one() -> None:
    permit = TEXTS.template("permit")
    decision = TEXTS.template("decision_granted")

    assert permit is not None
    assert decision is not None
    assert is_for(permit, "临时占用城市道路许可证")
    assert not is_for(permit, "号牌")
    assert is_for(decision, "号牌")


def test_an_office_without_a_name_issues_nothing() -> None:
    event = replace(an_event("case:accepted"), department="nobody")
    template = TEXTS.template("acceptance")

    assert template is not None
    with pytest.raises(LookupError, match="nobody"):
        sheet(template, event)


def test_an_id_follows_from_the_event_and_the_kind_alone() -> None:
    assert issued_id("case:X/5", "permit") == issued_id("case:X/5", "permit")
    assert len({issued_id("case:X/5", "permit"), issued_id("case:X/6", "permit"), issued_id("case:X/5", "other")}) == 3
    assert len(issued_id("case:X/5", "permit")) == 32


def test_the_newest_texts_that_have_begun_are_in_force() -> None:
    newer = replace(TEXTS, edition="2030", in_force_from=date(2030, 1, 1))

    assert texts_in_force([newer, TEXTS], on=date(2029, 12, 31)) is TEXTS
    assert texts_in_force([TEXTS, newer], on=date(2030, 1, 1)) is newer
    with pytest.raises(LookupError, match="2022-12-31"):
        texts_in_force([TEXTS], on=date(2022, 12, 31))


def test_an_unknown_kind_is_none() -> None:
    assert TEXTS.template("licence") is None


def test_what_replaces_or_ends_a_document_exists() -> None:
    codes, kinds = {template.code for template in TEXTS.templates}, {kind.value for kind in EventKind}

    assert len(codes) == len(TEXTS.templates)
    for template in TEXTS.templates:
        assert set(template.replaced_by) <= codes
        assert {*template.events, *template.ended_by} <= kinds
        assert template.basis


def test_an_officer_uploads_what_follows_from_cases_and_not_from_flags() -> None:
    codes = {template.code for template in TEXTS.templates if not template.is_for_cases}

    assert {template.events[0].partition(":")[0] for template in TEXTS.templates if template.code in codes} == {"flag"}
    assert len(codes) == 3
