"""A device with a passkey, in software: what ``navigator.credentials`` would give, by the letter of WebAuthn."""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

USER_PRESENT, USER_VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


class Device:
    """One authenticator with one key."""

    def __init__(
        self,
        *,
        host: str = "localhost",
        origin: str = "http://localhost:8000",
        knows_its_owner: bool = True,
        edwards: bool = False,
        rsa_bits: int = 0,
        client_data: Mapping[str, object] | None = None,
    ) -> None:
        """``rsa_bits`` makes it one that can RSA alone; ``client_data`` is what its browser says besides."""
        self.host = host
        self.origin = origin
        self.flags = USER_PRESENT | (USER_VERIFIED if knows_its_owner else 0)
        self.id = os.urandom(16)
        self.client_data = client_data or {}
        self.key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
        if rsa_bits:
            self.key = rsa.generate_private_key(65537, rsa_bits)
        else:
            self.key = ed25519.Ed25519PrivateKey.generate() if edwards else ec.generate_private_key(ec.SECP256R1())

    def make(self, challenge: bytes) -> dict[str, Any]:
        """Answer ``create``."""
        client_data = self._client_data("webauthn.create", challenge)
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(self._cose())
        authenticator_data = self._authenticator_data(HAS_KEY) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticator_data})
        return {
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "response": {"clientDataJSON": text(client_data), "attestationObject": text(attestation)},
        }

    def sign(self, challenge: bytes) -> dict[str, Any]:
        """Answer ``get``."""
        client_data = self._client_data("webauthn.get", challenge)
        authenticator_data = self._authenticator_data()
        signed = authenticator_data + hashlib.sha256(client_data).digest()
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        elif isinstance(self.key, rsa.RSAPrivateKey):
            signature = self.key.sign(signed, padding.PKCS1v15(), SHA256())
        else:
            signature = self.key.sign(signed)
        return {
            "id": text(self.id),
            "response": {
                "authenticatorData": text(authenticator_data),
                "clientDataJSON": text(client_data),
                "signature": text(signature),
            },
        }

    def _client_data(self, kind: str, challenge: bytes) -> bytes:
        said = {"type": kind, "challenge": text(challenge), "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | dict(self.client_data)).encode()

    def _authenticator_data(self, flags: int = 0) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | flags]) + bytes(4)

    def _cose(self) -> dict[int, Any]:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            numbers = self.key.public_key().public_numbers()
            return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        if isinstance(self.key, rsa.RSAPrivateKey):
            public = self.key.public_key().public_numbers()
            return {1: 3, 3: -257, -1: public.n.to_bytes((public.n.bit_length() + 7) // 8), -2: public.e.to_bytes(3)}
        return {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
