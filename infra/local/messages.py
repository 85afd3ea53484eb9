"""The catcher of messages as a program in the background, and what it has caught."""

import json
import os
from typing import Any

from infra.local.environments import in_cloud, python_of
from infra.local.place import CATCHER, CATCHER_PORT, MAIL_PORT, MESSAGES_FILE, ROOT, SMS_SECRET_FILE
from infra.local.processes import Program

PARAMETERS = {
    "MailHost": "127.0.0.1",
    "MailPort": str(MAIL_PORT),
    "MailTls": "none",
    "MailSender": "no-reply@xinnuo.example.com",
    "SmsGateway": f"{CATCHER}/sms",
}
"""What the deployment is told of it."""


def catcher() -> Program:
    """Describe it: ``infra.local.catcher`` in the provider's environment, loopback only."""
    return Program(
        name="catcher",
        command=[python_of("provider"), "-m", "infra.local.catcher"],
        environment=os.environ | {"PYTHONPATH": str(ROOT)},
        port=CATCHER_PORT,
        port_variable="XINNUO_CATCHER_PORT",
        ready_at=CATCHER,
    )


def share_secret() -> None:
    """Tell the catcher what the service and an SMS gateway sign with."""
    SMS_SECRET_FILE.write_text(in_cloud("sms_secret"))


def sent() -> list[dict[str, Any]]:
    """Return what was sent, oldest first: ``channel``, ``to``, ``subject``, ``text``, and the real time ``at``."""
    lines = MESSAGES_FILE.read_text(encoding="utf-8").splitlines() if MESSAGES_FILE.exists() else []
    return [json.loads(line) for line in lines]


def show() -> None:
    """Print what was sent, oldest first."""
    messages = sent()
    for one in messages:
        print(f"{one['at']}  {one['channel']} to {one['to']}")
        for text in (*filter(None, [one["subject"]]), *one["text"].splitlines()):
            print(f"    {text}".rstrip())
    if not messages:
        print("Nothing was sent yet.")
