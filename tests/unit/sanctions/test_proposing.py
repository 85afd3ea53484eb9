from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.credit.model.records import Effect, Severity
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sanctions.model.flags import MeasureClass, MeasureList
from chalicelib.sanctions.rules.measures import (
    document_of,
    edition_of,
    end_of,
    is_measure_in_force,
    list_in_force,
    measure_for,
    require_listed,
    require_proportionate,
    require_target,
)
from chalicelib.sanctions.store.flags import measure_lists
from chalicelib.subjects.model.subjects import SubjectKind
from tests.builders import NOON, a_measure, a_proposal

TODAY = date(2026, 9, 28)
(PACK, *_) = load_rule_packs()
LISTS = measure_lists()
FAULTY = [
    ({"document_no": " "}, "/document/number"),
    ({"organ": None}, "/document/organ"),
    ({"effective_on": None}, "/document/effective_on"),
    ({"effective_on": date(2026, 9, 29), "starts_on": date(2026, 9, 29)}, "/document/effective_on"),
    ({"served_at": None}, "/document/served_at"),
    ({"served_at": NOON + timedelta(seconds=1), "remedy_until": date(2026, 11, 27)}, "/document/served_at"),
    ({"remedy_until": None}, "/document/remedy_until"),
    ({"starts_on": date(2026, 9, 20)}, "/starts_on"),
    ({"starts_on": date(2026, 12, 28)}, "/starts_on"),
    ({"remedy_until": date(2026, 11, 19)}, "/document/remedy_until"),
    ({"court_until": date(2027, 3, 20)}, "/document/court_until"),
]


def reason_of(refused: pytest.ExceptionInfo[DomainError]) -> ErrorCode:
    return refused.value.code


@pytest.mark.requirement("R2.1")
def test_the_list_has_the_ten_measures_of_public_bodies_each_with_its_columns() -> None:
    (edition,) = LISTS

    assert [measure.code for measure in edition.measures] == [str(number) for number in range(1, 11)]
    assert [measure.class_ for measure in edition.measures] == [MeasureClass.CLASS_1] * 6 + [MeasureClass.CLASS_2] * 4
    for measure in edition.measures:
        assert all((measure.measure, measure.content, measure.target, measure.basis, measure.organ))
        assert measure.effect in {Effect.REFUSED, Effect.LIMITED}
        assert measure.most_months >= 1


@pytest.mark.requirement("R2.5", "R2.6")
def test_no_class_1_measure_stands_on_less_than_serious_conduct() -> None:
    allowed = {
        severity
        for measure in LISTS[0].measures
        if measure.class_ is MeasureClass.CLASS_1
        for severities in measure.allowed.values()
        for severity in severities
    }

    assert allowed == {Severity.SERIOUS}


def test_every_cell_of_the_table_names_a_known_conduct() -> None:
    known = {conduct.code for conduct in LISTS[0].conducts}

    assert all(set(measure.allowed) <= known for measure in LISTS[0].measures)


def test_taking_away_conveniences_is_related_to_the_registration_of_addresses() -> None:
    measure = LISTS[0].measure("9")

    assert measure is not None
    assert measure.measure == "限制享受优惠政策和便利措施"
    assert measure.related_items == ("business-address", "road-occupation")


def test_a_published_measure_is_found() -> None:
    edition, measure = measure_for(a_proposal(), LISTS, on=TODAY)

    assert (edition.edition, measure.code) == ("2024", "9")


def test_without_an_edition_the_one_in_force_counts() -> None:
    assert measure_for(a_proposal(edition=None), LISTS, on=TODAY)[0].edition == "2024"


@pytest.mark.requirement("R2.1")
@pytest.mark.parametrize("other", [{"measure_code": "11"}, {"edition": "2021"}])
def test_what_is_not_published_may_not_be_used(other: dict[str, Any]) -> None:
    with pytest.raises(DomainError) as refused:
        measure_for(a_proposal(**other), LISTS, on=TODAY)

    assert reason_of(refused) is ErrorCode.MEASURE_NOT_IN_LIST


@pytest.mark.requirement("R2.1")
def test_a_measure_before_its_first_day_may_not_be_used() -> None:
    with pytest.raises(DomainError) as refused:
        measure_for(a_proposal(), LISTS, on=date(2023, 12, 31))

    assert reason_of(refused) is ErrorCode.MEASURE_NOT_IN_LIST


@pytest.mark.requirement("R2.1")
def test_a_measure_holds_from_its_first_to_its_last_day() -> None:
    measure = a_measure(in_force_from=date(2026, 9, 28), in_force_to=date(2026, 9, 30))

    days = [date(2026, 9, 27), date(2026, 9, 28), date(2026, 9, 30), date(2026, 10, 1)]
    assert [is_measure_in_force(measure, on=day) for day in days] == [False, True, True, False]


def test_a_later_edition_takes_over_on_its_day() -> None:
    later = MeasureList(
        edition="2027", title="2027", in_force_from=date(2027, 1, 1), conducts=(), measures=(), sources=()
    )

    assert list_in_force((*LISTS, later), on=date(2026, 12, 31)).edition == "2024"
    assert list_in_force((*LISTS, later), on=date(2027, 1, 1)).edition == "2027"
    assert list_in_force(LISTS, on=date(2020, 1, 1)).edition == "2024"
    assert edition_of(LISTS, "1999", on=TODAY) is None


def test_an_effective_document_is_taken_whole() -> None:
    document = document_of(a_proposal(), PACK, on=TODAY, at=NOON)

    assert document.number == "义市监撤〔2026〕1号"
    assert document.served_at == datetime(2026, 9, 21, 4, 0, tzinfo=UTC)
    assert document.remedy_until == date(2026, 11, 20)


def test_a_document_that_takes_effect_today_is_effective() -> None:
    assert (
        document_of(
            a_proposal(effective_on=TODAY, served_at=NOON, remedy_until=date(2026, 11, 27)), PACK, on=TODAY, at=NOON
        ).effective_on
        == TODAY
    )


@pytest.mark.requirement("R2.2")
@pytest.mark.parametrize(("other", "pointer"), FAULTY)
def test_no_flag_without_an_effective_document(other: dict[str, Any], pointer: str) -> None:
    with pytest.raises(DomainError) as refused:
        document_of(a_proposal(**other), PACK, on=TODAY, at=NOON)

    assert reason_of(refused) is ErrorCode.NO_EFFECTIVE_DOCUMENT
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


@pytest.mark.requirement("R2.5")
def test_a_target_of_another_kind_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        require_target(a_measure(), SubjectKind.RESIDENT_ID, document_kind=None, personal_finding=None)

    assert reason_of(refused) is ErrorCode.TARGET_NOT_ELIGIBLE


@pytest.mark.requirement("R2.11")
@pytest.mark.parametrize(
    ("kind", "document_kind", "finding", "may"),
    [
        (SubjectKind.RESIDENT_ID, None, None, True),
        (SubjectKind.RESIDENT_ID, SubjectKind.USCC, "本人签字虚报", True),
        (SubjectKind.RESIDENT_ID, SubjectKind.USCC, " ", False),
        (SubjectKind.RESIDENT_ID, SubjectKind.RESIDENT_ID, "配偶", False),
        (SubjectKind.USCC, SubjectKind.RESIDENT_ID, "同一控制人", False),
        (SubjectKind.USCC, SubjectKind.USCC, "关联企业", False),
    ],
)
def test_nobody_answers_for_another_but_a_person_found_responsible_for_its_organisation(
    kind: SubjectKind, document_kind: SubjectKind | None, finding: str | None, *, may: bool
) -> None:
    measure = a_measure(subject_kinds=(SubjectKind.RESIDENT_ID, SubjectKind.USCC))

    if may:
        require_target(measure, kind, document_kind=document_kind, personal_finding=finding)
        return
    with pytest.raises(DomainError) as refused:
        require_target(measure, kind, document_kind=document_kind, personal_finding=finding)
    assert reason_of(refused) is ErrorCode.TARGET_NOT_ELIGIBLE


@pytest.mark.requirement("R2.3", "R2.4")
@pytest.mark.parametrize("items", [(), ("plate-replacement",), ("business-address", "plate-replacement")])
def test_a_flag_takes_related_items_only(items: tuple[str, ...]) -> None:
    with pytest.raises(DomainError) as refused:
        require_proportionate(a_measure(), a_proposal(related_items=items))

    assert reason_of(refused) is ErrorCode.NOT_RELATED


@pytest.mark.requirement("R2.14")
@pytest.mark.parametrize("other", [{"severity": Severity.MINOR}, {"conduct": "serious_list"}])
def test_conduct_that_does_not_carry_the_measure_is_disproportionate(other: dict[str, Any]) -> None:
    with pytest.raises(DomainError) as refused:
        require_proportionate(a_measure(), a_proposal(**other))

    assert reason_of(refused) is ErrorCode.DISPROPORTIONATE


def test_conduct_that_carries_the_measure_is_in_proportion() -> None:
    require_proportionate(a_measure(), a_proposal(severity=Severity.SERIOUS))


@pytest.mark.requirement("R2.7")
@pytest.mark.parametrize("ends_on", [None, date(2026, 9, 28), date(2026, 9, 27), date(2027, 9, 29)])
def test_a_flag_ends_after_its_start_and_within_the_measures_time(ends_on: date | None) -> None:
    with pytest.raises(DomainError) as refused:
        end_of(a_measure(), a_proposal(ends_on=ends_on), PACK, found_on=TODAY, listed_until=None, on=TODAY)

    assert reason_of(refused) is ErrorCode.END_DATE_MISSING


@pytest.mark.parametrize("ends_on", [date(2026, 9, 29), date(2027, 9, 28)])
def test_the_measures_longest_time_is_still_allowed(ends_on: date) -> None:
    assert (
        end_of(a_measure(), a_proposal(ends_on=ends_on), PACK, found_on=TODAY, listed_until=None, on=TODAY) == ends_on
    )


@pytest.mark.requirement("R2.7", "R3.1")
@pytest.mark.parametrize(
    ("severity", "found_on", "latest"),
    [
        (Severity.GENERAL, date(2026, 4, 1), date(2027, 4, 1)),
        (Severity.GENERAL, date(2026, 3, 31), date(2027, 3, 31)),
        (Severity.SERIOUS, date(2026, 4, 1), date(2029, 4, 1)),
        (Severity.MINOR, date(2026, 9, 1), date(2026, 12, 1)),
    ],
)
def test_a_flag_ends_when_the_display_of_its_conduct_ends(severity: Severity, found_on: date, latest: date) -> None:
    measure = a_measure(most_months=60)

    def end(ends_on: date) -> date:
        proposal = a_proposal(severity=severity, ends_on=ends_on)
        return end_of(measure, proposal, PACK, found_on=found_on, listed_until=None, on=TODAY)

    assert end(latest) == latest
    with pytest.raises(DomainError) as refused:
        end(latest + timedelta(days=1))
    assert reason_of(refused) is ErrorCode.END_DATE_MISSING


@pytest.mark.requirement("R2.5")
def test_class_1_and_being_listed_take_a_listing_in_effect_and_end_with_it() -> None:
    grave = a_measure(class_=MeasureClass.CLASS_1)
    proposal = a_proposal(severity=Severity.SERIOUS, ends_on=date(2026, 12, 31))

    for measure, conduct in ((grave, "licence_by_deceit"), (a_measure(), "serious_list")):
        with pytest.raises(DomainError) as refused:
            require_listed(measure, conduct, listed_until=None)
        assert reason_of(refused) is ErrorCode.TARGET_NOT_ELIGIBLE
        require_listed(measure, conduct, listed_until=TODAY)
    require_listed(a_measure(), "false_commitment", listed_until=None)
    assert end_of(grave, proposal, PACK, found_on=TODAY, listed_until=date(2026, 12, 31), on=TODAY) == date(
        2026, 12, 31
    )
    with pytest.raises(DomainError) as refused:
        end_of(grave, proposal, PACK, found_on=TODAY, listed_until=date(2026, 12, 30), on=TODAY)
    assert reason_of(refused) is ErrorCode.END_DATE_MISSING
    end_of(a_measure(), proposal, PACK, found_on=TODAY, listed_until=date(2026, 12, 30), on=TODAY)


@pytest.mark.requirement("R2.2")
def test_the_last_days_for_remedies_are_the_laws_at_least() -> None:
    assert document_of(a_proposal(), PACK, on=TODAY, at=NOON).court_until == date(2027, 3, 21)
    said = a_proposal(starts_on=date(2026, 12, 27), court_until=date(2027, 4, 1))
    assert document_of(said, PACK, on=TODAY, at=NOON).court_until == date(2027, 4, 1)


@pytest.mark.requirement("R2.7")
def test_what_no_record_may_be_shown_for_lasts_as_long_as_the_measure_allows() -> None:
    proposal = a_proposal(severity=Severity.NONE, ends_on=date(2027, 9, 28))

    assert end_of(a_measure(), proposal, PACK, found_on=TODAY, listed_until=None, on=TODAY) == date(2027, 9, 28)
    with pytest.raises(DomainError, match=ErrorCode.END_DATE_MISSING.value):
        end_of(
            a_measure(), replace(proposal, ends_on=date(2027, 9, 29)), PACK, found_on=TODAY, listed_until=None, on=TODAY
        )
