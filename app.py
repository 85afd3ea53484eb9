"""What is deployed: the addresses of the API and of the portal, and one line for each job.

Whatever answers or runs is imported when it is first needed: each of the seven functions starts with this file.
"""

from typing import Any

from chalice.app import CloudWatchEvent, Cron, DynamoDBEvent, Rate, SQSEvent

from chalicelib.api.addresses import ADDRESSES
from chalicelib.http.app import App
from chalicelib.settings import settings
from chalicelib.start import prepare
from chalicelib.web.addresses import ADDRESSES as PAGES
from chalicelib.web.addresses import SHOWING

app = App("xinnuo")

for file, names in ADDRESSES.items():
    app.serve(file, *names)
app.api.binary_types.append("multipart/form-data")
app.show(SHOWING, *(name for names in PAGES.values() for name in names))


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> dict[str, Any]:
    """Move clocks that are due to their next milestone."""
    from chalicelib.jobs.sweep import sweep as run  # noqa: PLC0415 - only this function needs it

    return run(event.context)


@app.schedule(Rate(1, unit=Rate.HOURS))
def hourly(event: CloudWatchEvent) -> dict[str, Any]:
    """Look for what nobody has done in time although no clock runs for it."""
    from chalicelib.jobs.hourly import hourly as run  # noqa: PLC0415 - only this function needs it

    return run(event.context)


@app.schedule(Cron("5/20", "17-18", "*", "*", "?", "*"))
def nightly(event: CloudWatchEvent) -> dict[str, Any]:
    """End what has ended: each day between one and three in the morning of Shanghai, so that a run can go on."""
    from chalicelib.jobs.nightly import nightly as run  # noqa: PLC0415 - only this function needs it

    return run(event.context)


@app.on_dynamodb_record(stream_arn="arn:aws-cn:dynamodb:cn-north-1:000000000000:table/timeline/stream/placeholder")
def dispatch_events(event: DynamoDBEvent) -> dict[str, Any]:
    """Tell whoever must hear of new events; the template puts the stream's own ARN here."""
    from chalicelib.jobs.dispatch_events import dispatch_events as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


@app.on_sqs_message(queue="deliver")
def deliver(event: SQSEvent) -> dict[str, Any]:
    """Publish alerts; the template puts the queue's own name here."""
    from chalicelib.jobs.deliver import deliver as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


@app.on_sqs_message(queue="ingest", batch_size=1)
def ingest(event: SQSEvent) -> dict[str, Any]:
    """Store what sources uploaded, a bounded number of lines at a time; the template puts the queue's own name here."""
    from chalicelib.jobs.ingest import ingest as run  # noqa: PLC0415 - only this function needs it

    return run(event.to_dict()["Records"], event.context)


prepare(settings().handler)
