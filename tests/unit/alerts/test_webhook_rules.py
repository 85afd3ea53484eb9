"""Secrets, attempts and addresses of webhooks, without any store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network

import pytest

from chalicelib.alerts.model.webhooks import Delivery, DeliveryState, Notice, Topic, Webhook
from chalicelib.alerts.rules import webhooks

AT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
KEY = bytes(32)


def a_webhook(**other: object) -> Webhook:
    known = {
        "webhook_id": "w1",
        "department": "traffic",
        "url": "https://hooks.example.com/",
        "topics": (Topic.ALERT_RAISED,),
        "made_by": "system:m",
        "made_at": AT,
    }
    return Webhook(**{**known, **other})  # type: ignore[arg-type]  # a test's builder


def a_delivery(attempts: int = 0) -> Delivery:
    notice = Notice(topic=Topic.ALERT_RAISED, name="a1", subject="case:X", department="traffic", at=AT)
    made = webhooks.delivery_of(notice, a_webhook(), at=AT)
    for _ in range(attempts):
        made = webhooks.with_attempt(made, "500", at=AT)
    return made


def test_secrets_differ_by_endpoint_generation_and_key_and_stay_the_same_otherwise() -> None:
    webhook = a_webhook()

    secrets = [
        webhooks.secret_of(webhook, 1, key=KEY),
        webhooks.secret_of(webhook, 2, key=KEY),
        webhooks.secret_of(a_webhook(webhook_id="w2"), 1, key=KEY),
        webhooks.secret_of(webhook, 1, key=b"1" * 32),
    ]

    assert len(set(secrets)) == 4
    assert secrets[0] == webhooks.secret_of(webhook, 1, key=KEY)
    assert secrets[0].startswith("whsec_")
    assert len(secrets[0]) == 50


def test_the_old_secret_signs_to_the_last_second_of_a_day_after_the_rotation() -> None:
    rotated = a_webhook(generation=3, rotated_at=AT)

    assert webhooks.signing_generations(a_webhook(), at=AT) == (1,)
    assert webhooks.signing_generations(rotated, at=AT + timedelta(hours=24, seconds=-1)) == (3, 2)
    assert webhooks.signing_generations(rotated, at=AT + timedelta(hours=24)) == (3,)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 5), (1, 60), (2, 300), (3, 900), (4, 3600), (5, 10800), (7, 43200), (8, 86400)]
)
def test_each_failure_waits_longer(attempts: int, seconds: int) -> None:
    after = webhooks.with_attempt(a_delivery(attempts), "500", at=AT)

    assert (after.state, after.next_at - AT) == (DeliveryState.PENDING, timedelta(seconds=seconds))


def test_the_tenth_failure_is_the_last_and_410_needs_no_second() -> None:
    assert webhooks.with_attempt(a_delivery(9), "UNREACHABLE", at=AT).state is DeliveryState.DEAD
    assert webhooks.with_attempt(a_delivery(), "410", at=AT).state is DeliveryState.DEAD


@pytest.mark.parametrize(
    ("outcome", "state"), [("200", "delivered"), ("299", "delivered"), ("199", "pending"), ("302", "pending")]
)
def test_only_a_status_of_200_to_299_is_a_delivery(outcome: str, state: str) -> None:
    assert webhooks.with_attempt(a_delivery(), outcome, at=AT).state == state


def test_an_endpoint_is_sent_a_cloud_event_in_the_same_words_at_every_attempt() -> None:
    data: dict[str, str | int | None] = {"level": 1, "item": "车牌补领"}
    notice = replace(a_delivery().notice, data=data)
    delivery = replace(a_delivery(), delivery_id="d1", notice=notice)

    body = webhooks.body_of(delivery, source="https://xinnuo.example.com")

    assert body == (
        '{"data":{"item":"车牌补领","level":1},"datacontenttype":"application/json","id":"d1",'
        '"source":"https://xinnuo.example.com","specversion":"1.0","subject":"case:X",'
        '"time":"2026-11-25T01:00:00Z","type":"cn.xinnuo.alert.raised"}'
    )
    tried = webhooks.with_attempt(delivery, "500", at=AT + timedelta(hours=1))
    assert webhooks.body_of(tried, source="https://xinnuo.example.com") == body


def test_a_replay_begins_anew_under_the_same_id() -> None:
    dead = webhooks.give_up(a_delivery(3), "WEBHOOK_ENDED", at=AT)

    again = webhooks.replay(dead, at=AT + timedelta(days=1))

    assert (again.delivery_id, again.state, again.attempts, again.replays) == (dead.delivery_id, "pending", 0, 1)
    assert again.next_at == AT + timedelta(days=1)


def test_a_queue_keeps_a_message_back_for_a_quarter_of_an_hour_at_most() -> None:
    assert webhooks.wait(AT + timedelta(hours=1), at=AT) == timedelta(minutes=15)
    assert webhooks.wait(AT + timedelta(seconds=3), at=AT) == timedelta(seconds=3)
    assert webhooks.wait(AT - timedelta(seconds=3), at=AT) == timedelta(0)


@pytest.mark.parametrize("address", ["93.184.215.14", "192.0.1.1", "2606:4700::1111", "240e::1", "2001:200::1"])
def test_an_address_in_the_open_internet_is_public(address: str) -> None:
    assert webhooks.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - judged, not listened on
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:93.184.215.14",
        "2002:a00:1::1",
        "2001:0:a00:1::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2620:4f:8000::1",
        "3fff::1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "100:0:0:1::1",
        "5f00::1",
        "4000::1",
        "::a00:1",
        "::ffff:0:a00:1",
        "fec0::1",
        "feff::1",
        "192.0.0.8",
        "192.0.0.9",
        "192.0.0.255",
        "192.0.2.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.88.99.1",
        "192.175.48.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "fc00::1",
        "fe80::1",
        "ff02::1",
    ],
)
def test_an_address_that_leads_inside_or_stands_for_another_is_not(address: str) -> None:
    assert not webhooks.is_public(address)


@pytest.mark.parametrize(
    ("other", "state", "is_active"),
    [({}, "active", True), ({"disabled_at": AT}, "disabled", False), ({"ended_at": AT}, "ended", False)],
)
def test_an_endpoint_says_whether_it_is_told_things(other: dict[str, object], state: str, *, is_active: bool) -> None:
    webhook = a_webhook(**other)

    assert (webhook.state, webhook.is_active) == (state, is_active)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("999999999999999999", 999_999_999),
        ("Wed, 25 Nov 2026 01:02:00 GMT", 120),
        ("Wed, 25 Nov 2026 01:02:00 -0000", 120),
        ("Wed, 25 Nov 2026 00:00:00 GMT", 0),
        ("", 0),
        ("-5", 0),
        ("1.5", 0),
        ("٣", 0),
        ("soon", 0),
        ("Wed, 25 Nov 99999 01:02:00 GMT", 0),
    ],
)
def test_a_wait_is_read_in_seconds_or_until_a_date(value: str, seconds: int) -> None:
    assert webhooks.retry_after(value, now=AT) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (timedelta(seconds=4), timedelta(seconds=5)),
        (timedelta(seconds=6), timedelta(seconds=6)),
        (timedelta(hours=24), timedelta(hours=24)),
        (timedelta(hours=25), timedelta(hours=24)),
    ],
)
def test_the_next_attempt_waits_for_as_long_as_the_receiver_asked_but_no_more_than_a_day(
    asked: timedelta, waits: timedelta
) -> None:
    after = webhooks.with_attempt(a_delivery(), "503", at=AT, retry_after=asked)

    assert after.next_at - AT == waits


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [("93.184.215.14", True), ("10.2.0.0", True), ("10.2.255.255", True), ("10.3.0.0", False), ("fd00::1", False)],
)
def test_the_internet_and_the_named_networks_are_allowed(address: str, *, is_allowed: bool) -> None:
    assert webhooks.is_allowed(address, networks=[IPv4Network("10.2.0.0/16")]) is is_allowed
