"""Requests that another system signs with a shared secret (Standard Webhooks), in place of a token."""

from collections.abc import Mapping
from typing import Final

from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode

SIGNED_BY: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


def require_signed(raw: bytes, headers: Mapping[str, str]) -> None:
    """Check that the SMS gateway signed these bytes within the last five minutes; ``UNAUTHENTICATED`` otherwise."""
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError  # noqa: PLC0415 - few requests are signed

    signed = {name: headers[name] for name in SIGNED_BY if name in headers}
    try:
        Webhook(container().secrets.sms_secret).verify(raw, signed, json_parse=False)
    except (WebhookVerificationError, OverflowError, ValueError):
        raise DomainError(ErrorCode.UNAUTHENTICATED) from None
