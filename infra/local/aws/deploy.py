"""Deploy a package by CloudFormation: ``python -m infra.local.aws.deploy FOLDER FINGERPRINT PARAMETERS``."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from botocore.exceptions import ClientError

from infra.local.aws.clients import cloudformation, functions, queues, storage
from infra.local.aws.deployed import TAG, USABLE
from infra.local.aws.gateway import repeat_gateway_responses
from infra.local.place import ENDPOINT, READERS, REGION, STACK

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

BUCKET = "xinnuo-local-code"
WITHIN = 300.0
AGAIN_SECONDS = 30
"""How long a message stays away whose worker died; the template's minutes are for functions that run for minutes."""


def deploy(folder: Path, *, fingerprint: str, parameters: dict[str, str]) -> str:
    """Create or update the stack, and return the REST API's id; exits with the reasons if the stack fails."""
    template = yaml.safe_load((folder / "sam.yaml").read_text(encoding="utf-8"))
    _create_bucket()
    for archive in folder.glob("*.zip"):
        storage().upload_file(str(archive), BUCKET, f"{fingerprint}-{archive.name}")
    for resource in template["Resources"].values():
        if "CodeUri" in resource["Properties"]:
            name = Path(resource["Properties"]["CodeUri"]).name
            resource["Properties"]["CodeUri"] = {"Bucket": BUCKET, "Key": f"{fingerprint}-{name}"}
    # By way of a bucket, because a template in the call itself may have no more than 51,200 bytes.
    storage().put_object(Bucket=BUCKET, Key=f"{fingerprint}.json", Body=json.dumps(template).encode())
    _apply(f"{ENDPOINT}/{BUCKET}/{fingerprint}.json", fingerprint=fingerprint, parameters=parameters)
    stack = _settled()
    if stack["StackStatus"] not in USABLE:
        raise SystemExit(_reasons(stack))
    _let_one_worker_read_each_queue()
    _let_what_was_lost_come_again_soon()
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    repeat_gateway_responses(outputs["RestAPIId"], template)
    return outputs["RestAPIId"]


def _let_one_worker_read_each_queue() -> None:
    """Keep the emulator free to answer.

    It unpacks the whole archive for every new worker, in the process that also answers for the database: five workers a
    queue, all started anew whenever the clock is set, and calls of the others time out.
    """
    for name in READERS:
        # The relay reads the stream, too, and neither may keep the other waiting.
        at_once = 2 if name == "dispatch_events" else 1
        functions().put_function_concurrency(FunctionName=f"{STACK}-{name}", ReservedConcurrentExecutions=at_once)


def _let_what_was_lost_come_again_soon() -> None:
    """Keep the messages of a worker that died from staying away for minutes: setting the clock ends every worker."""
    for name in READERS.values():
        queue = queues().get_queue_url(QueueName=f"{STACK}-{name}")["QueueUrl"]
        queues().set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": str(AGAIN_SECONDS)})


def _create_bucket() -> None:
    client = storage()
    if BUCKET not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


def _apply(template_url: str, *, fingerprint: str, parameters: dict[str, str]) -> None:
    client = cloudformation()
    stack: dict[str, Any] = {
        "StackName": STACK,
        "TemplateURL": template_url,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Tags": [{"Key": TAG, "Value": fingerprint}],
    }
    try:
        client.create_stack(**stack)
    except client.exceptions.AlreadyExistsException:
        _update(stack)


def _update(stack: dict[str, Any]) -> None:
    try:
        cloudformation().update_stack(**stack)
    except ClientError as error:
        if "No updates are to be performed" not in error.response["Error"]["Message"]:
            raise


def _settled() -> "StackTypeDef":
    client = cloudformation()
    deadline = time.monotonic() + WITHIN
    while True:
        stack = client.describe_stacks(StackName=STACK)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        if time.monotonic() > deadline:
            raise SystemExit(f"The stack is still {stack['StackStatus']} after {WITHIN:.0f} s.")  # noqa: EM102, TRY003
        time.sleep(0.2)


def _reasons(stack: "StackTypeDef") -> str:
    events = cloudformation().describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("_FAILED")]
    lines = [f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed]
    return "\n".join([f"The stack is {stack['StackStatus']}.", *lines])


if __name__ == "__main__":
    print(deploy(Path(sys.argv[1]), fingerprint=sys.argv[2], parameters=json.loads(sys.argv[3])))
