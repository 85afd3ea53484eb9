"""The queue of alerts, digests, flag notices, webhook attempts, and messages to people."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger


def deliver(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Process messages; return those that must come again (partial batch response)."""
    services = container()
    failed: list[dict[str, str]] = []
    published = 0
    with one_line("deliver", context=context) as facts:
        for record in records:
            try:
                published += _delivered(json.loads(record["body"]), services.clock.now())
            except Exception as error:  # noqa: BLE001 - the others in the batch must not wait for this one
                logger("deliver").exception("message_not_delivered", error=type(error).__name__)
                failed.append({"itemIdentifier": record["messageId"]})
        facts["published"] = published
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}


def _delivered(message: Mapping[str, Any], at: datetime) -> int:
    """Do what one message asks for; return how much was published, pushed, attempted or sent."""
    services = container()
    if "alert_id" in message:
        return services.alerts.publish(message["alert_id"], at=at)
    if "digest_id" in message:
        return services.digests.publish(message["digest_id"], at=at)
    if "flag_notice_id" in message:
        return services.flag_notices.push(message["flag_notice_id"], at=at)
    if "message_id" in message or "code_id" in message:
        return _told(message, at)
    return services.webhooks.deliver(
        message["delivery_id"], attempt=message["attempt"], replay=message["replay"], at=at
    )


def _told(message: Mapping[str, Any], at: datetime) -> int:
    """Tell somebody something by SMS or e-mail; return how many letters were taken."""
    from chalicelib.messages.model.messages import Channel  # noqa: PLC0415 - alerts and webhooks need none of it

    services = container()
    channel = Channel(message["channel"]) if "channel" in message else None
    attempt = message.get("attempt", 0)
    if channel is not None and "code_id" in message:
        return services.contacts.send_code(message["subject"], channel, message["code_id"], attempt=attempt, at=at)
    return services.sending.send(message["message_id"], message["subject"], channel=channel, attempt=attempt, at=at)
