"""What one event of a flag adds to the figures of its measure, given the chain before it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.clock import instant_text
from chalicelib.supervision.model.statistics import FlagStep
from chalicelib.supervision.rules.measure_statistics import average_of, flag_step
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json

NINE = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
LAST_SECOND = datetime(2026, 10, 9, 15, 59, 59, tzinfo=UTC)
"""The last one of the ninth of October in Shanghai."""


def an_event(kind: EventKind, *, at: datetime = NINE, department: str = "credit", **data: Json) -> Event:
    return Event(
        owner="flag:1",
        seq=1,
        kind=kind,
        occurred_at=instant_text(at),
        recorded_at=instant_text(at),
        actor="staff:c",
        department=department,
        data=data,
        prev_hash="",
        hash="",
    )


PROPOSED = an_event(EventKind.FLAG_PROPOSED, edition="2024", measure_code="9")
CONFIRMED = an_event(EventKind.FLAG_CONFIRMED, starts_on="2026-10-09", ends_on="2027-10-08")


def lifted(because: str = "lifting", was: str = "active", *, at: datetime = NINE, department: str = "credit") -> Event:
    return an_event(EventKind.FLAG_LIFTED, at=at, department=department, was=was, because=because)


def added(event: Event, *before: Event) -> FlagStep:
    chain = [replace(one, seq=seq) for seq, one in enumerate((PROPOSED, *before, event), start=1)]
    step = flag_step(chain[-1], chain[:-1])
    assert step is not None
    return step


@pytest.mark.parametrize(
    ("event", "before", "counts", "in_force"),
    [
        (CONFIRMED, [], {"flag_set": 1}, 1),
        (lifted(), [CONFIRMED], {"flag_overturned:lifting": 1, "days_to_overturn:lifting": 0}, -1),
        (lifted(was="suspended"), [CONFIRMED], {"flag_overturned:lifting": 1, "days_to_overturn:lifting": 0}, 0),
        (lifted(was="proposed"), [], {}, 0),
        (an_event(EventKind.FLAG_SUSPENDED), [CONFIRMED], {}, -1),
        (an_event(EventKind.FLAG_RESUMED), [CONFIRMED], {}, 1),
        (an_event(EventKind.FLAG_ENDED, was="active"), [CONFIRMED], {}, -1),
        (an_event(EventKind.FLAG_ENDED, was="suspended"), [CONFIRMED], {}, 0),
    ],
    ids=["confirmed", "lifted", "lifted while suspended", "given up", "suspended", "resumed", "ended", "ended unused"],
)
def test_a_flag_is_set_when_confirmed_overturned_when_lifted_after_that_and_only_ended_by_its_date(
    event: Event, before: list[Event], counts: dict[str, int], in_force: int
) -> None:
    step = added(event, *before)

    assert (step.edition, step.measure_code) == ("2024", "9")
    assert (dict(step.counts), step.in_force) == (counts, in_force)


@pytest.mark.requirement("R2.16")
@pytest.mark.parametrize(
    ("because", "way"),
    [("lifting", "lifting"), ("objection:1", "objection"), ("repair:2", "repair"), ("reversal:3", "reversal")],
)
def test_an_overturning_is_counted_by_its_way(because: str, way: str) -> None:
    assert f"flag_overturned:{way}" in added(lifted(because), CONFIRMED).counts


@pytest.mark.requirement("R2.16")
@pytest.mark.parametrize(
    ("at", "days"),
    [
        (NINE - timedelta(days=1), 0),
        (LAST_SECOND, 0),
        (LAST_SECOND + timedelta(seconds=1), 1),
        (LAST_SECOND + timedelta(days=30), 30),
    ],
    ids=["before the first day", "on the first day", "a second later", "a month later"],
)
def test_days_run_from_the_day_of_effect_to_that_of_the_lifting_in_shanghai(at: datetime, days: int) -> None:
    assert added(lifted(at=at), CONFIRMED).counts["days_to_overturn:lifting"] == days


def test_figures_are_the_proposing_offices_whoever_ends_the_flag() -> None:
    assert added(lifted("reversal:3", department="market"), CONFIRMED).department == "credit"


@pytest.mark.parametrize(
    ("event", "before"),
    [(an_event(EventKind.FLAG_SERVED), [PROPOSED]), (CONFIRMED, [])],
    ids=["another step", "a chain without a proposal"],
)
def test_nothing_else_adds_anything(event: Event, before: list[Event]) -> None:
    assert flag_step(event, before) is None


@pytest.mark.parametrize(
    ("days", "flags", "average"),
    [(0, 0, None), (0, 3, "0.0"), (5, 2, "2.5"), (1, 3, "0.3"), (2, 3, "0.7"), (1, 20, "0.1"), (999, 1, "999.0")],
)
def test_an_average_has_one_place_and_halves_go_up(days: int, flags: int, average: str | None) -> None:
    assert average_of(days, flags) == average
