"""What stands in for the city's mail server and SMS gateway: keeps what the service sends, and tells people nothing.

It runs in the provider's environment, on loopback. An SMS must be signed; one that comes again under the same
``webhook-id`` is not kept twice, and of each the service gets a signed receipt, as from a phone that took it.
"""

import asyncio
import json
import threading
import time
import urllib.request
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from infra.local.place import CATCHER_PORT, MAIL_PORT, MESSAGES_FILE, SMS_SECRET_FILE, URL_FILE

RECEIPT_AFTER = 1.0
"""Seconds that a phone needs to take an SMS."""

WRITING = threading.Lock()


def keep(channel: str, *, to: str, subject: str, text: str, name: str) -> bool:
    """Write down one message unless one with its name is there; return whether it was new."""
    with WRITING:
        known = MESSAGES_FILE.read_text(encoding="utf-8").splitlines() if MESSAGES_FILE.exists() else []
        if any(json.loads(line)["name"] == name for line in known):
            return False
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = {"at": at, "channel": channel, "to": to, "subject": subject, "text": text, "name": name}
        with MESSAGES_FILE.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said, ensure_ascii=False) + "\n")
    return True


class Gateway(BaseHTTPRequestHandler):
    """The SMS gateway; ``GET`` says that it is up."""

    def do_GET(self) -> None:
        """Say that it is up."""
        self._answer(200)

    def do_POST(self) -> None:
        """Take an SMS, and order its receipt."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        signer = Webhook(SMS_SECRET_FILE.read_text())
        try:
            order = signer.verify(raw, headers)["data"]
        except (WebhookVerificationError, ValueError):
            self._answer(401)
            return
        name = headers["webhook-id"]
        if keep("sms", to=order["to"], subject="", text=order["text"], name=name):
            threading.Thread(target=confirm, args=(signer, name), daemon=True).start()
        self._answer(202)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def confirm(signer: Webhook, name: str) -> None:
    """Tell the service that the phone has taken an SMS."""
    time.sleep(RECEIPT_AFTER)
    now = datetime.now(UTC)
    body = json.dumps({"id": name, "state": "delivered", "at": now.strftime("%Y-%m-%dT%H:%M:%SZ")})
    headers = {
        "Content-Type": "application/json",
        "webhook-id": f"receipt-{name}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signer.sign(f"receipt-{name}", now, body),
    }
    url = f"{URL_FILE.read_text().strip()}/v1/sms-receipts"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers), timeout=60):  # noqa: S310 - our own address
            return
    except OSError as error:
        print(f"receipt of {name}: {error}", flush=True)


class Mailbox:
    """aiosmtpd's handler."""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's own name
        """Take an e-mail."""
        content: Any = envelope.content
        mail: Any = message_from_bytes(content, policy=policy.default)
        keep(
            "email",
            to=", ".join(envelope.rcpt_tos),
            subject=mail["Subject"],
            text=mail.get_content(),
            name=mail["Message-ID"],
        )
        return "250 OK"


async def catch_mail() -> None:
    """Take e-mail until the process ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Mailbox()), "127.0.0.1", MAIL_PORT)
    await server.serve_forever()


if __name__ == "__main__":
    gateway = ThreadingHTTPServer(("127.0.0.1", CATCHER_PORT), Gateway)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    asyncio.run(catch_mail())
