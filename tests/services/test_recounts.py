"""Counting open due dates anew on stored clocks: interrupted anywhere, twice, beside a sweep, on every board."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.calendars.model import Moving, Place, RecountState
from chalicelib.calendars.services import recalculation
from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.services import recalculation as clock_recalculation
from chalicelib.clocks.services.recalculation import ClockRecalculation
from chalicelib.clocks.store import ClockStore
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.policy import Caller, Role
from chalicelib.walks.model import Step
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Edition, Limit, Unit
from chalicelib.workdays.store import load_calendar
from tests.builders import FixedCalendars
from tests.channels import kept_channels
from tests.cloud import turn_clock
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
from tests.services.timelines import an_owner
from tests.services.walking import recount, taken, waiting, walked
from tests.wire import Wire, watched

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def _at_the_end_of_the_year() -> None:
    turn_clock(STARTED)


def now(clock: Clock) -> Clock:
    return container().clocks.get(clock.owner, clock.clock_id)


@pytest.mark.requirement("R4.5")
def test_every_open_clock_is_counted_on_whichever_board_it_stands() -> None:
    running, other = a_clock(), a_clock(department="market")
    paused = a_clock()
    with transaction() as tx:
        paused = container().clocks.pause(
            paused, ground="expert_review", basis="第45条", expected_until=date(2027, 2, 1), at=STARTED, tx=tx
        )
    stopped = a_clock()
    with transaction() as tx:
        stopped = container().clocks.stop(stopped, at=STARTED, tx=tx)
    hours = a_clock(limit=Limit(value=96, unit=Unit.HOURS, basis="第1条"))

    load(an_edition())

    assert [now(clock).due_on for clock in (running, other, paused)] == [date(2027, 1, 5)] * 3
    assert [len(recounted(clock)) for clock in (running, other, paused, stopped, hours)] == [1, 1, 1, 0, 0]
    assert (now(stopped), now(hours)) == (stopped, hours)
    assert container().timeline.reading(running.owner).verified


@pytest.mark.requirement("R4.5")
def test_what_the_event_of_a_recount_says() -> None:
    clock = a_clock()

    load(an_edition())

    (event,) = recounted(clock)
    assert {name: event.data[name] for name in event.data if name != "clocks_changed"} == {
        "clock_id": "handling_promised",
        "kind": "handling_promised",
        "was_due_on": "2027-01-04",
        "due_on": "2027-01-05",
        "was_provisional": True,
        "provisional": False,
        "source": "《国务院办公厅关于2027年部分节假日安排的通知》（2026-11-04）",
        "edition": "2027/1",
        "taken_back": [],
        "round": 0,
    }


def test_a_provisional_date_that_stays_where_it_is_becomes_firm_with_its_event() -> None:
    clock = a_clock()

    load(an_edition(date(2027, 2, 1)))

    assert (now(clock).due_on, now(clock).provisional) == (date(2027, 1, 4), False)
    assert [(event.data["was_due_on"], event.data["due_on"]) for event in recounted(clock)] == [
        ("2027-01-04", "2027-01-04")
    ]


@pytest.mark.requirement("R4.5")
def test_a_correction_moves_firm_dates_both_ways() -> None:
    clock = a_clock()
    load(an_edition())

    load(an_edition(NEW_YEAR, date(2027, 1, 4)), at=LOADED + timedelta(hours=1), version=1)
    later = now(clock).due_on
    load(an_edition(date(2027, 2, 1)), at=LOADED + timedelta(hours=2), version=2)

    assert (later, now(clock).due_on) == (date(2027, 1, 6), date(2027, 1, 4))
    assert [event.data["edition"] for event in recounted(clock)] == ["2027/1", "2027/2", "2027/3"]
    assert [event.data["was_provisional"] for event in recounted(clock)] == [True, False, False]


@pytest.mark.requirement("R4.14")
def test_the_past_keeps_the_light_that_it_had() -> None:
    clock = a_clock()
    load(an_edition())

    before = container().clocks.as_of(now(clock), at=LOADED - timedelta(seconds=1))
    after = container().clocks.as_of(now(clock), at=LOADED)

    assert before is not None
    assert after is not None
    assert (before.due_on, container().clocks.light(before, at=LOADED)) == (date(2027, 1, 4), Light.WHITE)
    assert (after.due_on, container().clocks.light(after, at=LOADED)) == (date(2027, 1, 5), Light.GREEN)


def test_a_dry_run_changes_nothing_and_says_what_the_real_one_does() -> None:
    clocks = [a_clock(), a_clock(department="market"), a_clock(limit=Limit(value=9, unit=Unit.HOURS, basis="第1条"))]

    def previewed(page_size: int) -> list[Moving]:
        found: list[Moving] = []
        after: Place | None = None
        while True:
            page = container().calendar_editions.preview(
                an_edition(), by=EDITOR, at=LOADED, limit=page_size, after=after
            )
            found.extend(page.movings)
            if page.after is None:
                return found
            after = page.after

    once, in_ones = previewed(10), previewed(1)
    assert [now(clock) for clock in clocks] == clocks
    load(an_edition())

    assert in_ones == once
    moved = {clock.owner: now(clock).due_on for clock in clocks if now(clock) != clock}
    assert {each.clock.owner: each.would_be.due_on for each in once if each.would_be} == moved
    assert len(moved) == 2


def test_a_recount_goes_on_wherever_it_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculation, "PAGE", 1)
    clocks = [a_clock(department=department) for department in ("traffic", "traffic", "market", "credit")]
    container().calendar_editions.load(an_edition(), by=EDITOR, version=None, at=LOADED)
    assert the_recount().state is RecountState.RUNNING
    asked: list[int] = []

    def once() -> bool:
        asked.append(1)
        return len(asked) % 2 == 1

    with kept_channels() as channels:
        container().recalculation.on_event(container().timeline.events("calendar:2027")[-1], LOADED)
        for sent in channels.walks.sent:
            at = SETTLED if sent.after else LOADED
            container().walks.go_on(sent.message["walk"], sent.message["part"], is_time_left=once, now=lambda at=at: at)  # type: ignore[misc]

    assert [now(clock).due_on for clock in clocks] == [date(2027, 1, 5)] * 4
    assert [len(recounted(clock)) for clock in clocks] == [1, 1, 1, 1]
    done = the_recount()
    assert (done.looked_at, done.moved, done.failed, done.state) == (4, 4, 0, RecountState.DONE)


class DiedError(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("after", range(4))
def test_a_recount_that_dies_after_a_clock_loses_none_and_repeats_none(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks = [a_clock() for _ in range(4)]
    monkeypatch.setattr(clock_recalculation, "MOST_TOGETHER", 1)
    count = ClockRecalculation._recount_together  # noqa: SLF001 - the transaction before and after which it dies
    counted = 0

    def dying(counting: ClockRecalculation, batch: list[Clock], **how: Any) -> int:  # noqa: ANN401 - handed on as it is
        nonlocal counted
        if counted == after:
            raise DiedError
        counted += 1
        return count(counting, batch, **how)

    with monkeypatch.context() as patch:
        patch.setattr(ClockRecalculation, "_recount_together", dying)
        with pytest.raises(DiedError):
            load(an_edition())
    assert sum(len(recounted(clock)) for clock in clocks) == after

    recount(at=LOADED + timedelta(minutes=1))

    assert [len(recounted(clock)) for clock in clocks] == [1, 1, 1, 1]
    assert [now(clock).provisional for clock in clocks] == [False] * 4


def test_two_who_go_on_at_once_count_each_clock_once() -> None:
    clocks = [a_clock() for _ in range(3)]
    container().calendar_editions.load(an_edition(), by=EDITOR, version=None, at=LOADED)
    step = container().recalculation.step

    def beside_another(*where: Any) -> Step:  # noqa: ANN401 - handed on as it is
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(container().walks._steps, "recount", step)  # noqa: SLF001 - the other is not disturbed
            recount(at=LOADED)
        return step(*where)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(container().walks._steps, "recount", beside_another)  # noqa: SLF001 - in between
        recount(at=LOADED)

    assert [len(recounted(clock)) for clock in clocks] == [1, 1, 1]
    assert (the_recount().looked_at, the_recount().moved) == (3, 3)


def test_an_earlier_editions_recount_ends_when_a_later_one_is_loaded() -> None:
    clock = a_clock()
    container().calendar_editions.load(an_edition(), by=EDITOR, version=None, at=LOADED)
    container().calendar_editions.load(an_edition(date(2027, 2, 1)), by=EDITOR, version=1, at=LOADED)

    recount(at=LOADED)

    assert [event.data["edition"] for event in recounted(clock)] == ["2027/2"]
    assert all(part.is_done for part in container().walks.of("recount:2027/1"))


def test_many_clocks_move_in_one_transaction_and_alone_those_that_changed_meanwhile() -> None:
    clocks = [a_clock() for _ in range(5)]

    with watched(Wire()) as wire:
        load(an_edition())

    # The edition, then fifteen parts begun, then the clocks, then each part's step.
    moved = [put for put in wire.operations if put == "TransactWriteItems"]
    assert [len(recounted(clock)) for clock in clocks] == [1] * 5
    assert len(moved) == 1 + 15 + 1 + 15


def test_a_clock_started_on_the_old_calendar_after_the_first_pass_is_found_by_the_second() -> None:
    load(an_edition())
    owner = an_owner()
    with transaction() as tx:
        stale = container().clocks.__class__(
            ClockStore(),
            container().timeline,
            FixedCalendars(load_calendar()),
            yellow=container().yellow,
            office_hours=lambda *_: (),
        )
        late = stale.start(
            ClockKind.HANDLING_PROMISED,
            Limit(value=3, unit=Unit.WORKING_DAYS, basis="第1条"),
            owner=owner,
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=STARTED,
            tx=tx,
        )

    recount(at=SETTLED - timedelta(seconds=1))
    assert (now(late).provisional, the_recount().state) == (True, RecountState.RUNNING)
    recount(at=SETTLED)

    assert (now(late).due_on, the_recount().state) == (date(2027, 1, 5), RecountState.DONE)


def test_a_milestone_that_is_taken_back_is_told_again_in_a_new_round() -> None:
    clock = a_clock()
    load(an_edition())
    yellow = datetime(2027, 1, 4, 23, 15, tzinfo=UTC)
    container().clocks.sweep(at=yellow)

    load(an_edition(NEW_YEAR, date(2027, 1, 5)), at=yellow + timedelta(hours=1), version=1)
    container().clocks.sweep(at=yellow + timedelta(days=1))

    told = [
        (event.kind, event.data["round"], event.data.get("taken_back"))
        for event in container().timeline.events(clock.owner)
        if event.kind.startswith("clock:")
    ]
    assert told == [
        ("clock:recounted", 0, []),
        ("clock:warned", 0, None),
        ("clock:recounted", 1, ["warned"]),
        ("clock:warned", 1, None),
    ]
    assert now(clock).due_on == date(2027, 1, 6)


def test_a_poisoned_clock_does_not_keep_the_others_from_being_counted_and_is_shown() -> None:
    a_clock(owner="mandate:that-is-not-there")
    clock = a_clock()

    standing = load(an_edition())

    assert standing.recount is not None
    assert (standing.recount.moved, standing.recount.failed) == (1, 1)
    assert now(clock).due_on == date(2027, 1, 5)


def of_a_pack_that_is_gone(clock: Clock) -> Clock:
    """A clock whose rule pack no release has any more, so that nothing can be said of its dates."""
    with transaction() as tx:
        ClockStore().save(replace(clock, pack="gone", rev=clock.rev + 1), tx)
    return now(clock)


@pytest.mark.requirement("R4.5")
def test_a_clock_that_cannot_be_counted_at_all_keeps_no_other_on_its_page_from_being_counted() -> None:
    gone, clock = of_a_pack_that_is_gone(a_clock()), a_clock()

    standing = load(an_edition())

    assert standing.recount is not None
    assert (standing.recount.moved, standing.recount.failed) == (1, 1)
    assert (now(gone), now(clock).due_on) == (gone, date(2027, 1, 5))


def test_a_clock_that_could_not_be_counted_is_counted_when_somebody_lets_its_boards_be_walked_again() -> None:
    gone = of_a_pack_that_is_gone(a_clock())
    load(an_edition())
    recount(at=SETTLED)
    with transaction() as tx:
        ClockStore().save(replace(gone, pack="corrects-first", rev=gone.rev + 1), tx)

    seen = walked("recount:2027/1", *container().all_parts("recount:2027/1"), at=SETTLED)

    assert (seen.changed, seen.failed, the_recount().state) == (1, 0, RecountState.DONE)
    assert now(gone).due_on == date(2027, 1, 5)


@pytest.mark.parametrize(("day", "missed"), [(14, None), (15, None), (16, 2027)])
def test_next_years_edition_is_missed_the_day_after_the_last_one_for_it(day: int, missed: int | None) -> None:
    at = datetime(2026, 11, day, 2, 0, tzinfo=UTC)
    turn_clock(at)

    assert container().calendar_editions.watch(at) == missed
    assert container().calendar_editions.watch(at + timedelta(hours=1)) is None

    (year,) = container().years.each([2027])
    assert year.missed_at == (at if missed else None)
    events = container().timeline.events("calendar:2027")
    assert [(event.kind, event.data["year"], event.data["due_on"]) for event in events] == (
        [("calendar:missed", 2027, "2026-11-15")] if missed else []
    )


def test_a_missed_year_is_loaded_without_naming_a_version_and_then_missed_no_more() -> None:
    at = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    container().calendar_editions.watch(at)

    loaded = load(an_edition())

    assert (loaded.edition.number, loaded.version) == (1, 2)
    assert container().calendar_editions.watch(LOADED) is None
    assert [event.kind for event in container().timeline.events("calendar:2027")] == [
        "calendar:missed",
        "calendar:loaded",
    ]


def test_a_firm_date_within_a_pause_moves_with_a_notice_that_reaches_back_into_december() -> None:
    clock = a_clock(started_at=datetime(2026, 12, 22, 2, 0, tzinfo=UTC))
    with transaction() as tx:
        held = container().clocks.pause(
            clock, ground="expert_review", basis="第45条", expected_until=date(2027, 2, 1), at=clock.started_at, tx=tx
        )
    assert (held.due_on, held.provisional) == (date(2026, 12, 25), False)

    load(an_edition(NEW_YEAR, date(2026, 12, 25)))

    assert (now(held).due_on, now(held).open_pause) == (date(2026, 12, 28), held.open_pause)
    assert [event.data["was_due_on"] for event in recounted(held)] == ["2026-12-25"]


def test_a_sweep_that_had_read_the_old_calendar_counts_on_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    container().calendars.current()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(container().calendars, "refresh", lambda: None)
        load(an_edition())
    clock = a_clock()
    assert clock.provisional

    recount(at=SETTLED)

    assert now(clock).due_on == date(2027, 1, 5)


def test_a_clock_that_stopped_after_it_was_seen_stays_as_it_ended() -> None:
    seen = a_clock()
    with transaction() as tx:
        stopped = container().clocks.stop(seen, at=STARTED, tx=tx)
    calendar = Calendar((*load_calendar().editions, an_edition()))

    counting = ClockRecalculation(ClockStore(), container().timeline, yellow=container().yellow)
    moved = counting.recount(seen, calendar=calendar, reason="通知", edition="2027/1", at=LOADED)

    assert (moved, now(seen), recounted(seen)) == (False, stopped, [])


@pytest.mark.parametrize("page_size", [1, 2, 3, 10])
def test_what_waits_for_an_edition_is_listed_oldest_due_first_over_all_departments(page_size: int) -> None:
    def due_in(days: int, department: str) -> str:
        limit = Limit(value=days, unit=Unit.WORKING_DAYS, basis="第1条")
        return a_clock(limit=limit, department=department).owner

    owners = [due_in(5, "market"), due_in(3, "traffic"), due_in(4, "market"), due_in(6, "traffic"), due_in(2, "credit")]
    a_clock(limit=Limit(value=1, unit=Unit.WORKING_DAYS, basis="第1条"))
    monitor = Caller(sub="monitor", roles=frozenset({Role.MONITOR}), department="monitoring")
    found: list[str] = []
    after = None
    while True:
        clocks, after = container().calendar_editions.waiting(
            2027, by=monitor, at=STARTED, limit=page_size, after=after
        )
        found.extend(clock.owner for clock in clocks)
        if after is None:
            break

    assert found == [owners[4], owners[1], owners[2], owners[0], owners[3]]


def ship(edition: Edition) -> None:
    """Let a release bring an edition: nobody loads it."""
    container().calendars.packaged = (*load_calendar().editions, edition)


def caught_up(at: datetime) -> tuple[int, ...]:
    """Catch up as the hourly job does, and take the walks that this begins as far as the instant lets them."""
    with waiting() as sent:
        years = container().recalculation.catch_up(at=at)
        taken(sent, at=at)
    return years


@pytest.mark.requirement("R4.5")
def test_an_edition_that_comes_with_a_release_turns_white_dates_into_firm_ones_within_the_hour() -> None:
    clock, other = a_clock(), a_clock(department="market")
    assert caught_up(LOADED) == ()
    ship(an_edition())
    yellow, red = datetime(2027, 1, 4, 23, 15, tzinfo=UTC), datetime(2027, 1, 5, 16, 0, tzinfo=UTC)
    container().clocks.sweep(at=LOADED)
    assert now(clock) == clock

    assert caught_up(LOADED) == (2027,)
    for at in (LOADED, SETTLED, yellow, red, red):
        container().clocks.sweep(at=at)

    assert [(now(each).due_on, now(each).provisional) for each in (clock, other)] == [(date(2027, 1, 5), False)] * 2
    told = [event for event in container().timeline.events(clock.owner) if event.kind.startswith("clock:")]
    assert [event.kind for event in told] == ["clock:recounted", "clock:warned", "clock:passed"]
    assert {name: told[0].data[name] for name in ("was_due_on", "due_on", "was_provisional", "edition")} == {
        "was_due_on": "2027-01-04",
        "due_on": "2027-01-05",
        "was_provisional": True,
        "edition": "2027/0",
    }
    assert caught_up(red) == ()


def test_a_clock_that_a_process_of_the_release_before_started_is_found_the_next_day() -> None:
    a_clock()
    ship(an_edition())
    caught_up(LOADED)
    container().calendars.packaged = load_calendar().editions
    late = a_clock()
    ship(an_edition())

    begun = [caught_up(LOADED + timedelta(hours=hours)) for hours in (1, 12, 13, 14)]

    assert begun == [(), (), (2027,), ()]
    assert (now(late).due_on, now(late).provisional) == (date(2027, 1, 5), False)


def test_the_hour_finds_what_waits_behind_a_clock_that_cannot_be_counted_and_walks_once_a_day() -> None:
    gone = of_a_pack_that_is_gone(a_clock(limit=Limit(value=2, unit=Unit.WORKING_DAYS, basis="第1条")))
    clock = a_clock()
    assert caught_up(LOADED) == ()
    ship(an_edition())

    begun = [caught_up(LOADED + timedelta(hours=hours)) for hours in (0, 1, 2)]

    assert begun == [(2027,), (), ()]
    assert (now(gone), now(clock).provisional) == (gone, False)


def test_a_provisional_clock_waits_in_no_shard() -> None:
    clock = a_clock()

    report = container().clocks.sweep(at=LOADED + timedelta(days=30))

    assert clock.provisional
    assert sum(shard.due for shard in report.shards) == 0
