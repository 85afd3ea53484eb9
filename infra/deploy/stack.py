"""A stage's stack: made and changed by change sets that are shown, and freed from an attempt that failed."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from infra.deploy.errors import DeployError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
DONE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})
"""What can be changed."""
NEVER_CREATED: Final = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})
"""What is left of a stack whose first creation failed; it can only be deleted."""
NOTHING: Final = ("didn't contain changes", "No updates are to be performed")
"""What CloudFormation says of a change set without changes."""
HOLDS_DATA: Final = frozenset(
    {"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}
)
SUBJECT_KEYS: Final = "SubjectKey"
"""How the names of the secrets begin without which people on record would be taken for new (docs/rotation.md)."""

Status = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack by its name; ``pause`` are the seconds between two looks at it."""

    client: "CloudFormationClient"
    name: str
    pause: float = 5.0

    def outputs(self) -> dict[str, str]:
        """Return its outputs; none if there is no stack."""
        described = self._described()
        return {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}

    def is_there(self) -> bool:
        """Wait until nothing is under way, delete what a failed creation left, and say whether there is a stack.

        Raises ``DeployError`` if the stack is in a state that only a person can mend.
        """
        status = self._settled()
        if status in NEVER_CREATED:
            print(f"{self.name} is {status}: deleting what is left of the first attempt ...")
            self.client.delete_stack(StackName=self.name)
            status = self._settled()
        if status and status not in DONE:
            message = f"{self.name} is {status}, which only a person can mend, in the console of CloudFormation."
            raise DeployError(message)
        return bool(status)

    def change(self, template_url: str, parameters: Mapping[str, str], *, is_new: bool) -> bool:
        """Make a change set, show it, carry it out and wait; say whether there was anything to change.

        Raises ``DeployError`` with CloudFormation's reasons if it fails; the stack is then as it was before.
        """
        name = f"release-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        made = self.client.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType="CREATE" if is_new else "UPDATE",
            TemplateURL=template_url,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=list(CAPABILITIES),
        )
        if not self._is_ready(made["Id"]):
            self.client.delete_change_set(ChangeSetName=made["Id"])
            print(f"{self.name}: nothing to change.")
            return False
        changes = self._changes(made["Id"])
        for line in _shown(self.name, changes):
            print(line)
        if fault := _fault_of(changes):
            self.client.delete_change_set(ChangeSetName=made["Id"])
            message = f"{fault}; nothing of {self.name} was changed."
            raise DeployError(message)
        # What a failed attempt has made goes again, also if it is kept otherwise: its names would be taken.
        self.client.execute_change_set(ChangeSetName=made["Id"], RetainExceptOnCreate=True)
        time.sleep(self.pause)
        while self._described().get("StackStatus") == "REVIEW_IN_PROGRESS":
            time.sleep(self.pause)
        status = self._settled()
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise DeployError("\n".join([f"{self.name} is {status}:", *self._reasons(made["StackId"])]))
        print(f"{self.name} is {status}.")
        return True

    def _is_ready(self, change_set: str) -> bool:
        while True:
            described = self.client.describe_change_set(ChangeSetName=change_set)
            reason = described.get("StatusReason", "")
            match described["Status"]:
                case "CREATE_COMPLETE":
                    return True
                case "FAILED" if any(words in reason for words in NOTHING):
                    return False
                case "FAILED":
                    message = f"CloudFormation takes no such change of {self.name}: {reason}"
                    raise DeployError(message)
            time.sleep(self.pause)

    def _changes(self, change_set: str) -> list[dict[str, Any]]:
        pages: Any = self.client.get_paginator("describe_change_set").paginate(ChangeSetName=change_set)
        changes = [each["ResourceChange"] for page in pages for each in page["Changes"]]
        return sorted(changes, key=lambda one: (one["Action"], one["ResourceType"], one["LogicalResourceId"]))

    def _settled(self) -> Status:
        """Wait until nothing is under way and return the status; empty if there is no stack."""
        while True:
            status = self._described().get("StackStatus", "")
            if status == "REVIEW_IN_PROGRESS":
                return ""  # a change set was made once and never carried out
            if not status.endswith("_IN_PROGRESS"):
                return "" if status == "DELETE_COMPLETE" else status
            time.sleep(self.pause)

    def _described(self) -> dict[str, Any]:
        try:
            return dict(self.client.describe_stacks(StackName=self.name)["Stacks"][0])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            return {}

    def _reasons(self, stack_id: str) -> list[str]:
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        failed = [each for page in pages for each in page["StackEvents"] if each["ResourceStatus"].endswith("_FAILED")]
        return [f"  {each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}" for each in reversed(failed)]


def _shown(stack: str, changes: list[dict[str, Any]]) -> Iterator[str]:
    if all(one["Action"] == "Add" for one in changes):
        kinds = Counter(one["ResourceType"].removeprefix("AWS::") for one in changes)
        added = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        yield f"{stack}, {len(changes)} resources to add: {added}"
        return
    yield f"{stack}, {len(changes)} changes (with a ! where data would leave the stack):"
    for one in changes:
        yield f" {'!' if _is_marked(one) else ' '} {one['Action']:8}{one['ResourceType']:34}{one['LogicalResourceId']}"


def _fault_of(changes: list[dict[str, Any]]) -> str:
    """Say what no release may do: replace what holds data by something empty, or forget a key of subjects."""
    holds_data = [one for one in changes if one["ResourceType"] in HOLDS_DATA]
    if replaced := [one["LogicalResourceId"] for one in holds_data if one.get("Replacement") == "True"]:
        return f"{', '.join(replaced)} would be replaced by an empty one"
    removed = [one["LogicalResourceId"] for one in holds_data if one["Action"] == "Remove"]
    if forgotten := [name for name in removed if name.startswith(SUBJECT_KEYS)]:
        return f"{', '.join(forgotten)} would leave the stack, and whoever is named by it would be taken for new"
    return ""


def _is_marked(one: dict[str, Any]) -> bool:
    """Whether data would leave the stack, or might, which for some changes shows only while they are made.

    What is removed stays in the account; what is replaced is empty.
    """
    holds_data = one["ResourceType"] in HOLDS_DATA
    return holds_data and (one["Action"] == "Remove" or one.get("Replacement") in {"True", "Conditional"})
