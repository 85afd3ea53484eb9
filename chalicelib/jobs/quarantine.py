"""The queue of documents that have arrived, and of a scanner's verdicts on them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.container import container
from chalicelib.documents.model import Document, DocumentState
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger

VERDICTS = {"clean": DocumentState.CLEAN, "refused": DocumentState.REFUSED}

UNVERSIONED = "null"
"""The version of an object in a bucket without versions, as S3 calls it."""


def quarantine(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Look at documents and take verdicts; return the messages that must come again (partial batch response)."""
    failed: list[dict[str, str]] = []
    settled = 0
    with one_line("quarantine", context=context) as facts:
        for record in records:
            try:
                settled += _take(json.loads(record["body"]))
            except Exception as error:  # noqa: BLE001 - the message comes again, and in the end a person looks
                logger("quarantine").exception("document_not_looked_at", error=type(error).__name__)
                failed.append({"itemIdentifier": record["messageId"]})
        facts["settled"] = settled
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}


def _take(message: Mapping[str, Any]) -> int:
    """Take one message: of S3, about what was uploaded, or of a scanner. Return how many documents are settled now."""
    services = container()
    at = services.clock.now()
    if "verdict" in message:
        verdict = VERDICTS[message["verdict"]]
        judged = services.quarantine.judge(message["document_id"], verdict, at=at)
        if judged is not None and judged.state is DocumentState.REFUSED:
            services.case_documents.tell_refused(judged, at=at)
        return _settled(judged)
    uploaded = (record["s3"]["object"] for record in message.get("Records", ()))
    return sum(
        _settled(services.quarantine.arrive(one["key"], one.get("versionId", UNVERSIONED), at=at)) for one in uploaded
    )


def _settled(document: Document | None) -> bool:
    return document is not None and document.is_settled
