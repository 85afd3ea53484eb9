"""What in a timeline looks better than it was: the hour and the minute before, on and after, and what undoes it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest

from chalicelib.clock import instant_text
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.supervision.model.anomalies import Anomaly, AnomalyKind
from chalicelib.supervision.rules.anomalies import anomalies_in, may_complete, pack_of
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json
from tests.builders import NOON
from tests.unit.supervision.chains import an_event

PACK = pack_in_force(load_rule_packs(), "corrects-first", on=NOON.date())
DUE = datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)


def a_chain(*events: Event) -> tuple[Event, ...]:
    """Events after the receipt, numbered in order."""
    filed = an_event(EventKind.CASE_FILED, actor="subject:s", item_code="plate-replacement", pack="corrects-first")
    return tuple(replace(one, seq=seq) for seq, one in enumerate((filed, *events), start=1))


def closing(kind: EventKind, clock: str, *, minutes: int = 0, seconds: int = 0, provisional: bool = False) -> Event:
    """An act that stops a clock so long before it is due."""
    stopped: Json = [
        {"kind": "handling_statutory", "due_at": instant_text(DUE), "provisional": False},
        {"kind": clock, "due_at": instant_text(DUE), "provisional": provisional},
    ]
    return an_event(kind, at=DUE - timedelta(minutes=minutes, seconds=seconds), clocks_stopped=stopped)


def decided(minutes: int = 600, **other: Any) -> Event:  # noqa: ANN401 - as the closing has it
    return closing(EventKind.CASE_DECIDED, "handling_promised", minutes=minutes, **other)


def delivered(minutes: int = 600, **other: Any) -> Event:  # noqa: ANN401 - as above
    return closing(EventKind.CASE_DELIVERED, "delivery", minutes=minutes, **other)


def with_result(event: Event) -> Event:
    return replace(event, data={**event.data, "result_sha256": "ab" * 32})


def complaint(*, at: datetime = DUE, category: str = "not_received", case_no: str | None = "X") -> Event:
    return an_event(
        EventKind.COMPLAINT_RECEIVED,
        at=at,
        owner="complaint:1",
        actor="subject:s",
        case_no=case_no,
        category=category,
    )


def shown(*events: Event, complaints: tuple[Event, ...] = ()) -> list[tuple[str, list[int]]]:
    found = anomalies_in(a_chain(*events), PACK, complaints=complaints)
    return [(signal.kind.value, [event.seq for event in signal.events]) for signal in found]


@pytest.mark.requirement("R4.19")
@pytest.mark.parametrize(("seconds", "is_late"), [(24 * 3600 - 1, False), (24 * 3600, False), (24 * 3600 + 1, True)])
def test_what_is_told_more_than_a_day_later_is_a_late_entry(seconds: int, *, is_late: bool) -> None:
    act = an_event(EventKind.CASE_PAUSED, at=NOON + timedelta(seconds=seconds), occurred=NOON)

    assert shown(act) == ([("late_entry", [2])] if is_late else [])


@pytest.mark.parametrize("actor", ["service:sweep", "service:relay", "subject:s"])
def test_only_staff_enter_late(actor: str) -> None:
    milestone = an_event(EventKind.CLOCK_PASSED, at=NOON + timedelta(days=9), occurred=NOON, actor=actor)

    assert shown(milestone) == []


@pytest.mark.requirement("R4.20")
@pytest.mark.parametrize(
    ("minutes", "seconds", "is_close"), [(60, 1, False), (60, 0, True), (59, 59, True), (0, 0, True), (0, -1, False)]
)
def test_a_decision_without_a_result_in_the_last_hour_is_a_close_call(
    minutes: int, seconds: int, *, is_close: bool
) -> None:
    assert shown(decided(minutes, seconds=seconds)) == ([("closed_close_to_due", [2])] if is_close else [])


@pytest.mark.parametrize(("minutes", "seconds", "is_close"), [(60, 1, False), (60, 0, True), (0, -1, False)])
def test_so_is_a_delivery(minutes: int, seconds: int, *, is_close: bool) -> None:
    found = shown(decided(), delivered(minutes, seconds=seconds))

    assert (("closed_close_to_due", [2, 3]) in found) is is_close


def issued(about: int) -> Event:
    return an_event(EventKind.DOCUMENT_ISSUED, actor="service:issue", about=about)


FELL = (an_event(EventKind.CASE_REVOKED), an_event(EventKind.CASE_REINSTATED))
"""A revocation, and the review on which it fell."""


@pytest.mark.requirement("R4.20")
@pytest.mark.parametrize(
    ("before", "is_closed_without"),
    [
        ([decided()], True),
        ([with_result(decided())], False),
        ([decided(), issued(2)], False),
        ([decided(), issued(0)], False),
        ([decided(), issued(1)], True),
        ([issued(0), decided()], True),
        ([decided(), issued(2), an_event(EventKind.CASE_REOPENED), decided()], True),
        ([with_result(decided()), *FELL], False),
        ([decided(), issued(2), *FELL], False),
        ([decided(), *FELL], True),
    ],
    ids=[
        "nothing was ever issued",
        "with the officer's own result",
        "with the document of the decision",
        "with an uploaded document",
        "with a document of something else",
        "with what was uploaded before the decision",
        "with what an earlier decision had issued",
        "with the result of a decision that stands again",
        "with the document of a decision that stands again",
        "with nothing from a decision that stands again",
    ],
)
def test_a_case_that_is_closed_with_nothing_to_receive_is_a_signal_at_any_time(
    before: list[Event], *, is_closed_without: bool
) -> None:
    kinds = [kind for kind, _events in shown(*before, delivered())]

    assert ("closed_without_result" in kinds) is is_closed_without


def test_a_result_document_answers_for_both() -> None:
    assert shown(with_result(decided(1)), delivered(1)) == []


def test_a_provisional_date_is_nobody_s_due_date() -> None:
    assert shown(decided(1, provisional=True)) == []


def test_the_close_call_of_another_clock_is_none() -> None:
    assert shown(closing(EventKind.CASE_DECIDED, "delivery", minutes=1)) == []
    assert shown(an_event(EventKind.CASE_DECIDED)) == []


@pytest.mark.requirement("R4.20")
def test_a_reopened_case_rests_on_what_had_closed_it() -> None:
    reopened = an_event(EventKind.CASE_REOPENED, at=DUE, actor="staff:s-1")
    (signal,) = anomalies_in(a_chain(with_result(decided()), delivered(), reopened), PACK)

    assert (signal.kind, [event.seq for event in signal.events]) == (AnomalyKind.CLOSED_AND_REOPENED, [2, 3, 4])
    assert (signal.officer, signal.item_code, signal.department) == ("o-1", "plate-replacement", "traffic")
    assert (signal.signal_id, signal.case_no, signal.found_at) == ("closed_and_reopened@case:X/4", "X", DUE)


def test_what_stands_again_is_still_what_had_closed_the_case() -> None:
    before = (decided(), delivered(), *FELL)

    assert ("closed_and_reopened", [2, 3, 6]) in shown(*before, an_event(EventKind.CASE_REOPENED))
    told = complaint(at=DUE + timedelta(days=1))
    assert ("closed_and_contradicted", [2, 3, 1]) in shown(*before, complaints=(told,))


def test_each_reopening_rests_on_its_own_decision() -> None:
    reopened = an_event(EventKind.CASE_REOPENED, at=DUE)

    assert shown(decided(), reopened, decided(), reopened) == [
        ("closed_and_reopened", [2, 3]),
        ("closed_and_reopened", [4, 5]),
    ]
    assert shown(reopened) == []


def test_a_second_different_demand_rests_on_both() -> None:
    asked = an_event(EventKind.CORRECTION_ASKED)
    breach = an_event(EventKind.BREACH_RECORDED, rule="correction.told_once")

    assert shown(asked, asked, breach) == [("second_correction", [2, 3, 4])]
    assert shown(asked, an_event(EventKind.BREACH_RECORDED, rule="another")) == []


@pytest.mark.requirement("R4.20")
def test_an_applicant_who_received_nothing_contradicts_what_was_closed() -> None:
    closed = (with_result(decided()), delivered())
    assert shown(*closed, complaints=(complaint(),)) == [("closed_and_contradicted", [2, 3, 1])]
    assert shown(decided(), complaints=(complaint(),)) == [("closed_and_contradicted", [2, 1])]


@pytest.mark.parametrize(
    ("one", "contradicts"),
    [
        (complaint(at=DUE - timedelta(minutes=600, seconds=1)), False),
        (complaint(at=DUE - timedelta(minutes=600)), True),
        (complaint(category="conduct"), False),
        (complaint(case_no=None), False),
    ],
)
def test_a_complaint_contradicts_only_what_was_decided_before_it(one: Event, *, contradicts: bool) -> None:
    assert bool(shown(decided(), complaints=(one,))) is contradicts


@pytest.mark.parametrize("undone", [EventKind.CASE_REOPENED, EventKind.COMMITMENT_WITHDRAWN, EventKind.CASE_REVOKED])
def test_what_is_not_decided_any_more_is_not_contradicted(undone: EventKind) -> None:
    found = anomalies_in(a_chain(decided(), an_event(undone, at=NOON)), PACK, complaints=(complaint(),))

    assert AnomalyKind.CLOSED_AND_CONTRADICTED not in {signal.kind for signal in found}


def test_a_longer_prefix_keeps_every_signal_and_ids_are_names_of_their_last_events() -> None:
    chain = a_chain(
        decided(1),
        delivered(1),
        an_event(EventKind.CASE_REOPENED, at=DUE),
        an_event(EventKind.CASE_PAUSED, at=DUE + timedelta(days=3), occurred=DUE),
    )
    prefixes = [anomalies_in(chain[:length], PACK) for length in range(len(chain) + 1)]

    def grown(before: tuple[Anomaly, ...], after: tuple[Anomaly, ...]) -> tuple[Anomaly, ...]:
        assert after[: len(before)] == before
        return after

    assert [signal.signal_id for signal in reduce(grown, prefixes)] == [
        "closed_close_to_due@case:X/2",
        "closed_close_to_due@case:X/3",
        "closed_without_result@case:X/3",
        "closed_and_reopened@case:X/4",
        "late_entry@case:X/5",
    ]


def test_an_act_of_no_officer_names_none() -> None:
    by_system = an_event(EventKind.CASE_DECIDED, actor="service:filing")
    (signal,) = anomalies_in((by_system,), PACK, complaints=(complaint(),))

    assert (signal.officer, signal.item_code) == ("", "")


@pytest.mark.parametrize(
    ("event", "may"),
    [
        (an_event(EventKind.CASE_DECIDED), True),
        (an_event(EventKind.CASE_PAUSED), False),
        (an_event(EventKind.CASE_PAUSED, at=NOON + timedelta(seconds=1), occurred=NOON), True),
        (an_event(EventKind.CARD_GIVEN, owner="card:1", at=NOON + timedelta(days=9), occurred=NOON), False),
        (complaint(), True),
        (complaint(category="conduct"), False),
        (complaint(case_no=""), False),
    ],
)
def test_a_timeline_is_read_only_for_what_may_complete_a_signal(event: Event, *, may: bool) -> None:
    assert may_complete(event) is may


def test_a_case_lives_by_the_pack_that_its_receipt_names() -> None:
    assert pack_of(a_chain()) == ("corrects-first", NOON)
    assert pack_of(()) is None


def test_a_signal_has_no_number_to_count_with() -> None:
    (signal,) = anomalies_in(a_chain(decided(1)), PACK)

    assert [name for name in Anomaly.__slots__ if isinstance(getattr(signal, name), int | float)] == []
