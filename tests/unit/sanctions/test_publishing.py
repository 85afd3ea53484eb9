from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.credit.model.records import Effect, Severity
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.sanctions.model.editions import EditionIndex, EvaluationState, Place
from chalicelib.sanctions.model.flags import (
    Conduct,
    Flag,
    FlagState,
    LostGround,
    MeasureClass,
    MeasureList,
    Request,
    Suspension,
)
from chalicelib.sanctions.rules.editions import advance, begin, faults_of
from chalicelib.sanctions.rules.flags import resume, suspend, suspension_event
from chalicelib.sanctions.rules.measures import WORDS, lost_grounds, require_ground
from chalicelib.subjects.model.subjects import SubjectKind
from tests.builders import NOON, a_flag, a_measure

TODAY = date(2026, 9, 28)


def a_list(*measures: Any, edition: str = "2026", in_force_from: date = TODAY) -> MeasureList:  # noqa: ANN401 - measures
    return MeasureList(
        edition=edition,
        title="示例",
        in_force_from=in_force_from,
        conducts=(Conduct(code="false_commitment", name="作出虚假承诺"),),
        measures=measures or (a_measure(),),
        sources=("示例",),
    )


def in_force(**other: Any) -> Flag:  # noqa: ANN401 - any field of a flag
    flag = a_flag(state=FlagState.ACTIVE, **other)
    return replace(flag, party=replace(flag.party, kind=SubjectKind.USCC))


def lost(**other: Any) -> tuple[LostGround, ...]:  # noqa: ANN401 - any field of a measure
    return lost_grounds(in_force(), a_list(a_measure(**other)), on=TODAY)


def test_a_flag_keeps_its_ground_under_an_edition_that_says_the_same() -> None:
    assert lost() == ()
    require_ground(in_force(), a_list(), on=TODAY)


@pytest.mark.requirement("R2.10")
@pytest.mark.parametrize(
    ("change", "ground"),
    [
        ({"code": "8"}, LostGround.MEASURE_GONE),
        ({"measure": "另一措施"}, LostGround.MEASURE_GONE),
        ({"in_force_to": date(2026, 9, 27)}, LostGround.MEASURE_NOT_IN_FORCE),
        ({"related_items": ("road-occupation",)}, LostGround.NOT_RELATED),
        ({"subject_kinds": (SubjectKind.RESIDENT_ID,)}, LostGround.TARGET_NOT_ELIGIBLE),
        ({"allowed": {"false_commitment": (Severity.SERIOUS,)}}, LostGround.DISPROPORTIONATE),
        ({"allowed": {}}, LostGround.DISPROPORTIONATE),
        ({"most_months": 11}, LostGround.TOO_LONG),
        ({"effect": Effect.LIMITED}, LostGround.HARSHER),
    ],
)
def test_a_flag_loses_its_ground(change: dict[str, Any], ground: LostGround) -> None:
    assert lost(**change) == (ground,)
    with pytest.raises(DomainError) as refused:
        require_ground(in_force(), a_list(a_measure(**change)), on=TODAY)
    assert refused.value.code is ErrorCode.MEASURE_NOT_IN_LIST


def test_a_milder_flag_than_the_list_allows_keeps_its_ground() -> None:
    assert lost_grounds(in_force(effect=Effect.LIMITED), a_list(), on=TODAY) == ()


def test_a_flag_of_before_kinds_were_kept_is_not_judged_by_one() -> None:
    other = a_list(a_measure(subject_kinds=(SubjectKind.RESIDENT_ID,)))

    assert lost_grounds(a_flag(state=FlagState.ACTIVE), other, on=TODAY) == ()


def test_every_ground_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(LostGround)
    assert all(zh and en for zh, en in WORDS.values())


def codes(edition: MeasureList) -> list[tuple[str, str]]:
    known = (a_list(edition="2024", in_force_from=date(2024, 1, 1)),)
    return [(fault.pointer, fault.code) for fault in faults_of(edition, known)]


def test_all_editions_of_the_list_have_one_timeline() -> None:
    assert EditionIndex().owner == "measures:list"


def test_a_whole_edition_has_no_fault() -> None:
    assert codes(a_list()) == []


@pytest.mark.requirement("R2.1", "R2.6", "R2.14")
@pytest.mark.parametrize(
    ("edition", "found"),
    [
        (a_list(edition="2024"), [("/edition", "KNOWN")]),
        (a_list(in_force_from=date(2024, 1, 1)), [("/in_force_from", "TOO_EARLY")]),
        (a_list(a_measure(), a_measure()), [("/items/1/code", "TWICE")]),
        (
            a_list(a_measure(allowed={"unheard_of": (Severity.GENERAL,)})),
            [("/items/0/allowed/unheard_of", "UNKNOWN_CONDUCT")],
        ),
        (
            a_list(a_measure(allowed={"false_commitment": (Severity.NONE,)})),
            [("/items/0/allowed/false_commitment", "DISPROPORTIONATE")],
        ),
        (
            a_list(a_measure(class_=MeasureClass.CLASS_1, allowed={"false_commitment": (Severity.MINOR,)})),
            [("/items/0/allowed/false_commitment", "DISPROPORTIONATE")],
        ),
        (a_list(a_measure(in_force_to=date(2023, 12, 31))), [("/items/0/in_force_to", "OUT_OF_RANGE")]),
    ],
)
def test_what_keeps_an_edition_from_being_loaded(edition: MeasureList, found: list[tuple[str, str]]) -> None:
    assert codes(edition) == found


def test_a_management_measure_may_follow_minor_conduct() -> None:
    assert codes(a_list(a_measure(allowed={"false_commitment": (Severity.MINOR,)}))) == []


def test_an_evaluation_waits_for_the_day_of_its_edition_and_looks_twice() -> None:
    later = NOON + timedelta(days=1)
    waiting = begin(a_list(), begins_at=later, at=NOON)

    running = advance(waiting, Place(1), looked_at=3, suspended=1, failed=0, at=later)
    second = advance(running, None, looked_at=2, suspended=0, failed=1, at=later)
    done = advance(second, None, looked_at=5, suspended=0, failed=0, at=later)

    assert (waiting.next_at, begin(a_list(), begins_at=NOON, at=later).next_at) == (later, later)
    assert (running.state, running.place, running.next_at) == (EvaluationState.RUNNING, Place(1), later)
    assert (second.passage, second.next_at) == (2, later + timedelta(minutes=2))
    assert (done.state, done.next_at, done.looked_at, done.suspended, done.failed) == (
        EvaluationState.DONE,
        None,
        10,
        1,
        1,
    )
    assert [each.rev for each in (waiting, running, second, done)] == [1, 2, 3, 4]


SUSPENSION = Suspension(suspended_at=NOON, edition="2026", grounds=(LostGround.MEASURE_GONE,))


def request(by: str) -> Request:
    return Request(asked_at=NOON, by=by, reason="清单已恢复。")


def test_only_a_flag_in_force_can_be_suspended() -> None:
    after = suspend(in_force(), SUSPENSION)

    assert (after.state, after.is_in_force(TODAY)) == (FlagState.SUSPENDED, False)
    assert suspension_event(in_force(), SUSPENSION).data["grounds"] == ["measure_gone"]
    with pytest.raises(DomainError):
        suspend(after, SUSPENSION)


def test_two_persons_put_a_flag_back_in_force() -> None:
    flag = suspend(in_force(), SUSPENSION)

    asked = resume(flag, request("staff:credit"), on=TODAY)
    with pytest.raises(DomainError) as refused:
        resume(asked, request("staff:credit"), on=TODAY)
    again = resume(asked, request("staff:credit2"), on=TODAY)

    assert asked.state is FlagState.SUSPENDED
    assert refused.value.code is ErrorCode.SAME_PERSON
    assert (again.state, again.suspension, again.is_in_force(TODAY)) == (FlagState.ACTIVE, None, True)


def test_a_flag_whose_time_is_over_does_not_go_on() -> None:
    flag = suspend(in_force(ends_on=TODAY), SUSPENSION)

    assert resume(flag, request("staff:credit"), on=TODAY).state is FlagState.SUSPENDED
    with pytest.raises(DomainError) as refused:
        resume(flag, request("staff:credit"), on=TODAY + timedelta(days=1))
    assert refused.value.code is ErrorCode.END_DATE_MISSING


def test_what_is_not_suspended_cannot_go_on_and_a_suspension_that_says_nothing_stays() -> None:
    with pytest.raises(DomainError) as refused:
        resume(in_force(), request("staff:credit"), on=TODAY)
    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED

    odd = replace(in_force(), state=FlagState.SUSPENDED)
    assert resume(odd, request("staff:credit"), on=TODAY).state is FlagState.SUSPENDED
