"""The queue of documents to make, and of files that officers uploaded or the sealing service sent back."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger

UNVERSIONED = "null"
"""The version of an object in a bucket without versions, as S3 calls it."""


def issue(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Make documents and take files; return the messages that must come again (partial batch response)."""
    failed: list[dict[str, str]] = []
    done = 0
    with one_line("issue", context=context) as facts:
        for record in records:
            try:
                done += _take(json.loads(record["body"]))
            except Exception as error:  # noqa: BLE001 - the message comes again, and in the end a person looks
                logger("issue").exception("document_not_made", error=type(error).__name__)
                failed.append({"itemIdentifier": record["messageId"]})
        facts["done"] = done
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}


def _take(message: Mapping[str, Any]) -> int:
    """Take one message: of the relay, about an event, or of S3, about files. Return how much was made or taken."""
    services = container()
    at = services.clock.now()
    if "owner" in message:
        return services.issuing.make(message["owner"], message["seq"], at=at)
    arrived = (record["s3"]["object"] for record in message.get("Records", ()))
    taken = [services.issuing.arrive(one["key"], one.get("versionId", UNVERSIONED), at=at) for one in arrived]
    return sum(document is not None for document in taken)
