"""Moto's AWS with everything the service finds in its own stack, people with tokens, and calls through the handler."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar, cast
from unittest import mock
from urllib.parse import parse_qsl, quote, unquote

import pytest
from botocore.session import get_session
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.models import Key, KmsBackend, kms_backends
from standardwebhooks.webhooks import Webhook

from app import app
from chalicelib import aws
from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.errors import DomainError
from chalicelib.http import cursors, routes, tokens
from chalicelib.http.app import App
from chalicelib.http.parsing import bytes_of
from chalicelib.http.refusals import refusals_of
from chalicelib.http.routes import ROUTES
from chalicelib.settings import settings
from tests.builders import NOON
from tests.clock import StandingClock, a_machine_that_stands
from tests.quick_dynamodb import add_to_tables, empty_tables, kept_tables

T = TypeVar("T")

READING = "purpose=handling"
"""For what officers of the tests read cases that are not theirs (R7.5)."""


def said_by(persona: str) -> str:
    """Return the query with which somebody reads a case: officers say for what, others need not."""
    return f"?{READING}" if persona.startswith("officer") else ""


PERSONAS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "infra/local/personas.json").read_text(encoding="utf-8"),
)
SECRET = {
    "subject_key_id": "k1",
    "subject_keys": {"k1": "11" * 32},
    "cursor_key": "22" * 32,
    "webhook_key": "33" * 32,
    "client_secret": "44" * 32,
    "mail_password": "55" * 32,
    "sms_key": "66" * 32,
}


SIGNED = "POST /v1/sms-receipts"
SIGNATURE = "webhook-signature"


def signed(raw: bytes) -> dict[str, str]:
    """Return the headers with which the SMS gateway signs a body (Standard Webhooks)."""
    now = real_now()
    text = raw.decode(errors="replace")
    signature = Webhook(container().secrets.sms_secret).sign("receipt-1", now, text)
    return {"webhook-id": "receipt-1", "webhook-timestamp": str(int(now.timestamp())), SIGNATURE: signature}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the handler answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    text: str
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Headers that came more than once."""

    @property
    def body(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The reason code of a problem."""
        return str(self.body["code"])

    @property
    def pointers(self) -> list[str]:
        """Where the faults of a problem are."""
        return [fault["pointer"] for fault in self.body["errors"]]


class Client:
    """Calls the deployed handler with the events that API Gateway sends."""

    def __init__(self, app: App) -> None:
        self._app = app

    def call(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send JSON (a text or bytes goes as it is) and return the reply; ``url`` may have a query."""
        return self.send(self.event(method, url, body, token=token, headers=headers))

    def get(self, url: str, *, token: str | None = None, **headers: str) -> Reply:
        return self.call("GET", url, token=token, headers=_dashed(headers))

    def post(self, url: str, body: object = None, *, token: str | None = None, **headers: str) -> Reply:
        """Header names are written with underscores: ``if_match='"1"'``, ``idempotency_key="k"``."""
        return self.call("POST", url, body, token=token, headers=_dashed(headers))

    def put(self, url: str, body: object = None, *, token: str | None = None, **headers: str) -> Reply:
        return self.call("PUT", url, body, token=token, headers=_dashed(headers))

    def delete(self, url: str, *, token: str | None = None, **headers: str) -> Reply:
        return self.call("DELETE", url, token=token, headers=_dashed(headers))

    def send(self, event: dict[str, Any]) -> Reply:
        """Hand an event to the handler as it is, signed if the SMS gateway is to have sent it and has not signed it."""
        called = f"{event.get('httpMethod')} {event.get('resource')}"
        if called == SIGNED and SIGNATURE not in event["headers"]:
            # What is no base64 has no bytes that could be signed.
            with suppress(DomainError):
                event = {**event, "headers": {**event["headers"], **signed(bytes_of(event))}}
        answer = self.answer(event)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        several = {name.lower(): tuple(values) for name, values in answer.get("multiValueHeaders", {}).items()}
        reply = Reply(answer["statusCode"], headers, answer["body"], several)
        require_documented(event, reply)
        return reply

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """Hand an event to the handler and return what it gives API Gateway: nothing of the tests is in between."""
        return self._app(event, SimpleNamespace(aws_request_id="lambda-request"))

    def event(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Build the event of API Gateway's REST API (payload 1.0)."""
        path, _, query = url.partition("?")
        resource, parameters = self._resource(path)
        parsed: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            parsed.setdefault(name, []).append(value)
        sent = {"Host": "api.test"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        sent.update(headers or {})
        text = body if isinstance(body, str) or body is None else json.dumps(body, ensure_ascii=False)
        return {
            "resource": resource,
            "path": path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": {name: values[-1] for name, values in parsed.items()} or None,
            "multiValueQueryStringParameters": parsed or None,
            "pathParameters": parameters or None,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": method,
                "requestId": "gateway-request",
                "identity": {"sourceIp": "127.0.0.1"},
            },
            "body": text,
            "isBase64Encoded": False,
        }

    def _resource(self, path: str) -> tuple[str, dict[str, str]]:
        """Find the route as API Gateway does: fixed parts before parameters; parameters stay encoded."""
        for pattern in sorted(self._app.routes, key=lambda one: one.count("{")):
            names = re.findall(r"{(\w+)}", pattern)
            match = re.fullmatch(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(pattern)), path)
            if match:
                return pattern, {
                    name: quote(unquote(value), safe="") for name, value in zip(names, match.groups(), strict=True)
                }
        return path, {}


def require_documented(event: Mapping[str, Any], reply: Reply) -> None:
    """See that a route answers with a status, and refuses with a code, that it says it may.

    So what the OpenAPI document lists cannot go stale: every answer of every test is held against it, but for tests
    that put routes of their own in the place of all others.
    """
    if routes.ROUTES is not ROUTES:
        return
    about = event.get("requestContext") or {}
    called = (about.get("httpMethod"), about.get("resourcePath"))
    route = next((route for route in ROUTES if (route.method, route.path) == called), None)
    if route is None:
        return
    if reply.status < HTTPStatus.BAD_REQUEST:
        assert reply.status in {route.status, route.also}, f"{route.name} answered {reply.status}"
    else:
        assert reply.code in refusals_of(route), f"{route.name} does not say that it answers {reply.code}"


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}


class Issuer:
    """The identity provider of the tests: signs tokens, publishes its keys, and needs no network."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", parameters={"kid": "issuer-1", "use": "sig"})
        self.published = [self.key]
        self.fetches = 0
        self.is_down = False

    def jwks(self, url: str) -> dict[str, Any]:
        """Stand in for the fetch of the key set."""
        assert url == "https://issuer.test/jwks"
        self.fetches += 1
        if self.is_down:
            raise tokens.IssuerUnreachableError
        return {"keys": [key.as_dict(private=False) for key in self.published]}

    def token(
        self,
        persona: str = "applicant",
        *,
        key: ECKey | RSAKey | None = None,
        header: dict[str, Any] | None = None,
        **claims: Any,  # noqa: ANN401 - claims are any JSON
    ) -> str:
        """Sign a token of a persona; ``claims`` replace, and ``None`` takes away."""
        now = int(real_now().timestamp())
        key = key or self.key
        whole = {
            "iss": "https://issuer.test",
            "aud": "xinnuo-api",
            "sub": persona,
            "iat": now,
            "exp": now + 3600,
            "auth_time": now,
            **PERSONAS[persona]["claims"],
            **claims,
        }
        algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
        return jwt.encode(
            {"alg": algorithm, "kid": key.kid, **(header or {})},
            {name: value for name, value in whole.items() if value is not None},
            key,
        )


@cache
def s3() -> Any:  # noqa: ANN401 - botocore builds its clients at run time
    """A client of S3 for tests: the service's own session knows only what requests need."""
    return get_session().create_client("s3", region_name=settings().region)


class TokenOf(Protocol):
    """``token("officer.traffic")``, with claims to replace."""

    def __call__(self, persona: str = "applicant", **claims: Any) -> str: ...  # noqa: ANN401 - claims are any JSON


@cache
def the_issuer() -> Issuer:
    """Return one issuer for all tests that do not need one of their own."""
    return Issuer()


def forget_everything() -> None:
    """Let the next call build the services anew; clients stay, because moto answers them all and each costs much."""
    for made_once in (container, cursors.cursors, tokens.tokens):
        made_once.cache_clear()


def turn_clock(at: datetime) -> None:
    """Set the service's clock to an instant, where it stands until it is turned again."""
    container().__dict__["clock"] = StandingClock(at)


@contextmanager
def an_empty_cloud() -> Iterator[None]:
    """Moto with all tables, the secret and the key of KMS, the issuer of the tests, and the clock at noon."""
    with mock.patch.object(tokens, "fetched", the_issuer().jwks), a_machine_that_stands(), mock_aws():
        forget_everything()
        empty_tables()
        _give_identity_key()
        aws.client("secretsmanager").create_secret(Name=settings().secret, SecretString=json.dumps(SECRET))
        turn_clock(NOON)
        try:
            yield
        finally:
            forget_everything()


def told_once(name: str, story: Callable[[], T]) -> T:
    """Tell a story once a process, and return what it returns; it must not depend on what was told before it.

    Whoever asks for it again finds every item that it has left, beside those that are there already.
    """
    if name not in _told:
        value = story()
        _told[name] = kept_tables(), value
        return value
    kept, before = _told[name]
    add_to_tables(kept)
    return cast("T", before)


_told: dict[str, tuple[bytes, object]] = {}


@cache
def _identity_key() -> Key:
    """Have the key made once a process: moto makes a pair of RSA keys for every key, whatever it is for."""
    return _kms().create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)


def _give_identity_key() -> None:
    key = copy(_identity_key())
    key.aliases = {}
    _kms().keys = {key.id: key}
    _kms().create_alias(key.id, settings().identity_key)
    _kms().create_alias(key.id, settings().contact_key)


def _kms() -> KmsBackend:
    return kms_backends[DEFAULT_ACCOUNT_ID][settings().region]


@pytest.fixture
def cloud() -> Iterator[None]:
    """The service's cloud, with nothing in it yet."""
    with an_empty_cloud():
        yield


@pytest.fixture
def client(cloud: None) -> Client:  # noqa: ARG001 - the handler needs its cloud
    """The API, through its real handler."""
    return Client(app)


@pytest.fixture
def token() -> TokenOf:
    """Tokens of the personas, by the issuer that the service trusts."""
    return the_issuer().token
