"""Random events, told twice and out of order by several relays: the figures stay those of a sum."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.clock import instant_text
from chalicelib.container import container
from chalicelib.policy import Caller, Role
from chalicelib.settings import settings
from chalicelib.supervision.model.statistics import Figures, Measure
from chalicelib.supervision.rules.statistics import contribution, counts, figures_of, law_of
from chalicelib.supervision.services.statistics import Asked, Detail
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import Timeline
from tests.depth import goes

pytestmark = pytest.mark.usefixtures("elsewhere")

RELAYS = 4
BEGIN = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
MONITOR = Caller(sub="m", roles=frozenset({Role.MONITOR}), department="monitoring")
BETWEEN = (
    EventKind.CORRECTION_ASKED,
    EventKind.CASE_PAUSED,
    EventKind.CASE_RESUMED,
    EventKind.CASE_REOPENED,
    EventKind.CASE_DECIDED,
    EventKind.ALERT_RAISED,
    EventKind.ALERT_ACKNOWLEDGED,
    EventKind.RATING_GIVEN,
    EventKind.CARD_GIVEN,
    EventKind.CARD_WITHDRAWN,
    EventKind.COMPLAINT_RECEIVED,
    EventKind.CASE_DELIVERED,
)


def a_chain(dice: random.Random, number: int) -> Iterator[Event]:
    """The timeline of one case in which anything may follow anything, some of it told long after it happened."""
    at = BEGIN + timedelta(minutes=dice.randrange(30 * 24 * 60))
    due_at = at + timedelta(days=dice.randrange(1, 9))
    department, item = dice.choice(["traffic", "market"]), dice.choice(["a", "b", "c"])
    kinds = [EventKind.CASE_FILED, EventKind.CASE_ACCEPTED, *dice.choices(BETWEEN, k=10)]
    for seq, kind in enumerate(kinds, start=1):
        data: dict[str, Any] = {
            "way": dice.choice(["commitment", "certificate"]),
            "item_code": item,
            "pack": "corrects-first",
            "level": dice.randrange(1, 6),
            "alert_id": str(dice.randrange(3)),
            "colour": dice.choice(["yellow", "red"]),
            "category": dice.choice(["experience", "question"]),
            "suspicious": dice.choice([[], ["TOO_SOON"]]),
            "clocks_stopped": [
                {"kind": "handling_promised", "due_at": instant_text(due_at), "provisional": dice.random() < 0.1}
            ],
        }
        yield Event(
            owner=f"case:{number}",
            seq=seq,
            kind=kind,
            occurred_at=instant_text(at - timedelta(hours=dice.choice([0, 0, 30]))),
            recorded_at=instant_text(at),
            actor=dice.choice(["staff:o", "service:relay"]),
            department=department,
            data=data,
            prev_hash="",
            hash="",
        )
        at += timedelta(minutes=dice.randrange(1, 2_000))


@pytest.mark.requirement("R8.2")
@goes("cases", usually=40, deep=900)
def test_events_told_twice_and_out_of_order_are_counted_once(cases: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(20261125)
    chains = {f"case:{number}": list(a_chain(dice, number)) for number in range(cases)}
    events = [event for chain in chains.values() for event in chain]
    twice = [*events, *events]
    dice.shuffle(twice)
    monkeypatch.setattr(Timeline, "events", lambda _timeline, owner: chains[owner])

    monkeypatch.setattr(
        Timeline,
        "beginnings",
        lambda _timeline, owners, *, length: {owner: tuple(chains[owner][:length]) for owner in owners},
    )
    batches = []
    while twice:
        size = dice.choice([1, 3, 20, 100])
        batches.append(twice[:size])
        del twice[:size]

    with ThreadPoolExecutor(RELAYS) as pool:
        list(pool.map(lambda batch: container().statistics.on_events(batch, BEGIN), batches))

    expected = Figures()
    for event in filter(counts, events):
        before = chains[event.owner][: event.seq - 1]
        code, at = law_of(event, before)
        pack = container().pack(code or settings().rule_pack, at)
        expected += figures_of(contribution(event, before, calendar=container().calendars.at(at), pack=pack))
    last = BEGIN + timedelta(days=60)
    asked = Asked(first=BEGIN.date(), last=last.date(), as_of=last)
    told = container().statistics.figures(asked, by=MONITOR, at=last)
    by_item = container().statistics.figures(replace(asked, detail=Detail.ITEM), by=MONITOR, at=last)
    assert len(events) == 12 * cases
    assert sum((day.figures for one in by_item for day in one.days), Figures()) == expected
    assert sum((day.figures for one in told for day in one.days), Figures()) == expected
    completed = sum((one.completion for one in told), Figures())
    assert completed.of(Measure.RECEIVED) == expected.of(Measure.RECEIVED) == len(chains)
