"""The API and the portal read a request alike and tell of an error alike: one as a problem, the other as a page."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pynamodb.exceptions import GetError

from chalicelib.dynamo.transaction import ConflictError
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http import routes
from chalicelib.http.routes import route_named
from chalicelib.sessions.rules import form_token
from chalicelib.web.core.pages import PAGES
from tests.cloud import Client, Reply, TokenOf
from tests.web.visitor import Visitor

Come = Callable[..., Visitor]

INTERNAL = "INTERNAL_ERROR"

NOTHING = ("/v1/items/none", "/items/none")
"""An address of each edge at which there is nothing."""

ACCEPTED = {
    "": "zh-CN",
    "*": "zh-CN",
    "zh;q=0.1, en;q=0.9": "en",
    "en-GB,en;q=0.5": "en",
    "zh-Hant": "zh-CN",
    "fr;q=0.9, en;q=0.2": "en",
    "en;q=0.2, zh": "zh-CN",
    "en;q=0": "zh-CN",
    "zh;q=0": "en",
    "garbage;;q=,": "zh-CN",
}

BODIES = {
    "no base64": (b"&", True, 400),
    "no UTF-8": (base64.b64encode(b'{"code": "\xff"}'), True, 400),
    "too large": (b"form_token={form_token}&x=" + b"x" * (4 * 1024 * 1024), False, 413),
}
"""What a body holds, whether it says that it is base64, and the status of the answer."""


def test_both_edges_answer_in_the_same_language(client: Client) -> None:
    answered = {
        (accepted, url): client.get(url, accept_language=accepted).headers["content-language"]
        for accepted in ACCEPTED
        for url in NOTHING
    }

    assert answered == {(accepted, url): language for accepted, language in ACCEPTED.items() for url in NOTHING}


def test_a_page_s_own_address_may_choose_the_language(client: Client) -> None:
    page = client.get("/items/none?lang=en", accept_language="zh-CN")

    assert page.headers["content-language"] == "en"


def sent(client: Client, url: str, media_type: str, body: bytes, *, is_base64: bool, **headers: str) -> Reply:
    event = client.event("POST", url, body.decode(), headers={"Content-Type": media_type, **headers})
    return client.send(event | {"isBase64Encoded": is_base64})


def test_both_edges_refuse_the_same_bodies(visitor: Come, token: TokenOf) -> None:
    browser = visitor("applicant")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    ours = form_token(browser.cookies["xinnuo"]).encode()
    api = {"url": "/v1/drafts", "media_type": "application/json", "Authorization": f"Bearer {token('applicant')}"}
    portal = {"url": "/logout", "media_type": "application/x-www-form-urlencoded", "Cookie": cookie}
    portal_with_files = portal | {"media_type": "multipart/form-data; boundary=x"}
    cases = [
        (name, edge, body.replace(b"{form_token}", ours), is_base64, status)
        for name, (body, is_base64, status) in BODIES.items()
        for edge in (api, portal)
    ]
    cases += [("no form", portal_with_files, b"x", False, 400)]
    cases += [
        ("another type", edge | {"media_type": media_type}, b"{}", False, 415)
        for edge in (api, portal)
        for media_type in ("text/plain", f"{edge['media_type']}; charset=gbk", f"{edge['media_type']}; x")
    ]

    answered = [
        (name, edge["media_type"], sent(browser.client, body=body, is_base64=is_base64, **edge).status)
        for name, edge, body, is_base64, _ in cases
    ]

    assert answered == [(name, edge["media_type"], status) for name, edge, *_, status in cases]
    assert browser.open("/cases").status == 200


def test_a_name_that_nothing_can_have_is_not_found_on_both_edges(client: Client) -> None:
    names = ("a" * 201, "%00", "a%0Ab")

    assert {
        (url, name): client.send(client.event("GET", url) | {"pathParameters": {"item_code": name}}).status
        for url in ("/v1/items/x", "/items/x")
        for name in names
    } == {(url, name): 404 for url in ("/v1/items/x", "/items/x") for name in names}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DomainError(ErrorCode.OUT_OF_SCOPE), (404, "OUT_OF_SCOPE", None)),
        (DomainError(ErrorCode.CREDIT_SOURCE_DOWN), (503, "CREDIT_SOURCE_DOWN", "30")),
        (ConflictError(), (409, "BUSY", "1")),
        (GetError(cause=EndpointConnectionError(endpoint_url="https://dynamodb.test")), (503, "UNAVAILABLE", "5")),
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "Encrypt"), (503, "UNAVAILABLE", "5")),
        (GetError(cause=ClientError({"Error": {"Code": "ValidationException"}}, "GetItem")), (500, INTERNAL, None)),
        (KeyError("330725196806180004"), (500, INTERNAL, None)),
    ],
)
def test_an_error_has_the_same_status_and_reason_on_both_edges(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    expected: tuple[int, str, str | None],
) -> None:
    status, code, retry_after = expected

    def failing(_: object) -> NoReturn:
        raise error

    client.get("/v1/guides")
    client.get("/")
    monkeypatch.setattr(routes, "ROUTES", [replace(route_named("GET /v1/guides"), view=failing)])
    monkeypatch.setitem(PAGES, "GET /", replace(PAGES["GET /"], view=failing))
    capsys.readouterr()

    problem, page = client.get("/v1/guides"), client.get("/")

    assert problem.headers["content-type"] == "application/problem+json"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert [reply.status for reply in (problem, page)] == [status] * 2
    assert [reply.headers.get("retry-after") for reply in (problem, page)] == [retry_after] * 2
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["reason"] for line in logged if line["event"] == "request"] == [code] * 2
    assert "330725196806180004" not in problem.text + page.text + json.dumps(logged)
