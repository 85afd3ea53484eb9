"""Documents on their way: what the bucket does when somebody uploads, and what the job hears of it."""

import hashlib
import json
import pickle
from types import SimpleNamespace
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import S3Backend, s3_backends

import app
from chalicelib.settings import settings
from tests.cloud import s3

CONTEXT = SimpleNamespace(aws_request_id="run-1")


def make_bucket() -> str:
    """Make the bucket, with versions as the stack has it, unless there is one; return its name."""
    name = settings().document_bucket
    if name not in {one["Name"] for one in s3().list_buckets()["Buckets"]}:
        s3().create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": settings().region})
        s3().put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def kept_buckets() -> bytes:
    """Return moto's buckets with everything in them."""
    return pickle.dumps(_s3().buckets)


def put_buckets_back(kept: bytes) -> None:
    """Let there be the buckets that were kept, and no other."""
    _s3().reset()  # closes the files of its keys
    _s3().buckets = pickle.loads(kept)  # noqa: S301 - our own


def _s3() -> S3Backend:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws-cn"]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(document_id: str, content: bytes) -> str:
    """Upload, as the address allows; return the object's version."""
    made = s3().put_object(Bucket=make_bucket(), Key=document_id, Body=content)
    return str(made["VersionId"])


def hear(*messages: dict[str, Any]) -> dict[str, Any]:
    """Let the job take messages from its queue."""
    records = [{"messageId": f"m{number}", "body": json.dumps(one)} for number, one in enumerate(messages)]
    answer: dict[str, Any] = app.quarantine({"Records": records}, CONTEXT)
    return answer


def uploaded(document_id: str, version: str) -> dict[str, Any]:
    """What the bucket tells of an upload."""
    return {"Records": [{"s3": {"object": {"key": document_id, "versionId": version}}}]}


def arrive(document_id: str, content: bytes) -> None:
    """Let a file arrive and be looked at."""
    assert hear(uploaded(document_id, put(document_id, content))) == {"batchItemFailures": []}


def versions() -> list[str]:
    """Every version that is in the bucket."""
    found = s3().list_object_versions(Bucket=settings().document_bucket)
    return [one["VersionId"] for one in found.get("Versions", [])]
