"""How secrets are derived, when an attempt is made again, and which addresses may be told anything."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

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
"""How long is waited after each attempt that failed; the attempt after the last of them is the last one."""

LONGEST_WAIT = timedelta(minutes=15)
"""How long SQS keeps a message back at most; the rest is waited for by putting it back."""

OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
"""How long the secret before a rotation still signs beside the new one."""

GONE = 410
TAKEN = range(200, 300)

TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones (RFC 6052), and could stand for private ones."""


def secret_of(webhook: Webhook, generation: int, *, key: bytes) -> str:
    """Return an endpoint's secret of one generation, as Standard Webhooks writes it; nothing secret is stored."""
    name = f"webhook\n{webhook.webhook_id}\n{generation}".encode()
    return f"whsec_{base64.b64encode(hmac.digest(key, name, hashlib.sha256)).decode()}"


def signing_generations(webhook: Webhook, *, at: datetime) -> tuple[int, ...]:
    """Return which secrets sign at an instant, the newest first: for a day after a rotation, two of them."""
    if webhook.rotated_at is not None and at < webhook.rotated_at + OLD_SECRET_SIGNS_FOR:
        return (webhook.generation, webhook.generation - 1)
    return (webhook.generation,)


def delivery_of(notice: Notice, webhook: Webhook, *, at: datetime) -> Delivery:
    """Return the delivery of a notice to an endpoint: the same pair always makes the same one."""
    name = hashlib.sha256(f"{notice.topic}\n{notice.name}\n{webhook.webhook_id}".encode()).hexdigest()[:32]
    return Delivery(delivery_id=name, webhook_id=webhook.webhook_id, notice=notice, made_at=at, next_at=at)


def body_of(delivery: Delivery, *, source: str) -> str:
    """Return the event as CloudEvents 1.0 writes it in JSON, the same text at every attempt."""
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


def attempted(delivery: Delivery, outcome: str, *, at: datetime) -> Delivery:
    """Return what became of a delivery by an attempt; the last one that fails ends it, and so does 410 Gone."""
    made = replace(delivery, attempts=delivery.attempts + 1, outcome=outcome)
    status = int(outcome) if outcome.isdecimal() else 0
    if status in TAKEN:
        return replace(made, state=DeliveryState.DELIVERED, ended_at=at)
    if status == GONE or delivery.attempts >= len(BACK_OFF):
        return replace(made, state=DeliveryState.DEAD, ended_at=at)
    return replace(made, next_at=at + BACK_OFF[delivery.attempts])


def given_up(delivery: Delivery, outcome: str, *, at: datetime) -> Delivery:
    """Return a delivery to an endpoint that is told nothing any more."""
    return replace(delivery, state=DeliveryState.DEAD, outcome=outcome, ended_at=at)


def replayed(delivery: Delivery, *, at: datetime) -> Delivery:
    """Return a delivery made pending again under the same id, with all its attempts before it."""
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
    """Return how long to keep a message back: what is left, or as long as a queue can."""
    return min(max(until - at, timedelta(0)), LONGEST_WAIT)


def is_public(address: str) -> bool:
    """Whether an address is somebody's in the open internet.

    Private, loopback, link-local, reserved and multicast ones are not, nor any that stands for another address:
    what it leads to cannot be told from it.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and (
        ip.ipv4_mapped is not None or ip.sixtofour is not None or ip.teredo is not None or ip in TRANSLATED
    ):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
