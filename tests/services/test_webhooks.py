"""Webhooks: a real receiver verifies what it is told, fails, is told again, and never as if it were something new."""

import socket
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from typing import Any
from unittest import mock

import pytest
import urllib3
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from chalicelib.alerts.model.webhooks import Delivery, DeliveryState, Notice, Topic, Webhook
from chalicelib.alerts.rules import webhooks as rules
from chalicelib.alerts.services.webhook_sender import Sender
from chalicelib.alerts.services.webhooks import EarlyError, Webhooks
from chalicelib.alerts.store.webhooks import WebhookStore
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.publisher import Queue
from chalicelib.settings import Stage, settings
from tests.channels import Channels
from tests.services.receiving import Receiver, a_deaf_port, deliver, deliver_until_ended, receiver

__all__ = ["receiver"]

pytestmark = pytest.mark.usefixtures("cloud", "channels")

AT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
TOPICS = (Topic.ALERT_RAISED,)
MACHINE = Caller(sub="m", roles=frozenset({Role.SYSTEM}), department="traffic")
NOTICE = Notice(
    topic=Topic.ALERT_RAISED, name="a1", subject="case:X", department="traffic", at=AT, data={"alert_id": "a1"}
)


def subscribed(url: str) -> tuple[Webhook, str]:
    webhook, _ = container().webhooks.subscribe(url, TOPICS, by=MACHINE, at=AT, idempotency_key=None)
    return webhook, container().webhooks.secret(webhook)


def of(webhook: Webhook, state: DeliveryState) -> list[Delivery]:
    found, _ = container().webhooks.deliveries(webhook.webhook_id, state, by=MACHINE, limit=100, after=None)
    return list(found)


def test_a_receiver_verifies_the_signature_and_reads_a_cloud_event(receiver: Receiver, channels: Channels) -> None:
    webhook, secret = subscribed(receiver.url)

    container().webhooks.tell(NOTICE, at=AT)
    deliver_until_ended(channels.deliveries, at=AT)

    ((headers, body),) = receiver.got
    event = Verifier(secret).verify(body, headers)
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert event == {
        "specversion": "1.0",
        "id": headers["webhook-id"],
        "source": "urn:xinnuo:local",
        "type": "cn.xinnuo.alert.raised",
        "subject": "case:X",
        "time": "2026-11-25T01:00:00Z",
        "datacontenttype": "application/json",
        "data": {"alert_id": "a1"},
    }
    assert [each.outcome for each in of(webhook, DeliveryState.DELIVERED)] == ["200"]


def test_two_failures_are_tried_again_under_the_same_name_after_5_seconds_and_a_minute(
    receiver: Receiver, channels: Channels
) -> None:
    webhook, secret = subscribed(receiver.url)
    receiver.answers = [500, 503]

    container().webhooks.tell(NOTICE, at=AT)
    ended = deliver_until_ended(channels.deliveries, at=AT)

    assert ended - AT == timedelta(seconds=65)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 3
    assert len({body for _, body in receiver.got}) == 1
    for headers, body in receiver.got:
        Verifier(secret).verify(body, headers)
    assert [each.attempts for each in of(webhook, DeliveryState.DELIVERED)] == [3]


def test_telling_twice_and_messages_that_come_twice_reach_the_receiver_once(
    receiver: Receiver, channels: Channels
) -> None:
    subscribed(receiver.url)

    container().webhooks.tell(NOTICE, at=AT)
    container().webhooks.tell(NOTICE, at=AT)
    channels.deliveries.sent *= 3
    deliver_until_ended(channels.deliveries, at=AT)

    assert len(receiver.got) == 1


def test_a_message_before_its_time_is_put_back_for_the_rest_of_the_wait(receiver: Receiver, channels: Channels) -> None:
    subscribed(receiver.url)
    receiver.answers = [500]
    container().webhooks.tell(NOTICE, at=AT)
    deliver(channels.deliveries.sent.pop().message, at=AT)
    message = channels.deliveries.sent.pop().message

    deliver(message, at=AT + timedelta(seconds=2))

    assert len(receiver.got) == 1
    assert [(one.message, one.after) for one in channels.deliveries.sent] == [(message, timedelta(seconds=3))]


def test_a_message_ahead_of_the_row_comes_again(receiver: Receiver, channels: Channels) -> None:
    subscribed(receiver.url)
    container().webhooks.tell(NOTICE, at=AT)
    message = channels.deliveries.sent[0].message

    with pytest.raises(EarlyError):
        deliver({**message, "attempt": 1}, at=AT)

    assert receiver.got == []


def test_after_the_tenth_failure_it_is_dead_with_one_letter_and_a_replay_keeps_the_name(
    receiver: Receiver, channels: Channels
) -> None:
    webhook, _ = subscribed(receiver.url)
    receiver.answers = [500] * 10

    container().webhooks.tell(NOTICE, at=AT)
    ended = deliver_until_ended(channels.deliveries, at=AT)

    (dead,) = of(webhook, DeliveryState.DEAD)
    assert len(receiver.got) == 10
    assert ended - AT == sum(rules.BACK_OFF, timedelta(0))
    assert [one["delivery_id"] for one in channels.dead_letters.of("delivery_id")] == [dead.delivery_id]
    container().webhooks.replay(webhook.webhook_id, dead.delivery_id, by=MACHINE, at=ended)
    deliver_until_ended(channels.deliveries, at=ended)
    assert receiver.got[-1][0]["webhook-id"] == dead.delivery_id
    assert [each.state for each in of(webhook, DeliveryState.DELIVERED)] == ["delivered"]


def test_both_secrets_sign_for_a_day_after_a_rotation_and_the_new_one_alone_after_it(
    receiver: Receiver, channels: Channels
) -> None:
    webhook, old = subscribed(receiver.url)
    new = container().webhooks.secret(container().webhooks.rotate(webhook.webhook_id, by=MACHINE, at=AT))
    a_day_later = AT + timedelta(hours=24)

    container().webhooks.tell(NOTICE, at=AT)
    deliver_until_ended(channels.deliveries, at=a_day_later - timedelta(seconds=1))
    (headers, body) = receiver.got[-1]
    Verifier(old).verify(body, headers)
    Verifier(new).verify(body, headers)

    (delivered,) = of(webhook, DeliveryState.DELIVERED)
    container().webhooks.replay(webhook.webhook_id, delivered.delivery_id, by=MACHINE, at=a_day_later)
    deliver_until_ended(channels.deliveries, at=a_day_later)
    (headers, body) = receiver.got[-1]
    Verifier(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(body, headers)


def test_a_redirect_is_not_followed_and_counts_as_a_failure(receiver: Receiver, channels: Channels) -> None:
    webhook, _ = subscribed(receiver.url)
    receiver.answers = [302]

    container().webhooks.tell(NOTICE, at=AT)
    deliver(channels.deliveries.sent.pop().message, at=AT)

    assert len(receiver.got) == 1
    assert [(each.attempts, each.outcome) for each in of(webhook, DeliveryState.PENDING)] == [(1, "302")]


def test_an_endpoint_that_is_gone_is_told_nothing_more(receiver: Receiver, channels: Channels) -> None:
    webhook, _ = subscribed(receiver.url)
    receiver.answers = [410]

    container().webhooks.tell(NOTICE, at=AT)
    deliver_until_ended(channels.deliveries, at=AT)

    assert container().webhooks.get(webhook.webhook_id, by=MACHINE).state == "disabled"
    assert container().webhooks.tell(NOTICE, at=AT) == 0


def looked_up(*answers: str) -> Any:  # noqa: ANN401 - as the standard library types it
    """Stand in for the name service: one answer for each question."""
    left = list(answers)

    def look_up(_host: str, port: int, **_: object) -> list[Any]:
        ips = left.pop(0).split(",")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    return look_up


def outside(*answers: str, networks: tuple[IPv4Network, ...] = ()) -> Webhooks:
    """Webhooks of another stage than the local one, where a name stands for one answer after the other."""
    queue = Queue(settings().deliver_queue)
    sender = Sender(Stage.PROD, looked_up(*answers), networks=networks)
    return Webhooks(
        WebhookStore(),
        sender,
        key=b"k" * 32,
        source="urn:xinnuo:prod",
        queue=queue,
        dead_letters=queue,
        counts=container().counts,
    )


@pytest.mark.parametrize(
    "answer", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "93.184.215.14,192.168.1.1", "::1", "fd00::1", "224.0.0.1"]
)
def test_a_name_that_leads_to_a_private_address_is_refused_outside_the_local_stage(answer: str) -> None:
    with pytest.raises(DomainError) as refused:
        outside(answer).subscribe("https://hooks.example.com/x", TOPICS, by=MACHINE, at=AT, idempotency_key=None)

    assert refused.value.code is ErrorCode.ADDRESS_NOT_ALLOWED


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com:99999/",
        "https:///nothing",
    ],
)
def test_an_address_outside_the_local_stage_is_https_on_a_usual_port_and_nothing_else(url: str) -> None:
    with pytest.raises(DomainError):
        Sender(Stage.PROD, looked_up("93.184.215.14")).destination(url)


def test_a_name_that_turns_to_a_private_address_after_it_was_registered_is_not_told(channels: Channels) -> None:
    webhooks = outside("93.184.215.14", "127.0.0.1")
    webhook, _ = webhooks.subscribe("https://hooks.example.com/x", TOPICS, by=MACHINE, at=AT, idempotency_key=None)

    webhooks.tell(NOTICE, at=AT)
    message = channels.deliveries.sent.pop().message
    webhooks.deliver(message["delivery_id"], attempt=message["attempt"], replay=message["replay"], at=AT)

    assert [each.outcome for each in of(webhook, DeliveryState.PENDING)] == ["ADDRESS_NOT_ALLOWED"]


def test_the_connection_goes_to_the_address_that_was_judged_and_the_name_is_not_looked_up_again(
    receiver: Receiver,
) -> None:
    asked = looked_up("127.0.0.1")

    attempt = Sender(Stage.LOCAL, asked).send(
        f"http://rebinding.example:{receiver.port}/hook", name="d1", body="{}", secrets=["whsec_" + "MfKQ" * 8]
    )

    assert attempt.outcome == "200"
    assert receiver.got[0][0]["host"] == f"rebinding.example:{receiver.port}"


def test_an_endpoint_that_does_not_answer_fails_and_no_other_waits_for_it(
    receiver: Receiver, channels: Channels
) -> None:
    with a_deaf_port() as port:
        closed, _ = subscribed(f"http://127.0.0.1:{port}/")
        subscribed(receiver.url)

        container().webhooks.tell(NOTICE, at=AT)
        for message in channels.deliveries.of("delivery_id"):
            deliver(message, at=AT)

    assert len(receiver.got) == 1
    assert [each.outcome for each in of(closed, DeliveryState.PENDING)] == ["UNREACHABLE"]


def test_another_departments_endpoint_does_not_exist() -> None:
    webhook, _ = subscribed("http://127.0.0.1:9/")
    stranger = Caller(sub="x", roles=frozenset({Role.HEAD}), department="market")

    with pytest.raises(DomainError) as refused:
        container().webhooks.rotate(webhook.webhook_id, by=stranger, at=AT)

    assert refused.value.code is ErrorCode.NOT_FOUND


OWN = (IPv4Network("10.2.0.0/16"), IPv4Network("192.168.7.0/24"))


def test_an_address_in_a_network_that_the_operator_names_is_told_things_too() -> None:
    webhooks = outside("10.2.3.4,192.168.7.1,93.184.215.14", networks=OWN)

    webhook, _ = webhooks.subscribe("https://hooks.city.example/", TOPICS, by=MACHINE, at=AT, idempotency_key=None)

    assert webhook.is_active


@pytest.mark.parametrize("answer", ["10.3.0.1", "10.2.3.4,10.3.0.1", "127.0.0.1", "169.254.169.254", "::ffff:10.2.3.4"])
def test_an_address_outside_the_named_networks_is_refused_as_ever(answer: str) -> None:
    with pytest.raises(DomainError) as refused:
        outside(answer, networks=OWN).subscribe(
            "https://hooks.city.example/", TOPICS, by=MACHINE, at=AT, idempotency_key=None
        )

    assert refused.value.code is ErrorCode.ADDRESS_NOT_ALLOWED


def addresses_tried(receiver: Receiver, *ips: str) -> tuple[str, list[str]]:
    """Send once to a name with some addresses; return what became of it, and to which addresses it went."""
    with mock.patch.object(urllib3, "HTTPConnectionPool", wraps=urllib3.HTTPConnectionPool) as pool:
        attempt = Sender(Stage.LOCAL, looked_up(",".join(ips))).send(
            f"http://hooks.example:{receiver.port}/", name="d1", body="{}", secrets=["whsec_" + "MfKQ" * 8]
        )
    return attempt.outcome, [call.args[0] for call in pool.call_args_list]


def test_each_address_of_a_name_is_tried_until_one_answers(receiver: Receiver) -> None:
    tried = addresses_tried(receiver, "127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.4")

    assert tried == ("200", ["127.0.0.2", "127.0.0.3", "127.0.0.1"])
    assert len(receiver.got) == 1


def test_of_very_many_addresses_eight_are_tried(receiver: Receiver) -> None:
    ips = [f"127.0.1.{number}" for number in range(1, 20)]

    assert addresses_tried(receiver, *ips) == ("UNREACHABLE", ips[:8])


def test_no_other_address_is_tried_once_something_was_sent(receiver: Receiver) -> None:
    receiver.answers = [0]

    assert addresses_tried(receiver, "127.0.0.1", "127.0.0.2") == ("UNREACHABLE", ["127.0.0.1"])


@pytest.mark.parametrize(("asked", "waits"), [("600", 600), ("2", 5), ("soon", 5)])
def test_a_receiver_that_asks_for_time_is_given_it(
    receiver: Receiver, channels: Channels, asked: str, waits: int
) -> None:
    webhook, _ = subscribed(receiver.url)
    receiver.answers, receiver.retry_after = [503], asked

    container().webhooks.tell(NOTICE, at=AT)
    deliver(channels.deliveries.sent.pop().message, at=AT)

    (pending,) = of(webhook, DeliveryState.PENDING)
    assert pending.next_at == AT + timedelta(seconds=waits)
    assert [one.after for one in channels.deliveries.sent] == [timedelta(seconds=waits)]
