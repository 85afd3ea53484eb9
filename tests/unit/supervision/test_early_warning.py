"""Which events let something begin or cease to bar, and what a case was told of it."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.cases.model.case import Way
from chalicelib.cases.rules.reading import is_reason_for_delay, is_reported
from chalicelib.cases.rules.waiting import event_told
from chalicelib.credit.model.records import Fulfilment, PromiseOutcome
from chalicelib.supervision.rules.early_warning import concerns, entry_of, promise_in, told_of
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import ChainFault, Event, FaultReason
from tests.builders import a_bar, a_case, a_commitment, a_summary


def an_event(kind: str, owner: str = "credit:s1", **data: Any) -> Event:  # noqa: ANN401 - any data
    return Event(
        owner=owner,
        seq=1,
        kind=kind,
        occurred_at="",
        recorded_at="",
        actor="service:relay",
        department="traffic",
        data=data,
        prev_hash="",
        hash="",
    )


@pytest.mark.parametrize(
    ("event", "entry"),
    [
        (an_event(EventKind.FLAG_CONFIRMED, flag_id="f1"), "flag:f1"),
        (an_event(EventKind.FLAG_CONFIRMED, "flag:f1", starts_on="2026-09-01"), None),
        (an_event(EventKind.RECORD_STORED, record="market/r-1", bars=["market/r-1"]), "market/r-1"),
        (an_event(EventKind.RECORD_STORED, record="market/r-1", bars=[]), None),
        (an_event(EventKind.RECORD_REPAIRED, record="market/r-1"), "market/r-1"),
        (an_event(EventKind.RECORD_DISPLAY_ENDED, record="market/r-1"), "market/r-1"),
        (an_event(EventKind.PROMISE_KEPT, record="market/r-1"), None),
        (an_event(EventKind.PROMISE_BROKEN, record="commitments/C1", bars=["commitments/C1"]), "commitments/C1"),
        (an_event(EventKind.PROMISE_BROKEN, record="commitments/C1", bars=[]), None),
        (an_event(EventKind.PROMISE_BROKEN, "case:C1", result="untrue"), None),
    ],
)
def test_the_credit_of_a_person_says_what_begins_or_ceases_to_bar(event: Event, entry: str | None) -> None:
    assert entry_of(event) == entry


def test_a_case_is_told_of_what_bars_until_that_has_ended() -> None:
    first, second = (an_event(EventKind.CASE_BARRED, "case:1", about=name) for name in ("flag:f1", "flag:f2"))
    ended = an_event(EventKind.CASE_BAR_ENDED, "case:1", about="flag:f1")
    decided = an_event(EventKind.CASE_DECIDED, "case:1")

    assert told_of([first, second, decided, ended, ended]) == {"flag:f2": second}


def test_a_broken_promise_concerns_other_promises_and_any_other_entry_every_case() -> None:
    broken = Fulfilment(case_no="C1", outcome=PromiseOutcome.UNTRUE, department="traffic")
    summary = a_summary(bars=(a_bar(source="commitments", record_id="C1", fulfilment=broken),))
    promised = replace(a_case(), commitment=a_commitment())

    assert promise_in(summary, "commitments/C1") == broken
    assert promise_in(summary, "flag:f1") is None
    assert concerns(broken, promised)
    assert not concerns(broken, replace(promised, case_no="C1"))
    assert not concerns(broken, replace(promised, way=Way.CERTIFICATE))
    assert concerns(None, replace(promised, way=Way.CERTIFICATE))


def test_an_agent_reads_nothing_of_what_bars_the_principal() -> None:
    for kind in (EventKind.CASE_BARRED, EventKind.CASE_BAR_ENDED):
        assert event_told(an_event(kind, "case:1", about="flag:f1")) is None
    assert event_told(an_event(EventKind.ALERT_RAISED, "case:1", clock_id="credit_bar.flag:f1")) is None
    assert event_told(an_event(EventKind.ALERT_RAISED, "case:1", clock_id="delivery")) is not None


def test_a_fault_is_reported_once_and_its_answer_is_no_reason_for_a_delay() -> None:
    fault = ChainFault(seq=3, reason=FaultReason.CONTENT)
    reported = an_event(EventKind.TIMELINE_ALTERED, "case:1", about="3")

    assert is_reported([reported], fault)
    assert not is_reported([an_event(EventKind.TIMELINE_ALTERED, "case:1", about="4")], fault)
    assert not is_reason_for_delay(an_event(EventKind.ALERT_ACKNOWLEDGED, "case:1", clock_id="timeline.3"))
    assert not is_reason_for_delay(an_event(EventKind.ALERT_ACKNOWLEDGED, "case:1", clock_id="credit_bar.flag:f1"))
    assert is_reason_for_delay(an_event(EventKind.ALERT_ACKNOWLEDGED, "case:1", clock_id="delivery"))
    assert not is_reason_for_delay(an_event(EventKind.CASE_DECIDED, "case:1"))
