"""What is deployed: the addresses of the API and the portal, and one function for each job.

Handlers are imported on first use, because each function starts with this file.
"""

from typing import Any

from chalice.app import CloudWatchEvent, Cron, DynamoDBEvent, Rate, SQSEvent

from chalicelib.addresses import API, PORTAL
from chalicelib.http.app import App
from chalicelib.settings import settings
from chalicelib.start import prepare

app = App("xinnuo")

for module, names in API.items():
    app.serve(module, *names)
app.api.binary_types.append("multipart/form-data")
app.show("chalicelib.web.core.dispatch", *(name for names in PORTAL.values() for name in names))

# A timer of the template's own, if the operator wants it: nothing else than this function shall be tried by it.
app.rehearsing = "chalicelib.jobs.rehearse"


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> dict[str, Any]:
    """Look which clocks are due, and hand them to workers."""
    from chalicelib.jobs.sweep import sweep as run  # noqa: PLC0415 - only this function needs it

    return run(event.context)


@app.on_sqs_message(queue="sweep", batch_size=1)
def sweep_shard(event: SQSEvent) -> dict[str, Any]:
    """Move clocks that are due to their next milestone; the template fills in the queue's own name."""
    from chalicelib.jobs.sweep_shard import sweep_shard as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


@app.schedule(Rate(1, unit=Rate.HOURS))
def hourly(event: CloudWatchEvent) -> dict[str, Any]:
    """Record overdue calendar editions, recalculate what waits for one that came, and make digests."""
    from chalicelib.jobs.hourly import hourly as run  # noqa: PLC0415 - only this function needs it

    return run(event.context)


@app.schedule(Cron("5", "17", "*", "*", "?", "*"))
def nightly(event: CloudWatchEvent) -> dict[str, Any]:
    """Begin the walks of the night, soon after one o'clock in Shanghai."""
    from chalicelib.jobs.nightly import nightly as run  # noqa: PLC0415 - only this function needs it

    return run(event.detail, event.context)


@app.on_dynamodb_record(stream_arn="arn:aws-cn:dynamodb:cn-north-1:000000000000:table/timeline/stream/placeholder")
def dispatch_events(event: DynamoDBEvent) -> dict[str, Any]:
    """Tell new events to listeners, and again what one could not take; the template fills in stream and queue."""
    from chalicelib.jobs.dispatch_events import dispatch_events as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


@app.lambda_function(name="replay")
def replay(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Hand any span of the past over to be told again, when an operator asks for it."""
    from chalicelib.jobs.replay import replay as run  # noqa: PLC0415 - only this function needs it

    return run(event, context)


@app.on_sqs_message(queue="deliver")
def deliver(event: SQSEvent) -> dict[str, Any]:
    """Publish alerts, digests and notices; the template fills in the queue's own name."""
    from chalicelib.jobs.deliver import deliver as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


@app.on_sqs_message(queue="ingest", batch_size=1)
def ingest(event: SQSEvent) -> dict[str, Any]:
    """Store uploaded records, a bounded number of lines at a time; the template fills in the queue's own name."""
    from chalicelib.jobs.ingest import ingest as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


@app.on_sqs_message(queue="quarantine", batch_size=1)
def quarantine(event: SQSEvent) -> dict[str, Any]:
    """Look at documents that were uploaded, and take a scanner's verdicts; the template fills in the queue's name."""
    from chalicelib.jobs.quarantine import quarantine as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


@app.on_sqs_message(queue="issue", batch_size=1)
def issue(event: SQSEvent) -> dict[str, Any]:
    """Make documents, and take what was uploaded or sealed; the template fills in the queue's own name."""
    from chalicelib.jobs.issue import issue as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


@app.on_sqs_message(queue="walks", batch_size=1)
def walks(event: SQSEvent) -> dict[str, Any]:
    """Go on with what looks at many rows, a part at a time; the template fills in the queue's own name."""
    from chalicelib.jobs.walks import walks as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


prepare(settings().handler)
