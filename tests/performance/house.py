"""The whole service on AWS's own engine, in this process: tables, the sample catalogue, and people with tokens."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from secrets import token_hex
from typing import Any
from unittest import mock

import botocore.session

import chalicelib.api
from app import app
from chalicelib import aws
from chalicelib.bounds import store as bounds_store
from chalicelib.bounds.model import Bounds
from chalicelib.clock import real_now
from chalicelib.dynamo import model
from chalicelib.dynamo.model import connection
from chalicelib.http import tokens
from chalicelib.http.dispatch import respond
from chalicelib.http.routes import ROUTES
from infra.local.sample_answers import sample_answers
from infra.local.seeding import resident_of
from tests import tables
from tests.builders import NOON, KeyPair
from tests.clock import a_machine_that_stands
from tests.cloud import SECRET, Client, Reply, forget_everything, the_issuer
from tests.wire import Wire

ITEMS = Path(__file__).parents[2] / "infra" / "local" / "sample" / "items"
ITEM = "plate-replacement"
ANSWERS = sample_answers(ITEM, on=NOON.date())
"""What is answered to the questions of the item by whoever drafts at noon."""
DEPARTMENT = "traffic"


class Elsewhere:
    """The few calls to other services of AWS than DynamoDB, answered here: they are not what is measured."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        """What went to topics and queues, in order."""
        self.wire = Wire()
        """Sees these calls too, so that a process can die at one of them."""

    def create_client(self, _service: str, **_options: object) -> "Elsewhere":
        """Be the client of every service."""
        return self

    def get_secret_value(self, **_asked: object) -> dict[str, Any]:
        """Give the service's one secret."""
        return {"SecretString": json.dumps(SECRET)}

    def encrypt(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as botocore's clients have it
        """Encrypt nothing: the engine holds only what was made up here."""
        return {"CiphertextBlob": asked["Plaintext"]}

    def generate_data_key(self, **_asked: object) -> dict[str, Any]:
        """Give the one data key there is."""
        return {"CiphertextBlob": bytes(32), "Plaintext": bytes(32)}

    def decrypt(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """Give back what was never encrypted."""
        return {"Plaintext": asked["CiphertextBlob"]}

    def publish(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """Take a message for a topic."""
        return self._take("Publish", asked)

    def send_message(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """Take a message for a queue."""
        return self._take("SendMessage", asked)

    def send_message_batch(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """Take messages for a queue."""
        self.wire.before("SendMessageBatch", asked)
        self.told.extend(("SendMessage", {"QueueUrl": asked["QueueUrl"], **entry}) for entry in asked["Entries"])
        self.wire.after("SendMessageBatch", asked)
        return {"Successful": [{"Id": entry["Id"]} for entry in asked["Entries"]]}

    def _take(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        self.wire.before(operation, asked)
        self.told.append((operation, asked))
        self.wire.after(operation, asked)
        return {"MessageId": str(len(self.told))}


class SideDoor(Client):
    """The API without Chalice's router, which keeps the one current request of a process: for calls side by side."""

    def send(self, event: dict[str, Any]) -> Reply:
        """Hand an event to its route."""
        about = event["requestContext"]
        route = next(one for one in ROUTES if (one.method, one.path) == (about["httpMethod"], about["resourcePath"]))
        answer = respond(route, event)
        headers = {name.lower(): str(value) for name, value in answer.headers.items()}
        return Reply(answer.status_code, headers, str(answer.body))


class Applicant:
    """A natural person made up by number, with a token and a signing key."""

    def __init__(self, number: int) -> None:
        self.number = resident_of(number)
        self.name = "李示例"
        self.keys = KeyPair()
        self.token = the_issuer().token(
            "applicant",
            sub=f"applicant-{number}",
            subject={"kind": "resident_id", "number": self.number, "name": self.name},
        )

    def enrol(self, client: Client) -> None:
        """Enrol the signing key."""
        expect(client.post("/v1/signing-keys", {"jwk": self.keys.jwk}, token=self.token), 201)

    def draft(self, client: Client) -> dict[str, Any]:
        """Draft a promise on the item."""
        wish = {"item_code": ITEM, "answers": sample_answers(ITEM, on=real_now().date()), "way": "commitment"}
        drafted: dict[str, Any] = expect(client.post("/v1/drafts", wish, token=self.token), 201)
        return drafted

    def submission(self, draft: dict[str, Any]) -> dict[str, Any]:
        """Sign a draft: the body of a filing."""
        return {
            "draft_id": draft["draft_id"],
            "confirmed": draft["required_confirmations"],
            "signature": self.keys.sign(draft["payload"]),
            "materials": [],
        }

    def file(self, client: Client, submission: dict[str, Any]) -> Reply:
        """File what was signed."""
        return client.post("/v1/cases", submission, token=self.token)


def expect(reply: Reply, status: int) -> Any:  # noqa: ANN401 - any JSON
    """Return the body of an answer with this status; any other says what it was."""
    if reply.status != status:
        message = f"expected {status}, not {reply.status}: {reply.text}"
        raise AssertionError(message)
    return reply.body


SESSION = aws.session
"""The session of DynamoDB's clients, which keeps the access key that it was made with; a house replaces the others'."""


@cache
def all_routes() -> None:
    """Import every file of routes: the side door knows only what was imported."""
    for module in walk_packages(chalicelib.api.__path__, "chalicelib.api."):
        if "routes" in module.name.split("."):
            import_module(module.name)


@contextmanager
def house(endpoint: str) -> Iterator[Elsewhere]:
    """Lay an empty house on an engine, and publish the sample catalogue."""
    with bare_house(endpoint) as elsewhere:
        _publish()
        yield elsewhere


@contextmanager
def bare_house(endpoint: str) -> Iterator[Elsewhere]:
    """Lay an empty house on an engine.

    Its tables are those of an access key that nobody else has: whatever another house has left behind is not there,
    and nothing has to be cleared away.
    """
    all_routes()
    with joined(endpoint, token_hex(8)) as elsewhere:
        tables.create(botocore.session.get_session().create_client("dynamodb", region_name="cn-north-1"))
        yield elsewhere


@contextmanager
def joined(endpoint: str, key: str) -> Iterator[Elsewhere]:
    """Join the house of an access key, whose tables are there already: another process may have laid it."""
    elsewhere = Elsewhere()
    environment = {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "cn-north-1",
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
    }
    with (
        mock.patch.dict("os.environ", environment),
        mock.patch.object(tokens, "fetched", the_issuer().jwks),
        a_machine_that_stands(),
        # One applicant drafts as often as there are rounds; counting that costs the same, however many there may be.
        mock.patch.object(bounds_store, "bounds", return_value=_generous()),
        mock.patch.object(aws, "session", return_value=elsewhere),
        # On a busy machine the engine may take its time, and a call that was given up too early has its effect twice.
        mock.patch.multiple(model, CONNECT_SECONDS=60, READ_SECONDS=60),
    ):
        _forget_clients()
        try:
            yield elsewhere
        finally:
            _forget_clients()


def _generous() -> Bounds:
    now = bounds_store.bounds()
    return replace(now, counts={what: replace(bound, most=1_000_000) for what, bound in now.counts.items()})


def _forget_clients() -> None:
    """Let the next call make clients and services anew: other tests keep theirs, and theirs lead elsewhere."""
    forget_everything()
    aws.client.cache_clear()
    SESSION.cache_clear()
    connection.cache_clear()


def _publish() -> None:
    client, editor = Client(app), the_issuer().token("editor")
    for path in sorted(ITEMS.glob("*.json")):
        code, _, later = path.stem.partition(".v")
        reply = client.put(
            f"/v1/items/{code}/versions/{later or 1}", json.loads(path.read_text(encoding="utf-8")), token=editor
        )
        expect(reply, 200)
