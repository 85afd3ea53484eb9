"""Editions on AWS's own engine: what a recount writes, where it may die, and a list over departments."""

from contextlib import suppress
from datetime import date

import pytest

from chalicelib.container import container
from chalicelib.policy import Role
from tests.builders import a_caller
from tests.cloud import turn_clock
from tests.performance.crowd import add_clocks
from tests.performance.deaths import Death, DiedError
from tests.services.recounts import (
    EDITOR,
    LOADED,
    NEW_YEAR,
    SETTLED,
    STARTED,
    a_clock,
    an_edition,
    load,
    recounted,
    the_recount,
)
from tests.services.walking import recount
from tests.wire import Wire, watched

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_what_waits_for_an_edition_is_paged_over_departments() -> None:
    turn_clock(STARTED)
    owners = {a_clock(department=department).owner for department in ("market", "traffic", "market")}
    monitor = a_caller(Role.MONITOR, sub="monitor", department="monitoring")
    found: list[str] = []
    after = None
    while True:
        clocks, after = container().calendar_editions.waiting(2027, by=monitor, at=STARTED, limit=1, after=after)
        found.extend(clock.owner for clock in clocks)
        if after is None:
            break

    assert owners == {owner for owner in found if owner in owners}
    assert len(found) == len(set(found))


def test_a_recount_reads_nothing_that_was_due_before_december_and_writes_nothing_that_does_not_move() -> None:
    turn_clock(STARTED)
    add_clocks(0, 1_000)
    container().calendar_editions.load(an_edition(), by=EDITOR, version=None, at=LOADED)

    with watched(Wire()) as wire:
        container().recalculation.step("2027/1", "traffic", {}, LOADED)

    assert set(wire.operations) == {"BatchGetItem", "Query"}


@pytest.mark.parametrize("is_after", [False, True])
def test_a_loading_that_dies_at_any_call_and_is_sent_again_counts_a_clock_once_for_each_edition(
    *, is_after: bool
) -> None:
    turn_clock(STARTED)
    clock = a_clock()
    version = None
    for at_call in range(1, 9):
        edition = an_edition(NEW_YEAR, date(2027, 1 if at_call % 2 else 2, 4))
        with watched(Death(at_call, after=is_after).wire), suppress(DiedError):
            load(edition, version=version)
        (year,) = container().years.each([2027])
        version = load(edition, version=year.version or None).version
        recount(at=SETTLED)

        assert (len(year.editions), len(recounted(clock))) in {(at_call, at_call), (at_call - 1, at_call)}
        assert (the_recount().number, the_recount().failed) == (at_call, 0)
