"""Flags of one office, all of two measures, told twice and out of order by several relays: each step counts once.

Every step of a flag moves the one row that says how many are in force: nowhere else do relays meet as often.
"""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.clock import instant_text
from chalicelib.container import container
from chalicelib.policy import Caller, Role
from chalicelib.supervision.model.statistics import Measure
from chalicelib.supervision.services.statistics import AskedOfMeasures
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import Timeline
from tests.depth import goes

pytestmark = pytest.mark.usefixtures("elsewhere")

RELAYS = 4
BEGIN = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
MONITOR = Caller(sub="m", roles=frozenset({Role.MONITOR}), department="monitoring")
WAYS = ("lifting", "objection:1", "repair:2", "reversal:3")


def a_chain(dice: random.Random, number: int) -> Iterator[Event]:
    """The timeline of a flag that was confirmed, and perhaps suspended, resumed, lifted or ended."""
    starts_on = BEGIN.date() + timedelta(days=dice.randrange(20))
    begin = dice.choice([[EventKind.FLAG_CONFIRMED], [EventKind.FLAG_CONFIRMED, EventKind.FLAG_SUSPENDED]])
    if begin[-1] is EventKind.FLAG_SUSPENDED and dice.random() < 0.5:
        begin = [*begin, EventKind.FLAG_RESUMED]
    end = dice.choice([[], [EventKind.FLAG_LIFTED], [EventKind.FLAG_ENDED]])
    was = "suspended" if begin[-1] is EventKind.FLAG_SUSPENDED else "active"
    for seq, kind in enumerate([EventKind.FLAG_PROPOSED, *begin, *end], start=1):
        data: dict[str, Any] = {
            "edition": "2024",
            "measure_code": str(9 + number % 2),
            "starts_on": starts_on.isoformat(),
            "was": was,
            "because": dice.choice(WAYS),
        }
        at = instant_text(BEGIN + timedelta(days=20 + 2 * seq, minutes=number))
        yield Event(
            owner=f"flag:{number}",
            seq=seq,
            kind=kind,
            occurred_at=at,
            recorded_at=at,
            actor="staff:c",
            department="credit" if seq == 1 else dice.choice(["credit", "market"]),
            data=data,
            prev_hash="",
            hash="",
        )


def summed(chains: list[list[Event]]) -> Counter[str]:
    """Walk through each timeline by itself."""
    sums: Counter[str] = Counter()
    for chain in chains:
        is_in_force = False
        for event in chain:
            sums["set"] += event.kind == EventKind.FLAG_CONFIRMED
            if event.kind == EventKind.FLAG_LIFTED:
                sums[str(event.data["because"]).partition(":")[0]] += 1
                until = datetime.fromisoformat(event.recorded_at) + timedelta(hours=8)
                sums["days"] += (until.date() - date.fromisoformat(str(event.data["starts_on"]))).days
            is_in_force = event.kind in {EventKind.FLAG_CONFIRMED, EventKind.FLAG_RESUMED}
        sums["in_force"] += is_in_force
    return sums


@goes("flags", usually=40, deep=400)
def test_steps_of_flags_told_twice_and_out_of_order_are_counted_once(
    flags: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(20261125)
    chains = [list(a_chain(dice, number)) for number in range(flags)]
    by_owner = {chain[0].owner: chain for chain in chains}
    twice = [event for chain in chains for event in chain] * 2
    dice.shuffle(twice)
    monkeypatch.setattr(Timeline, "events", lambda _timeline, owner: by_owner[owner])

    with ThreadPoolExecutor(RELAYS) as pool:
        list(pool.map(lambda event: container().statistics.on_events([event], BEGIN), twice))

    asked = AskedOfMeasures(first=BEGIN.date(), last=BEGIN.date() + timedelta(days=60))
    found = container().statistics.measures(asked, by=MONITOR)
    figures = sum((Counter(one.figures.counts) for one in found), Counter[str]())
    told = Counter(
        {
            "set": figures[Measure.FLAG_SET],
            "in_force": figures[Measure.FLAG_IN_FORCE],
            "days": sum(n for name, n in figures.items() if name.startswith(Measure.DAYS_TO_OVERTURN)),
        }
    )
    for way in WAYS:
        kind = way.partition(":")[0]
        told[kind] = figures[f"{Measure.FLAG_OVERTURNED}:{kind}"]
    assert [one.measure_code for one in found] == ["9", "10"]
    assert told == summed(chains)
