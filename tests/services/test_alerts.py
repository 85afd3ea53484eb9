"""Alerts: one for each clock, level and recipient, whatever is delivered twice or in the wrong order."""

import json
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.alerts.model.alerts import Alert
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.inspection.model import Scope, Wanted
from chalicelib.policy import Caller, Role
from chalicelib.settings import settings
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import Limit, Unit

pytestmark = pytest.mark.usefixtures("cloud", "channels")

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
RED = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
MORNING_AFTER = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
ONE_DAY_LATER = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
"""The end of the working day after the one on which the first alert was raised."""
TWO_DAYS_LATER = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)


class Sent:
    """A channel that keeps what it was given."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.is_broken = False

    def send(self, message: str, *, name: str) -> None:
        if self.is_broken:
            raise ConnectionError
        self.messages.append((name, json.loads(message)))


@pytest.fixture
def channels(cloud: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Sent, Sent]:  # noqa: ARG001 - services need it
    queue, topic = Sent(), Sent()
    monkeypatch.setattr(container().alerts, "_queue", queue)
    monkeypatch.setattr(container().alerts, "_topic", topic)
    return queue, topic


def staff(role: Role, department: str) -> Caller:
    return Caller(sub=f"{role}.{department}", roles=frozenset({role}), department=department)


def a_running_clock() -> str:
    inspector = staff(Role.INSPECTOR, "inspection")
    wanted = Wanted(
        file_no="1号", basis="《监察法》第18条", scope=Scope(departments=("traffic",)), expires_on=date(2027, 1, 1)
    )
    mandate, _ = container().inspection.ask(wanted, by=inspector, at=FRIDAY, idempotency_key=None)
    with transaction() as tx:
        container().clocks.start(
            ClockKind.HANDLING_PROMISED,
            Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner=mandate.owner,
            department="traffic",
            responsible="officer",
            pack="corrects-first",
            started_at=FRIDAY,
            tx=tx,
        )
    return mandate.owner


def tell(owner: str, *, at: datetime, events: Iterable[Event] | None = None) -> None:
    """Let the relay hear of events, by default of the whole timeline again."""
    for event in list(container().timeline.events(owner)) if events is None else events:
        container().alerts.on_event(event, at)


def inbox(role: Role, department: str, state: str = "open") -> list[Alert]:
    found, _ = container().alerts.inbox(staff(role, department), state=state, limit=100, after=None)
    return list(found)


def until(owner: str, *moments: datetime) -> None:
    for moment in moments:
        container().clocks.sweep(at=moment)
        tell(owner, at=moment)


def test_yellow_is_for_the_handler_and_red_for_the_supervisor() -> None:
    owner = a_running_clock()

    until(owner, datetime(2026, 11, 24, 16, 0, tzinfo=UTC))
    assert [alert.level for alert in inbox(Role.OFFICER, "traffic")] == [0]
    assert inbox(Role.SUPERVISOR, "traffic") == []
    until(owner, RED)

    alert = inbox(Role.SUPERVISOR, "traffic")[0]
    assert (alert.level, alert.clock_id, alert.due_on) == (1, "handling_promised", date(2026, 11, 25))
    assert inbox(Role.HEAD, "traffic") == []
    assert inbox(Role.SUPERVISOR, "market") == []


def test_an_unanswered_alert_climbs_a_level_each_working_day_and_ends_with_the_monitoring_office() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)

    until(owner, ONE_DAY_LATER - timedelta(seconds=1))
    assert inbox(Role.HEAD, "traffic") == []
    until(owner, ONE_DAY_LATER)
    assert [alert.level for alert in inbox(Role.HEAD, "traffic")] == [2]
    assert inbox(Role.MONITOR, "monitoring") == []
    until(owner, TWO_DAYS_LATER, TWO_DAYS_LATER + timedelta(days=30))

    assert [alert.level for alert in inbox(Role.MONITOR, "monitoring")] == [3]
    assert [len(inbox(role, "traffic")) for role in (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)] == [1, 1, 1]
    assert container().timeline.reading(owner).verified


@pytest.mark.requirement("R4.21", "R8.2")
def test_every_event_told_again_and_in_any_order_makes_no_second_alert() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER, ONE_DAY_LATER, TWO_DAYS_LATER)
    told_once = len(container().timeline.events(owner))
    chance = random.Random(7)

    for _ in range(3):
        events = list(container().timeline.events(owner)) * 2
        chance.shuffle(events)
        tell(owner, at=TWO_DAYS_LATER, events=events)

    counts = [len(inbox(role, "traffic")) for role in (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)]
    assert (counts, len(inbox(Role.MONITOR, "monitoring"))) == ([1, 1, 1], 1)
    assert len(container().timeline.events(owner)) == told_once


def test_an_answer_stops_the_climbing_and_its_reason_stands_beside_the_event() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    answered = container().alerts.acknowledge(
        alert.alert_id,
        reason="制证设备检修",
        expected_on=date(2026, 11, 27),
        by=staff(Role.SUPERVISOR, "traffic"),
        at=MORNING_AFTER + timedelta(hours=1),
    )
    until(owner, ONE_DAY_LATER + timedelta(days=10))

    assert answered.acknowledgement is not None
    assert inbox(Role.HEAD, "traffic") == []
    assert [each.alert_id for each in inbox(Role.SUPERVISOR, "traffic", "acknowledged")] == [alert.alert_id]
    event = container().timeline.events(owner)[-1]
    assert (event.kind, event.texts, event.data["expected_on"]) == (
        "alert:acknowledged",
        {"reason": "制证设备检修"},
        "2026-11-27",
    )


def test_nobody_expects_to_be_done_on_a_day_that_is_over() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    def answer(expected_on: date) -> None:
        by = staff(Role.SUPERVISOR, "traffic")
        container().alerts.acknowledge(
            alert.alert_id, reason="正在办理", expected_on=expected_on, by=by, at=MORNING_AFTER
        )

    with pytest.raises(DomainError) as refused:
        answer(date(2026, 11, 25))
    assert (refused.value.code, refused.value.faults[0].pointer) == (ErrorCode.INVALID_BODY, "/expected_on")
    answer(date(2026, 11, 26))
    assert inbox(Role.SUPERVISOR, "traffic") == []


def test_one_answer_is_enough_for_a_clock_and_nothing_climbs_beyond_it() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER, ONE_DAY_LATER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    container().alerts.acknowledge(
        alert.alert_id,
        reason="制证设备检修",
        expected_on=date(2026, 12, 2),
        by=staff(Role.SUPERVISOR, "traffic"),
        at=ONE_DAY_LATER + timedelta(hours=1),
    )
    until(owner, TWO_DAYS_LATER, TWO_DAYS_LATER + timedelta(days=30))

    assert len(inbox(Role.HEAD, "traffic")) == 1
    assert inbox(Role.MONITOR, "monitoring") == []


def test_nothing_climbs_once_the_duty_is_done() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    with transaction() as tx:
        container().clocks.stop(container().clocks.get(owner, "handling_promised"), at=MORNING_AFTER, tx=tx)

    until(owner, ONE_DAY_LATER)

    assert inbox(Role.HEAD, "traffic") == []


def test_an_alert_is_answered_once_and_by_its_recipient_only() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    def answer(by: Caller) -> None:
        container().alerts.acknowledge(
            alert.alert_id, reason="正在办理", expected_on=date(2026, 11, 27), by=by, at=MORNING_AFTER
        )

    for stranger in (staff(Role.SUPERVISOR, "market"), staff(Role.HEAD, "traffic")):
        with pytest.raises(DomainError) as refused:
            answer(stranger)
        assert refused.value.code is ErrorCode.NOT_FOUND
    answer(staff(Role.SUPERVISOR, "traffic"))
    with pytest.raises(DomainError) as refused:
        answer(staff(Role.SUPERVISOR, "traffic"))
    assert refused.value.code is ErrorCode.ALREADY_ACKNOWLEDGED


def test_an_alert_goes_to_the_topic_once(channels: tuple[Sent, Sent]) -> None:
    queue, topic = channels
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    tell(owner, at=MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    assert [container().alerts.publish(alert.alert_id, at=MORNING_AFTER) for _ in range(3)] == [True, False, False]

    assert {"alert_id": alert.alert_id} in [message for _, message in queue.messages]
    assert [(name, message["recipient"], message["due_on"]) for name, message in topic.messages] == [
        (alert.alert_id, "supervisor.traffic", "2026-11-25"),
    ]


def test_a_topic_that_does_not_take_the_message_gets_it_again(channels: tuple[Sent, Sent]) -> None:
    _, topic = channels
    until(a_running_clock(), MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]
    topic.is_broken = True
    with pytest.raises(ConnectionError):
        container().alerts.publish(alert.alert_id, at=MORNING_AFTER)
    topic.is_broken = False

    assert container().alerts.publish(alert.alert_id, at=MORNING_AFTER)


def test_somebody_with_two_roles_pages_through_both_inboxes() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    both = Caller(sub="zhang", roles=frozenset({Role.OFFICER, Role.SUPERVISOR}), department="traffic")

    first, after = container().alerts.inbox(both, state="open", limit=1, after=None)
    second, end = container().alerts.inbox(both, state="open", limit=5, after=after)

    assert [alert.recipient for alert in (*first, *second)] == ["officer.traffic", "supervisor.traffic"]
    assert end is None


def test_nobody_without_a_department_has_an_inbox() -> None:
    assert container().alerts.inbox(
        Caller(sub="x", roles=frozenset({Role.SUPERVISOR})), state="open", limit=5, after=None
    ) == ((), None)


def test_the_real_channels_carry_the_name_of_what_they_bring() -> None:
    from chalicelib.publisher import Queue, Topic  # noqa: PLC0415 - beside the test that needs them

    url = aws.client("sqs").create_queue(QueueName="deliver")["QueueUrl"]
    topic = aws.client("sns").create_topic(Name="alerts")["TopicArn"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    Queue(url).send('{"alert_id": "a"}', name="case:1/7")
    Topic(topic).send('{"alert_id": "b"}', name="b")

    messages = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])[
        "Messages"
    ]
    queued = next(message for message in messages if message["Body"] == '{"alert_id": "a"}')
    published = next(json.loads(message["Body"]) for message in messages if message is not queued)
    assert queued["MessageAttributes"]["name"]["StringValue"] == "case:1/7"
    assert (published["Message"], published["MessageAttributes"]["name"]["Value"]) == ('{"alert_id": "b"}', "b")
    assert settings().region == "cn-north-1"


def test_a_missing_edition_is_told_to_the_calendar_editor_and_withdrawn_when_it_is_loaded() -> None:
    at = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
    container().calendar_editions.watch(at)
    tell("calendar:2027", at=at)
    tell("calendar:2027", at=at)

    (alert,) = inbox(Role.CALENDAR_EDITOR, "monitoring")

    assert (alert.clock_id, alert.milestone, alert.level) == ("calendar_edition", "missing", 1)
    container().alerts.on_event(loaded("calendar:2027"), at)
    container().alerts.on_event(loaded("calendar:2027"), at)
    assert inbox(Role.CALENDAR_EDITOR, "monitoring") == []
    assert [each.alert_id for each in inbox(Role.CALENDAR_EDITOR, "monitoring", "withdrawn")] == [alert.alert_id]


def test_a_calendar_editor_can_answer_for_a_missing_edition() -> None:
    at = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
    container().calendar_editions.watch(at)
    tell("calendar:2027", at=at)
    (alert,) = inbox(Role.CALENDAR_EDITOR, "monitoring")

    answered = container().alerts.acknowledge(
        alert.alert_id,
        reason="国务院办公厅尚未公布。",
        expected_on=date(2026, 11, 30),
        by=staff(Role.CALENDAR_EDITOR, "monitoring"),
        at=at,
    )

    assert answered.state == "acknowledged"


def taken_back(owner: str, number: int) -> Event:
    """Say that the red of a clock was taken back, and a later round has begun."""
    data = {"clock_id": "handling_promised", "taken_back": ["passed"], "round": number}
    return an_event_of(owner, EventKind.CLOCK_RECOUNTED, data)


def loaded(owner: str) -> Event:
    return an_event_of(owner, EventKind.CALENDAR_LOADED, {"year": 2027})


def an_event_of(owner: str, kind: EventKind, data: dict[str, Any]) -> Event:
    return Event(
        owner=owner,
        seq=99,
        kind=kind,
        occurred_at="2026-11-26T01:00:00Z",
        recorded_at="2026-11-26T01:00:00Z",
        actor="system:sweep",
        department="traffic",
        data=data,
        prev_hash="0" * 64,
        hash="1" * 64,
    )


def test_an_alert_whose_milestone_was_taken_back_is_withdrawn_once_at_every_level_and_climbs_no_more() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER, ONE_DAY_LATER)
    assert len(inbox(Role.SUPERVISOR, "traffic")) == len(inbox(Role.HEAD, "traffic")) == 1

    for _ in range(2):
        container().alerts.on_event(taken_back(owner, 1), ONE_DAY_LATER)
    until(owner, TWO_DAYS_LATER)

    kinds = [event.kind for event in container().timeline.events(owner)]
    assert kinds.count("alert:withdrawn") == 2
    assert inbox(Role.SUPERVISOR, "traffic") == inbox(Role.HEAD, "traffic") == []
    assert [alert.level for alert in inbox(Role.HEAD, "traffic", "withdrawn")] == [2]
    assert inbox(Role.MONITOR, "monitoring") == []
    assert len(inbox(Role.OFFICER, "traffic")) == 1


def test_a_milestone_that_comes_again_is_told_again_and_no_earlier_withdrawal_touches_it() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    (passed,) = [event for event in container().timeline.events(owner) if event.kind == EventKind.CLOCK_PASSED]
    container().alerts.on_event(taken_back(owner, 1), MORNING_AFTER)
    again = replace(passed, data={**passed.data, "round": 1})

    tell(owner, at=MORNING_AFTER, events=[again, taken_back(owner, 1), passed, again])

    (alert,) = inbox(Role.SUPERVISOR, "traffic")
    assert (alert.round, alert.state) == (1, "open")
