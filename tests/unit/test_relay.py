"""When untold events are tried again, how the past is divided, and when the relay counts as behind."""

from datetime import timedelta

import pytest

from chalicelib.relay.model import Replay
from chalicelib.relay.rules import MOST_ATTEMPTS, behind, portions, wait
from tests.builders import NOON

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def test_the_wait_doubles_from_a_minute_to_a_quarter_of_an_hour() -> None:
    assert [wait(attempt) for attempt in range(1, 8)] == [minutes * MINUTE for minutes in (1, 2, 4, 8, 15, 15, 15)]


def test_an_event_is_tried_again_for_more_than_five_hours() -> None:
    waits = (wait(attempt) for attempt in range(1, MOST_ATTEMPTS + 1))

    assert sum(waits, timedelta(0)) == timedelta(hours=5, minutes=15)


@pytest.mark.parametrize(
    ("late", "seconds"), [(timedelta(0), 0), (3 * MINUTE, 0), (3 * MINUTE + SECOND, 181), (timedelta(hours=1), 3600)]
)
def test_three_minutes_are_still_in_time(late: timedelta, seconds: int) -> None:
    assert behind(NOON - late, at=NOON) == seconds


def test_nobody_knows_how_far_behind_a_relay_is_that_was_never_heard_of() -> None:
    assert behind(None, at=NOON) is None


@pytest.mark.parametrize(("ahead", "seconds"), [(3 * MINUTE, 0), (3 * MINUTE + SECOND, None)])
def test_nothing_is_known_of_a_relay_that_was_heard_of_in_the_future(ahead: timedelta, seconds: int | None) -> None:
    assert behind(NOON + ahead, at=NOON) == seconds


def test_the_past_is_divided_by_a_hundred_in_its_order() -> None:
    texts = [str(number) for number in range(250)]

    divided = list(portions(texts))

    assert [len(portion) for portion in divided] == [100, 100, 50]
    assert [text for portion in divided for text in portion] == texts


def test_a_portion_is_no_larger_than_a_message_may_be() -> None:
    assert [len(portion) for portion in portions(["信" * 30_000] * 5)] == [2, 2, 1]


def test_what_is_too_large_for_a_message_is_alone_in_one() -> None:
    assert [len(portion) for portion in portions(["a", "b" * 300_000, "c"])] == [1, 1, 1]


def test_nothing_takes_no_message() -> None:
    assert list(portions([])) == []


def test_a_replay_is_of_everything_to_everybody_and_for_real_unless_said() -> None:
    replay = Replay(since=NOON, until=NOON + MINUTE)

    assert (replay.owner, replay.listeners, replay.dry_run) == ("", (), False)
    assert (replay.position, replay.found, replay.is_over) == (None, 0, False)
