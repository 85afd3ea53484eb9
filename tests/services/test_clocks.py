"""The sweep on stored clocks: each milestone told once, whatever runs twice, late or beside it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.clocks import store
from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.rules.indexes import ClockFilter
from chalicelib.clocks.services.clocks import clocks_payload
from chalicelib.clocks.services.sweep import SweepIncompleteError
from chalicelib.clocks.store import ClockStore
from chalicelib.container import container
from chalicelib.dynamo.model import connection
from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import settings
from chalicelib.workdays.model.limits import Limit, Unit
from tests.services.timelines import an_owner

pytestmark = pytest.mark.usefixtures("cloud")

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DUE_DAY_BEGINS = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
DUE_DAY_IS_OVER = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
WARNINGS_ARE_OUT = DUE_DAY_BEGINS + timedelta(hours=7, minutes=15)
"""When the last warning of the due day has been told."""
THREE_DAYS = Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条")


def a_started_clock(
    owner: str, *, kind: ClockKind = ClockKind.HANDLING_PROMISED, started_at: datetime = FRIDAY
) -> Clock:
    with transaction() as tx:
        return container().clocks.start(
            kind,
            THREE_DAYS,
            owner=owner,
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=started_at,
            tx=tx,
        )


def milestones(owner: str) -> list[tuple[str, str, str]]:
    return [
        (event.kind, event.occurred_at, event.recorded_at)
        for event in container().timeline.events(owner)
        if event.kind.startswith("clock:")
    ]


def test_yellow_and_red_are_told_each_in_its_time() -> None:
    owner = an_owner()
    a_started_clock(owner)

    container().clocks.sweep(at=DUE_DAY_BEGINS + timedelta(minutes=30) - timedelta(seconds=1))
    assert milestones(owner) == []
    container().clocks.sweep(at=WARNINGS_ARE_OUT)
    container().clocks.sweep(at=DUE_DAY_IS_OVER - timedelta(seconds=1))
    assert [kind for kind, _, _ in milestones(owner)] == ["clock:warned"]
    container().clocks.sweep(at=DUE_DAY_IS_OVER)

    assert milestones(owner) == [
        ("clock:warned", "2026-11-24T16:00:00Z", "2026-11-24T23:15:00Z"),
        ("clock:passed", "2026-11-25T16:00:00Z", "2026-11-25T16:00:00Z"),
    ]
    assert container().timeline.reading(owner).verified


def test_a_late_sweep_tells_both_with_the_instants_at_which_they_happened() -> None:
    owner = an_owner()
    a_started_clock(owner)

    container().clocks.sweep(at=datetime(2026, 12, 1, tzinfo=UTC))
    container().clocks.sweep(at=datetime(2026, 12, 1, 0, 1, tzinfo=UTC))

    assert milestones(owner) == [
        ("clock:warned", "2026-11-24T16:00:00Z", "2026-12-01T00:00:00Z"),
        ("clock:passed", "2026-11-25T16:00:00Z", "2026-12-01T00:00:00Z"),
    ]


def test_a_clock_that_waits_for_nothing_has_left_the_index() -> None:
    owner = an_owner()
    a_started_clock(owner)
    container().clocks.sweep(at=DUE_DAY_IS_OVER)

    report = container().clocks.sweep(at=DUE_DAY_IS_OVER + timedelta(days=400))

    assert sum(shard.due for shard in report.shards) == 0


def test_a_stopped_clock_is_told_nothing_more() -> None:
    owner = an_owner()
    clock = a_started_clock(owner)
    with transaction() as tx:
        stopped = container().clocks.stop(clock, at=FRIDAY + timedelta(days=1), tx=tx)

    container().clocks.sweep(at=DUE_DAY_IS_OVER)

    assert milestones(owner) == []
    assert container().clocks.of_owner(owner) == (stopped,)


def test_a_change_made_from_an_old_reading_of_the_clock_is_not_written() -> None:
    clock = a_started_clock(an_owner())
    with transaction() as tx:
        container().clocks.stop(clock, at=FRIDAY, tx=tx)

    with pytest.raises(ConflictError), transaction() as tx:
        container().clocks.stop(clock, at=FRIDAY + timedelta(hours=1), tx=tx)

    assert container().clocks.of_owner(clock.owner)[0].stopped_at == FRIDAY


def test_a_poisoned_clock_does_not_keep_the_others_from_being_told_and_the_sweep_fails_at_its_end() -> None:
    orphan = a_started_clock("mandate:that-is-not-there")
    owner = an_owner()
    a_started_clock(owner)

    with pytest.raises(SweepIncompleteError, match="1 clocks"):
        container().clocks.sweep(at=DUE_DAY_IS_OVER)

    assert [kind for kind, _, _ in milestones(owner)] == ["clock:warned", "clock:passed"]
    assert container().clocks.get(orphan.owner, orphan.clock_id).passed_at is None
    newest = container().clocks.heartbeats(limit=1)[0]
    assert sum(shard["failed"] for shard in newest["shards"]) == 1


def test_every_sweep_leaves_a_heartbeat_with_what_it_saw() -> None:
    clock = a_started_clock(an_owner())
    with transaction() as tx:
        ClockStore().save(replace(clock, warned_at=DUE_DAY_BEGINS, rev=2), tx)

    container().clocks.sweep(at=FRIDAY)
    container().clocks.sweep(at=DUE_DAY_IS_OVER + timedelta(seconds=30))

    newest, older = container().clocks.heartbeats(limit=10)
    assert (newest["at"], older["at"]) == ("2026-11-25T16:00:30Z", "2026-11-20T02:00:00Z")
    shards = newest["shards"]
    assert isinstance(shards, list)
    assert [sum(shard[name] for shard in shards) for name in ("due", "moved", "failed")] == [1, 1, 0]
    assert max(shard["lag_seconds"] for shard in shards) == 30


@pytest.fixture
def calls() -> Iterator[list[str]]:
    made: list[str] = []

    def seen(model: object, **_: object) -> None:
        made.append(model.name)  # type: ignore[attr-defined]

    connection().client.meta.events.register("before-call.dynamodb.*", seen)
    yield made
    connection().client.meta.events.unregister("before-call.dynamodb.*", seen)


def test_an_idle_sweep_is_one_empty_query_a_shard_a_heartbeat_and_a_note_that_all_was_seen(calls: list[str]) -> None:
    container().clocks.sweep(at=FRIDAY)
    calls.clear()

    container().clocks.sweep(at=FRIDAY + timedelta(minutes=1))

    assert calls == ["PutItem", "GetItem"] + ["Query"] * settings().sweep_shards + ["PutItem", "UpdateItem"]


def test_the_board_is_right_at_the_second_a_clock_passes_whatever_the_sweep_did() -> None:
    clock = a_started_clock(an_owner())

    def seen(light: Light, at: datetime) -> list[str]:
        page = container().clocks.on_board(ClockFilter(department="traffic", light=light), at=at, limit=10)
        return [each.owner for each in page.clocks]

    before = DUE_DAY_BEGINS - timedelta(seconds=1)
    assert (seen(Light.GREEN, before), seen(Light.YELLOW, before)) == ([clock.owner], [])
    assert (seen(Light.GREEN, DUE_DAY_BEGINS), seen(Light.YELLOW, DUE_DAY_BEGINS)) == ([], [clock.owner])
    last = DUE_DAY_IS_OVER - timedelta(seconds=1)
    assert (seen(Light.YELLOW, last), seen(Light.RED, last)) == ([clock.owner], [])
    assert (seen(Light.YELLOW, DUE_DAY_IS_OVER), seen(Light.RED, DUE_DAY_IS_OVER)) == ([], [clock.owner])


def test_without_a_light_the_board_shows_what_is_late_or_nearly_so() -> None:
    late = a_started_clock(an_owner(), started_at=FRIDAY - timedelta(days=7))
    near = a_started_clock(an_owner())
    a_started_clock(an_owner(), started_at=FRIDAY + timedelta(days=3))

    page = container().clocks.on_board(ClockFilter(department="traffic", light=None), at=DUE_DAY_BEGINS, limit=10)

    assert [clock.owner for clock in page.clocks] == [late.owner, near.owner]


def test_paused_and_provisional_clocks_stand_on_boards_of_their_own() -> None:
    paused = a_started_clock(an_owner())
    with transaction() as tx:
        container().clocks.pause(
            paused,
            ground="expert_review",
            basis="《行政许可法》第45条",
            expected_until=date(2026, 12, 1),
            at=FRIDAY,
            tx=tx,
        )
    provisional = a_started_clock(an_owner(), started_at=datetime(2026, 12, 30, tzinfo=UTC))

    def seen(light: Light) -> list[str]:
        page = container().clocks.on_board(ClockFilter(department="traffic", light=light), at=FRIDAY, limit=10)
        return [each.owner for each in page.clocks]

    assert (seen(Light.GREY), seen(Light.WHITE), seen(Light.GREEN)) == ([paused.owner], [provisional.owner], [])


def a_held_clock(*, expected_until: date, at: datetime = FRIDAY) -> Clock:
    clock = a_started_clock(an_owner())
    with transaction() as tx:
        return container().clocks.pause(
            clock, ground="expert_review", basis="《行政许可法》第45条", expected_until=expected_until, at=at, tx=tx
        )


@pytest.mark.requirement("R4.10")
def test_the_board_lists_every_clock_under_the_light_that_it_shows() -> None:
    held = a_held_clock(expected_until=date(2026, 12, 1))
    outlasted = a_held_clock(expected_until=date(2026, 11, 23))
    late_before = a_held_clock(expected_until=date(2026, 12, 1), at=DUE_DAY_IS_OVER)
    running = a_started_clock(an_owner(), started_at=FRIDAY + timedelta(days=3))
    at = DUE_DAY_IS_OVER + timedelta(hours=2)

    def seen(light: Light, limit: int) -> set[str]:
        found: set[str] = set()
        after = None
        while True:
            page = container().clocks.on_board(
                ClockFilter(department="traffic", light=light), at=at, limit=limit, after=after
            )
            assert {container().clocks.light(clock, at=at) for clock in page.clocks} <= {light}
            found |= {clock.owner for clock in page.clocks}
            after = page.after
            if after is None:
                return found

    for most in (1, 2, 10):
        assert seen(Light.GREY, most) == {held.owner}
        assert seen(Light.YELLOW, most) == {running.owner, outlasted.owner}
        assert seen(Light.RED, most) == {late_before.owner}


def test_the_board_is_read_page_by_page_oldest_due_first() -> None:
    owners = [a_started_clock(an_owner(), started_at=FRIDAY + timedelta(days=day)).owner for day in (4, 0, 7)]

    first = container().clocks.on_board(
        ClockFilter(department="traffic", kind=ClockKind.HANDLING_PROMISED),
        at=DUE_DAY_IS_OVER + timedelta(days=9),
        limit=2,
    )
    second = container().clocks.on_board(
        ClockFilter(department="traffic", kind=ClockKind.HANDLING_PROMISED),
        at=DUE_DAY_IS_OVER + timedelta(days=9),
        limit=2,
        after=first.after,
    )

    assert [clock.owner for clock in (*first.clocks, *second.clocks)] == [owners[1], owners[0], owners[2]]


@pytest.mark.requirement("R4.10")
@pytest.mark.parametrize("limit", range(1, 7))
@pytest.mark.parametrize("looked_at", [1, 2, 500])
def test_paused_clocks_follow_the_running_ones_wherever_a_page_ends(
    limit: int, looked_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOOKED_AT", looked_at)
    held = [a_held_clock(expected_until=date(2026, 11, day)) for day in (23, 24)]
    running = [a_started_clock(an_owner(), started_at=FRIDAY + timedelta(days=day)) for day in (0, 3, 4)]
    found: list[str] = []
    after = None
    while True:
        page = container().clocks.on_board(
            ClockFilter(department="traffic", kind=ClockKind.HANDLING_PROMISED),
            at=DUE_DAY_IS_OVER + timedelta(days=9),
            limit=limit,
            after=after,
        )
        found.extend(clock.owner for clock in page.clocks)
        after = page.after
        if after is None:
            break

    assert found[:3] == [clock.owner for clock in running]
    assert sorted(found[3:]) == sorted(clock.owner for clock in held)


def test_what_an_event_says_of_a_clock() -> None:
    clock = a_started_clock(an_owner())

    assert clocks_payload(clock) == [
        {
            "clock_id": "handling_promised",
            "kind": "handling_promised",
            "limit": {"value": 3, "unit": "working_days", "basis": "《行政许可法》第42条"},
            "started_at": "2026-11-20T02:00:00Z",
            "due_at": "2026-11-25T15:59:59Z",
            "due_on": "2026-11-25",
            "provisional": False,
            "round": 0,
        },
    ]


def test_an_unknown_clock_is_not_found() -> None:
    with pytest.raises(DomainError) as refused:
        container().clocks.get("mandate:none", "handling_promised")

    assert refused.value.code is ErrorCode.NOT_FOUND


def test_a_stored_event_says_who_told_it() -> None:
    owner = an_owner()
    a_started_clock(owner)
    container().clocks.sweep(at=DUE_DAY_IS_OVER)

    last = container().timeline.events(owner)[-1]

    assert (last.actor, last.department, last.data["due_on"]) == ("service:sweep", "traffic", "2026-11-25")


def test_the_lists_of_an_officer_an_item_and_a_kind_are_right_at_the_second_a_clock_passes() -> None:
    with transaction() as tx:
        clock = container().clocks.start(
            ClockKind.DELIVERY,
            THREE_DAYS,
            owner=an_owner(),
            department="traffic",
            responsible="li",
            pack="corrects-first",
            started_at=FRIDAY,
            tx=tx,
            item="plate",
        )
    a_started_clock(an_owner())
    last = DUE_DAY_IS_OVER - timedelta(seconds=1)

    for light, at in ((Light.YELLOW, last), (Light.RED, DUE_DAY_IS_OVER)):
        red = ClockFilter(department="traffic", light=light)
        for sought in (
            replace(red, officer="li"),
            replace(red, item="plate"),
            replace(red, kind=ClockKind.DELIVERY),
            replace(red, officer="li", item="plate", kind=ClockKind.DELIVERY),
        ):
            assert container().clocks.on_board(sought, at=at, limit=10).clocks == (clock,)
        assert container().clocks.on_board(replace(red, officer="wang"), at=at, limit=10).clocks == ()
    assert (
        container().clocks.on_board(ClockFilter(department="traffic", light=Light.RED), at=last, limit=10).clocks == ()
    )


def test_a_page_that_filters_is_one_query_and_goes_on_after_the_last_clock_that_it_showed(calls: list[str]) -> None:
    owners = [a_started_clock(an_owner(), started_at=FRIDAY + timedelta(minutes=minute)).owner for minute in range(5)]
    sought = ClockFilter(department="traffic", light=Light.GREEN)
    shown: list[str] = []
    after = None
    calls.clear()

    for _ in range(3):
        page = container().clocks.on_board(sought, at=FRIDAY, limit=2, after=after)
        shown += [clock.owner for clock in page.clocks]
        after = page.after

    assert (sorted(shown), after) == (sorted(owners), None)
    assert calls == ["Query"] * 3
