"""What each function may do in AWS, held against what it does: every call of every test, by action and resource.

An emulator grants everything. So each call that leaves botocore is looked up here in the policy of the function that
makes it, with the ARNs that the template gives: a call that the policy does not grant fails its test, and a run of all
tests (``pytest --rights``, which is how ``make test`` runs them) fails for each right that no call has used.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from fnmatch import fnmatchcase
from functools import cache
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import OperationModel

from chalicelib.settings import settings
from infra.packaging.limits import NAMES, Resources, rendered
from infra.packaging.template import merged

P = ParamSpec("P")
T = TypeVar("T")

ROOT: Final = Path(__file__).resolve().parents[1]
CHALICE: Final = ROOT / ".chalice"
FUNCTIONS: Final = tuple(sorted(path.stem.partition("-")[2] for path in CHALICE.glob("policy-*.json")))


# Which function is running.

OF_THE_API: Final = ("api/", "web/", "http/")
"""Folders that no other function runs anything of."""

LISTENING: Final = frozenset({"on_event", "on_events"})

SERVICES: Final = {
    "CaseAcceptance.deem_accepted": "sweep_shard",
    "Filing.recheck": "sweep_shard",
    "FlagNotices.open_incident": "sweep_shard",
    "Handover.step": "sweep_shard",
    "ReEvaluation.step": "sweep_shard",
    "Remainders.step": "sweep_shard",
    "Clocks.report": "sweep_shard",
    "Clocks.sweep": "sweep",
    "Clocks.sweep_shard": "sweep_shard",
    "Relay.beat": "sweep",
    "Relay.hear": "dispatch_events",
    "Relay.replay": "replay",
    "Relay.take": "dispatch_events",
    "Relay.tell": "dispatch_events",
    "CalendarEditions.watch": "hourly",
    "Recalculation.catch_up": "hourly",
    "Digests.make": "hourly",
    "Walks.repeat": "nightly",
    "Walks.go_on": "walks",
    "Alerts.publish": "deliver",
    "Digests.publish": "deliver",
    "FlagNotices.push": "deliver",
    "Webhooks.deliver": "deliver",
    "Contacts.send_code": "deliver",
    "Sending.send": "deliver",
    "Imports.step": "ingest",
    "Quarantine.judge": "quarantine",
    "Quarantine.arrive": "quarantine",
    "Issuing.make": "issue",
    "Issuing.arrive": "issue",
}
"""What jobs call, by the job: a test that calls it without its job means that job."""

WORKER: Final = "ShardSweep.sweep"
"""Where no queue leads to workers, as in most tests, the sweep does their work itself."""


def running(frame: FrameType | None) -> str | None:
    """Return the function that has come to a frame; ``None`` if a test has come there by itself."""
    service = None
    while frame is not None:
        code = frame.f_code
        if code is run_as.__code__:
            return str(frame.f_locals["function"])
        if code.co_filename.startswith(_OURS):
            where = code.co_filename.removeprefix(_OURS)
            if code.co_qualname == WORKER:
                return "sweep_shard"
            if where.startswith("jobs/") and where[5:-3] in FUNCTIONS:
                return where[5:-3]
            if where.startswith(OF_THE_API):
                return "api"
            service = SERVICES.get(code.co_qualname, "dispatch_events" if code.co_name in LISTENING else service)
        elif code.co_filename.startswith(_TESTS) and code.co_filename != __file__:
            return service
        frame = frame.f_back
    return service


_OURS: Final = f"{ROOT}/chalicelib/"
_TESTS: Final = f"{ROOT}/tests/"


def run_as(function: str, work: Callable[P, T], /, *args: P.args, **more: P.kwargs) -> T:  # noqa: ARG001 - it is read from the frame
    """Do work of a function in another thread, whose frames do not lead back to it."""
    return work(*args, **more)


def _submit(pool: ThreadPoolExecutor, work: Callable[..., T], /, *args: Any, **more: Any) -> Future[T]:  # noqa: ANN401 - whatever the work takes
    function = running(sys._getframe(1))  # noqa: SLF001 - there is no other way to see who asks
    if function is None:
        return _plain_submit(pool, work, *args, **more)
    return _plain_submit(pool, run_as, function, work, *args, **more)


_plain_submit = ThreadPoolExecutor.submit


# What a call needs.


class UnknownError(LookupError):
    """The template has nothing of this name."""


class Need(NamedTuple):
    """An action on a resource, by its ARN, under the conditions that policies may set."""

    action: str
    resource: str
    under: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return it without the words that stand in every ARN."""
        under = " ".join(f"{name}={value}" for name, value in self.under)
        return f"{self.action} {':'.join(self.resource.split(':')[5:])} {under}".rstrip()


class Right(NamedTuple):
    """A function's right to an action on a resource, by the statement that grants it."""

    function: str
    statement: str
    action: str
    resource: str

    def __str__(self) -> str:
        """Return it without the words that stand in every ARN."""
        return f"{self.function} {self.statement}: {Need(self.action, self.resource)}"


def _of_dynamodb(operation: str, asked: Mapping[str, Any]) -> Iterator[Need]:
    match operation:
        case "TransactWriteItems" | "TransactGetItems":
            names = {"ConditionCheck": "ConditionCheckItem", "Put": "PutItem", "Update": "UpdateItem"}
            names |= {"Delete": "DeleteItem", "Get": "GetItem"}
            for item in asked["TransactItems"]:
                ((part, of),) = item.items()
                yield Need(f"dynamodb:{names[part]}", _table(of["TableName"]))
        case "BatchGetItem" | "BatchWriteItem":
            for name in asked["RequestItems"]:
                yield Need(f"dynamodb:{operation}", _table(name))
        case _:
            index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
            yield Need(f"dynamodb:{operation}", _table(asked["TableName"]) + index)


def _of_s3(operation: str, asked: Mapping[str, Any]) -> Iterator[Need]:
    """Say what S3 wants, and what of KMS in the name of whoever calls it, where it encrypts with a key."""
    bucket = _arn_of(asked["Bucket"])
    whole = f"{bucket}/{asked.get('Key', '')}"
    of_version = "Version" if "VersionId" in asked else ""
    match operation:
        case "PutObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload":
            yield Need("s3:PutObject", whole)
            yield from _through_s3("kms:GenerateDataKey", bucket)
            if operation != "PutObject":
                yield from _through_s3("kms:Decrypt", bucket)
        case "GetObject" | "HeadObject":
            yield Need(f"s3:GetObject{of_version}", whole)
            yield from _through_s3("kms:Decrypt", bucket)
        case "CopyObject":
            yield from _of_s3("GetObject", asked["CopySource"])
            yield from _of_s3("PutObject", asked)
        case "DeleteObject":
            yield Need(f"s3:DeleteObject{of_version}", whole)
        case "ListObjectsV2":
            yield Need("s3:ListBucket", bucket)
        case "ListObjectVersions":
            yield Need("s3:ListBucketVersions", bucket)
        case "CreateBucket":
            pass  # nobody calls it: botocore takes its address for a form
        case _:
            raise UnknownError(operation)


def _through_s3(action: str, bucket: str) -> Iterator[Need]:
    under = (("kms:ViaService", f"s3.{NAMES['AWS::Region']}.{NAMES['AWS::URLSuffix']}"),)
    for logical, properties in of_kind("AWS::S3::Bucket"):
        if bucket == _text({"Fn::GetAtt": [logical, "Arn"]}):
            for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]:
                key = rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID")
                if key is not None:
                    yield Need(action, _text(key), under)


def _of_kms(operation: str, asked: Mapping[str, Any]) -> Iterator[Need]:
    context = asked.get("EncryptionContext", {})
    under = tuple((f"kms:EncryptionContext:{name}", value) for name, value in context.items())
    yield Need(f"kms:{operation}", _arn_of(asked["KeyId"]), under)


def _of_others(service: str, operation: str, asked: Mapping[str, Any]) -> Iterator[Need]:
    named = asked.get("QueueUrl") or asked.get("TopicArn") or asked["SecretId"]
    yield Need(f"{service}:{operation.removesuffix('Batch')}", _arn_of(named))


def needs(service: str, operation: str, asked: Mapping[str, Any]) -> Iterable[Need]:
    """Return what a call needs, transactions and batches by their parts."""
    match service:
        case "dynamodb":
            return _of_dynamodb(operation, asked)
        case "s3":
            return _of_s3(operation, asked)
        case "kms":
            return _of_kms(operation, asked)
        case _:
            return _of_others(service, operation, asked)


# The names that tests use, and the ARNs of what the template has in their places.


@cache
def resources() -> Resources:
    """Return the resources of the template by their logical ids."""
    return merged()["Resources"]


def of_kind(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the resources of a kind, with their properties."""
    for logical, each in resources().items():
        if each.get("Type") == kind:
            yield logical, each["Properties"]


def _text(value: object) -> str:
    return rendered(value, resources())


@cache
def _table(name: str) -> str:
    for logical, properties in of_kind("AWS::DynamoDB::Table"):
        if properties["TableName"]["Fn::Sub"].replace("${Stage}", settings().stage) == name:
            return _text({"Fn::GetAtt": [logical, "Arn"]})
    raise UnknownError(name)


def _arn_of(name: str) -> str:
    """Return the ARN of what a function knows by a variable of its environment."""
    for variable, value in merged_environment().items():
        if getattr(settings(), variable.removeprefix("XINNUO_").lower(), None) == name:
            return _meant(json.dumps(value))
    raise UnknownError(name)


@cache
def merged_environment() -> Mapping[str, object]:
    """Return what the template tells each function."""
    told: Mapping[str, object] = merged()["Globals"]["Function"]["Environment"]["Variables"]
    return told


@cache
def _meant(value: str) -> str:
    """Return the ARN of what the value of a variable names: a resource, a secret by its name or a key by its alias."""
    match json.loads(value):
        case {"Ref": str(logical)} | {"Fn::If": [_, {"Ref": str(logical)}, _]}:
            return _text({"Fn::GetAtt": [logical, "Arn"]})
        case named:
            for _, alias in of_kind("AWS::KMS::Alias"):
                if alias["AliasName"] == named:
                    return _text({"Fn::GetAtt": [alias["TargetKeyId"]["Ref"], "Arn"]})
            for logical, secret in of_kind("AWS::SecretsManager::Secret"):
                if secret["Name"] == named:
                    return _text({"Fn::GetAtt": [logical, "Arn"]})
    raise UnknownError(value)


# What Lambda itself does in the name of a function.


def needs_of_lambda(function: str) -> Iterator[Need]:
    """Return what Lambda needs: a log, the queue or stream that starts a function, and where it puts what fails."""
    named = {"FunctionName": {"Fn::Sub": f"xinnuo-${{Stage}}-{function}"}}.items()
    (declared,) = (each["Properties"] for each in resources().values() if named <= each["Properties"].items())
    log = _text({"Fn::GetAtt": [declared["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]})
    for action in ("CreateLogStream", "PutLogEvents"):
        yield Need(f"logs:{action}", log)
    for event in declared.get("Events", {}).values():
        about = event["Properties"]
        if "Queue" in about:
            for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage"):
                yield Need(f"sqs:{action}", _text(about["Queue"]))
        if "Stream" in about:
            for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
                yield Need(f"dynamodb:{action}", _text(about["Stream"]))
            yield Need("dynamodb:ListStreams", "*")
        if "DestinationConfig" in about:
            yield Need("sqs:SendMessage", _text(about["DestinationConfig"]["OnFailure"]["Destination"]))


# What policies grant.


@cache
def statements(function: str) -> tuple[Mapping[str, Any], ...]:
    """Return a policy's statements as they are written."""
    policy = json.loads((CHALICE / f"policy-{function}.json").read_text(encoding="utf-8"))
    return tuple(policy["Statement"])


def rights(function: str) -> Iterator[Right]:
    """Yield a function's rights, one for each action and resource."""
    for statement in statements(function):
        named = statement["Resource"]
        for resource in named if isinstance(named, list) else [named]:
            for action in statement["Action"]:
                yield Right(function, statement["Sid"], action, _text(resource))


@cache
def granting(function: str, need: Need) -> frozenset[Right]:
    """Return the rights that grant a function what it needs."""
    conditions = {each["Sid"]: each.get("Condition", {}) for each in statements(function)}
    return frozenset(
        right
        for right in rights(function)
        if right.action == need.action
        and fnmatchcase(need.resource, right.resource)
        and _holds(conditions[right.statement], dict(need.under))
    )


def _holds(condition: Mapping[str, Mapping[str, str]], under: Mapping[str, str]) -> bool:
    return all(
        _holds_one(operator, under.get(name), value)
        for operator, wanted in condition.items()
        for name, value in wanted.items()
    )


def _holds_one(operator: str, found: str | None, wanted: str) -> bool:
    match operator:
        case "Null":
            return (found is None) == (wanted == "true")
        case "StringEquals":
            return found == wanted
        case "StringLike":
            return found is not None and fnmatchcase(found, wanted)
        case _:
            message = f"nobody has said what {operator} means"
            raise ValueError(message)


# The record.

STAND_IN: Final = "InspectionTable"
"""Where tests keep a mandate, which no job knows, in the place of whatever else may have a timeline and clocks."""

used: set[Right] = set()
"""What this process has used of all rights."""

missing: set[str] = set()
"""What was called since the last look, and is granted by no policy."""


def note(function: str, wanted: Iterable[Need]) -> None:
    """Note what a function needs."""
    try:
        for need in wanted:
            granted = granting(function, need)
            used.update(granted)
            if not granted and (function == "api" or need.resource != _text({"Fn::GetAtt": [STAND_IN, "Arn"]})):
                missing.add(f"{function}: {need}")
    except UnknownError as error:
        missing.add(f"{function}: something with {error}, which the template does not have")


UNSEEN: Final[Mapping[str, str]] = {}
"""Rights that no call can use in a test, as ``str(Right)`` writes them, each with its reason."""


def unused(known: Iterable[Right]) -> list[str]:
    """Return the rights that neither a call nor Lambda has used, but for ``UNSEEN``, and what stands there in vain."""
    seen = {str(right) for right in known}
    for function in FUNCTIONS:
        seen |= {str(right) for need in needs_of_lambda(function) for right in granting(function, need)}
    granted = dict.fromkeys(str(right) for function in FUNCTIONS for right in rights(function))
    return [
        *(f"no call has used {right}" for right in granted if right not in seen and right not in UNSEEN),
        *(f"tests.rights.UNSEEN gives a reason in vain: {right}" for right in UNSEEN if right in seen),
        *(f"tests.rights.UNSEEN gives a reason for no right: {right}" for right in UNSEEN if right not in granted),
    ]


ASKED: Final = "which function asked, and for what"


def _is_asked(params: Mapping[str, Any], model: OperationModel, context: dict[str, Any], **_: object) -> None:
    """See a call before it leaves, or an address that is signed for somebody else's call."""
    function = running(sys._getframe(1))  # noqa: SLF001 - as above
    if function is not None:
        note(function, needs(model.service_model.service_name, model.name, params))
        context[ASKED] = (function, params)


def _is_answered(http_response: AWSResponse, context: dict[str, Any], **_: object) -> None:
    """S3 says of what is not there that it is not there only to those who may list the bucket."""
    if http_response.status_code == HTTPStatus.NOT_FOUND and ASKED in context:
        function, asked = context[ASKED]
        note(function, [Need("s3:ListBucket", _arn_of(asked["Bucket"]))])


def _is_signed(request: AWSRequest, **_: object) -> None:
    """See a form that is signed for an upload; one for no object only gives the bucket's address."""
    fields = request.context.get("s3-presign-post-fields")
    function = running(sys._getframe(1))  # noqa: SLF001 - as above
    if fields and function is not None and fields["key"] != "-":
        (bucket,) = (
            one["bucket"]
            for one in request.context["s3-presign-post-policy"]["conditions"]
            if isinstance(one, dict) and "bucket" in one
        )
        note(function, needs("s3", "PutObject", {"Bucket": bucket, "Key": fields["key"]}))


def begin() -> None:
    """Look at every call from now on."""
    BUILTIN_HANDLERS.extend(
        [
            ("provide-client-params", _is_asked),
            ("after-call.s3.GetObject", _is_answered),
            ("after-call.s3.HeadObject", _is_answered),
            ("before-sign.s3.PutObject", _is_signed),
        ]
    )
    ThreadPoolExecutor.submit = _submit  # type: ignore[method-assign, assignment] # it only passes on who asks
