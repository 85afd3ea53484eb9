"""Deriving secrets, scheduling attempts, and which addresses are allowed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from chalicelib.alerts.model.webhooks import Delivery, DeliveryState, Notice, Webhook
from chalicelib.clock import instant_text

BACK_OFF = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""The wait after each failed attempt; there is one last attempt after the last of them."""

LONGEST_WAIT = timedelta(minutes=15)
"""The longest delay that SQS supports; longer waits put the message back repeatedly."""

LONGEST_PATIENCE = timedelta(hours=24)
"""How long a receiver may ask us to wait (``Retry-After``); it may ask again at the next attempt."""

OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
"""How long the previous secret still signs beside the new one after a rotation."""

GONE = 410
TAKEN = range(200, 300)

UNICAST = IPv6Network("2000::/3")
"""The only part of IPv6 from which addresses are given out; the site-local, translated and mapped are all outside."""

SPECIAL = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # IETF protocol assignments
            "192.31.196.0/24",  # AS112-v4
            "192.52.193.0/24",  # automatic multicast tunneling
            "192.88.99.0/24",  # relays of 6to4, which leads elsewhere
            "192.175.48.0/24",  # direct delegation of AS112
            "2001::/23",  # IETF protocol assignments, with Teredo, ORCHID and benchmarking
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",  # direct delegation of AS112
            "3fff::/20",  # documentation
        ),
    )
)
"""Blocks of IANA's special-purpose registries (RFC 6890) that Python takes for public, or that embed others."""


def secret_of(webhook: Webhook, generation: int, *, key: bytes) -> str:
    """Return an endpoint's secret of one generation in Standard Webhooks format; no secret is ever stored."""
    name = f"webhook\n{webhook.webhook_id}\n{generation}".encode()
    return f"whsec_{base64.b64encode(hmac.digest(key, name, hashlib.sha256)).decode()}"


def signing_generations(webhook: Webhook, *, at: datetime) -> tuple[int, ...]:
    """Return the generations of secrets that sign at an instant, newest first: two for a day after a rotation."""
    if webhook.rotated_at is not None and at < webhook.rotated_at + OLD_SECRET_SIGNS_FOR:
        return (webhook.generation, webhook.generation - 1)
    return (webhook.generation,)


def delivery_of(notice: Notice, webhook: Webhook, *, at: datetime) -> Delivery:
    """Return the delivery of a notice to an endpoint; the same pair always gives the same id."""
    name = hashlib.sha256(f"{notice.topic}\n{notice.name}\n{webhook.webhook_id}".encode()).hexdigest()[:32]
    return Delivery(delivery_id=name, webhook_id=webhook.webhook_id, notice=notice, made_at=at, next_at=at)


def body_of(delivery: Delivery, *, source: str) -> str:
    """Return the event as CloudEvents 1.0 JSON, the same text at every attempt."""
    notice = delivery.notice
    event = {
        "specversion": "1.0",
        "id": delivery.delivery_id,
        "source": source,
        "type": f"cn.xinnuo.{notice.topic}",
        "subject": notice.subject,
        "time": instant_text(notice.at),
        "datacontenttype": "application/json",
        "data": dict(notice.data),
    }
    return json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def with_attempt(delivery: Delivery, outcome: str, *, at: datetime, retry_after: timedelta = timedelta(0)) -> Delivery:
    """Return the delivery after an attempt; 410 Gone, or the failure of the last attempt, ends it.

    The next is not made before ``retry_after``, which the receiver asked for; a day at most is kept to.
    """
    made = replace(delivery, attempts=delivery.attempts + 1, outcome=outcome)
    status = int(outcome) if outcome.isdecimal() else 0
    if status in TAKEN:
        return replace(made, state=DeliveryState.DELIVERED, ended_at=at)
    if status == GONE or delivery.attempts >= len(BACK_OFF):
        return replace(made, state=DeliveryState.DEAD, ended_at=at)
    return replace(made, next_at=at + max(BACK_OFF[delivery.attempts], min(retry_after, LONGEST_PATIENCE)))


def give_up(delivery: Delivery, outcome: str, *, at: datetime) -> Delivery:
    """Return the delivery ended without another attempt, because its endpoint is no longer active."""
    return replace(delivery, state=DeliveryState.DEAD, outcome=outcome, ended_at=at)


def replay(delivery: Delivery, *, at: datetime) -> Delivery:
    """Return the delivery pending again under the same id, with a full set of attempts."""
    return replace(
        delivery,
        state=DeliveryState.PENDING,
        attempts=0,
        next_at=at,
        outcome="",
        ended_at=None,
        replays=delivery.replays + 1,
    )


def wait(until: datetime, *, at: datetime) -> timedelta:
    """Return how long to delay a message: the remaining wait, up to what a queue supports."""
    return min(max(until - at, timedelta(0)), LONGEST_WAIT)


def retry_after(value: str, *, now: datetime) -> timedelta:
    """Return the wait that a ``Retry-After`` asks for, in seconds or until a date (RFC 9110, 10.2.3); 0 for others."""
    if value.isascii() and value.isdecimal():
        return timedelta(seconds=int(value[:9]))
    try:
        until = parsedate_to_datetime(value)
        return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta(0))
    except (ValueError, OverflowError):
        return timedelta(0)


def is_allowed(address: str, *, networks: Iterable[IPv4Network]) -> bool:
    """Whether things may be sent to an address: to the public internet, and to the networks that the operator names."""
    return is_public(address) or any(ip_address(address) in network for network in networks)


def is_public(address: str) -> bool:
    """Whether an address is on the public internet.

    Private, loopback, link-local, site-local, reserved, special-purpose and multicast addresses are not; nor are
    addresses that embed another one, because where they lead cannot be checked.
    """
    ip = ip_address(address)
    if (isinstance(ip, IPv6Address) and ip not in UNICAST) or any(ip in block for block in SPECIAL):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
