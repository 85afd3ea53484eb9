"""Print which release is deployed; nothing if none is, or if the last deployment failed."""

from botocore.exceptions import ClientError

from infra.local.aws.clients import cloudformation
from infra.local.place import STACK

USABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def release() -> str:
    """Read it from the stack's output."""
    try:
        stack = cloudformation().describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return ""
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return outputs.get("Release", "") if stack["StackStatus"] in USABLE else ""


if __name__ == "__main__":
    print(release())
