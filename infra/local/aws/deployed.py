"""Print the fingerprint of what is deployed; nothing if nothing is, or if the last deployment failed."""

from botocore.exceptions import ClientError

from infra.local.aws.clients import cloudformation
from infra.local.place import STACK

USABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
TAG = "fingerprint"


def fingerprint() -> str:
    """Read it from the stack's tag."""
    try:
        stack = cloudformation().describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return ""
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
    return tags.get(TAG, "") if stack["StackStatus"] in USABLE else ""


if __name__ == "__main__":
    print(fingerprint())
