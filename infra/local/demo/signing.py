"""What a person signs with: a key that never leaves this process, and a detached signature over an exact text."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from infra.local.demo.person import Person

COORDINATE = 32
"""Bytes of a number on P-256."""


class Pen:
    """A person's own ES256 key, enrolled with the service and revoked when the story ends."""

    def __init__(self, owner: Person) -> None:
        """Make a key and enrol its public half."""
        self._owner = owner
        self._key = ec.generate_private_key(ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        jwk = {"kty": "EC", "crv": "P-256", "x": _text(_bytes(numbers.x)), "y": _text(_bytes(numbers.y))}
        self.key_id: str = owner.post("/v1/signing-keys", {"jwk": jwk}).is_done(201).body["key_id"]

    def sign(self, payload: str) -> str:
        """Sign exactly this text: a compact JWS whose payload stays where it is (RFC 7515, appendix F)."""
        header = _text(json.dumps({"alg": "ES256", "kid": self.key_id}).encode())
        signed = f"{header}.{_text(payload.encode())}".encode()
        r, s = utils.decode_dss_signature(self._key.sign(signed, ec.ECDSA(SHA256())))
        return f"{header}..{_text(_bytes(r) + _bytes(s))}"

    def put_away(self) -> None:
        """Revoke the key; what it signed stays signed."""
        self._owner.delete(f"/v1/signing-keys/{self.key_id}").is_done(200)


def _bytes(number: int) -> bytes:
    return number.to_bytes(COORDINATE)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
