"""What tests of issued documents share: the bucket, a sketch in place of drawing, and the job's messages."""

import hashlib
import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import app
from chalicelib.container import container
from chalicelib.issuing.model.issued import Drawn, Sheet
from chalicelib.settings import settings
from tests.cloud import s3
from tests.files import A_PDF

CONTEXT = SimpleNamespace(aws_request_id="run-1")


@pytest.fixture
def issued_bucket(cloud: None) -> str:  # noqa: ARG001 - it is made in the cloud
    """The bucket of issued documents, which keeps every version."""
    name = settings().issued_bucket
    s3().create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": settings().region})
    s3().put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


@pytest.fixture
def sketched(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    """Let documents be sketched instead of drawn, which takes a second each; return what was sketched."""
    sheets: list[Sheet] = []

    def sketch(sheet: Sheet, *, unprintable_note: str) -> Drawn:
        assert "{numbers}" in unprintable_note
        sheets.append(sheet)
        return Drawn(content=A_PDF + f"% {len(sheets)}\n".encode(), unprintable=())

    monkeypatch.setattr("chalicelib.issuing.services.drawing.draw", sketch)
    return sheets


def hear(*messages: dict[str, Any]) -> dict[str, Any]:
    """Let the job take messages from its queue."""
    records = [{"messageId": f"m{number}", "body": json.dumps(one)} for number, one in enumerate(messages)]
    answer: dict[str, Any] = app.issue({"Records": records}, CONTEXT)
    return answer


def told(owner: str, kind: str) -> dict[str, Any]:
    """What the relay says of the last event of a kind on a timeline."""
    seq = max(event.seq for event in container().timeline.events(owner) if event.kind == kind)
    return {"owner": owner, "seq": seq}


def arrived(key: str, content: bytes) -> dict[str, Any]:
    """Put a file into the bucket, and say so as S3 does."""
    version = s3().put_object(Bucket=settings().issued_bucket, Key=key, Body=content)["VersionId"]
    return {"Records": [{"s3": {"object": {"key": key, "versionId": version}}}]}


def content_at(url: str) -> bytes:
    """What an address of the bucket gives."""
    key = unquote(urlsplit(url).path).removeprefix(f"/{settings().issued_bucket}/")
    content: bytes = s3().get_object(Bucket=settings().issued_bucket, Key=key)["Body"].read()
    return content


def kept() -> list[str]:
    """The keys of every version in the bucket."""
    found = s3().list_object_versions(Bucket=settings().issued_bucket)
    return [one["Key"] for one in found.get("Versions", [])]


def digest(content: bytes) -> str:
    """The SHA-256 of a content in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
