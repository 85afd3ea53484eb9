"""Steps of handling in their order, and what a promise says will come later."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.cases.model.case import LaterMaterial, Material, MaterialAsked, State, Way
from chalicelib.cases.model.stages import Finding, Outcome, Rectification
from chalicelib.cases.rules import consequences, filing, filing_events, handling
from chalicelib.cases.rules.handling import CaseStep
from chalicelib.catalogue.model.items import Step
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.catalogue.rules.items import checklist
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.clocks import start
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.store import load_calendar
from tests.builders import NOON, a_case, a_commitment, a_decision, a_draft, a_material, a_verification, an_item

PACK = pack_in_force(load_rule_packs(), "corrects-first", on=date(2026, 9, 28))
FIVE = Limit(value=5, unit=Unit.WORKING_DAYS, basis="第3条")
WRITTEN = WrittenLimit(value=5, unit=Unit.WORKING_DAYS, basis="第3条")
LATER = LaterMaterial(id="site-plan", limit=FIVE)
PLAN = MaterialAsked(id="site-plan", name="平面图", basis="第3条", ways=(MaterialWay.CERTIFICATE,))
PLATE = MaterialAsked(id="old-plate", name="旧车牌", basis="", ways=(MaterialWay.COMMITMENT, MaterialWay.CERTIFICATE))
SHARED = MaterialAsked(id="licence", name="行驶证", basis="", ways=(MaterialWay.SHARED,))
BROUGHT = Material(id="site-plan", sha256="ab" * 32)
ITEM = an_item(
    materials=(a_material(), replace(a_material(id="site-plan", name="平面图"), ways=PLAN.ways, later=WRITTEN))
)
NEEDED = checklist(ITEM, {})
REVIEW, MAKE = (Step(id=name, name=name, limit=WRITTEN) for name in ("review", "make"))
LAST_SECOND = datetime(2026, 10, 10, 15, 59, 59, tzinfo=UTC)


def a_clock(about: str) -> Clock:
    return start(
        ClockKind.LATER_MATERIAL,
        FIVE,
        owner="case:1",
        department="traffic",
        responsible="applicant",
        pack="corrects-first",
        started_at=NOON,
        calendar=load_calendar(),
        about=about,
    )


def test_steps_have_clocks_where_there_are_two_and_follow_one_another() -> None:
    assert handling.timed((REVIEW,)) == ()
    assert handling.timed((REVIEW, MAKE)) == (REVIEW, MAKE)
    assert handling.step_after((REVIEW, MAKE), "review") == MAKE
    assert handling.step_after((REVIEW, MAKE), "make") is None
    assert [handling.step_suffix(REVIEW, suffix) for suffix in ("", "again")] == ["review", "review-again"]


def test_only_the_step_that_is_under_way_is_completed() -> None:
    clock = a_clock("review")

    assert handling.require_running(clock, "review") is clock
    for running, step in ((clock, "make"), (None, "review")):
        with pytest.raises(DomainError, match=ErrorCode.STEP_NOT_ALLOWED):
            handling.require_running(running, step)


def test_what_is_brought_later_is_chosen_from_what_a_promise_leaves_to_hand_in() -> None:
    assert filing.later_of(NEEDED, ["site-plan"], way=Way.COMMITMENT) == (LATER,)
    assert filing.later_of(NEEDED, [], way=Way.CERTIFICATE) == ()
    for wished, way in (
        (["old-plate"], Way.COMMITMENT),
        (["site-plan"], Way.CERTIFICATE),
        (["site-plan"] * 2, Way.COMMITMENT),
    ):
        with pytest.raises(DomainError, match=ErrorCode.MATERIAL_NOT_LISTED):
            filing.later_of(NEEDED, wished, way=way)


def test_the_signed_text_names_what_comes_later_and_its_time() -> None:
    assert filing.later_signed((), NEEDED) == {}
    assert filing.later_signed((LATER,), NEEDED) == {
        "later": [
            {"id": "site-plan", "name": "平面图", "limit": {"value": 5, "unit": "working_days", "basis": "第3条"}}
        ]
    }


def test_what_comes_later_need_not_come_now_on_a_promise_alone() -> None:
    filing.require_materials((PLAN,), (), way=Way.COMMITMENT, later=(LATER,))
    filing.require_materials((PLAN,), (BROUGHT,), way=Way.COMMITMENT, later=(LATER,))
    with pytest.raises(DomainError, match=ErrorCode.MATERIALS_MISSING):
        filing.require_materials((PLAN,), (), way=Way.CERTIFICATE, later=(LATER,))


def test_a_case_owes_what_did_not_come_with_it_as_long_as_the_promise_stands() -> None:
    draft = a_draft(later=(LATER,))

    def opened(way: Way, *materials: Material) -> tuple[LaterMaterial, ...]:
        case = filing_events.open_case(
            draft, way=way, materials=materials, commitment=a_commitment(), credit=None, at=NOON
        )
        return case.owed_later

    assert opened(Way.COMMITMENT) == (LATER,)
    assert opened(Way.COMMITMENT, BROUGHT) == opened(Way.CERTIFICATE) == ()


def test_what_comes_later_is_taken_until_something_ends_the_case() -> None:
    case = a_case(state=State.CLOSED, commitment=a_commitment(), later=(LATER,))

    assert handling.is_brought_later(case, (BROUGHT,))
    assert not handling.is_brought_later(case, ())
    assert not handling.is_brought_later(case, (replace(BROUGHT, id="old-plate"),))
    assert not handling.is_brought_later(replace(case, state=State.REVOKED), (BROUGHT,))
    done = handling.with_later_brought(replace(case, later=(LATER, replace(LATER, id="other"))), {"site-plan"}, at=NOON)
    assert [each.brought_at for each in done.later] == [NOON, None]
    event = filing_events.later_event(done, (BROUGHT,), actor="subject:k1", stopped=[], was_late=True, at=NOON)
    assert (event.data["was_late"], event.data["still_owed"]) == (True, True)
    assert (event.kind, event.data["clocks_stopped"]) == ("case:later_material_received", [])


def test_nobody_demands_what_may_come_later() -> None:
    case = a_case(commitment=a_commitment(), checklist=(PLAN,), later=(LATER,))

    handling.require_on_list(replace(case, later=()), ["site-plan"], pointer="/missing/{}")
    with pytest.raises(DomainError, match=ErrorCode.MATERIAL_NOT_LISTED):
        handling.require_on_list(case, ["site-plan"], pointer="/missing/{}")


def test_a_promise_is_not_kept_before_it_came_and_not_unkept_before_its_day_has_passed() -> None:
    case, clock = a_case(commitment=a_commitment(), later=(LATER,)), a_clock("site-plan")
    settled = replace(case, later=(replace(LATER, brought_at=NOON),))

    handling.require_nothing_owed(settled, step=CaseStep.VERIFY)
    handling.require_overdue(settled, (), at=NOON)
    handling.require_overdue(case, (clock,), at=LAST_SECOND + timedelta(seconds=1))
    with pytest.raises(DomainError, match=ErrorCode.STEP_NOT_ALLOWED):
        handling.require_nothing_owed(case, step=CaseStep.VERIFY)
    with pytest.raises(DomainError, match=ErrorCode.STEP_NOT_ALLOWED) as refused:
        handling.require_overdue(case, (clock,), at=LAST_SECOND)
    assert refused.value.facts["due_on"] == "2026-10-10"


def test_what_is_not_brought_is_owed_as_long_as_nothing_is_refused_and_not_put_right_without_it() -> None:
    case = a_case(commitment=a_commitment(), later=(LATER,), verification=a_verification(result=Finding.UNFULFILLED))

    assert case.owed_later == (LATER,)
    assert replace(case, decision=a_decision(outcome=Outcome.REFUSED)).owed_later == ()
    assert replace(case, decision=a_decision()).owed_later == (LATER,)
    consequences.require_put_right(replace(case, verification=None))
    consequences.require_put_right(replace(case, verification=a_verification(result=Finding.UNTRUE)))
    with pytest.raises(DomainError, match=ErrorCode.STEP_NOT_ALLOWED) as refused:
        consequences.require_put_right(case)
    assert refused.value.facts["owed_later"] == "site-plan"


@pytest.mark.parametrize(("days", "is_enough"), [(2, False), (3, True), (4, True)])
def test_an_order_leaves_at_least_the_time_of_the_pack(days: int, *, is_enough: bool) -> None:
    if is_enough:
        consequences.require_long_enough(days, PACK)
        return
    with pytest.raises(DomainError, match=ErrorCode.INVALID_BODY) as refused:
        consequences.require_long_enough(days, PACK)
    assert refused.value.faults[0].detail == "整改期限不得少于3个工作日。"


def test_what_was_put_right_is_proved_by_materials_of_the_checklist() -> None:
    case = a_case(checklist=(PLAN, PLATE, SHARED))

    consequences.require_provable(case, (BROUGHT, replace(BROUGHT, id="old-plate")))
    with pytest.raises(DomainError, match=ErrorCode.MATERIAL_NOT_LISTED) as refused:
        consequences.require_provable(case, (BROUGHT, replace(BROUGHT, id="licence")))
    assert [fault.pointer for fault in refused.value.faults] == ["/materials/1/id"]


def test_an_order_is_open_until_it_is_reported_or_ended() -> None:
    order = Rectification(limit=FIVE, basis="第64条", ordered_at=NOON, ordered_by="staff:1", due_at=LAST_SECOND)

    assert not consequences.is_rectifying(a_case())
    assert consequences.is_rectifying(a_case(rectification=order))
    for done in (replace(order, reported_at=NOON), replace(order, ended_at=NOON)):
        assert not consequences.is_rectifying(a_case(rectification=done))
