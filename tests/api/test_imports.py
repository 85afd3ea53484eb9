"""Files handed in through the API: what they turned out to be, and what is wrong with them in words for people."""

import csv
import hashlib
import io
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


BAD = b"record_id,subject.kind,subject.number\nr-1,uscc,91330782MA0000028Y\nr-2,uscc,nobody\nr-3,uscc\n"


def asked(client: Client, url: str, *, as_: str = "credit.market", language: str = "zh-CN") -> Any:  # noqa: ANN401 - any JSON
    reply = client.call("GET", url, None, token=token_of(as_), headers={"Accept-Language": language})
    assert reply.status == 200, reply.text
    return reply.body


def test_a_department_sees_its_imports_the_newest_first(client: Client, channels: Channels) -> None:
    first, second = handed_in(client, channels, BAD), handed_in(client, channels, b"x")

    page = asked(client, "/v1/credit/imports?limit=1")
    rest = asked(client, f"/v1/credit/imports?limit=1&cursor={page['next_cursor']}")

    assert {one["id"] for one in (*page["items"], *rest["items"])} == {first["id"], second["id"]}
    assert asked(client, "/v1/credit/imports", as_="credit.traffic")["items"] == []


def test_refused_lines_are_read_a_page_at_a_time_in_the_readers_language(client: Client, channels: Channels) -> None:
    done = handed_in(client, channels, BAD)
    place = f"/v1/credit/imports/{done['id']}/refused_lines"

    page = asked(client, f"{place}?limit=2")
    rest = asked(client, f"{place}?limit=2&cursor={page['next_cursor']}", language="en")

    assert done["records"]["refused"] == 3
    assert [one["line"] for one in page["items"]] == [2, 3]
    assert page["items"][0]["errors"][0]["column"] == "subject.name"
    assert [(one["line"], one["code"], one["text"]) for one in rest["items"]] == [
        (
            4,
            "COLUMNS_DIFFER",
            "The row does not fit the header: it has fewer columns, or content in a column without a name.",
        )
    ]
    assert rest["next_cursor"] is None


def test_what_was_taken_whole_has_no_refused_lines(client: Client, channels: Channels) -> None:
    done = handed_in(client, channels, (CASES / "05-gbk-read-as-utf8/records.csv").read_bytes())

    assert asked(client, f"/v1/credit/imports/{done['id']}/refused_lines")["items"] == []
    assert done["refused_table"] is None


def test_refused_lines_are_a_table_that_spreadsheets_open(client: Client, channels: Channels) -> None:
    done = handed_in(client, channels, BAD)

    key = f"{done['id']}/refused.csv"
    text = s3().get_object(Bucket=settings().import_bucket, Key=key)["Body"].read().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))

    assert key in done["refused_table"]
    assert rows[0] == ["行号 line", "记录编号 record_id", "栏目 column", "原因", "reason"]
    assert {row[0] for row in rows[1:]} == {"2", "3", "4"}
    assert rows[-1][:4] == ["4", "", "", "该行的列与表头不一致：列数不足，或没有列名的列中有内容。"]
    assert all(row[3] and row[4] for row in rows[1:])


def test_a_file_that_is_not_declared_goes_by_a_form_and_is_taken_as_it_comes(
    client: Client, channels: Channels
) -> None:
    made = client.call("POST", "/v1/credit/imports", {"source": "market"}, token=token_of("credit.market")).body
    key = f"{made['id']}/upload"

    assert (made["declared"], made["upload"]["method"]) == (None, "POST")
    assert made["upload"]["fields"]["key"] == key
    s3().put_object(Bucket=settings().import_bucket, Key=key, Body=BAD)
    message = {"messageId": "m", "body": json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})}
    assert ingest([message], None) == {"batchItemFailures": []}
    while channels.imports.sent:
        told = [one.message for one in channels.imports.sent]
        channels.imports.sent.clear()
        ingest([{"messageId": "m", "body": json.dumps(each)} for each in told], None)
    done = asked(client, f"/v1/credit/imports/{made['id']}")
    assert (done["state"], done["records"]["done"], done["found"]["size"]) == ("done", 3, len(BAD))


@pytest.mark.parametrize(
    ("wish", "pointers"),
    [({"size": 3}, ["/sha256"]), ({"sha256": "0" * 64}, ["/size"]), ({"count": 3}, ["/size", "/sha256"])],
)
def test_half_a_declaration_is_none(client: Client, wish: dict[str, Any], pointers: list[str]) -> None:
    refused = client.call("POST", "/v1/credit/imports", {"source": "market", **wish}, token=token_of("credit.market"))

    assert (refused.status, refused.code, refused.pointers) == (400, "INVALID_BODY", pointers)
