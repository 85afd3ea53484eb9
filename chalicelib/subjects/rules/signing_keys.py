"""Signing keys of subjects (签名公钥), and signatures made with them."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.subjects.model.subjects import Algorithm, SigningKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COORDINATE = 32
"""Bytes of a P-256 coordinate, and of an Ed25519 public key."""

CURVES: Mapping[tuple[str, str], tuple[Algorithm, tuple[str, ...]]] = {
    ("EC", "P-256"): (Algorithm.ES256, ("x", "y")),
    ("OKP", "Ed25519"): (Algorithm.EDDSA, ("x",)),
}
"""The accepted kinds of keys, with their algorithm and the members that hold the public part."""

ALSO_CALLED: Mapping[Algorithm, str] = {Algorithm.EDDSA: "Ed25519"}
"""Newer names of algorithms (RFC 9864)."""

FIELD = 2**255 - 19
"""The prime of Ed25519; coordinates of points are below it."""

ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = frozenset({0, 1, FIELD - 1, ORDER_8, FIELD - ORDER_8})
"""The y of every Ed25519 point of small order: with such a key anybody can sign anything (RFC 8032, 8.9)."""

THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")

MAY_SAY_MORE = frozenset({"alg", "crv", "ext", "key_ops", "kid", "kty", "use", "x", "y"})
"""Members that a public key may have; anything else could be private (``d``) and is refused unread."""


DIGEST = "digest"
"""A header member of our own that may say what was signed: the hexadecimal SHA-256 of the payload."""


class SignedPart(StrEnum):
    """What does not fit in a signature (R7.2); without a digest in its header, text and signature cannot be told apart.

    ``LAYOUT`` is what was laid out for the signer beside the text, ``FORM`` how it was signed: on which site, on a page
    of ours, by a user whom the device has verified.
    """

    UNREADABLE = "UNREADABLE"
    KEY = "KEY"
    CONTENT = "CONTENT"
    LAYOUT = "LAYOUT"
    FORM = "FORM"
    SIGNATURE = "SIGNATURE"
    CONTENT_OR_SIGNATURE = "CONTENT_OR_SIGNATURE"


PARTS: Mapping[SignedPart, tuple[str, str]] = {
    SignedPart.UNREADABLE: ("签名不是可以识别的格式。", "The signature cannot be read."),
    SignedPart.KEY: ("签名所写的公钥或者算法不是这一把。", "It names another key or another algorithm."),
    SignedPart.CONTENT: ("所签的不是这份承诺的原文。", "What was signed is not this text."),
    SignedPart.LAYOUT: (
        "页面上列出的内容与待签原文不一致。",
        "What was laid out to be signed is not what the text says.",
    ),
    SignedPart.FORM: (
        "不是在本网站的页面上、由设备核验本人之后签署的。",
        "It was not signed on a page of this site, by somebody whom the device has verified.",
    ),
    SignedPart.SIGNATURE: (
        "原文无误，签名值已被改动或者不是这把密钥所签。",
        "The text is right; the signature is not.",
    ),
    SignedPart.CONTENT_OR_SIGNATURE: (
        "原文或者签名值有改动（签名头中没有摘要，无法区分）。",
        "The text or the signature was changed; without a digest in the header they cannot be told apart.",
    ),
}
"""What to say of each, in Chinese and English."""


def invalid(part: SignedPart) -> DomainError:
    """Return the refusal of a signature, with the part that does not fit."""
    chinese, english = PARTS[part]
    fault = FieldError(pointer="/signature", detail=chinese, english=english, code=part.value)
    return DomainError(ErrorCode.SIGNATURE_INVALID, faults=(fault,))


def signing_key_of(jwk: Mapping[str, object], *, at: datetime) -> SigningKey:
    """Accept a public key for ES256 or EdDSA (RFC 7517, 8037); ``UNSUITABLE_KEY`` for others and for private keys."""
    known = CURVES.get((_text(jwk.get("kty")), _text(jwk.get("crv"))))
    if known is None or not jwk.keys() <= MAY_SAY_MORE:
        raise DomainError(ErrorCode.UNSUITABLE_KEY)
    algorithm, members = known
    is_named = jwk.get("alg", algorithm.value) in (algorithm.value, ALSO_CALLED.get(algorithm))
    if not is_named or jwk.get("use", "sig") != "sig":
        raise DomainError(ErrorCode.UNSUITABLE_KEY)
    public = {"crv": str(jwk["crv"]), "kty": str(jwk["kty"])} | {name: _text(jwk.get(name)) for name in members}
    try:
        _public_key(algorithm, public)
    except ValueError:
        raise DomainError(ErrorCode.UNSUITABLE_KEY) from None
    return key_named(public, algorithm, at=at)


def key_named(public: Mapping[str, str], algorithm: Algorithm, *, at: datetime) -> SigningKey:
    """Name a key that was checked: ``public`` holds the members that RFC 7638 requires, and no others."""
    return SigningKey(key_id=_thumbprint(public), jwk=public, algorithm=algorithm, enrolled_at=at)


def key_id_of(jws: str) -> str:
    """Return the id of the key named in a signature; ``SIGNATURE_INVALID`` if it is unreadable."""
    return str(header_of(jws)["kid"])


def header_of(jws: str) -> Mapping[str, object]:
    """Return the header of a signature; ``SIGNATURE_INVALID`` if it is unreadable."""
    return _parts(jws)[0]


def verify_detached(jws: str, payload: str, key: SigningKey) -> None:
    """Check a compact JWS with detached payload (RFC 7515, appendix F) over exactly this text.

    Raises ``SIGNATURE_INVALID`` with the part that does not fit, unless it is by this key, over this payload, with the
    key's own algorithm; a header with extensions (``crit``, ``b64``) is not supported and is refused. If the header has
    a ``digest``, it must be the payload's.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - its library costs a cold start much

    header, signature = _parts(jws)
    if header["alg"] != key.algorithm or header["kid"] != key.key_id:
        raise invalid(SignedPart.KEY)
    if header.get(DIGEST, _sha256(payload)) != _sha256(payload):
        raise invalid(SignedPart.CONTENT)
    signed = f"{jws.partition('.')[0]}.{_base64url(payload.encode())}".encode()
    try:
        _verify(_public_key(key.algorithm, key.jwk), signature, signed)
    except (InvalidSignature, ValueError):
        part = SignedPart.SIGNATURE if DIGEST in header else SignedPart.CONTENT_OR_SIGNATURE
        raise invalid(part) from None


@lru_cache(maxsize=16)
def _parts(jws: str) -> tuple[Mapping[str, object], bytes]:
    match jws.split("."):
        case [protected, "", signature]:
            try:
                header: object = json.loads(_bytes(protected))
                signed = _bytes(signature)
            except (ValueError, RecursionError):
                raise invalid(SignedPart.UNREADABLE) from None
            if isinstance(header, dict) and _is_understood(header):
                return header, signed
    raise invalid(SignedPart.UNREADABLE)


def _is_understood(header: Mapping[str, object]) -> bool:
    """Return whether a header names its algorithm and a key id in our format, and asks for no extension."""
    is_named = "alg" in header and THUMBPRINT.fullmatch(_text(header.get("kid"))) is not None
    return is_named and not {"crit", "b64"} & header.keys()


def _verify(key: "EllipticCurvePublicKey | Ed25519PublicKey", signature: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    if not isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed)
        return
    if len(signature) != 2 * COORDINATE:
        message = "an ES256 signature has 64 bytes (RFC 7518, 3.4)"
        raise ValueError(message)
    r, s = (int.from_bytes(half) for half in (signature[:COORDINATE], signature[COORDINATE:]))
    key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))


def _public_key(algorithm: Algorithm, jwk: Mapping[str, str]) -> "EllipticCurvePublicKey | Ed25519PublicKey":
    """Build the key; ``ValueError`` for a point not on the curve, or a key with which anybody can sign."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415 - as above

    coordinates = [_bytes(jwk[name]) for name in ("x", "y") if name in jwk]
    if any(len(coordinate) != COORDINATE for coordinate in coordinates):
        message = "a coordinate has 32 bytes"
        raise ValueError(message)
    if algorithm is Algorithm.EDDSA:
        y = int.from_bytes(coordinates[0], "little") % 2**255
        if y in SMALL_ORDER or y >= FIELD:
            message = "a point of small order is nobody's own key"
            raise ValueError(message)
        return ed25519.Ed25519PublicKey.from_public_bytes(coordinates[0])
    x, y = (int.from_bytes(coordinate) for coordinate in coordinates)
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _thumbprint(public: Mapping[str, str]) -> str:
    """Return the RFC 7638 thumbprint: over the required members only, in order of their names."""
    text = json.dumps(dict(sorted(public.items())), separators=(",", ":"))
    return _base64url(hashlib.sha256(text.encode()).digest())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Decode unpadded base64url; ``ValueError`` for any other spelling of the same bytes, so that there is only one."""
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if _base64url(value) != text:
        raise ValueError(text)
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
