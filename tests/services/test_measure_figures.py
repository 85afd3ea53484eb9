"""Figures of measures as the relay counts them: the same as a plain walk through the timelines of all flags."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.clock import day_in_shanghai, instant_from
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.redress.model import Outcome
from chalicelib.sanctions.model.flags import Flag, Target
from chalicelib.supervision.model.statistics import Figures, Measure, MeasureFigures
from chalicelib.supervision.services.statistics import AskedOfMeasures
from chalicelib.timeline.events import Event
from tests.builders import NOON, a_caller, a_proposal, an_organisation
from tests.services.credit_office import (
    AFTER_DEFENCE,
    CREDIT,
    asked,
    decided,
    entry_of,
    flagged,
    judged,
    objected,
    reversal,
    ruling,
)
from tests.services.measure_lists import an_edition, load, resume
from tests.services.walking import ended

pytestmark = pytest.mark.usefixtures("cloud")

MONITOR = a_caller(Role.MONITOR, sub="m-1", department="monitoring")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")
REPAIRED_AT = datetime(2027, 1, 4, 4, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 9, 1), date(2027, 9, 30)


def lifted(flag: Flag, *, at: datetime) -> None:
    container().flags.lift(flag.flag_id, reason="已履行义务。", basis="第23条", by=CREDIT, version=flag.version, at=at)


def all_that_can_become_of_flags() -> list[Flag]:
    """Ten flags, the ninth measure but for two: each on its own document, and each with another end."""
    numbers = {number: f"撤〔2026〕{number}号" for number in range(1, 10)}
    flags = {number: flagged(document_no=paper) for number, paper in numbers.items() if number not in {7, 8}}
    flags[7] = flagged(document_no=numbers[7], measure_code="10")
    flags[8] = flagged(document_no=numbers[8], measure_code="10", ends_on=date(2026, 12, 31))
    lifted(flags[1], at=AFTER_DEFENCE + timedelta(days=3))
    lifted(flags[2], at=AFTER_DEFENCE + timedelta(days=4))
    objection = objected(entry_of(flags[3]), "measure", at=AFTER_DEFENCE)
    decided(objection, ruling(Outcome.LIFTED), at=AFTER_DEFENCE + timedelta(days=2))
    objected(entry_of(flags[4]), "measure", at=AFTER_DEFENCE)
    judged(asked(entry_of(flags[5]), at=REPAIRED_AT), at=REPAIRED_AT)
    container().revocations.record(reversal(entry_of(flags[6])), by=CREDIT, at=AFTER_DEFENCE, idempotency_key=None)
    target = Target(about=an_organisation())
    only_proposed = container().flags.propose(a_proposal(document_no="另"), target, by=CREDIT, at=NOON).flag
    lifted(only_proposed, at=AFTER_DEFENCE)
    load(an_edition(without="10"), at=AFTER_DEFENCE)
    load(an_edition("2026b", without="11", on=date(2026, 10, 10)), at=AFTER_DEFENCE)
    for by in (CREDIT, a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")):
        resume(flags[7], by=by, at=AFTER_DEFENCE + timedelta(days=1))
    ended("flags", at=datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    return [*flags.values(), only_proposed]


def told(events: Iterable[Event]) -> None:
    for event in events:
        container().statistics.on_events([event], REPAIRED_AT)


def measures(first: date = FIRST, last: date = LAST, *, code: str | None = None) -> tuple[MeasureFigures, ...]:
    return container().statistics.measures(AskedOfMeasures(first=first, last=last, measure_code=code), by=MONITOR)


def recomputed(chains: Iterable[Sequence[Event]]) -> dict[tuple[str, str], Counter[str]]:
    """Walk through each timeline by itself, in order, keeping what state its flag is in."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for chain in chains:
        data = chain[0].data
        sum_ = sums.setdefault((str(data["edition"]), str(data["measure_code"])), Counter())
        is_set, is_in_force, since = False, False, date.max
        for event in chain:
            what = event.kind.partition(":")[2]
            if what == "confirmed":
                is_set, since = True, date.fromisoformat(str(event.data["starts_on"]))
                sum_["set"] += 1
            if what == "lifted" and is_set:
                sum_[str(event.data["because"]).partition(":")[0]] += 1
                sum_["days"] += (day_in_shanghai(instant_from(event.recorded_at)) - since).days
            if what in {"confirmed", "resumed"}:
                is_in_force = True
            if what in {"lifted", "ended", "suspended"}:
                is_in_force = False
        sum_["in_force"] += is_in_force
    return sums


def as_counters(found: Iterable[MeasureFigures]) -> dict[tuple[str, str], Counter[str]]:
    return {
        (one.edition, one.measure_code): +Counter(
            {
                "set": one.figures.of(Measure.FLAG_SET),
                **one.figures.by(Measure.FLAG_OVERTURNED),
                "days": sum(one.figures.by(Measure.DAYS_TO_OVERTURN).values()),
                "in_force": one.figures.of(Measure.FLAG_IN_FORCE),
            }
        )
        for one in found
    }


@pytest.mark.requirement("R2.16", "R8.2", "R8.3")
def test_figures_heard_twice_and_out_of_order_are_those_of_a_walk_through_the_timelines() -> None:
    chains = [container().timeline.events(flag.owner) for flag in all_that_can_become_of_flags()]
    twice = [event for chain in chains for event in chain] * 2
    random.Random(2).shuffle(twice)

    told(twice)

    found = as_counters(measures())
    assert found == {measure: +sums for measure, sums in recomputed(chains).items()}
    assert found[("2024", "9")] == Counter(
        {"set": 7, "lifting": 2, "objection": 1, "repair": 1, "reversal": 1, "days": 96, "in_force": 2}
    )
    assert found[("2024", "10")] == Counter({"set": 2, "in_force": 1})


def test_days_add_up_and_what_is_in_force_is_told_whatever_the_days() -> None:
    flag = flagged()
    lifted(flagged(document_no="另"), at=AFTER_DEFENCE + timedelta(days=3))
    told(container().timeline.events(flag.owner))

    before = measures(date(2026, 1, 1), date(2026, 1, 2))
    on_the_day = measures(date(2026, 10, 9), date(2026, 10, 9))
    after = measures(date(2026, 10, 10), date(2026, 10, 10))

    assert [one.figures.of(Measure.FLAG_SET) for one in (*before, *on_the_day, *after)] == [0, 1, 0]
    assert [one.figures.of(Measure.FLAG_IN_FORCE) for one in (*before, *on_the_day, *after)] == [1, 1, 1]


def test_measures_stand_in_the_order_of_the_list_and_one_can_be_asked_for() -> None:
    for number, code in enumerate(("10", "9")):
        told(container().timeline.events(flagged(document_no=str(number), measure_code=code).owner))

    assert [one.measure_code for one in measures()] == ["9", "10"]
    assert [one.measure_code for one in measures(code="10")] == ["10"]
    assert measures(code="no-such-measure") == ()


def test_a_measure_of_which_nothing_is_left_and_nothing_happened_is_not_told() -> None:
    flag = flagged()
    lifted(flag, at=AFTER_DEFENCE)
    told(container().timeline.events(flag.owner))

    assert measures(date(2026, 1, 1), date(2026, 1, 2)) == ()


def test_an_office_sees_the_flags_that_it_proposed_whoever_ended_them() -> None:
    flag = flagged()
    told(container().timeline.events(flag.owner))
    own = AskedOfMeasures(first=FIRST, last=LAST)

    seen = [container().statistics.measures(own, by=by) for by in (CREDIT, SUPERVISOR)]

    assert [len(found) for found in seen] == [1, 0]
    with pytest.raises(DomainError, match=ErrorCode.FORBIDDEN):
        container().statistics.measures(AskedOfMeasures(first=FIRST, last=LAST, department="credit"), by=SUPERVISOR)


@pytest.mark.parametrize("days", [-1, 400])
def test_days_that_run_backwards_or_are_too_many_are_refused(days: int) -> None:
    with pytest.raises(DomainError) as refused:
        measures(FIRST, FIRST + timedelta(days=days))

    assert refused.value.code is ErrorCode.INVALID_QUERY
    assert [fault.pointer for fault in refused.value.faults] == ["/to"]


def test_nothing_heard_is_nothing_told() -> None:
    assert measures() == ()
    assert sum((one.figures for one in measures()), Figures()) == Figures()
