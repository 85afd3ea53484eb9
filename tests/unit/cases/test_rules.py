from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import ConditionAsked, Draft, Material, MaterialAsked, Way
from chalicelib.cases.model.stages import CommitmentStatus
from chalicelib.cases.rules.filing import (
    STATEMENTS,
    Submission,
    conditions_asked,
    conditions_signed,
    digest_of,
    eligibility_for,
    materials_asked,
    payload_of,
    reasons_of_item,
    refused_by,
    require_audience,
    require_confirmations,
    require_in_time,
    require_laid_out_as_signed,
    require_materials,
    signatory_of,
    standing_of,
    statements_signed,
    terms_of,
    way_of,
)
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.catalogue.model.questions import Question, QuestionKind
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.rules.answers import read_answers
from chalicelib.catalogue.rules.items import checklist
from chalicelib.credit.model.records import Eligibility, ObjectionState
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.subjects.model.subjects import SubjectKind
from tests.builders import (
    NOON,
    a_bar,
    a_condition,
    a_draft,
    a_material,
    a_question,
    a_representative,
    a_summary,
    an_identity,
    an_item,
    an_organisation,
)

PACK = pack_in_force(load_rule_packs(), "corrects-first", on=date(2026, 9, 28))
PLATE = MaterialAsked(id="old-plate", name="旧车牌", basis="", ways=(MaterialWay.COMMITMENT, MaterialWay.CERTIFICATE))
LICENCE = MaterialAsked(id="licence", name="行驶证", basis="", ways=(MaterialWay.CERTIFICATE,))
MARRIAGE = MaterialAsked(id="marriage", name="结婚登记", basis="", ways=(MaterialWay.SHARED,))


def paper(name: str) -> Material:
    return Material(id=name, sha256="ab" * 32)


def reasons(**other: bool) -> tuple[ErrorCode, ...]:
    item = an_item(risk_class="ordinary", proxy_allowed=False)
    flags = {"is_by_proxy": False, "may_promise_again": True, **other}
    return reasons_of_item(item, PACK, checklist=checklist(item, {}), **flags)


def test_an_ordinary_item_leaves_the_commitment_way_open() -> None:
    assert reasons() == ()


@pytest.mark.requirement("R1.1")
def test_a_risk_that_the_pack_excludes_closes_the_commitment_way() -> None:
    item = an_item(risk_class=PACK.excluded_risks[0].code)

    found = reasons_of_item(item, PACK, checklist=checklist(item, {}), is_by_proxy=False, may_promise_again=True)

    assert found == (ErrorCode.RISK_EXCLUDED,)


def test_where_nothing_may_be_promised_no_promise_is_offered() -> None:
    item = an_item(conditions=(), materials=(a_material(ways=(MaterialWay.CERTIFICATE,)),))

    found = reasons_of_item(item, PACK, checklist=checklist(item, {}), is_by_proxy=False, may_promise_again=True)

    assert found == (ErrorCode.COMMITMENT_NOT_OFFERED,)


@pytest.mark.requirement("R1.8", "R1.11")
def test_proxy_and_recommitment_close_the_way_where_the_item_says_so() -> None:
    assert reasons(is_by_proxy=True) == (ErrorCode.PROXY_NOT_ALLOWED,)
    assert reasons(may_promise_again=False) == (ErrorCode.RECOMMITMENT_NOT_ALLOWED,)


@pytest.mark.parametrize(
    ("audience", "kind"),
    [
        (Audience.NATURAL, SubjectKind.RESIDENT_ID),
        (Audience.NATURAL, SubjectKind.PASSPORT),
        (Audience.LEGAL, SubjectKind.USCC),
        (Audience.BOTH, SubjectKind.RESIDENT_ID),
        (Audience.BOTH, SubjectKind.USCC),
    ],
)
def test_whom_an_item_is_for_may_apply(audience: Audience, kind: SubjectKind) -> None:
    require_audience(an_item(audience=audience), kind)


@pytest.mark.parametrize(
    ("audience", "kind"), [(Audience.LEGAL, SubjectKind.RESIDENT_ID), (Audience.NATURAL, SubjectKind.USCC)]
)
def test_whom_an_item_is_not_for_is_told_whom_it_is_for(audience: Audience, kind: SubjectKind) -> None:
    with pytest.raises(DomainError, match="NOT_FOR_AUDIENCE") as refused:
        require_audience(an_item(audience=audience), kind)

    assert refused.value.facts == {"audience": audience.value}


@pytest.mark.requirement("R6.10")
def test_unreadable_credit_says_neither_yes_nor_no() -> None:
    barred = Eligibility(allowed=False)
    clean = Eligibility(allowed=True)

    assert standing_of(a_draft(), None) is CommitmentStatus.PENDING
    assert standing_of(a_draft(), clean) is CommitmentStatus.ALLOWED
    assert standing_of(a_draft(), barred) is CommitmentStatus.REFUSED
    assert standing_of(a_draft(closed_by=(ErrorCode.RISK_EXCLUDED,)), None) is CommitmentStatus.REFUSED


def test_what_closes_the_commitment_way_is_remembered_once_and_nothing_that_does_not() -> None:
    summary = a_summary(version=1, bars=(a_bar(objection=ObjectionState.OPEN),), name_digests=("k1.aa",))
    found = eligibility_for(terms_of(an_item(), PACK), summary, name_digest="k1.aa", on=date(2026, 9, 28))
    conflicting = eligibility_for(terms_of(an_item(), PACK), summary, name_digest="k1.bb", on=date(2026, 9, 28))

    assert refused_by(found.reasons) == (a_bar().record,)
    assert refused_by(conflicting.reasons) == ()


@pytest.mark.requirement("R1.1")
def test_a_serious_record_bars_from_promising_by_the_terms_and_lets_it_wait_under_another_name() -> None:
    summary = a_summary(version=1, bars=(a_bar(),), name_digests=("k1.aa",))

    def judged(name_digest: str) -> tuple[CommitmentStatus, list[ErrorCode]]:
        found = eligibility_for(terms_of(an_item(), PACK), summary, name_digest=name_digest, on=date(2026, 9, 28))
        return standing_of(a_draft(), found), [ground.code for ground in found.reasons]

    assert judged("k1.aa") == (CommitmentStatus.REFUSED, [ErrorCode.SUBJECT_BARRED])
    assert judged("k2.bb") == (CommitmentStatus.REFUSED, [ErrorCode.SUBJECT_BARRED])
    assert judged("k1.bb") == (CommitmentStatus.PENDING, [ErrorCode.IDENTITY_CONFLICT])


def test_terms_take_the_packs_limits_for_acceptance_and_delivery() -> None:
    terms = terms_of(an_item(), PACK)

    assert (terms.acceptance.value, terms.acceptance.unit) == (5, "working_days")
    assert (terms.delivery.value, terms.delivery.unit) == (10, "working_days")
    assert (terms.promised.value, terms.statutory.value) == (3, 15)


def test_a_condition_carries_the_value_of_its_answer() -> None:
    item = an_item(questions=(a_question(),), conditions=(a_condition(question="residence"),))
    needed = checklist(item, {"residence": "rural"})

    (asked,) = conditions_asked(needed, read_answers(item, {"residence": "rural"}, on=date(2026, 9, 28)))

    assert (asked.id, asked.value) == ("plate-lost", "rural")
    assert [material.id for material in materials_asked(needed)] == ["old-plate"]


def test_a_condition_quotes_an_answer_in_words() -> None:
    where = Question(id="where", text="哪里？", kind=QuestionKind.ADDRESS)
    item = an_item(questions=(where,), conditions=(a_condition(question="where"),))
    replies = read_answers(item, {"where": {"district": "330782", "detail": "1号"}}, on=date(2026, 9, 28))

    (asked,) = conditions_asked(checklist(item, {}), replies)

    assert asked.value == "浙江省金华市义乌市1号"


def test_the_payload_is_canonical_and_says_what_every_promise_says() -> None:
    payload = payload_of({"way": "commitment", "item_code": "x"})

    assert payload.startswith('{"item_code":"x","statements":["本人已知晓')
    assert payload.endswith('"way":"commitment"}')


@pytest.mark.requirement("R1.4")
@pytest.mark.parametrize(
    ("way", "owed"),
    [(Way.COMMITMENT, ["licence"]), (Way.CERTIFICATE, ["old-plate", "licence"])],
)
def test_what_is_shared_is_never_owed_and_what_is_promised_only_by_certificate(way: Way, owed: list[str]) -> None:
    assert [asked.id for asked in (PLATE, LICENCE, MARRIAGE) if asked.must_be_handed_in(way)] == owed


@pytest.mark.requirement("R5.3")
@pytest.mark.requirement("R5.3")
def test_a_file_that_a_question_asks_for_may_come_or_not() -> None:
    question = Question(id="photo", text="照片", kind=QuestionKind.DOCUMENT, required=False)
    asked = materials_asked(checklist(an_item(questions=(question,)), {}))

    assert [(each.id, each.required) for each in asked] == [("old-plate", True), ("photo", False)]
    require_materials(asked, (), way=Way.COMMITMENT)
    require_materials(asked, (paper("photo"),), way=Way.COMMITMENT)
    require_materials(asked, (paper("old-plate"),), way=Way.CERTIFICATE)
    with pytest.raises(DomainError, match="MATERIAL_NOT_LISTED"):
        require_materials(asked, (paper("photo"),), way=Way.COMMITMENT, held=(paper("photo"),))


def test_materials_may_come_in_any_order_but_none_is_missing_or_too_many() -> None:
    asked = (PLATE, LICENCE, MARRIAGE)

    require_materials(asked, (paper("licence"), paper("old-plate")), way=Way.CERTIFICATE)
    require_materials(asked, (paper("old-plate"),), way=Way.CERTIFICATE, held=(paper("licence"),))

    with pytest.raises(DomainError, match="MATERIALS_MISSING") as missing:
        require_materials(asked, (), way=Way.CERTIFICATE)
    assert len(missing.value.faults) == 2
    with pytest.raises(DomainError, match="MATERIAL_NOT_LISTED") as unlisted:
        require_materials(asked, (paper("licence"), paper("marriage")), way=Way.CERTIFICATE)
    assert [fault.pointer for fault in unlisted.value.faults] == ["/materials/1/id"]


@pytest.mark.requirement("R1.7")
def test_each_missing_unknown_or_repeated_confirmation_is_named() -> None:
    asked = (ConditionAsked(id="a", text="甲"), ConditionAsked(id="b", text="乙"))

    require_confirmations(asked, ("b", "a"))

    with pytest.raises(DomainError, match="CONFIRMATIONS_MISSING") as error:
        require_confirmations(asked, ("a", "a", "c"))
    assert [fault.pointer for fault in error.value.faults] == ["/confirmed", "/confirmed/1", "/confirmed/2"]
    assert error.value.facts["missing"] == "b"


@pytest.mark.requirement("R1.3")
def test_a_signature_says_the_way_of_a_draft_for_a_promise() -> None:
    draft = a_draft()

    assert way_of(draft, Submission(draft_id="d", signature="x..y")) is Way.COMMITMENT
    assert way_of(draft, Submission(draft_id="d", materials=(paper("old-plate"),))) is Way.CERTIFICATE


@pytest.mark.parametrize(
    ("submission", "reason"),
    [
        (Submission(draft_id="d"), ErrorCode.CONFIRMATIONS_MISSING),
        (Submission(draft_id="d", confirmed=("plate-lost",)), ErrorCode.SIGNATURE_INVALID),
    ],
)
def test_half_a_promise_is_none(submission: Submission, reason: ErrorCode) -> None:
    with pytest.raises(DomainError, match=reason.value):
        way_of(a_draft(), submission)


@pytest.mark.parametrize(
    "submission",
    [Submission(draft_id="d", signature="x..y"), Submission(draft_id="d", confirmed=("plate-lost",))],
)
def test_a_draft_by_certificate_takes_no_promise(submission: Submission) -> None:
    with pytest.raises(DomainError, match="INVALID_BODY"):
        way_of(a_draft(way=Way.CERTIFICATE), submission)


def test_a_draft_by_certificate_goes_by_certificate() -> None:
    assert way_of(a_draft(way=Way.CERTIFICATE), Submission(draft_id="d")) is Way.CERTIFICATE


def test_a_draft_may_be_filed_until_the_second_before_its_end() -> None:
    draft: Draft = a_draft(expires_at=NOON)

    require_in_time(draft, at=NOON - timedelta(seconds=1))
    with pytest.raises(DomainError, match="DRAFT_EXPIRED"):
        require_in_time(draft, at=NOON)


def test_a_person_signs_for_themselves_and_an_organisation_by_a_person() -> None:
    by_office = a_representative()
    by_document = a_representative(office="", authority="授权委托书〔2026〕7号")

    assert signatory_of(an_identity(), by_office) is None
    assert signatory_of(None, None) is None
    with pytest.raises(DomainError, match="REPRESENTATIVE_MISSING"):
        signatory_of(an_organisation(), None)
    lines = [signatory_of(an_organisation(), each) for each in (by_office, by_document)]
    assert [None if each is None else each.line for each in lines] == [
        "赵示例 · 3****************6 · 法定代表人",
        "赵示例 · 3****************6 · 授权委托书〔2026〕7号",
    ]


def a_draft_to_sign(**other: Any) -> Draft:  # noqa: ANN401 - any field of a draft
    """A draft that says what its text says, unless said."""
    draft = a_draft()
    payload = payload_of(
        {
            "item_code": draft.terms.item_code,
            "item_name": draft.terms.item_name,
            "item_version": draft.terms.item_version,
            "notice_hash": draft.notice_hash,
            "answers": [],
            "case_no": draft.case_no,
            "way": draft.way.value,
            "conditions": [{"id": each.id, "text": each.text, "value": each.value} for each in draft.conditions],
        }
    )
    return replace(draft, **{"payload": payload, "payload_hash": digest_of(payload), **other})


@pytest.mark.requirement("R7.2")
def test_what_is_laid_out_for_the_signer_is_what_the_text_says() -> None:
    draft = a_draft_to_sign()

    require_laid_out_as_signed(draft)

    assert conditions_signed(replace(draft, conditions=())) == draft.conditions
    assert statements_signed(draft) == STATEMENTS
    assert statements_signed(replace(draft, payload='{"statements":["旧的。"]}')) == (("旧的。", ""),)


@pytest.mark.requirement("R7.2")
@pytest.mark.parametrize(
    "altered",
    [
        {"conditions": (ConditionAsked(id="plate-lost", text="号牌也许丢了", value=None),)},
        {"notice_hash": "cd" * 31 + "ce"},
        {"case_no": "another"},
        {"way": Way.CERTIFICATE},
        {"payload_hash": "0" * 64},
        {"terms": replace(a_draft().terms, item_name="别的事项")},
        {"terms": replace(a_draft().terms, item_version=9)},
    ],
    ids=["a condition", "the notice", "the number", "the way", "the digest", "the item", "its version"],
)
def test_one_byte_of_the_layout_altered_is_refused_as_the_layout(altered: dict[str, Any]) -> None:
    with pytest.raises(DomainError) as refused:
        require_laid_out_as_signed(a_draft_to_sign(**altered))

    assert refused.value.code is ErrorCode.SIGNATURE_INVALID
    assert [fault.code for fault in refused.value.faults] == ["LAYOUT"]
