"""Adjust what was deployed to the emulated AWS, and print the REST API's id: ``python -m infra.local.aws.adjust``."""

from infra.local.aws.clients import cloudformation, functions, queues
from infra.local.aws.gateway import repeat_gateway_responses
from infra.local.place import READERS, STACK

AGAIN_SECONDS = 30
"""How long a message stays away whose worker died; the template's minutes are for functions that run for minutes."""


def adjust() -> str:
    """Do what the emulator needs after each deployment, and return the REST API's id."""
    _let_one_worker_read_each_queue()
    _let_what_was_lost_come_again_soon()
    stack = cloudformation().describe_stacks(StackName=STACK)["Stacks"][0]
    (api_id,) = (each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == "RestAPIId")
    repeat_gateway_responses(api_id)
    return api_id


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


if __name__ == "__main__":
    print(adjust())
