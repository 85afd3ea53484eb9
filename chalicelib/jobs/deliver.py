"""The queue of alerts, of digests and of attempts to tell webhooks."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger


def deliver(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Do what messages ask for; return the messages that must come again (partial batch response)."""
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


def _delivered(message: Mapping[str, Any], at: datetime) -> bool:
    """Publish an alert or a digest, push a notice, or make an attempt at a webhook; say whether this call did it."""
    services = container()
    if "alert_id" in message:
        return services.alerts.publish(message["alert_id"], at=at)
    if "digest_id" in message:
        return services.digests.publish(message["digest_id"], at=at)
    if "flag_notice_id" in message:
        return services.flag_notices.push(message["flag_notice_id"], at=at)
    return services.webhooks.deliver(
        message["delivery_id"], attempt=message["attempt"], replay=message["replay"], at=at
    )
