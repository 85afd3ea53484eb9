"""When a notice has reached a person, and what that changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.model.stages import Correction, Defence, Notice, Receipt, Rectification
from chalicelib.cases.rules import receipts as rules
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.clocks import start
from chalicelib.errors import DomainError
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.store import load_calendar
from tests.builders import NOON, a_case

A_SECOND = timedelta(seconds=1)
DEEMED = datetime(2026, 10, 5, 15, 59, 59, tzinfo=UTC)
LIMIT = Limit(value=3, unit=Unit.WORKING_DAYS, basis="第44条")
ASKED = Correction(number=1, missing=("a",), basis="第32条", asked_at=NOON, asked_by="staff:o")
HEARING = Defence(facts="f", basis="b", opened_at=NOON, opened_by="staff:o", until=DEEMED, deemed_at=DEEMED)
ORDER = Rectification(limit=LIMIT, basis="b", ordered_at=NOON, ordered_by="staff:o", due_at=DEEMED, deemed_at=DEEMED)
RECEIPT = Receipt(proof="portal_read", received_at=NOON, recorded_at=NOON, recorded_by="service:portal")
TOLD = a_case(state=State.CLOSED, corrections=(ASKED,), defence=HEARING, rectification=ORDER)
NAMED = [(Notice.CORRECTION, ASKED), (Notice.HEARING, HEARING), (Notice.RECTIFICATION, ORDER)]


def a_clock(**other: datetime) -> Clock:
    clock = start(
        ClockKind.DEFENCE,
        LIMIT,
        owner="case:C",
        department="traffic",
        responsible="applicant",
        pack="corrects-first",
        started_at=DEEMED,
        calendar=load_calendar(),
    )
    return replace(clock, **other)  # type: ignore[arg-type]  # any instant of a clock


@pytest.mark.parametrize(("notice", "told"), NAMED)
def test_what_was_told_waits_for_a_proof(notice: Notice, told: rules.Told) -> None:
    assert rules.waiting(TOLD, notice) == told
    assert rules.waiting(TOLD, notice, told_at=NOON) == told
    assert rules.waiting(TOLD, notice, told_at=NOON + A_SECOND) is None
    assert rules.require_waiting(TOLD, notice) == told


@pytest.mark.parametrize("notice", Notice)
def test_where_nothing_was_told_nothing_waits(notice: Notice) -> None:
    assert rules.waiting(a_case(), notice) is None
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        rules.require_waiting(a_case(), notice)


@pytest.mark.parametrize(
    ("notice", "case"),
    [
        (Notice.CORRECTION, replace(TOLD, corrections=(replace(ASKED, answered_at=NOON),))),
        (Notice.HEARING, replace(TOLD, defence=replace(HEARING, stated_at=NOON))),
        (Notice.RECTIFICATION, replace(TOLD, rectification=replace(ORDER, ended_at=NOON))),
        (Notice.CORRECTION, replace(TOLD, corrections=(replace(ASKED, receipt=RECEIPT),))),
        (Notice.HEARING, replace(TOLD, defence=replace(HEARING, receipt=RECEIPT))),
        (Notice.RECTIFICATION, replace(TOLD, rectification=replace(ORDER, receipt=RECEIPT))),
    ],
)
def test_what_was_answered_or_proved_waits_no_longer(notice: Notice, case: Case) -> None:
    assert rules.waiting(case, notice) is None


@pytest.mark.parametrize("pack", load_rule_packs())
def test_an_office_may_record_what_the_pack_accepts_from_offices_and_nothing_else(pack: RulePack) -> None:
    assert rules.require_proof(pack, "signed_at_counter").basis
    for code in ("portal_read", "sms_received", "told_by_a_neighbour"):
        with pytest.raises(DomainError, match="INVALID_BODY"):
            rules.require_proof(pack, code)


@pytest.mark.parametrize(("notice", "told"), NAMED)
def test_a_notice_arrives_after_it_was_told_and_before_now(notice: Notice, told: rules.Told) -> None:
    assert rules.waiting(TOLD, notice) is told
    assert rules.received_between(NOON, told, at=NOON) == NOON
    assert rules.received_between(NOON + A_SECOND, told, at=NOON + A_SECOND) == NOON + A_SECOND
    for wrong in (NOON - A_SECOND, NOON + 2 * A_SECOND):
        with pytest.raises(DomainError, match="INVALID_BODY"):
            rules.received_between(wrong, told, at=NOON + A_SECOND)


def test_whoever_signs_in_the_minute_of_the_notice_signed_after_it() -> None:
    told = replace(HEARING, opened_at=NOON + timedelta(seconds=40, milliseconds=300))

    assert rules.received_between(NOON, told, at=NOON + timedelta(minutes=5)) == NOON + timedelta(seconds=40)


def test_a_proof_after_the_notice_was_deemed_received_changes_no_date() -> None:
    clock = a_clock()

    assert rules.starts_sooner(clock, DEEMED - A_SECOND)
    assert not rules.starts_sooner(clock, DEEMED)
    assert not rules.starts_sooner(clock, DEEMED + A_SECOND)
    assert not rules.starts_sooner(a_clock(stopped_at=NOON), NOON)
    assert not rules.starts_sooner(None, NOON)


def test_of_several_demands_the_time_of_the_last_one_runs() -> None:
    other = replace(ASKED, number=2)
    case = replace(TOLD, corrections=(ASKED, other))

    assert not rules.is_latest(case, Notice.CORRECTION, ASKED)
    assert rules.is_latest(case, Notice.CORRECTION, other)
    assert rules.is_latest(replace(TOLD, defence=HEARING), Notice.HEARING, HEARING)


def test_a_receipt_stands_with_what_it_proves_and_with_the_new_last_day() -> None:
    other = replace(ASKED, number=2)
    clock = a_clock(due_at=DEEMED + timedelta(days=1))
    case = replace(TOLD, corrections=(ASKED, other))

    asked = rules.with_receipt(case, case.corrections[0], RECEIPT, clock=None)
    heard = rules.with_receipt(case, HEARING, RECEIPT, clock=clock)
    ordered = rules.with_receipt(case, ORDER, RECEIPT, clock=clock)
    unchanged = rules.with_receipt(case, HEARING, RECEIPT, clock=None)

    assert [one.receipt for one in asked.corrections] == [RECEIPT, None]
    assert heard.defence == replace(HEARING, receipt=RECEIPT, until=DEEMED + timedelta(days=1))
    assert ordered.rectification == replace(ORDER, receipt=RECEIPT, due_at=DEEMED + timedelta(days=1))
    assert unchanged.defence == replace(HEARING, receipt=RECEIPT)
