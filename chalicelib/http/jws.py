"""Signatures of access tokens: compact JWS by a key of the issuer's, ES256 or RS256 (RFC 7515, RFC 7518).

cryptography does it by itself. A library for JOSE reads certificates, encrypted keys and all else that JOSE has, and to
import it takes an eighth of what a first answer takes in all.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

SHORTEST_RSA_KEY = 2048
COORDINATE = 32
"""Bytes of a coordinate on P-256, and of each half of an ES256 signature."""


def public_key_of(jwk: Mapping[str, Any]) -> PublicKey | None:
    """Return a key that verifies ES256 or RS256, ``None`` for another kind of key; ``ValueError`` for a broken one."""
    match jwk:
        case {"kty": "EC", "crv": "P-256"}:
            return ec.EllipticCurvePublicNumbers(_integer(jwk["x"]), _integer(jwk["y"]), ec.SECP256R1()).public_key()
        case {"kty": "RSA"}:
            key = rsa.RSAPublicNumbers(_integer(jwk["e"]), _integer(jwk["n"])).public_key()
            if key.key_size < SHORTEST_RSA_KEY:
                message = "RS256 wants 2048 bits or more (RFC 7518, 3.3)"
                raise ValueError(message)
            return key
        case _:
            return None


def payload_of(token: str, find: Callable[[str], PublicKey]) -> bytes:
    """Return what is signed, after checking it with the key that ``find`` returns for the key id in the header.

    Raises ``ValueError`` for anything but a signature by that key with that key's own algorithm. Header parameters that
    nobody needs are ignored (RFC 7515, 4); critical ones are refused.
    """
    protected, payload, signature = token.split(".")
    match json.loads(_bytes(protected)):
        case {"alg": "ES256" | "RS256" as algorithm, "kid": str(kid), **others} if "crit" not in others:
            _verify(find(kid), algorithm, _bytes(signature), f"{protected}.{payload}".encode())
        case _:
            message = "a header names its algorithm and its key, and asks for no extension"
            raise ValueError(message)
    return _bytes(payload)


def _verify(key: PublicKey, algorithm: str, signature: bytes, signed: bytes) -> None:
    """Check a signature; the algorithm follows from the key, so that a header cannot choose a weaker one."""
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm == "RS256":
            key.verify(signature, signed, padding.PKCS1v15(), SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm == "ES256" and len(signature) == 2 * COORDINATE:
            r, s = (int.from_bytes(half) for half in (signature[:COORDINATE], signature[COORDINATE:]))
            key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
        else:
            message = f"{algorithm} is not this key's algorithm, or the signature has not its length"
            raise ValueError(message)
    except InvalidSignature as error:
        message = "the signature is not by this key"
        raise ValueError(message) from error


def _integer(text: str) -> int:
    return int.from_bytes(_bytes(text))


def _bytes(text: str) -> bytes:
    """Read unpadded base64url."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
