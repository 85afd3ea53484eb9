"""The records of promises: what follows which, and how grave a broken one can be."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.credit.model.records import (
    BarState,
    Document,
    ObjectionState,
    PromiseOutcome,
    Record,
    RepairState,
    Severity,
)
from chalicelib.credit.model.submissions import Directory
from chalicelib.credit.rules.limits import within_bounds
from chalicelib.credit.rules.promise_keeping import broken_event, record_after
from chalicelib.credit.rules.redress import Changes, after_redress
from chalicelib.credit.rules.summary import bars_of, is_kept_promise
from chalicelib.credit.store.directories import directories
from chalicelib.timeline.event_types import EventKind
from tests.builders import NOON, a_bar, a_promise_report, a_summary

TODAY = date(2026, 9, 28)
LATER = NOON + timedelta(days=5)
(DIRECTORY, *_) = directories()
A_PAPER = Document(number="撤1号", organ="traffic", effective_on=TODAY)
A_BROKEN_ONE: dict[str, Any] = {"outcome": PromiseOutcome.UNTRUE, "severity": Severity.GENERAL, "bars": True}


def after(before: Record | None = None, *, directory: Directory = DIRECTORY, **report: Any) -> Record | None:  # noqa: ANN401 - any field of a report
    return record_after(a_promise_report(**report), before, directory=directory, at=LATER if before else NOON)


def recorded(**report: Any) -> Record:  # noqa: ANN401 - any field of a report
    record = after(**report)
    assert record is not None
    return record


@pytest.mark.requirement("R1.20")
@pytest.mark.parametrize("outcome", [PromiseOutcome.KEPT, PromiseOutcome.WITHDRAWN, PromiseOutcome.UNVERIFIABLE])
def test_what_is_not_broken_is_adverse_to_nobody_and_has_no_end(outcome: PromiseOutcome) -> None:
    record = recorded(outcome=outcome)

    assert (record.severity, record.bar, record.display.until) == (Severity.NONE, BarState.NONE, None)
    assert bars_of(record, on=TODAY, kept_from=Severity.MINOR) == ()
    assert is_kept_promise(record) is (outcome is PromiseOutcome.KEPT)


@pytest.mark.requirement("R1.1")
@pytest.mark.parametrize(
    ("severity", "until", "repairable_from"),
    [(Severity.MINOR, date(2026, 12, 28), TODAY), (Severity.GENERAL, date(2027, 9, 28), date(2026, 12, 28))],
)
def test_a_broken_one_bars_its_item_whatever_its_severity_until_its_display_ends(
    severity: Severity, until: date, repairable_from: date
) -> None:
    record = recorded(**{**A_BROKEN_ONE, "severity": severity})

    (bar,) = bars_of(record, on=until, kept_from=Severity.SERIOUS)

    assert (bar.items, bar.ends_on, bar.fulfilment) == (("plate-replacement",), until, record.fulfilment)
    assert record.display.repairable_from == repairable_from
    assert bars_of(record, on=until + timedelta(days=1), kept_from=Severity.SERIOUS) == ()


def test_a_place_may_let_a_broken_promise_bar_nothing() -> None:
    record = recorded(**{**A_BROKEN_ONE, "bars": False})

    assert (record.bar, record.severity) == (BarState.NONE, Severity.GENERAL)
    assert bars_of(record, on=TODAY, kept_from=Severity.MINOR) == ()


def test_a_directory_says_how_grave_it_can_be() -> None:
    grave = {**A_BROKEN_ONE, "severity": Severity.SERIOUS}
    silent = replace(DIRECTORY, kinds=())

    assert recorded(**grave).severity is Severity.GENERAL
    assert recorded(directory=silent, **grave).severity is Severity.SERIOUS


@pytest.mark.requirement("R1.16")
@pytest.mark.parametrize("outcome", [one for one in PromiseOutcome if one is not PromiseOutcome.UNVERIFIABLE])
def test_what_could_not_be_verified_may_become_anything(outcome: PromiseOutcome) -> None:
    before = recorded(outcome=PromiseOutcome.UNVERIFIABLE)

    record = after(before, outcome=outcome)

    assert record is not None
    assert record.fulfilment is not None
    assert (record.fulfilment.outcome, record.version) == (outcome, 2)


@pytest.mark.parametrize("first", PromiseOutcome)
def test_nothing_else_is_said_twice_or_taken_back(first: PromiseOutcome) -> None:
    before = recorded(outcome=first)

    assert after(before, outcome=first) is None
    if first is not PromiseOutcome.UNVERIFIABLE:
        assert after(before, outcome=PromiseOutcome.KEPT) is None


def test_a_record_of_something_else_is_left_alone() -> None:
    assert after(replace(recorded(), fulfilment=None), **A_BROKEN_ONE) is None


@pytest.mark.requirement("R1.20")
def test_a_broken_one_gets_the_document_that_follows_and_keeps_its_day_and_its_marks() -> None:
    before = replace(recorded(**A_BROKEN_ONE), objection=ObjectionState.OPEN, is_paused=True)

    record = after(before, document=A_PAPER, **A_BROKEN_ONE)

    assert record == replace(before, document=A_PAPER, version=2)


@pytest.mark.requirement("R1.19")
@pytest.mark.parametrize("state", [RepairState.REPAIRED, RepairState.WITHDRAWN])
def test_what_was_repaired_or_withdrawn_does_not_come_back_with_a_document(state: RepairState) -> None:
    before = replace(recorded(**A_BROKEN_ONE), repair=state)

    assert after(before, document=A_PAPER, **A_BROKEN_ONE) is None


def test_the_event_says_which_case_item_law_and_until_when() -> None:
    report, record = a_promise_report(**A_BROKEN_ONE), recorded(**A_BROKEN_ONE)
    open_ended = replace(record, display=replace(record.display, until=None))

    event = broken_event(report, record, None, by="staff:one", at=NOON)
    again = broken_event(report, open_ended, record, by="staff:one", at=NOON)

    assert (event.kind, event.department) == (EventKind.PROMISE_BROKEN, "traffic")
    assert event.data == {
        "record": "commitments/C1",
        "record_version": 1,
        "case_no": "C1",
        "outcome": "untrue",
        "items": ["plate-replacement"],
        "basis": "国办发〔2020〕42号",
        "document_no": "C1",
        "bars": ["commitments/C1"],
        "is_first": True,
        "until": "2027-09-28",
    }
    assert (again.data["is_first"], again.data["until"]) == (False, None)


def test_a_full_summary_keeps_broken_promises_before_graver_records() -> None:
    (promise,) = bars_of(recorded(**A_BROKEN_ONE), on=TODAY, kept_from=Severity.SERIOUS)
    others = [a_bar(record_id=f"r-{number:03}") for number in range(100)]

    kept, left_out = within_bounds([*others, promise])

    assert promise in kept
    assert [bar.record_id for bar in left_out] == ["r-099"]


def test_the_services_own_records_are_no_word_of_a_source_that_could_be_overdue() -> None:
    made = Changes(records=[recorded(**A_BROKEN_ONE)])

    summary = after_redress(a_summary(version=3), made, known=(), kept_from=Severity.SERIOUS, on=TODAY)

    assert ([bar.record for bar in summary.bars], summary.version) == (["commitments/C1"], 4)
    assert summary.freshness == {}
