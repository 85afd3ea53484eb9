"""A department's system that webhooks are sent to, and the queue that brings them to it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

import pytest

from chalicelib.alerts.services import webhook_sender
from chalicelib.container import container
from tests.channels import Channel


@dataclass(slots=True)
class Receiver:
    """A department's system: keeps what it gets and answers with the statuses that it was given, then with 200.

    Instead of a status of 0 it hangs up.
    """

    port: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    retry_after: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A system that listens; it has a minute to answer, for the machine may be busy."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = receiver.answers.pop(0) if receiver.answers else 200
            if not status:
                return
            self.send_response(status)
            if receiver.retry_after:
                self.send_header("Retry-After", receiver.retry_after)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with (
        mock.patch.multiple(webhook_sender, CONNECT_SECONDS=60, ANSWER_SECONDS=60),
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server,
    ):
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


@contextmanager
def a_deaf_port() -> Iterator[int]:
    """A port at which nobody listens, and nobody else can while it is held."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def deliver(message: dict[str, Any], *, at: datetime) -> bool:
    """Do what a message of the queue asks for."""
    return container().webhooks.deliver(
        message["delivery_id"], attempt=message["attempt"], replay=message["replay"], at=at
    )


def deliver_until_ended(queue: Channel, *, at: datetime) -> datetime:
    """Let the queue bring its deliveries, each when its wait is over; returns when the last came."""
    while queue.sent:
        one = queue.sent.pop(0)
        if "delivery_id" in one.message:
            at += one.after
            deliver(one.message, at=at)
    return at
