"""Handing letters over: SMS to the city's gateway (短信网关) by a signed webhook, e-mail to a server by SMTP."""

import json
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from chalicelib.alerts.rules.webhooks import TAKEN
from chalicelib.alerts.services.webhook_sender import Sender
from chalicelib.clock import real_now
from chalicelib.messages.model.channels import Handed, Letter, Result
from chalicelib.messages.model.messages import Channel
from chalicelib.settings import MailServer, MailTls

if TYPE_CHECKING:
    import smtplib

PATIENCE: Final = 5
"""Seconds that a mail server has for each answer."""

NEVER: Final = frozenset({"400", "410", "422"})
"""Statuses by which the gateway says that it will not take this message, however often it is sent (RFC 9110)."""

READY: Final = 250
FORWARDS: Final = 251
PERMANENT: Final = 500


class Carrier(Protocol):
    """Whoever takes letters on a channel."""

    def hand_over(self, letter: Letter, *, last_call: Callable[[], None] = lambda: None) -> Handed:
        """Try once to hand a letter over.

        ``last_call`` is called when all is ready but the letter itself; if it raises, nothing has been sent.
        """
        ...


Carriers: TypeAlias = Mapping[Channel, Carrier]
"""The carriers that this deployment has, by their channels."""


class SmsGateway:
    """The city's SMS gateway: takes a CloudEvent, signed as Standard Webhooks has it, and answers with a status.

    It must know a repetition by the ``webhook-id``: after a timeout the same is sent again.
    """

    def __init__(self, sender: Sender, *, url: str, secret: str, source: str, signature: str) -> None:
        """``signature`` is what every SMS begins with, in brackets (短信签名)."""
        self._sender = sender
        self._url = url
        self._secret = secret
        self._source = source
        self._signature = signature

    def hand_over(self, letter: Letter, *, last_call: Callable[[], None] = lambda: None) -> Handed:
        """Post the letter; what is not taken is tried again, unless the gateway says that it never will."""
        event = {
            "specversion": "1.0",
            "id": letter.name,
            "source": self._source,
            "type": "cn.xinnuo.sms.ordered",
            "datacontenttype": "application/json",
            "data": {"to": letter.to, "text": f"【{self._signature}】{letter.words.text}"},
        }
        body = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        last_call()
        outcome = self._sender.send(self._url, name=letter.name, body=body, secrets=(self._secret,)).outcome
        if outcome.isdecimal() and int(outcome) in TAKEN:
            return Handed(result=Result.SENT)
        return Handed(result=Result.REFUSED if outcome in NEVER else Result.AGAIN, reason=outcome)


class MailRelay:
    """The city's mail server."""

    def __init__(self, server: MailServer, *, password: Callable[[], str]) -> None:
        """``password`` is asked for if the server has a user for us."""
        self._server = server
        self._password = password

    def hand_over(self, letter: Letter, *, last_call: Callable[[], None] = lambda: None) -> Handed:
        """Send the letter once; ``UNKNOWN`` if the line broke after the text had begun to go out."""
        import smtplib  # noqa: PLC0415 - only deliveries need it

        try:
            raw = self._composed(letter)
        except ValueError:
            return Handed(result=Result.REFUSED, reason="NOT_SENDABLE")
        is_out = False
        connection = None
        try:
            connection = self._connected()
            code, _ = connection.mail(self._server.sender)
            if code != READY:
                # It does not want us, which is for a person to put right; the letter is none the worse.
                return Handed(result=Result.AGAIN, reason=f"SMTP_{code}")
            code, _ = connection.rcpt(letter.to)
            if code not in {READY, FORWARDS}:
                return _answered(code)
            last_call()
            is_out = True
            code, _ = connection.data(raw)
            return Handed(result=Result.SENT) if code == READY else _answered(code)
        except smtplib.SMTPDataError as refusal:
            return _answered(refusal.smtp_code)
        except (smtplib.SMTPException, OSError) as error:
            reason = f"SMTP_{error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else "UNREACHABLE"
            return Handed(result=Result.UNKNOWN if is_out else Result.AGAIN, reason="LINE_LOST" if is_out else reason)
        finally:
            if connection is not None:
                # Whatever it says to the farewell, the letter is taken or not by now.
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()
                connection.close()

    def _connected(self) -> "smtplib.SMTP":
        """Connect, encrypted, and log in; raises ``smtplib.SMTPException`` or ``OSError``, never goes on in clear."""
        import smtplib  # noqa: PLC0415 - as above

        server = self._server
        us = server.sender.rpartition("@")[2]
        if server.tls is MailTls.IMPLICIT:
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=us, timeout=PATIENCE, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, local_hostname=us, timeout=PATIENCE)
        try:
            if server.tls is MailTls.STARTTLS:
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if server.user:
                connection.login(server.user, self._password())
        except BaseException:
            connection.close()
            raise
        return connection

    def _composed(self, letter: Letter) -> bytes:
        """Write the letter as RFC 5322 has it; ``ValueError`` for a line break in a header."""
        mail = EmailMessage(policy=WIRE)
        mail["From"] = self._server.sender
        mail["To"] = letter.to
        mail["Subject"] = letter.words.title
        mail["Date"] = real_now()
        mail["Message-ID"] = f"<{letter.name}@{self._server.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = letter.language
        mail.set_content(letter.words.text, cte="base64")
        return mail.as_bytes()


def _answered(code: int) -> Handed:
    """Return what a mail server's refusal of a letter means (RFC 5321, 4.2.1): from 500 it is for good."""
    return Handed(result=Result.REFUSED if code >= PERMANENT else Result.AGAIN, reason=f"SMTP_{code}")
