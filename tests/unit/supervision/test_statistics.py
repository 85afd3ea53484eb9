"""What one event adds to the figures: each kind by itself, given the chain before it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.clock import instant_text
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.supervision.model.statistics import Contribution, Figures, Late, Measure, Span, is_by_the_second
from chalicelib.supervision.rules.statistics import (
    BEGINNING,
    Needed,
    completed,
    contribution,
    counts,
    figures_of,
    law_of,
    needed,
)
from chalicelib.timeline.event_types import LOOKS, EventKind
from chalicelib.timeline.events import Event, Json
from chalicelib.workdays.store import load_calendar
from tests.unit.supervision.chains import an_event as of_a_chain

PACK = pack_in_force(load_rule_packs(), "corrects-first", on=datetime(2026, 10, 1, tzinfo=UTC).date())
CALENDAR = load_calendar()
MONDAY_9 = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai on a working Monday, an hour in which offices are open."""
DUE = datetime(2026, 10, 15, 15, 59, 59, tzinfo=UTC)

an_event = partial(of_a_chain, at=MONDAY_9)


def added(event: Event, *before: Event) -> Contribution:
    """What an event adds after others; all are numbered in order."""
    chain = [replace(one, seq=seq) for seq, one in enumerate((*before, event), start=1)]
    return contribution(chain[-1], chain[:-1], calendar=CALENDAR, pack=PACK)


def filed(at: datetime = MONDAY_9, way: str = "commitment") -> Event:
    return an_event(
        EventKind.CASE_FILED,
        at=at,
        actor="subject:s",
        way=way,
        item_code="plate-replacement",
        pack="corrects-first",
    )


def accepted(at: datetime = MONDAY_9, **data: Any) -> Event:  # noqa: ANN401 - any JSON
    return an_event(EventKind.CASE_ACCEPTED, at=at, actor="service:filing", **data)


def decided(at: datetime, *, kind: str = "handling_promised", provisional: bool = False) -> Event:
    stopped: Json = [
        {"kind": "handling_statutory", "due_at": "2026-10-12T15:59:59Z", "provisional": False},
        {"kind": kind, "due_at": instant_text(DUE), "provisional": provisional},
    ]
    return an_event(EventKind.CASE_DECIDED, at=at, clocks_stopped=stopped)


@pytest.mark.parametrize(
    ("at", "way", "expected"),
    [
        (MONDAY_9, "commitment", {"received": 1, "on_promise": 1, "open": 1}),
        (MONDAY_9, "certificate", {"received": 1, "open": 1}),
        (MONDAY_9 + timedelta(hours=14), "certificate", {"received": 1, "open": 1, "out_of_hours": 1}),
        (MONDAY_9 - timedelta(days=1), "certificate", {"received": 1, "open": 1, "out_of_hours": 1}),
        (MONDAY_9 - timedelta(days=2), "certificate", {"received": 1, "open": 1}),
    ],
    ids=["on a promise", "by certificate", "at 23:00", "on a Sunday", "on the Saturday that was made a working day"],
)
def test_a_filing_is_received_on_a_promise_or_not_and_out_of_hours_or_not(
    at: datetime, way: str, expected: dict[str, int]
) -> None:
    one = added(filed(at, way))

    assert dict(one.counts) == expected
    assert (one.department, one.item_code) == ("traffic", "plate-replacement")


@pytest.mark.requirement("R4.23")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (EventKind.CASE_ACCEPTED, {"accepted": 1}),
        (EventKind.CASE_DEEMED_ACCEPTED, {"accepted": 1, "deemed_accepted": 1}),
        (EventKind.CASE_NOT_ACCEPTED, {"not_accepted": 1, "open": -1}),
        (EventKind.CORRECTION_ASKED, {"returned": 1}),
        (EventKind.CASE_PAUSED, {"paused": 1}),
        (EventKind.CASE_REOPENED, {"reopened": 1}),
        (EventKind.CASE_DELIVERED, {}),
    ],
)
def test_what_becomes_of_a_case_is_counted_under_its_item(kind: EventKind, expected: dict[str, int]) -> None:
    one = added(an_event(kind, actor="system:x"), filed())

    assert dict(one.counts) == expected
    assert one.item_code == "plate-replacement"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (DUE, {"decided": 1, "completed:3": 1, "open": -1}),
        (DUE + timedelta(seconds=1), {"decided": 1, "late": 1, "completed:4": 1, "open": -1}),
    ],
    ids=["in the last second", "a second later"],
)
def test_a_decision_is_late_from_the_second_after_the_last_in_time(at: datetime, expected: dict[str, int]) -> None:
    one = added(replace(decided(at), actor="system:x"), filed(), accepted())

    assert dict(one.counts) == expected
    assert one.late == (Late(due_at=DUE, done_at=at) if "late" in expected else None)


@pytest.mark.parametrize(("kind", "provisional"), [("handling_promised", True), ("delivery", False)])
def test_a_provisional_date_and_other_clocks_make_no_decision_late(kind: str, provisional: bool) -> None:  # noqa: FBT001 - one of the cases
    late = replace(decided(DUE + timedelta(days=1), kind=kind, provisional=provisional), actor="system:x")

    assert added(late, filed(), accepted()).counts == {"decided": 1, "completed:4": 1, "open": -1}


@pytest.mark.requirement("R4.23")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (DUE, {"decided_again": 1, "open": -1}),
        (DUE + timedelta(seconds=1), {"decided_again": 1, "late_again": 1, "open": -1}),
    ],
    ids=["in the last second", "a second later"],
)
def test_a_second_decision_neither_completes_a_case_twice_nor_takes_part_in_times(
    at: datetime, expected: dict[str, int]
) -> None:
    again = replace(decided(at), actor="system:x")

    one = added(again, filed(), accepted(), decided(DUE - timedelta(days=2)), an_event(EventKind.CASE_REOPENED))

    assert one.counts == expected
    assert one.minutes == {}
    assert one.late == (Late(due_at=DUE, done_at=at, is_again=True) if "late_again" in expected else None)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((EventKind.CASE_TERMINATED,), -1),
        ((EventKind.APPLICATION_WITHDRAWN,), -1),
        ((EventKind.CASE_NOT_ACCEPTED, EventKind.CASE_TERMINATED), 0),
        ((EventKind.CASE_DECIDED, EventKind.CASE_REOPENED), 1),
        ((EventKind.CASE_DECIDED, EventKind.CASE_DELIVERED), 0),
        ((EventKind.CASE_ACCEPTED, EventKind.CASE_REOPENED), 0),
    ],
)
def test_a_case_is_open_from_its_filing_until_it_is_decided_or_ended_and_again_once_it_is_reopened(
    kinds: tuple[EventKind, ...], expected: int
) -> None:
    *before, last = (an_event(kind, actor="system:x") for kind in kinds)

    assert added(last, filed(), *before).counts.get("open", 0) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("received", True), ("completed:3", True), ("late", False), ("alerted:2", False)]
)
def test_what_makes_up_completion_is_told_by_the_second(name: str, expected: bool) -> None:  # noqa: FBT001 - what is expected
    assert is_by_the_second(name) is expected


@pytest.mark.requirement("R4.23")
def test_what_a_day_completed_is_told_by_the_day_on_which_it_was_filed() -> None:
    figures = Figures(counts={"decided": 4, "completed:0": 1, "completed:10": 3})

    assert completed(date(2026, 10, 12), figures) == {date(2026, 10, 12): 1, date(2026, 10, 2): 3}


@pytest.mark.parametrize(
    ("kind", "earlier", "expected"),
    [
        (EventKind.CASE_ACCEPTED, EventKind.CASE_ACCEPTED, {}),
        (EventKind.CASE_ACCEPTED, EventKind.CASE_DEEMED_ACCEPTED, {}),
        (EventKind.CASE_DEEMED_ACCEPTED, EventKind.CASE_ACCEPTED, {"deemed_accepted": 1}),
        (EventKind.CASE_DEEMED_ACCEPTED, EventKind.CASE_DEEMED_ACCEPTED, {}),
    ],
)
def test_a_case_that_is_accepted_again_after_its_promise_was_withdrawn_is_counted_once(
    kind: EventKind, earlier: EventKind, expected: dict[str, int]
) -> None:
    again = an_event(kind, actor="system:x")

    assert added(again, filed(), an_event(earlier), an_event(EventKind.COMMITMENT_WITHDRAWN)).counts == expected


def test_a_suspended_case_is_not_handled_meanwhile_and_what_ended_with_a_promise_stops_nothing_after() -> None:
    plain = added(decided(MONDAY_9 + timedelta(hours=2)), filed(), accepted())
    suspended = added(
        decided(MONDAY_9 + timedelta(hours=2)),
        filed(),
        accepted(),
        an_event(EventKind.CASE_SUSPENDED, at=MONDAY_9 + timedelta(minutes=30)),
        an_event(EventKind.SUSPENSION_ENDED, at=MONDAY_9 + timedelta(minutes=75)),
    )
    withdrawn = added(
        decided(MONDAY_9 + timedelta(hours=2)),
        filed(),
        accepted(MONDAY_9 - timedelta(days=7)),
        an_event(EventKind.CASE_PAUSED, at=MONDAY_9 - timedelta(days=6)),
        an_event(EventKind.COMMITMENT_WITHDRAWN, at=MONDAY_9 - timedelta(days=5)),
        accepted(),
    )

    assert plain.minutes[Span.HANDLING] - suspended.minutes[Span.HANDLING] == 45
    assert withdrawn.minutes == plain.minutes


def test_a_handling_takes_the_working_minutes_from_acceptance_to_decision_without_pauses() -> None:
    # Monday 09:00 to Tuesday 10:00 is a working day of eight hours less half an hour, and an hour and a half.
    plain = added(decided(MONDAY_9 + timedelta(hours=25)), filed(), accepted())
    paused = added(
        decided(MONDAY_9 + timedelta(hours=25)),
        filed(),
        accepted(),
        an_event(EventKind.CASE_PAUSED, at=MONDAY_9 + timedelta(hours=1)),
        an_event(EventKind.CASE_RESUMED, at=MONDAY_9 + timedelta(hours=2)),
    )
    unresumed = added(
        decided(MONDAY_9 + timedelta(hours=25)),
        filed(),
        accepted(),
        an_event(EventKind.CASE_RESUMED, at=MONDAY_9),
        an_event(EventKind.CASE_PAUSED, at=MONDAY_9 + timedelta(hours=1)),
    )

    suspended = added(
        decided(MONDAY_9 + timedelta(hours=25)),
        filed(),
        accepted(),
        an_event(EventKind.CASE_SUSPENDED, at=MONDAY_9 + timedelta(hours=1)),
        an_event(EventKind.SUSPENSION_ENDED, at=MONDAY_9 + timedelta(hours=2)),
    )
    # A special procedure that ended with the promise says nothing of the handling by certificate that follows.
    before = added(
        decided(MONDAY_9 + timedelta(hours=25)),
        filed(),
        an_event(EventKind.CASE_PAUSED, at=MONDAY_9 - timedelta(hours=1)),
        accepted(),
    )

    assert plain.minutes[Span.HANDLING] - paused.minutes[Span.HANDLING] == 60
    assert plain.minutes[Span.HANDLING] - suspended.minutes[Span.HANDLING] == 60
    assert unresumed.minutes[Span.HANDLING] == 60
    assert before.minutes == plain.minutes


def test_a_handling_counts_from_receipt_where_acceptance_was_dated_back_and_takes_nothing_where_none_began() -> None:
    dated_back = added(
        decided(MONDAY_9 + timedelta(hours=2)),
        filed(),
        accepted(MONDAY_9 + timedelta(hours=1), counts_from=instant_text(MONDAY_9)),
    )

    assert dated_back.minutes[Span.HANDLING] == 120
    assert added(decided(MONDAY_9), filed()).minutes[Span.HANDLING] == 0


@pytest.mark.requirement("R4.23")
@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (EventKind.RATING_GIVEN, {"level": 5}, {"rated:5": 1}),
        (EventKind.RATING_GIVEN, {"level": 1, "suspicious": ["TOO_SOON"]}, {"rated:1": 1, "rated_suspiciously": 1}),
        (EventKind.ALERT_RAISED, {"level": 2, "alert_id": "a"}, {"alerted:2": 1}),
        (EventKind.CARD_GIVEN, {"colour": "yellow"}, {"card_given:yellow": 1}),
        (EventKind.CARD_WITHDRAWN, {"colour": "red"}, {"card_withdrawn:red": 1}),
        (EventKind.COMPLAINT_RECEIVED, {"category": "experience"}, {"complained:experience": 1}),
    ],
)
def test_what_has_levels_is_counted_by_them_and_under_no_item_where_none_is_named(
    kind: EventKind, data: dict[str, Any], expected: dict[str, int]
) -> None:
    one = added(an_event(kind, owner="other:1", **data))

    assert dict(one.counts) == expected
    assert one.item_code == "-"


def test_an_acknowledgement_takes_minutes_from_its_own_alert() -> None:
    after = an_event(
        EventKind.ALERT_ACKNOWLEDGED,
        at=MONDAY_9 + timedelta(minutes=42, seconds=59),
        actor="system:x",
        level=1,
        alert_id="mine",
    )
    raised = [an_event(EventKind.ALERT_RAISED, level=1, alert_id=name) for name in ("another", "mine")]

    assert added(after, *raised).minutes == {Span.ACKNOWLEDGEMENT: 42}
    assert added(after, raised[0]).minutes == {}


def test_a_flag_is_set_when_confirmed_and_overturned_when_lifted_after_that() -> None:
    confirmed, lifted = (
        an_event(kind, owner="flag:1", actor="staff:c") for kind in (EventKind.FLAG_CONFIRMED, EventKind.FLAG_LIFTED)
    )

    assert added(confirmed).counts == {"flag_set": 1}
    assert added(lifted, confirmed).counts == {"flag_overturned": 1}
    proposed = an_event(EventKind.FLAG_PROPOSED, owner="flag:1", edition="2024", measure_code="9")
    assert added(lifted, proposed).counts == {}


@pytest.mark.requirement("R4.19")
@pytest.mark.parametrize(
    ("hours", "expected"), [(24, {"returned": 1, "entered": 1}), (25, {"returned": 1, "entered": 1, "entered_late": 1})]
)
def test_what_staff_enter_much_later_than_it_happened_is_counted_as_late_entry(
    hours: int, expected: dict[str, int]
) -> None:
    told = an_event(EventKind.CORRECTION_ASKED, occurred=MONDAY_9 - timedelta(hours=hours))

    assert added(told, filed(MONDAY_9 - timedelta(days=3))).counts == expected


@pytest.mark.requirement("R4.19")
@pytest.mark.parametrize("kind", sorted(LOOKS))
def test_looks_are_no_entries_and_make_the_share_of_late_ones_no_smaller(kind: EventKind) -> None:
    assert added(an_event(kind), filed()).counts == {}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (filed(), True),
        (an_event(EventKind.CASE_ASSIGNED), True),
        (an_event(EventKind.CASE_SEEN), False),
        (an_event(EventKind.CASE_ASSIGNED, actor="system:x"), False),
        (an_event(EventKind.CLOCK_WARNED, actor="service:sweep"), False),
        (an_event(EventKind.ALERT_RAISED, owner="card:1", actor="system:x"), True),
        (an_event(EventKind.FLAG_CONFIRMED, owner="flag:1"), True),
        (an_event(EventKind.FLAG_CONFIRMED, owner="credit:k1"), False),
        (an_event(EventKind.CARD_ANSWERED, owner="card:1"), False),
    ],
)
def test_timelines_are_read_only_for_events_that_count(event: Event, expected: bool) -> None:  # noqa: FBT001 - what is expected
    assert counts(event) is expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (filed(), Needed.NOTHING),
        (an_event(EventKind.CASE_ACCEPTED, 3), Needed.BEGINNING),
        (an_event(EventKind.CASE_ACCEPTED, 4), Needed.CHAIN),
        (an_event(EventKind.CASE_DECIDED, 4), Needed.CHAIN),
        (an_event(EventKind.ALERT_ACKNOWLEDGED, 4), Needed.CHAIN),
        (an_event(EventKind.ALERT_RAISED, 4, actor="service:relay", item_code="a"), Needed.NOTHING),
        (an_event(EventKind.ALERT_RAISED, 4, actor="service:relay"), Needed.BEGINNING),
        (an_event(EventKind.CASE_PAUSED, 4, item_code="a"), Needed.BEGINNING),
        (an_event(EventKind.ALERT_RAISED, 2, actor="service:relay", owner="complaint:c"), Needed.CHAIN),
        (an_event(EventKind.FLAG_LIFTED, 2, owner="flag:f"), Needed.CHAIN),
    ],
)
def test_little_of_a_chain_is_read_to_count_an_event(event: Event, expected: Needed) -> None:
    assert needed(event) is expected


def test_an_event_counts_by_what_is_needed_as_it_does_by_its_whole_chain() -> None:
    signed = an_event(EventKind.COMMITMENT_SIGNED, 1, actor="subject:s", item_code="plate-replacement")
    kinds = [kind for kind in EventKind if kind not in {EventKind.CASE_FILED, EventKind.COMMITMENT_SIGNED}]
    events = [
        an_event(
            kind,
            seq,
            at=MONDAY_9 + seq * timedelta(hours=30),
            occurred=MONDAY_9,
            actor=["staff:o-1", "service:relay"][seq % 2],
            level=1,
            colour="red",
            category="question",
            alert_id="a",
            because="lifting",
            starts_on="2026-10-12",
            edition="2024",
            measure_code="9",
        )
        for seq, kind in enumerate([*kinds, *kinds], start=3)
    ]
    chain = [signed, replace(filed(), seq=2), *events]
    parts = {Needed.NOTHING: 0, Needed.BEGINNING: BEGINNING, Needed.CHAIN: len(chain)}

    counted = [event for event in chain if counts(event)]

    assert {needed(event) for event in counted} == set(Needed)
    for event in counted:
        before = chain[: event.seq - 1]
        few = before[: parts[needed(event)]]
        by_few, by_all = (contribution(event, known, calendar=CALENDAR, pack=PACK) for known in (few, before))
        assert (by_few, law_of(event, few)) == (by_all, law_of(event, before)), event


def test_a_case_lives_by_the_pack_it_was_filed_under_and_anything_else_by_none() -> None:
    paused = an_event(EventKind.CASE_PAUSED, 2, at=DUE)

    assert law_of(paused, [filed()]) == ("corrects-first", DUE)
    assert law_of(paused, []) == (None, DUE)


def test_figures_add_up_whatever_the_order() -> None:
    short = figures_of(added(decided(MONDAY_9 + timedelta(hours=1)), filed(), accepted()))
    long = figures_of(added(decided(MONDAY_9 + timedelta(hours=3)), filed(), accepted()))
    rating = figures_of(added(an_event(EventKind.RATING_GIVEN, owner="rating:1", level=3)))

    whole = rating + short + long

    assert whole == long + short + rating
    assert whole.of(Measure.DECIDED) == 2
    assert whole.of(Measure.REOPENED) == 0
    assert whole.by(Measure.RATED) == {"3": 1}
    assert whole.longest[Span.HANDLING] == 180
    assert sum(whole.buckets[Span.HANDLING].values()) == 2
    assert Figures() + whole == whole
