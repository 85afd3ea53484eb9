"""What AWS allows of a deployment, and how much of it one takes.

They are those of the quotas page of each service; one that can be raised stands here as it is by default.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from infra.packaging import yaml

ROOM: Final = 0.8
"""The share of a limit that a deployment may take: what grows must be seen before it is refused."""

Resources = Mapping[str, Mapping[str, Any]]

NAMES: Final = {
    "AWS::Partition": "aws-cn",
    "AWS::Region": "cn-northwest-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com.cn",
    "AWS::StackName": "xinnuo-prod",
    "Stage": "prod",
    "Tables": "-r20261201000",
}
"""What CloudFormation puts in, by the longest names that there are."""

ARNS: Final = {
    "AWS::DynamoDB::Table": ("dynamodb", "table/", "TableName"),
    "AWS::IAM::Role": ("iam", "role/", "RoleName"),
    "AWS::KMS::Key": ("kms", "key/", ""),
    "AWS::Logs::LogGroup": ("logs", "log-group:", "LogGroupName"),
    "AWS::SQS::Queue": ("sqs", "", "QueueName"),
    "AWS::SNS::Topic": ("sns", "", "TopicName"),
    "AWS::SecretsManager::Secret": ("secretsmanager", "secret:", "Name"),
    "AWS::S3::Bucket": ("s3", "", "BucketName"),
    "AWS::Serverless::Function": ("lambda", "function:", "FunctionName"),
}
"""To each kind of resource its service, what stands before its name in an ARN, and the property that names it."""

ARN_BY_REF: Final = frozenset({"AWS::SNS::Topic", "AWS::SecretsManager::Secret"})
"""Of which ``Ref`` gives the ARN."""

ENDS: Final = {"AWS::SecretsManager::Secret": "-AbCdEf", "AWS::Logs::LogGroup": ":*"}
"""What AWS itself puts behind the name in an ARN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit, and how much of it is taken."""

    name: str
    used: int
    most: int

    @property
    def share(self) -> float:
        """The share that is taken."""
        return self.used / self.most

    def __str__(self) -> str:
        """Return a line of a table."""
        return f"{self.name:52} {self.used:>12,} of {self.most:>12,}  {self.share:>4.0%}"


def limits_of(folder: Path) -> tuple[Limit, ...]:
    """Measure a packaged stage: a folder with ``sam.yaml`` and its archives."""
    template = yaml.read(folder / "sam.yaml")
    archives = [
        Limit(name=f"bytes of {archive.name}, unpacked", used=_unpacked(archive), most=250 * 2**20)
        for archive in sorted(folder.glob("*.zip"))
    ]
    return (*_of_template(template), *archives)


def _unpacked(archive: Path) -> int:
    with zipfile.ZipFile(archive) as read:
        return sum(member.file_size for member in read.infolist())


def _of_template(template: Mapping[str, Any]) -> Iterator[Limit]:
    resources: Resources = template["Resources"]
    yield Limit(name="bytes of the template, in a bucket", used=len(json.dumps(template)), most=1_000_000)
    yield Limit(name="parameters of the template", used=len(template["Parameters"]), most=200)
    # The transform adds a version's permission, a mapping or a deployment to what is written; so does each event.
    events = sum(len(each["Properties"].get("Events", ())) for each in resources.values())
    yield Limit(name="resources of the stack, after the transform", used=len(resources) + 2 * events, most=500)
    yield Limit(name="outputs of the stack", used=len(template["Outputs"]), most=200)
    for name, resource in resources.items():
        properties = resource["Properties"]
        match resource["Type"]:
            case "AWS::IAM::ManagedPolicy":
                size = policy_size(properties["PolicyDocument"], resources)
                yield Limit(name=f"characters of {name}", used=size, most=6_144)
            case "AWS::IAM::Role":
                managed = len(properties.get("ManagedPolicyArns", ()))
                yield Limit(name=f"managed policies of {name}", used=managed, most=10)
                inline = sum(policy_size(one["PolicyDocument"], resources) for one in properties.get("Policies", ()))
                yield Limit(name=f"characters of inline policies of {name}", used=inline, most=10_240)
            case "AWS::Serverless::Function":
                told = {**template["Globals"]["Function"]["Environment"]["Variables"]}
                told |= properties.get("Environment", {}).get("Variables", {})
                size = sum(len(name) + len(rendered(value, resources)) for name, value in told.items())
                yield Limit(name=f"bytes of environment of {name}", used=size, most=4_096)
            case "AWS::Serverless::Api":
                nodes = _nodes(properties["DefinitionBody"]["paths"])
                yield Limit(name="parts of addresses of the API", used=nodes, most=300)


def policy_size(document: object, resources: Resources) -> int:
    """Return how many characters IAM counts of a policy: all but blanks, with real ARNs."""
    return len(json.dumps(_rendered(document, resources), separators=(",", ":")))


def rendered(value: object, resources: Resources) -> str:
    """Return a value of the template as CloudFormation would, or its JSON where it is no text."""
    found = _rendered(value, resources)
    return found if isinstance(found, str) else json.dumps(found)


def _rendered(value: object, resources: Resources) -> Any:  # noqa: ANN401, PLR0911 - any JSON, a return a function
    match value:
        case {"Ref": str(name)}:
            if name in resources and resources[name]["Type"] in ARN_BY_REF:
                return _arn(name, resources)
            return NAMES.get(name) or _name(name, resources)
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return _arn(name, resources)
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"{_name(name, resources)}/{attribute}"
        case {"Fn::Sub": str(text)}:
            return _filled(text, resources)
        case {"Fn::If": [_, one, other]}:
            return max(_rendered(one, resources), _rendered(other, resources), key=lambda each: len(json.dumps(each)))
        case Mapping():
            return {name: _rendered(each, resources) for name, each in value.items()}
        case list():
            return [_rendered(each, resources) for each in value]
        case _:
            return value


def _filled(text: str, resources: Resources) -> str:
    first, *rest = text.split("${")
    filled = first
    for part in rest:
        name, _, after = part.partition("}")
        resource, _, attribute = name.partition(".")
        asked: object = {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": name}
        filled += str(_rendered(asked, resources)) + after
    return filled


def _name(name: str, resources: Resources) -> str:
    """Return what a resource is called; a parameter's value may be anything, and counts as an address."""
    if name not in resources:
        return "https://" + 56 * "x"
    _, _, named_by = ARNS.get(resources[name]["Type"], ("", "", ""))
    own = resources[name]["Properties"].get(named_by) if named_by else None
    # AWS itself names a key by a UUID.
    return str(uuid5(NAMESPACE_OID, name)) if own is None else str(_rendered(own, resources))


def _arn(name: str, resources: Resources) -> str:
    kind = resources[name]["Type"]
    service, before, _ = ARNS[kind]
    where = ":::" if service == "s3" else f":{NAMES['AWS::Region']}:{NAMES['AWS::AccountId']}:"
    return f"arn:{NAMES['AWS::Partition']}:{service}{where}{before}{_name(name, resources)}{ENDS.get(kind, '')}"


def _nodes(paths: Mapping[str, object]) -> int:
    """Count the parts of addresses as API Gateway does: each part below the same parts is one resource."""
    nodes = {tuple(path.strip("/").split("/")[: place + 1]) for path in paths for place in range(path.count("/"))}
    return len(nodes)
