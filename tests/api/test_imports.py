"""Files handed in through the API: what they turned out to be, and what is wrong with them in words for people."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.jobs.ingest import ingest
from chalicelib.settings import settings
from tests.api.bodies import token_of
from tests.channels import Channels
from tests.cloud import Client, s3

CASES = Path(__file__).parents[1] / "data" / "cases"


def handed_in(client: Client, channels: Channels, data: bytes, **declared: Any) -> dict[str, Any]:  # noqa: ANN401 - any part
    """Do what a source does, and let the queue bring the steps; returns the import at its end."""
    body = {"source": "market", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **declared}
    made = client.call("POST", "/v1/credit/imports", body, token=token_of("system.market")).body
    key = f"{made['id']}/upload"
    s3().put_object(Bucket=settings().import_bucket, Key=key, Body=data)
    told: list[dict[str, Any]] = [{"Records": [{"s3": {"object": {"key": key}}}]}]
    while told:
        messages = [{"messageId": "m", "body": json.dumps(message)} for message in told]
        assert ingest(messages, None) == {"batchItemFailures": []}
        told = [one.message for one in channels.imports.sent]
        channels.imports.sent.clear()
    body = client.call("GET", f"/v1/credit/imports/{made['id']}", None, token=token_of("system.market")).body
    assert isinstance(body, dict)
    return body


@pytest.fixture(autouse=True)
def _bucket(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - it is made in the cloud
    s3().create_bucket(
        Bucket=settings().import_bucket, CreateBucketConfiguration={"LocationConstraint": settings().region}
    )
    # Moto's tables are no place for threads.
    monkeypatch.setattr("chalicelib.credit.services.imports.AT_ONCE", 1)


def test_the_report_says_what_a_file_turned_out_to_be(client: Client, channels: Channels) -> None:
    done = handed_in(client, channels, (CASES / "05-gbk-read-as-utf8/records.csv").read_bytes(), count=3)

    found = done["found"]
    assert (done["state"], found["format"], found["encoding"], found["compressed"]) == ("done", "csv", "gb18030", False)
    assert done["records"] == {
        "done": 3,
        "total": 3,
        "stored": 3,
        "unchanged": 0,
        "late": 0,
        "refused": 0,
        "conflict": 0,
        "unexpected": 0,
    }
    assert done["problem_told"] is None


def test_a_file_that_is_refused_whole_says_why_in_both_languages_and_where(client: Client, channels: Channels) -> None:
    done = handed_in(client, channels, b"\nrecord_id,subject.number,colour\nr-1,n,red\n")

    told = done["problem_told"]
    assert (done["state"], done["problem"]) == ("refused", "HEADER_UNKNOWN")
    assert (told["line"], told["column"]) == (2, 3)
    assert told["zh"].startswith("第一个有内容的行不是表头")
    assert told["en"].startswith("The first row with any content is no header")
    assert "colour" not in json.dumps(done)
