"""API Gateway for tools that speak WSGI: each request reaches the deployed handler as the event of a REST API."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tests.cloud import Client, Reply

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

OWN_NAMES = {"CONTENT_TYPE": "Content-Type", "CONTENT_LENGTH": "Content-Length"}
"""Headers that WSGI keeps apart from the others."""


class Gateway:
    """A WSGI application in front of a client; the path and the query reach the handler as they were sent."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {name: str(environ[key]) for key, name in OWN_NAMES.items() if environ.get(key)}
        headers |= {
            key.removeprefix("HTTP_").replace("_", "-").title(): str(value)
            for key, value in environ.items()
            if key.startswith("HTTP_")
        }
        # A lone surrogate stands for a byte that is not UTF-8, so the handler gets the bytes that were sent.
        text = body.decode(errors="surrogateescape") if body else None
        path = str(environ["REQUEST_URI"]).partition("?")[0]
        event = self._client.event(environ["REQUEST_METHOD"], f"{path}?{environ['QUERY_STRING']}", headers=headers)
        reply = self.reply({**event, "body": text})
        sent = [(name, value) for name, value in reply.headers.items() if name not in reply.several]
        sent += [(name, value) for name, values in reply.several.items() for value in values]
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", sent)
        return [reply.text.encode()]

    def reply(self, event: dict[str, Any]) -> Reply:
        """Hand an event to the handler."""
        return self._client.send(event)
