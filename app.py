"""What is deployed: the API's blueprints, and one line for each job."""

from typing import Any

from chalice.app import CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib.api import (
    case_consequences,
    case_handling,
    cases,
    catalogue,
    credit,
    drafts,
    health,
    inspection,
    openapi,
    punishment,
    signing_keys,
    supervision,
)
from chalicelib.api.gateway import App
from chalicelib.jobs import deliver as delivering
from chalicelib.jobs import relay as relaying
from chalicelib.jobs import sweep as sweeping
from chalicelib.jobs.lines import request_id_of

app = App("xinnuo")

for part in (
    case_consequences,
    case_handling,
    cases,
    catalogue,
    credit,
    drafts,
    health,
    inspection,
    openapi,
    punishment,
    signing_keys,
    supervision,
):
    app.register_blueprint(part.routes.blueprint)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> dict[str, Any]:
    """Move clocks that are due to their next milestone."""
    return sweeping.sweep(request_id=request_id_of(event.context))


@app.on_dynamodb_record(stream_arn="arn:aws-cn:dynamodb:cn-north-1:000000000000:table/timeline/stream/placeholder")
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    """Tell whoever must hear of new events; the template puts the stream's own ARN here."""
    return relaying.relay(event.to_dict()["Records"], request_id=request_id_of(event.context))


@app.on_sqs_message(queue="deliver")
def deliver(event: SQSEvent) -> dict[str, Any]:
    """Publish alerts; the template puts the queue's own name here."""
    return delivering.deliver(event.to_dict()["Records"], request_id=request_id_of(event.context))
