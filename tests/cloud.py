"""Moto's AWS with everything the service finds in its own stack, people with tokens, and calls through the handler."""

import json
import pickle
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy, deepcopy
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
from moto.core import responses
from moto.core.model_instances import reset_model_data
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer
from moto.dynamodb import models as moto_dynamodb
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
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
from tests import tables
from tests.builders import NOON
from tests.clock import StandingClock, a_machine_that_stands

T = TypeVar("T")

PERSONAS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "infra/local/personas.json").read_text(encoding="utf-8"),
)
SECRET = {
    "subject_key_id": "k1",
    "subject_keys": {"k1": "11" * 32, "k0": "00" * 32},
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
        answer = self._app(event, SimpleNamespace(aws_request_id="lambda-request"))
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        several = {name.lower(): tuple(values) for name, values in answer.get("multiValueHeaders", {}).items()}
        reply = Reply(answer["statusCode"], headers, answer["body"], several)
        require_documented(event, reply)
        return reply

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


class PlainSerializer(JSONSerializer):
    """Takes each member of an answer by its own name.

    Moto tries eight spellings of each member that is not there, as most of a value's ten are, which is a fifth of the
    time of tests; its answers for DynamoDB have the service's own spelling.
    """

    def get_value(self, value: Any, key: str, shape: Any) -> Any:  # noqa: ANN401 - answers are any JSON
        """Return a member of a part of an answer, None without it; refusals are objects, which moto knows to read."""
        return value.get(key) if type(value) is dict else super().get_value(value, key, shape)


SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": PlainSerializer}
# Looked up anew for each call, these names are a twentieth of the time.
responses.method_names_from_class = cache(responses.method_names_from_class)  # type: ignore[attr-defined] # moto's own


def _transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Write all or nothing, and copy only the items that a transaction names.

    Moto copies each table whole for each of its items, a quarter of the time of tests. It may put back what it takes
    for the copy, which is the table itself by then, with the items as they were.
    """
    before = [_place_of(operation, backend) for operation in transact_items]
    try:
        _moto_transact_write_items(backend, transact_items)
    except Exception:
        for items, key, item in before:
            if item is None:
                items.pop(key, None)
            else:
                items[key] = item
        raise


def _place_of(
    operation: dict[str, dict[str, Any]], backend: DynamoDBBackend
) -> tuple[dict[DynamoType, Item], DynamoType, Item | None]:
    """Return the mapping and the key that hold an item of a transaction, and a copy of what is there."""
    (named,) = operation.values()
    table = backend.tables[named["TableName"]]
    key = named.get("Key") or named["Item"]
    items: dict[DynamoType, Any] = table.items
    place = DynamoType(key[table.hash_key_attr])
    if table.range_key_attr is not None:
        items, place = items[place], DynamoType(key[table.range_key_attr])
    return items, place, deepcopy(items.get(place))


_moto_transact_write_items = DynamoDBBackend.transact_write_items
DynamoDBBackend.transact_write_items = _transact_write_items  # type: ignore[assignment,method-assign] # in its place
moto_dynamodb.copy = SimpleNamespace(  # type: ignore[assignment,attr-defined] # what moto's own transactions copy with
    deepcopy=lambda value: value if isinstance(value, Table) else deepcopy(value)
)
# Moto keeps each of its models for a dashboard; of values and items there are millions.
for each in (DynamoType, Item):
    each.__new__ = lambda cls, *_args, **_fields: object.__new__(cls)  # type: ignore[method-assign]


@contextmanager
def an_empty_cloud() -> Iterator[None]:
    """Moto with all tables, the secret and the key of KMS, the issuer of the tests, and the clock at noon."""
    with mock.patch.object(tokens, "fetched", the_issuer().jwks), a_machine_that_stands(), mock_aws():
        forget_everything()
        put_tables_back(_empty_tables())
        _give_identity_key()
        aws.client("secretsmanager").create_secret(Name=settings().secret, SecretString=json.dumps(SECRET))
        turn_clock(NOON)
        try:
            yield
        finally:
            forget_everything()


def kept_tables() -> bytes:
    """Return everything that stands in moto's tables now."""
    return pickle.dumps(_dynamodb().tables)


def put_tables_back(kept: bytes) -> None:
    """Let moto's tables hold what they held when they were kept."""
    reset_model_data()
    _dynamodb().tables = pickle.loads(kept)  # noqa: S301 - our own, and eight times as fast as a deep copy


def told_once(name: str, story: Callable[[], T]) -> T:
    """Tell a story once a process, and return what it returns; it must not depend on what was told before it.

    Whoever asks for it again finds every item that it has left, beside those that are there already.
    """
    if name not in _told:
        value = story()
        _told[name] = kept_tables(), value
        return value
    kept, before = _told[name]
    there = _dynamodb().tables
    for table, told in pickle.loads(kept).items():  # noqa: S301 - our own
        for key, item in told.items.items():
            if told.has_range_key:
                there[table].items[key].update(item)
            else:
                there[table].items[key] = item
    return cast("T", before)


_told: dict[str, tuple[bytes, object]] = {}


def empty_tables() -> None:
    """Let moto's tables hold nothing."""
    put_tables_back(_empty_tables())


@cache
def _empty_tables() -> bytes:
    """Have the tables created once a process: creating them takes thirty times as long as putting them back."""
    tables.create(aws.client("dynamodb"))
    return kept_tables()


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


def _dynamodb() -> DynamoDBBackend:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][settings().region]


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
