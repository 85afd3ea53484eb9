"""The queue of files that were uploaded, and of imports that go on."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger


def ingest(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Take imports a step on; return the messages that must come again (partial batch response)."""
    services = container()
    failed: list[dict[str, str]] = []
    lines = 0
    with one_line("ingest", context=context) as facts:
        for record in records:
            try:
                for import_id in _imports_of(json.loads(record["body"])):
                    lines += services.imports.step(import_id, at=services.clock.now()).progress.line
            except Exception as error:  # noqa: BLE001 - the message comes again, and the import goes on where it was
                logger("ingest").exception("import_not_gone_on", error=type(error).__name__)
                failed.append({"itemIdentifier": record["messageId"]})
        facts["lines"] = lines
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}


def _imports_of(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield the imports that a message is about: one that goes on, or those whose files were uploaded."""
    if "import_id" in message:
        yield message["import_id"]
    for uploaded in message.get("Records", ()):
        yield uploaded["s3"]["object"]["key"].partition("/")[0]
