"""Moto's AWS with everything the service finds in its own stack, people with tokens, and calls through the handler."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from moto import mock_aws
from pynamodb.constants import PAY_PER_REQUEST_BILLING_MODE

import chalicelib
from app import app
from chalicelib import aws
from chalicelib.clock import ServiceClock, real_now
from chalicelib.container import container
from chalicelib.dynamo.model import Row, connection
from chalicelib.http import cursors, tokens
from chalicelib.http.app import App
from chalicelib.settings import settings

PERSONAS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "infra/local/personas.json").read_text(encoding="utf-8"),
)
SECRET = {
    "subject_key_id": "k1",
    "subject_keys": {"k1": "11" * 32, "k0": "00" * 32},
    "cursor_key": "22" * 32,
    "webhook_key": "33" * 32,
    "client_secret": "44" * 32,
}


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
        """Hand an event to the handler as it is."""
        answer = self._app(event, SimpleNamespace(aws_request_id="lambda-request"))
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        several = {name.lower(): tuple(values) for name, values in answer.get("multiValueHeaders", {}).items()}
        return Reply(answer["statusCode"], headers, answer["body"], several)

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
    """Let the service clock run on from an instant, until the test ends."""
    container().__dict__["clock"] = ServiceClock(timedelta(seconds=round((at - real_now()).total_seconds())))


def create_tables() -> list[str]:
    """Create every table of the service, empty; returns their names."""
    definitions = table_definitions()
    for name, definition in definitions.items():
        connection().create_table(name, billing_mode=PAY_PER_REQUEST_BILLING_MODE, **definition)
    return list(definitions)


@cache
def table_definitions() -> dict[str, dict[str, Any]]:
    """What the rows of each table say together: several kinds may share one table and add indexes to it."""
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if "table" in module.name.split("."):
            importlib.import_module(module.name)
    definitions: dict[str, dict[str, Any]] = {}
    for row in _kinds_of(Row):
        schema: dict[str, Any] = {**row._get_schema()}
        definition = definitions.setdefault(row.Meta.table_name, {"key_schema": schema["key_schema"]})
        for part, name in (
            ("attribute_definitions", "AttributeName"),
            ("global_secondary_indexes", "index_name"),
        ):
            known = definition.setdefault(part, [])
            known.extend(one for one in schema[part] if one[name] not in [other[name] for other in known])
    return definitions


def _kinds_of(parent: type[Row]) -> Iterator[type[Any]]:
    for kind in parent.__subclasses__():
        # A test may make rows of its own, and they are no table of the service.
        if kind.__module__.startswith("chalicelib.") and hasattr(kind, "Meta") and hasattr(kind.Meta, "table_name"):
            yield kind
        yield from _kinds_of(kind)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Moto with all tables, the secret and the key of KMS, and the issuer of the tests."""
    monkeypatch.setattr(tokens, "fetched", the_issuer().jwks)
    with mock_aws():
        forget_everything()
        create_tables()
        kms = aws.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=settings().identity_key, TargetKeyId=key)
        aws.client("secretsmanager").create_secret(Name=settings().secret, SecretString=json.dumps(SECRET))
        yield
        forget_everything()


@pytest.fixture
def client(cloud: None) -> Client:  # noqa: ARG001 - the handler needs its cloud
    """The API, through its real handler."""
    return Client(app)


@pytest.fixture
def token() -> TokenOf:
    """Tokens of the personas, by the issuer that the service trusts."""
    return the_issuer().token
