"""The jobs as Lambda runs them: batches, partial failures, one line in the log."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import app
from chalicelib.alerts.model.webhooks import Topic
from chalicelib.alerts.services.webhook_sender import Attempt
from chalicelib.clocks.model import ClockKind
from chalicelib.clocks.services.sweep import SweepIncompleteError
from chalicelib.container import container
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.model import connection
from chalicelib.dynamo.transaction import transaction
from chalicelib.policy import Caller, Role
from chalicelib.settings import settings
from chalicelib.timeline.events import Event
from chalicelib.timeline.table import EventRow
from chalicelib.workdays.model.limits import Limit, Unit
from tests.builders import a_caller, a_submission, an_organisation
from tests.channels import Channels
from tests.cloud import turn_clock
from tests.services.timelines import an_owner, kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CONTEXT = SimpleNamespace(aws_request_id="run-1", get_remaining_time_in_millis=lambda: 55_000)


def stored_event(owner: str = "case:X", seq: int = 1, kind: str = "clock:passed") -> dict[str, Any]:
    texts = {
        "owner": owner,
        "kind": kind,
        "occurred_at": "2026-11-22T03:00:00Z",
        "recorded_at": "2026-11-22T03:00:00Z",
        "actor": "service:sweep",
        "department": "traffic",
        "data": '{"number": 1}',
        "prev_hash": "0" * 64,
        "hash": "1" * 64,
    }
    return {**{name: {"S": text} for name, text in texts.items()}, "seq": {"N": str(seq)}}


def stream_of(*images: dict[str, Any] | None, name: str = "INSERT") -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventName": name,
                "dynamodb": {"SequenceNumber": f"s{number}", **({"NewImage": image} if image else {})},
            }
            for number, image in enumerate(images, start=1)
        ],
    }


class Hearing:
    """Takes what it is told, but for the events of one owner."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def on_event(self, event: Event, _at: datetime) -> None:
        if event.owner == "case:BROKEN":
            raise ConnectionError
        self.events.append(event)


class HearingTogether(Hearing):
    """Takes events together or not at all."""

    def on_events(self, events: Sequence[Event], at: datetime) -> None:
        together = Hearing()
        for event in events:
            together.on_event(event, at)
        self.events.extend(together.events)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    alone = Hearing()
    monkeypatch.setattr(container(), "listeners", {"alone": alone})
    return alone.events


def test_the_relay_tells_new_events_in_order(heard: list[Event]) -> None:
    answer = app.dispatch_events(stream_of(stored_event(seq=1), stored_event(seq=2)), CONTEXT)

    assert answer == {"batchItemFailures": []}
    assert [(event.id, event.data) for event in heard] == [("case:X/1", {"number": 1}), ("case:X/2", {"number": 1})]


def test_everybody_who_acts_on_events_is_told() -> None:
    assert list(container().listeners) == [
        "alerts",
        "anomalies",
        "flag_notices",
        "statistics",
        "staff",
        "handover",
        "recalculation",
        "early_warning",
        "messages",
        "issue_orders",
    ]


def test_an_event_that_nobody_can_take_stops_nothing_and_is_told_again_from_the_queue(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, together, last = Hearing(), HearingTogether(), HearingTogether()
    monkeypatch.setattr(container(), "listeners", {"alone": alone, "together": together, "last": last})
    batch = stream_of(stored_event(seq=1), stored_event(owner="case:BROKEN"), stored_event(seq=2))

    answer = app.dispatch_events(batch, CONTEXT)

    assert answer == {"batchItemFailures": []}
    for listener in (alone, together, last):
        assert [event.id for event in listener.events] == ["case:X/1", "case:X/2"]
    assert [one.message["listeners"] for one in channels.untold.sent] == [["alone"], ["together"], ["last"]]
    assert {one["owner"] for sent in channels.untold.sent for one in sent.message["events"]} == {"case:BROKEN"}


def test_an_event_that_the_queue_does_not_take_either_comes_again_from_the_stream(
    heard: list[Event], channels: Channels
) -> None:
    channels.untold.is_broken = True
    batch = stream_of(stored_event(seq=1), stored_event(owner="case:BROKEN"), stored_event(seq=2))

    answer = app.dispatch_events(batch, CONTEXT)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "s2"}]}
    assert [event.id for event in heard] == ["case:X/1", "case:X/2"]


def beats_at(at: datetime) -> dict[str, Any]:
    container().relay.beat(at)
    stored = connection().scan(settings().table("timeline"))["Items"]
    return stream_of(*stored, name="MODIFY")


def test_beats_that_come_back_through_the_stream_say_how_far_it_has_got() -> None:
    app.dispatch_events(beats_at(NOW), CONTEXT)

    assert container().relay.told_until() == NOW


@pytest.mark.usefixtures("heard")
def test_no_beat_counts_beside_an_event_that_must_come_again(channels: Channels) -> None:
    channels.untold.is_broken = True
    beats = beats_at(NOW)

    app.dispatch_events(
        {"Records": [*beats["Records"], *stream_of(stored_event(owner="case:BROKEN"))["Records"]]}, CONTEXT
    )

    assert container().relay.told_until() is None


def test_a_replay_whose_words_are_misspelt_tells_nobody_anything(channels: Channels) -> None:
    EventRow.from_raw_data(stored_event()).save()
    wanted = {"since": "2026-11-22T00:00:00+08:00", "until": "2026-11-23T00:00:00+08:00", "dryrun": True}

    with pytest.raises(ValueError, match=r"A replay has no dryrun\."):
        app.replay(wanted, SimpleNamespace(aws_request_id="run-1", get_remaining_time_in_millis=lambda: 60_000))

    assert channels.untold.sent == []


def queued(*messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "Records": [
            {"eventSource": "aws:sqs", "messageId": f"m{number}", "body": json.dumps(message)}
            for number, message in enumerate(messages, start=1)
        ]
    }


def test_what_the_queue_brings_is_told_and_what_cannot_be_taken_any_more_stays_there(
    heard: list[Event], channels: Channels
) -> None:
    told = {**{name: next(iter(value.values())) for name, value in stored_event().items()}, "seq": 1, "data": {}}
    messages = [
        {"attempt": 24, "listeners": ["alone"], "events": [{**told, "owner": owner}]}
        for owner in ("case:BROKEN", "case:X")
    ]

    answer = app.dispatch_events(queued(*messages), CONTEXT)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert [event.id for event in heard] == ["case:X/1"]
    assert channels.untold.sent == []


def test_an_operator_hands_over_what_is_to_be_told_again_step_by_step(channels: Channels) -> None:
    EventRow.from_raw_data(stored_event()).save()
    wanted = {"since": "2026-11-22T00:00:00+08:00", "until": "2026-11-23T00:00:00+08:00"}
    context = SimpleNamespace(aws_request_id="run-1", get_remaining_time_in_millis=lambda: 15_000)

    unfinished = app.replay(wanted, context)
    context.get_remaining_time_in_millis = lambda: 60_000
    done = app.replay(unfinished, context)

    assert (unfinished["found"], unfinished["is_over"], done["found"], done["is_over"]) == (0, False, 1, True)
    assert [[one["owner"] for one in sent.message["events"]] for sent in channels.untold.sent] == [["case:X"]]


@pytest.mark.parametrize("name", ["since", "until"])
def test_an_operator_says_of_when_with_an_offset(name: str) -> None:
    wanted = {"since": "2026-11-22T00:00:00+08:00", "until": "2026-11-23T00:00:00+08:00"}

    with pytest.raises(ValueError, match="with an offset"):
        app.replay({**wanted, name: "2026-11-22T12:00:00"}, CONTEXT)


@pytest.mark.usefixtures("channels")
def test_one_event_that_nobody_can_take_is_found_by_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    class Counting(HearingTogether):
        def on_events(self, events: Sequence[Event], at: datetime) -> None:
            tried.append(len(events))
            super().on_events(events, at)

    together = Counting()
    monkeypatch.setattr(container(), "listeners", {"together": together})
    others = [stored_event(seq=seq) for seq in range(1, 100)]

    app.dispatch_events(stream_of(*others[:40], stored_event(owner="case:BROKEN"), *others[40:]), CONTEXT)

    assert len(together.events) == 99
    assert tried == [100, 50, 25, 25, 12, 13, 6, 3, 3, 1, 2, 7, 50]


@pytest.mark.usefixtures("channels")
def test_it_is_logged_who_could_not_be_told_of_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(container(), "listeners", {"alone": Hearing(), "together": HearingTogether()})

    app.dispatch_events(stream_of(stored_event(owner="case:BROKEN")), CONTEXT)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["event_id"], line["listener"], line["error"]) for line in lines[:-1]] == [
        ("case:BROKEN/1", "alone", "ConnectionError"),
        ("case:BROKEN/1", "together", "ConnectionError"),
    ]
    assert (lines[-1]["told"], lines[-1]["failed"]) == (1, 0)


@pytest.mark.parametrize(
    ("owner", "kind", "ordered"),
    [
        ("case:X", "case:accepted", True),
        ("flag:f1", "flag:proposed", True),
        ("credit:k1.x", "flag:confirmed", False),
        ("case:X", "clock:passed", False),
        ("case:X", "document:issued", False),
    ],
)
def test_the_relay_orders_the_documents_that_follow_from_an_event(
    owner: str,
    kind: str,
    ordered: bool,  # noqa: FBT001 - a table of answers
    channels: Channels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(container(), "listeners", {"issue_orders": container().listeners["issue_orders"]})

    app.dispatch_events(stream_of(stored_event(owner=owner, kind=kind, seq=7)), CONTEXT)

    orders = [(one.name, one.message) for one in channels.issue.sent]
    assert orders == ([(f"{owner}/7", {"owner": owner, "seq": 7})] if ordered else [])


@pytest.mark.parametrize(
    "batch", [stream_of(None), stream_of(stored_event(), name="MODIFY"), stream_of({"pk": {"S": "x"}})]
)
def test_the_relay_passes_over_whatever_is_no_new_event(batch: dict[str, Any], heard: list[Event]) -> None:
    assert app.dispatch_events(batch, CONTEXT) == {"batchItemFailures": []}
    assert heard == []


def test_the_queue_is_told_which_messages_must_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[str] = []

    def publish(alert_id: str, *, at: datetime) -> bool:
        assert at.tzinfo is not None
        if alert_id == "broken":
            raise ConnectionError
        published.append(alert_id)
        return True

    monkeypatch.setattr(container().alerts, "publish", publish)
    records = [
        {"messageId": f"m{number}", "body": json.dumps({"alert_id": name})}
        for number, name in enumerate(("one", "broken", "two"))
    ]

    answer = app.deliver({"Records": records}, CONTEXT)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert published == ["one", "two"]


def test_the_queue_brings_flag_notices_to_whoever_pushes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    pushed: list[str] = []

    def push(flag_notice_id: str, *, at: datetime) -> bool:
        assert at.tzinfo is not None
        pushed.append(flag_notice_id)
        return True

    monkeypatch.setattr(container().flag_notices, "push", push)

    answer = app.deliver({"Records": [{"messageId": "m1", "body": json.dumps({"flag_notice_id": "t1"})}]}, CONTEXT)

    assert answer == {"batchItemFailures": []}
    assert pushed == ["t1"]


def scheduled() -> dict[str, Any]:
    return {
        "id": "1",
        "source": "aws.events",
        "time": "2026-11-22T03:00:00Z",
        "resources": [],
        "detail": {},
        "account": "1",
        "region": settings().region,
        "version": "0",
        "detail-type": "Scheduled Event",
    }


def test_the_sweep_answers_what_it_saw_and_says_in_its_line_that_it_was_everything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    turn_clock(NOW)

    answer = app.sweep(scheduled(), CONTEXT)

    assert [shard["due"] for shard in answer["shards"]] == [0, 0, 0, 0]
    line = json.loads(capsys.readouterr().out)
    # The dead-man alarm's filter asks for these three.
    assert (line["job"], line["outcome"], line["complete"]) == ("sweep", "done", True)
    assert line["untold_seconds"] is None


@pytest.mark.parametrize(("minutes", "seconds"), [(3, 0), (4, 240)])
def test_the_sweep_sends_beats_and_says_in_its_line_how_far_the_relay_is_behind(
    minutes: int, seconds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    turn_clock(NOW)
    app.sweep(scheduled(), CONTEXT)
    app.dispatch_events(stream_of(*connection().scan(settings().table("timeline"))["Items"]), CONTEXT)
    capsys.readouterr()

    turn_clock(NOW + timedelta(minutes=minutes))
    app.sweep(scheduled(), CONTEXT)

    # The alarm's filter asks for these two.
    line = json.loads(capsys.readouterr().out)
    assert (line["job"], line["untold_seconds"]) == ("sweep", seconds)


@pytest.fixture
def handed_on(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the sweep has put into the queue of its workers."""
    messages: list[dict[str, Any]] = []

    def send(message: str, *, name: str) -> None:
        messages.append({"messageId": name, "body": message})

    monkeypatch.setattr(container().clocks._sweeping, "_queue", SimpleNamespace(send=send))  # noqa: SLF001 - the container reads it from the environment
    return messages


def a_clock_due(at: datetime) -> str:
    with transaction() as tx:
        clock = container().clocks.start(
            ClockKind.ACKNOWLEDGEMENT,
            Limit(value=1, unit=Unit.HOURS, basis="第1条"),
            owner=an_owner(),
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=at - timedelta(hours=1, seconds=1),
            tx=tx,
        )
    return clock.owner


def test_the_sweep_and_its_workers_tell_what_is_due_and_each_says_so_in_a_line(
    handed_on: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    turn_clock(NOW)
    owner = a_clock_due(NOW)

    answer = app.sweep(scheduled(), CONTEXT)
    answers = [app.sweep_shard({"Records": [message]}, CONTEXT) for message in [*handed_on, *handed_on]]

    assert [shard["due"] for shard in answer["shards"] if shard["due"]] == [1]
    assert answers == [{"batchItemFailures": []}] * 2
    assert kinds_of(owner)[-1] == "clock:passed"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["job"], line["outcome"]) for line in lines] == [("sweep", "done"), *[("sweep_shard", "done")] * 2]
    assert (lines[0]["shards_due"], lines[0]["complete"]) == (1, True)
    # The alarm's filter asks for the second.
    assert [(line["moved"], line["clocks_failed"], line["failed"]) for line in lines[1:]] == [(1, 0, 0), (0, 0, 0)]


def test_a_worker_stops_ten_seconds_before_lambda_stops_it(handed_on: list[dict[str, Any]]) -> None:
    turn_clock(NOW)
    owner = a_clock_due(NOW)
    app.sweep(scheduled(), CONTEXT)
    hurried = SimpleNamespace(aws_request_id="run-2", get_remaining_time_in_millis=lambda: 10_000)

    app.sweep_shard({"Records": handed_on}, hurried)

    assert kinds_of(owner)[-1] != "clock:passed"


def test_a_shard_that_cannot_be_swept_comes_again_alone(handed_on: list[dict[str, Any]]) -> None:
    turn_clock(NOW)
    owner = a_clock_due(NOW)
    app.sweep(scheduled(), CONTEXT)
    damaged = {"messageId": "damaged", "body": "{}"}

    answer = app.sweep_shard({"Records": [damaged, *handed_on]}, CONTEXT)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "damaged"}]}
    assert kinds_of(owner)[-1] == "clock:passed"


def test_a_sweep_that_cannot_read_fails_loudly_and_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    connection().delete_table(settings().table("clocks"))

    with pytest.raises(Exception, match="ResourceNotFound"):
        app.sweep(scheduled(), CONTEXT)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["job"], line["outcome"], line["request_id"]) for line in lines] == [("sweep", "failed", "run-1")]


def test_each_job_leaves_one_line_with_its_facts(capsys: pytest.CaptureFixture[str], heard: list[Event]) -> None:
    app.dispatch_events(stream_of(stored_event()), CONTEXT)

    line = json.loads(capsys.readouterr().out)
    assert {name: line[name] for name in ("event", "job", "outcome", "told", "failed")} == {
        "event": "job",
        "job": "dispatch_events",
        "outcome": "done",
        "told": 1,
        "failed": 0,
    }
    assert len(heard) == 1


def test_the_error_of_an_incomplete_sweep_is_an_error_to_lambda() -> None:
    assert issubclass(SweepIncompleteError, Exception)


def test_a_missing_edition_is_told_once_however_often_the_reminder_runs() -> None:
    turn_clock(datetime(2026, 11, 16, 1, 0, tzinfo=UTC))
    event = {
        "version": "0",
        "account": "0",
        "region": "cn-north-1",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "2026-11-16T01:00:00Z",
        "id": "1",
        "resources": [],
    }

    answers = [app.hourly(event, CONTEXT), app.hourly(event, CONTEXT)]

    assert answers == [{"edition_missed": missed, "years_recounted": (), "digests_made": 0} for missed in (2027, None)]
    assert [event.kind for event in container().timeline.events("calendar:2027")] == ["calendar:missed"]


def the_night(detail: dict[str, str] | None = None) -> dict[str, Any]:
    """Invoke the nightly job as its schedule does, or as somebody does by hand."""
    event = {
        "version": "0",
        "account": "0",
        "region": "cn-north-1",
        "detail": detail or {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "2029-01-08T17:05:00Z",
        "id": "1",
        "resources": [],
    }
    answer: dict[str, Any] = app.nightly(event, CONTEXT)
    return answer


def walk_on(channels: Channels, context: object = CONTEXT) -> list[dict[str, Any]]:
    """Let the function that walks take every message that waits, and those that it sends itself meanwhile."""
    answers = []
    for sent in channels.walks.sent:
        record = {"messageId": "m", "body": json.dumps(sent.message)}
        answers.append(app.walks({"Records": [record]}, context))
    channels.walks.sent.clear()
    return answers


def test_what_has_ended_is_ended_once_however_often_the_job_runs(channels: Channels) -> None:
    machine = a_caller(Role.SYSTEM, sub="system.market", department="market")
    record = container().ingest.put_record(a_submission(), about=an_organisation(), by=machine, at=NOW)
    turn_clock(datetime(2029, 1, 8, 17, 5, tzinfo=UTC))

    begun = [the_night() for _ in range(2)]
    answers = walk_on(channels)
    the_night()
    walk_on(channels)

    assert [night["parts"] for night in begun] == [16 + 4 + 4 + 2] * 2
    assert answers == [{"batchItemFailures": []}] * 52
    kinds = [event.kind for event in container().timeline.events(f"credit:{record.subject}")]
    assert kinds == ["record:stored", "record:display_ended"]


def test_a_run_whose_time_is_nearly_over_sends_its_part_on_and_loses_nothing(channels: Channels) -> None:
    machine = a_caller(Role.SYSTEM, sub="system.market", department="market")
    container().ingest.put_record(a_submission(), about=an_organisation(), by=machine, at=NOW)
    left = {"ms": 10_000}
    context = SimpleNamespace(aws_request_id="run-1", get_remaining_time_in_millis=lambda: left["ms"])
    the_night({"walk": "summaries"})
    first = channels.walks.sent[0]

    record = {"messageId": "m", "body": json.dumps(first.message)}
    app.walks({"Records": [record]}, context)
    waiting = the_night({"progress": "summaries"})
    left["ms"] = 10_001
    walk_on(channels, context)

    assert channels.walks.sent == []
    assert (waiting["done"], waiting["looked_at"]) == (False, 0)
    assert the_night({"progress": "summaries"}) == {"done": True, "looked_at": 1, "changed": 0, "failed": 0}
    assert the_night({"progress": "records"})["done"] is False


def test_a_part_that_could_not_go_on_comes_again_and_a_row_that_failed_is_counted(
    channels: Channels, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = a_caller(Role.SYSTEM, sub="system.market", department="market")
    container().ingest.put_record(a_submission(), about=an_organisation(), by=machine, at=NOW)
    the_night({"walk": "summaries"})

    def torn(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(CreditStore, "summary", torn)
        walk_on(channels)
    the_night({"walk": "summaries"})
    with monkeypatch.context() as patch:
        patch.setattr(container().reconciliation, "check", torn)
        answers = walk_on(channels)

    assert answers == [{"batchItemFailures": [{"itemIdentifier": "m"}]}] * 16
    assert '"rows_failed": 1' in capsys.readouterr().out


def test_an_alert_reaches_the_systems_of_its_recipients_department_through_the_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turn_clock(NOW)
    asked: list[str] = []
    sent: list[tuple[str, str]] = []

    class Line:
        def send(self, message: str, *, name: str, after: timedelta = timedelta(0)) -> None:
            assert name
            assert after == timedelta(0)
            asked.append(message)

    class Quiet:
        def destination(self, _url: str) -> None:
            """Take any address."""

        def send(self, url: str, *, name: str, body: str, secrets: list[str]) -> Attempt:
            assert len(secrets) == 1
            assert json.loads(body)["id"] == name
            sent.append((url, json.loads(body)["data"]["alert_id"]))
            return Attempt(outcome="204")

    for name in ("_queue", "_dead_letters"):
        monkeypatch.setattr(container().webhooks, name, Line())
    monkeypatch.setattr(container().webhooks, "_sender", Quiet())
    monkeypatch.setattr(container().alerts, "_topic", Line())
    for department in ("monitoring", "market"):
        by = Caller(sub="m", roles=frozenset({Role.SYSTEM}), department=department)
        container().webhooks.subscribe(
            f"https://{department}/", (Topic.ALERT_RAISED,), by=by, at=NOW, idempotency_key=None
        )
    container().calendar_editions.watch(NOW)
    for event in container().timeline.events("calendar:2027"):
        container().alerts.on_event(event, NOW)
    editor = Caller(sub="e", roles=frozenset({Role.CALENDAR_EDITOR}), department="monitoring")
    (alert,), _ = container().alerts.inbox(editor, state="open", limit=9, after=None)

    for body in (json.dumps({"alert_id": alert.alert_id}), "again"):
        bodies = [body] if body != "again" else [each for each in asked if "delivery_id" in each] * 2
        records = [{"messageId": str(number), "body": each} for number, each in enumerate(bodies)]
        assert app.deliver({"Records": records}, CONTEXT) == {"batchItemFailures": []}

    assert sent == [("https://monitoring/", alert.alert_id)]
