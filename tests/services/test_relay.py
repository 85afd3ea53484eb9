"""The relay: what a listener cannot take is told to it again, the past on request, and how far everything was told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.container import container
from chalicelib.relay.model import Replay
from chalicelib.relay.services import UntoldError
from chalicelib.relay.store import MarkStore
from chalicelib.relay.table import MarkRow
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import BEATS, Beat, from_stream
from chalicelib.timeline.table import BeatRow, EventRow
from tests.builders import NOON
from tests.channels import Channels

pytestmark = pytest.mark.usefixtures("cloud")

MINUTE = timedelta(minutes=1)


class Listener:
    """Takes what it is told, but for events that it is set against."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.against: set[str] = set()

    def on_event(self, event: Event, _at: datetime) -> None:
        if event.id in self.against:
            raise ValueError(event.id)
        self.heard.append(event.id)


Listeners = dict[str, Listener]


@pytest.fixture
def listeners(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Listeners:  # noqa: ARG001 - its tables come first
    both = {"alerts": Listener(), "statistics": Listener()}
    monkeypatch.setattr(container(), "listeners", both)
    return both


def an_event(seq: int, owner: str = "case:X", *, at: datetime = NOON) -> Event:
    instant = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Event(
        owner=owner,
        seq=seq,
        kind="case:filed",
        occurred_at=instant,
        recorded_at=instant,
        actor="service:test",
        department="traffic",
        data={"number": seq, "name": "信"},
        prev_hash="0" * 64,
        hash="1" * 64,
        texts={"reason": "张三"},
        salts={"reason": "00"},
    )


def store(*events: Event) -> None:
    for event in events:
        EventRow(
            event.owner, event.seq, **{name: getattr(event, name) for name in ("kind", "occurred_at", "recorded_at")}
        ).save()


def beat(at: datetime, *, but: Sequence[str] = ()) -> None:
    """Let beats go through the stream and come back."""
    container().relay.beat(at)
    beats = [Beat(row.owner.partition(":")[2], row.at) for row in BeatRow.scan() if row.owner.startswith("beat:")]
    container().relay.hear(one for one in beats if one.name not in but)


def take_all(channels: Channels) -> None:
    """Let the queue deliver what it holds now."""
    messages = [one.message for one in channels.untold.sent]
    channels.untold.sent.clear()
    for message in messages:
        container().relay.take(message)


def test_what_one_listener_cannot_take_is_set_aside_whole_and_nobody_waits_for_it(
    listeners: Listeners, channels: Channels
) -> None:
    listeners["statistics"].against = {"case:X/2"}

    untold = container().relay.tell([an_event(1), an_event(2), an_event(3)])

    assert untold == ()
    assert listeners["alerts"].heard == ["case:X/1", "case:X/2", "case:X/3"]
    assert listeners["statistics"].heard == ["case:X/1", "case:X/3"]
    (sent,) = channels.untold.sent
    assert sent.after == MINUTE
    assert sent.message["listeners"] == ["statistics"]
    (told,) = sent.message["events"]
    assert Event(**told) == replace(an_event(2), texts={}, salts={})


def test_no_text_of_anybody_goes_into_the_queue(listeners: Listeners, channels: Channels) -> None:
    listeners["alerts"].against = {"case:X/1"}

    container().relay.tell([an_event(1)])

    assert "张三" not in str(channels.untold.sent)


def test_only_who_could_not_take_it_is_told_again(listeners: Listeners, channels: Channels) -> None:
    listeners["statistics"].against = {"case:X/1"}
    container().relay.tell([an_event(1)])
    listeners["statistics"].against = set()

    take_all(channels)

    assert (listeners["alerts"].heard, listeners["statistics"].heard) == (["case:X/1"], ["case:X/1"])
    assert channels.untold.sent == []


def test_it_is_tried_again_after_longer_and_longer_and_in_the_end_left_to_the_dead_letters(
    listeners: Listeners, channels: Channels
) -> None:
    listeners["statistics"].against = {"case:X/1"}
    container().relay.tell([an_event(1)])
    waits = []

    for _ in range(23):
        waits.append(channels.untold.sent[0].after // MINUTE)
        take_all(channels)

    assert waits == [1, 2, 4, 8, *[15] * 19]
    with pytest.raises(UntoldError, match="statistics cannot take case:X/1"):
        container().relay.take(channels.untold.sent[0].message)


def test_if_even_the_queue_takes_nothing_the_stream_must_bring_the_event_again(
    listeners: Listeners, channels: Channels
) -> None:
    listeners["statistics"].against = {"case:X/1"}
    channels.untold.is_broken = True

    (untold,) = container().relay.tell([an_event(1)])

    assert (untold.event.id, untold.listener) == ("case:X/1", "statistics")
    assert container().relay.told_until() is None


@pytest.mark.usefixtures("listeners")
def test_a_message_for_a_listener_that_there_is_not_stays_in_the_queue() -> None:
    with pytest.raises(KeyError, match="rumours"):
        container().relay.take({"attempt": 1, "listeners": ["rumours"], "events": []})


def test_everything_was_told_until_the_oldest_beat_that_came_back() -> None:
    beat(NOON)
    beat(NOON + MINUTE, but=["07"])

    assert container().relay.told_until() == NOON


def test_nothing_is_known_before_every_beat_has_come_back_once() -> None:
    assert container().relay.told_until() is None
    beat(NOON, but=["07"])
    assert container().relay.told_until() is None


def test_an_event_that_one_listener_has_not_taken_counts_until_it_has(listeners: Listeners, channels: Channels) -> None:
    listeners["statistics"].against = {"case:X/1"}
    container().relay.tell([an_event(1, at=NOON)])
    beat(NOON + 10 * MINUTE)
    assert container().relay.told_until() == NOON
    assert container().relay.behind(at=NOON + 10 * MINUTE) == 600

    listeners["statistics"].against = set()
    take_all(channels)

    assert container().relay.told_until() == NOON + 10 * MINUTE


def test_an_event_that_cannot_be_taken_a_second_time_still_counts(listeners: Listeners, channels: Channels) -> None:
    listeners["statistics"].against = {"case:X/1"}
    container().relay.tell([an_event(1, at=NOON)])
    beat(NOON + 10 * MINUTE)

    take_all(channels)

    assert container().relay.told_until() == NOON


def test_beats_take_the_place_of_those_before_and_are_no_events() -> None:
    store(an_event(1))
    container().relay.beat(NOON)
    container().relay.beat(NOON + MINUTE)

    assert BeatRow.count() == BEATS + 1
    assert [event.id for event in container().timeline.page("", limit=500, after=None).items] == ["case:X/1"]


@pytest.mark.parametrize("kind", ["INSERT", "MODIFY"])
def test_a_beat_is_known_in_the_stream_whether_it_is_the_first_or_not(kind: str) -> None:
    image = {"owner": {"S": "beat:07"}, "seq": {"N": "0"}, "at": {"S": "2026-11-22T03:00:00Z"}}

    found = from_stream({"eventName": kind, "dynamodb": {"NewImage": image}})

    assert isinstance(found, Beat)
    assert (found.name, found.at.isoformat()) == ("07", "2026-11-22T03:00:00+00:00")


def replayed(wanted: Replay) -> Replay:
    """Walk to the end, a page at a time."""
    while not wanted.is_over:
        once = iter([True])
        wanted = container().relay.replay(wanted, is_time_left=lambda pages=once: next(pages, False))  # type: ignore[misc]
    return wanted


A_DAY = Replay(since=NOON, until=NOON + 3 * MINUTE)


@pytest.fixture
def past(listeners: Listeners) -> Listeners:
    """Events before, in and after a span of three minutes, of two owners."""
    store(*(an_event(seq, at=NOON + (seq - 2) * MINUTE) for seq in range(1, 6)), an_event(1, "flag:Y"))
    return listeners


def test_a_replay_tells_a_span_to_everybody(past: Listeners, channels: Channels) -> None:
    done = replayed(A_DAY)
    take_all(channels)

    assert done.found == 4
    for listener in past.values():
        assert sorted(listener.heard) == ["case:X/2", "case:X/3", "case:X/4", "flag:Y/1"]


def test_a_replay_tells_one_owners_events_to_one_listener(past: Listeners, channels: Channels) -> None:
    done = replayed(replace(A_DAY, owner="case:X", listeners=("statistics",)))
    take_all(channels)

    assert done.found == 3
    assert past["alerts"].heard == []
    assert past["statistics"].heard == ["case:X/2", "case:X/3", "case:X/4"]


@pytest.mark.usefixtures("past")
def test_a_dry_run_counts_and_tells_nobody(channels: Channels) -> None:
    assert replayed(replace(A_DAY, dry_run=True)).found == 4
    assert channels.untold.sent == []


def test_a_replay_goes_on_where_it_stopped(
    past: Listeners, channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.relay.services.PAGE", 1)

    done = replayed(A_DAY)
    take_all(channels)

    assert done.found == 4
    assert len(past["alerts"].heard) == 4


@pytest.mark.usefixtures("past")
def test_a_replay_for_somebody_who_does_not_listen_is_refused() -> None:
    with pytest.raises(LookupError, match="No listener: rumours; there are alerts, statistics"):
        replayed(replace(A_DAY, listeners=("rumours",)))


def test_what_cannot_be_taken_in_a_replay_is_set_aside_like_any_other(past: Listeners, channels: Channels) -> None:
    past["statistics"].against = {"case:X/3"}

    replayed(replace(A_DAY, owner="case:X"))
    take_all(channels)

    assert past["statistics"].heard == ["case:X/2", "case:X/4"]
    (sent,) = channels.untold.sent
    assert ([one["seq"] for one in sent.message["events"]], sent.message["listeners"]) == ([3], ["statistics"])
    assert sent.after == MINUTE


@pytest.mark.usefixtures("past")
def test_a_replay_settles_what_had_been_given_up(channels: Channels) -> None:
    MarkStore().set_aside(an_event(3, at=NOON + MINUTE), "statistics")
    MarkStore().set_aside(an_event(9, at=NOON + MINUTE), "statistics")

    replayed(A_DAY)
    take_all(channels)

    assert [row.name for row in MarkRow.scan()] == ["untold/2026-09-28T04:01:00Z/statistics/case:X/9"]


def without_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the table of marks take nothing."""

    def fail(_self: MarkStore, event: Event, _listener: str) -> None:
        raise ConnectionError(event.id)

    monkeypatch.setattr(MarkStore, "set_aside", fail)


def test_a_message_that_comes_again_does_not_multiply_while_nothing_can_be_marked(
    listeners: Listeners, channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners["statistics"].against = {"case:X/1"}
    container().relay.tell([an_event(1)])
    without_marks(monkeypatch)

    take_all(channels)

    assert [(one.message["attempt"], one.after) for one in channels.untold.sent] == [(2, 2 * MINUTE)]


def test_where_nothing_can_be_marked_no_message_goes_out_and_the_stream_brings_all_again(
    listeners: Listeners, channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    for listener in listeners.values():
        listener.against = {f"case:X/{seq}" for seq in range(1, 5)}
    without_marks(monkeypatch)

    untold = container().relay.tell([an_event(seq) for seq in range(1, 5)])

    assert (len(untold), channels.untold.sent) == (8, [])


def test_a_mark_whose_message_does_not_go_out_is_taken_away(listeners: Listeners, channels: Channels) -> None:
    listeners["statistics"].against = {"case:X/1"}
    channels.untold.is_broken = True
    heard = container().relay.tell([an_event(1)])

    listeners["statistics"].against = set()
    again = container().relay.tell([an_event(1)])

    assert ([each.listener for each in heard], again) == (["statistics"], ())
    assert MarkStore().set_aside_of([an_event(1)], ["statistics"]) == []


def test_a_beat_that_comes_late_takes_nothing_back() -> None:
    beat(NOON + MINUTE)

    container().relay.hear([Beat("07", NOON)])

    assert container().relay.told_until() == NOON + MINUTE


@pytest.mark.parametrize("odd", ["\uffff", "\ud800", "\x00"])
def test_an_event_is_set_aside_whatever_characters_it_holds(
    odd: str, listeners: Listeners, channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[str] = []
    queue = container().relay._queue  # noqa: SLF001 - what the queue itself is given
    send = queue.send

    def note(body: str, *, name: str, after: timedelta) -> None:
        bodies.append(body)
        send(body, name=name, after=after)

    monkeypatch.setattr(queue, "send", note)
    listeners["statistics"].against = {"case:X/1"}

    untold = container().relay.tell([replace(an_event(1), data={"said": odd})])
    listeners["statistics"].against = set()
    take_all(channels)

    assert (untold, listeners["statistics"].heard) == ((), ["case:X/1"])
    assert all(" " <= character <= "~" for character in bodies[0])
