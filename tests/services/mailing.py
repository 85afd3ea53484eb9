"""A mail server that messages are sent to: keeps what it takes, and misbehaves as it is told."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from unittest import mock

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from chalicelib.container import container
from chalicelib.messages.services import channels
from chalicelib.messages.services.channels import MailRelay
from chalicelib.settings import MailServer, MailTls


@dataclass(slots=True)
class Mailbox:
    """What a mail server was sent, each with the addresses that it is for.

    ``answers`` are its next answers to MAIL, RCPT or DATA, by command; then it takes everything. So often as
    ``drops_before_taking`` and ``drops_after_taking`` say it has read the text, and hangs up without a word.
    """

    port: int = 0
    got: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    drops_before_taking: int = 0
    drops_after_taking: int = 0
    sleeps: float = 0

    def answer(self, command: str) -> str:
        left = self.answers.get(command, [])
        return left.pop(0) if left else "250 OK"

    @property
    def texts(self) -> list[str]:
        """The texts that were taken."""
        return [mail.get_content() for _, mail in self.got]


class Taking:
    """aiosmtpd's handler, which asks the mailbox what to say."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's own name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        await asyncio.sleep(self._mailbox.sleeps)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, _s: SMTP, _n: Session, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        said = self._mailbox.answer("MAIL")
        if said.startswith("2"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(self, _s: SMTP, _n: Session, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        said = self._mailbox.answer("RCPT")
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        box = self._mailbox
        if box.drops_before_taking:
            box.drops_before_taking -= 1
            _close(server)
            return "250 OK"
        said = box.answer("DATA")
        if said.startswith("2"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            box.got.append((list(envelope.rcpt_tos), mail))
        if box.drops_after_taking:
            box.drops_after_taking -= 1
            _close(server)
        return said


def _close(server: SMTP) -> None:
    transport: Any = server.transport
    transport.abort()


class Listening(Controller):
    """aiosmtpd's server at whatever port is free."""

    def _trigger_server(self) -> None:
        (listening,) = self.server.sockets  # type: ignore[union-attr] # it stands by now
        self.port = listening.getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd's own


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that listens; it has a minute to answer, for the machine may be busy."""
    box = Mailbox()
    controller = Listening(Taking(box), hostname="127.0.0.1", port=0, server_hostname="mail.test")
    controller.start()
    try:
        box.port = controller.port
        with mock.patch.object(channels, "PATIENCE", 60):
            yield box
    finally:
        controller.stop()


def relay(port: int) -> MailRelay:
    """Return the service's way to a mail server at a port of this machine."""
    server = MailServer(host="127.0.0.1", port=port, tls=MailTls.NONE, user="", sender="no-reply@xinnuo.example.com")
    return MailRelay(server, password=lambda: container().secrets.mail_password)
