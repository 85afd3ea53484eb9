"""Requests that another system signs with a shared secret (Standard Webhooks), in place of a token."""

from collections.abc import Mapping
from typing import Final

from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.parsing import UNREADABLE

SIGNED_BY: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


def require_signed(raw: bytes, headers: Mapping[str, str]) -> None:
    """Check that the SMS gateway signed these bytes within the last five minutes; ``UNAUTHENTICATED`` otherwise.

    ``INVALID_BODY`` for bytes that are no text: only texts are signed.
    """
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError  # noqa: PLC0415 - few requests are signed

    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise DomainError(ErrorCode.INVALID_BODY, faults=[UNREADABLE]) from None
    signed = {name: headers[name] for name in SIGNED_BY if name in headers}
    try:
        Webhook(container().secrets.sms_secret).verify(text, signed, json_parse=False)
    except (WebhookVerificationError, OverflowError, ValueError):
        raise DomainError(ErrorCode.UNAUTHENTICATED) from None
