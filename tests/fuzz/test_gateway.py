"""What a tool sends by WSGI reaches the handler as API Gateway would hand it over."""

from typing import Any

from werkzeug.test import Client as Browser

from app import app
from tests.cloud import Client, Reply
from tests.wsgi import Gateway


class Noting(Client):
    """Notes the event instead of handling it."""

    def send(self, event: dict[str, Any]) -> Reply:
        self.event_seen = event
        return Reply(418, {"content-type": "text/plain", "set-cookie": "b=2"}, "茶", {"set-cookie": ("a=1", "b=2")})


def test_a_request_arrives_as_it_was_sent() -> None:
    client = Noting(app)

    Browser(Gateway(client)).open(
        "/v1/items/%E4%B9%89%2541?q=a%20b&q=&limit=1", method="PUT", data=b'{"a": 1}', headers={"If-Match": '"7"'}
    )

    seen = client.event_seen
    assert (seen["httpMethod"], seen["resource"], seen["body"]) == ("PUT", "/v1/items/{item_code}", '{"a": 1}')
    assert seen["pathParameters"] == {"item_code": "%E4%B9%89%2541"}
    assert seen["multiValueQueryStringParameters"] == {"q": ["a b", ""], "limit": ["1"]}
    assert seen["headers"]["If-Match"] == '"7"'


def test_an_answer_arrives_with_every_header() -> None:
    answer = Browser(Gateway(Noting(app))).get("/")

    assert (answer.status_code, answer.text) == (418, "茶")
    assert answer.headers.getlist("set-cookie") == ["a=1", "b=2"]
