"""Page tokens: opaque, signed, and good for one list of one caller."""

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
"""Bytes of the HMAC that are kept: a token is no credential, and guessing 128 bits is hopeless."""


class Cursors:
    """Seals positions in lists, and opens what it has sealed."""

    def __init__(self, key: bytes) -> None:
        """Keep the key that signs."""
        self._key = key

    def seal(self, position: Mapping[str, Any], *, about: str = "") -> str:
        """Return a token for a position; ``about`` says in which list, and is needed to open it."""
        text = json.dumps(position, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._signature(text, about) + text).rstrip(b"=").decode()

    def open(self, token: str, *, about: str = "") -> dict[str, Any]:
        """Return the position; ``INVALID_CURSOR`` for anything that this service did not seal for this list."""
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
    """Return the service's cursors, with the key from its secret."""
    return Cursors(container().keys.cursor_key)
