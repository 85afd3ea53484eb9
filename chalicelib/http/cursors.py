"""Page tokens: opaque, signed, and valid for one list of one caller."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode

SIGNATURE = 16
"""How many bytes of the HMAC are kept: a token is no credential, and 128 bits cannot be guessed."""


class Cursors:
    """Signs positions in lists, and verifies them."""

    def __init__(self, key: bytes) -> None:
        """``key`` signs."""
        self._key = key

    def seal(self, position: Mapping[str, Any], *, about: str = "") -> str:
        """Return a token for a position; ``about`` identifies the list, and is needed to open it."""
        text = json.dumps(position, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._signature(text, about) + text).rstrip(b"=").decode()

    def open(self, token: str, *, about: str = "") -> dict[str, Any]:
        """Return the position; ``INVALID_CURSOR`` unless this service sealed it for this list."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise DomainError(ErrorCode.INVALID_CURSOR) from None
        signature, text = sealed[:SIGNATURE], sealed[SIGNATURE:]
        if not hmac.compare_digest(signature, self._signature(text, about)):
            raise DomainError(ErrorCode.INVALID_CURSOR)
        position: dict[str, Any] = json.loads(text)
        return position

    def _signature(self, text: bytes, about: str) -> bytes:
        name = hashlib.sha256(about.encode()).digest()
        return hmac.digest(self._key, name + text, "sha256")[:SIGNATURE]


@cache
def cursors() -> Cursors:
    """Return the service's cursors, with the configured key."""
    return Cursors(container().secrets.cursor_key)
