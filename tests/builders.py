"""Builders: every argument has a default, so that a test names only what it is about."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.policy import Caller, Role
from chalicelib.subjects.model import Identity, SubjectKey, SubjectKind

NOON = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)
"""A Monday at noon in Shanghai, in the last week before the National Day holidays."""


def an_identity(
    *, kind: SubjectKind = SubjectKind.RESIDENT_ID, number: str = "310101190001150014", name: str = "李示例"
) -> Identity:
    """A synthetic natural person, born in 1900."""
    return Identity(kind=kind, number=number, name=name)


def an_organisation(*, number: str = "91330782MA0000028Y", name: str = "义乌示例市场主体有限公司（合成）") -> Identity:
    """A synthetic organisation."""
    return Identity(kind=SubjectKind.USCC, number=number, name=name)


def a_caller(
    *roles: Role,
    sub: str = "somebody",
    department: str | None = None,
    subject: str | None = None,
    identity: Identity | None = None,
    auth_time: datetime | None = None,
) -> Caller:
    """Somebody with roles; an applicant unless said."""
    return Caller(
        sub=sub,
        roles=frozenset(roles or (Role.APPLICANT,)),
        department=department,
        subject=SubjectKey(subject) if subject else None,
        identity=identity,
        auth_time=auth_time,
    )


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An applicant's own key: ES256 unless made with an Ed25519 key."""

    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()),
    )

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as it is enrolled."""
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            numbers = self.private.public_key().public_numbers()
            x, y = (base64url(number.to_bytes(32)) for number in (numbers.x, numbers.y))
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(self.private.public_key().public_bytes_raw())}

    @property
    def key_id(self) -> str:
        """The RFC 7638 thumbprint, computed here on its own."""
        return base64url(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())

    def sign(self, payload: str, **header: Any) -> str:  # noqa: ANN401 - header parameters are any JSON
        """A compact JWS with detached payload; ``header`` replaces parameters, ``None`` takes one away."""
        is_ec = isinstance(self.private, ec.EllipticCurvePrivateKey)
        whole = {"alg": "ES256" if is_ec else "EdDSA", "kid": self.key_id, **header}
        said = json.dumps({name: value for name, value in whole.items() if value is not None})
        protected = base64url(said.encode())
        signed = f"{protected}.{base64url(payload.encode())}".encode()
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            r, s = utils.decode_dss_signature(self.private.sign(signed, ec.ECDSA(SHA256())))
            signature = r.to_bytes(32) + s.to_bytes(32)
        else:
            signature = self.private.sign(signed)
        return f"{protected}..{base64url(signature)}"


def base64url(value: bytes) -> str:
    """Unpadded base64url, as JOSE writes it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
