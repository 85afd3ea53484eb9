"""Page tokens: encrypted, and good for a day, for one list of one caller (decision 0042)."""

import base64
import binascii
import hmac
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode

GOOD_FOR: Final = timedelta(hours=24)

NONCE: Final = 12
"""Bytes of a nonce for AES-GCM (NIST SP 800-38D, 8.2); two cursors in 2^32 share one with a probability below 2^-32."""

PURPOSE: Final = b"xinnuo cursors, AES-256-GCM\x01"
"""What the key is derived for: one block of HKDF-Expand (RFC 5869, 2.3)."""


class Cursors:
    """Encrypts positions in lists, so that nobody reads from one what the list hides, and opens them."""

    def __init__(self, key: bytes) -> None:
        """``key`` is the secret's; the one that encrypts is derived from it."""
        self._key = hmac.digest(key, PURPOSE, "sha256")

    def seal(self, position: Mapping[str, Any], *, about: str, at: datetime) -> str:
        """Return a token for a position; ``about`` names the list and its caller, and is needed to open it."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - few requests need its library

        text = json.dumps([int(at.timestamp()), position], separators=(",", ":"), ensure_ascii=False)
        nonce = os.urandom(NONCE)
        sealed = nonce + AESGCM(self._key).encrypt(nonce, text.encode(), about.encode())
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, token: str, *, about: str, at: datetime) -> dict[str, Any]:
        """Return the position; ``INVALID_CURSOR`` unless this service sealed it for this list, in the last day."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            text = AESGCM(self._key).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
        except (InvalidTag, binascii.Error, ValueError):
            raise DomainError(ErrorCode.INVALID_CURSOR) from None
        made: int
        position: dict[str, Any]
        made, position = json.loads(text)
        if at - datetime.fromtimestamp(made, UTC) > GOOD_FOR:
            raise DomainError(ErrorCode.INVALID_CURSOR)
        return position


@cache
def cursors() -> Cursors:
    """Return the service's cursors, with the configured key."""
    return Cursors(container().secrets.cursor_key)
