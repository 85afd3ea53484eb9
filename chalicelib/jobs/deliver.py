"""The queue of alerts: put each on the topic once."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.jobs.lines import one_line
from chalicelib.logs import logger
from chalicelib.wiring import services


def deliver(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Publish the alerts that messages name; return the messages that must come again (partial batch response)."""
    house = services()
    failed: list[dict[str, str]] = []
    published = 0
    with one_line("deliver", context=context) as facts:
        for record in records:
            try:
                published += house.alerts.publish(json.loads(record["body"])["alert_id"], at=house.clock.now())
            except Exception as error:  # noqa: BLE001 - the others in the batch must not wait for this one
                logger("deliver").exception("message_not_delivered", error=type(error).__name__)
                failed.append({"itemIdentifier": record["messageId"]})
        facts["published"] = published
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}
