"""Passkeys (通行密钥): keys that stay on a device, which signs after verifying its user (WebAuthn, level 2).

The challenge that the device signs is the digest of the payload, so that its assertion is a signature over exactly
that text. It is written like a compact JWS with detached payload (RFC 7515, appendix F) whose header says ``"typ":
"webauthn"`` and carries what the device signed besides the challenge.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Algorithm, Passkey, SigningKey, Site
from chalicelib.subjects.rules.signing_keys import (
    SignedPart,
    header_of,
    invalid,
    key_named,
    signing_key_of,
    verify_detached,
)

if TYPE_CHECKING:
    from webauthn.helpers.decode_credential_public_key import DecodedRSAPublicKey
    from webauthn.helpers.structs import AuthenticationCredential, RegistrationCredential

TYPE: Final = "webauthn"
RSA_BITS: Final = range(2048, 4096 + 1)
RSA_EXPONENT: Final = 65537
"""The only one that authenticators make, and one with which a signature costs little to check (FIPS 186-5, A.1.1)."""

FLAGS: Final = 32
USER_VERIFIED: Final = 0x04
"""Where an authenticator's flags stand, after the digest of the site, and the one that it knows its user (6.1)."""

PARTS: Final = frozenset({"alg", "kid", "typ", "authenticatorData", "clientDataJSON"})


def challenge_of(payload: str) -> bytes:
    """Return what a device is asked to sign for a payload: the SHA-256 of its UTF-8 bytes."""
    return hashlib.sha256(payload.encode()).digest()


def passkey_of(registration: Mapping[str, Any], *, site: Site, challenge: bytes, at: datetime) -> SigningKey:
    """Accept a key that a device made for us; ``UNSUITABLE_KEY`` unless site, challenge and user verification match.

    ``registration`` is the result of ``navigator.credentials.create`` as JSON (WebAuthn, 5.1); ES256, EdDSA and RS256
    only, and only from a device that verified its user, on a page of ours. The make of the device is not checked.
    """
    from webauthn import verify_registration_response  # noqa: PLC0415 - it and what it brings cost a cold start
    from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithms  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        made = verify_registration_response(
            credential=_registration(registration),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=[
                Algorithms.ECDSA_SHA_256,
                Algorithms.EDDSA,
                Algorithms.RSASSA_PKCS1_v1_5_SHA_256,
            ],
        )
        _require_own_page(registration["response"]["clientDataJSON"])
        key = _key_of(made.credential_public_key, at=at)
    except (WebAuthnException, ValueError, LookupError, TypeError, RecursionError):
        raise DomainError(ErrorCode.UNSUITABLE_KEY) from None
    passkey = Passkey(
        credential_id=_text(made.credential_id),
        public_key=_text(made.credential_public_key),
        site=site,
    )
    return replace(key, passkey=passkey)


def signature_of(assertion: Mapping[str, Any], keys: Sequence[SigningKey]) -> str:
    """Write the result of ``navigator.credentials.get`` as a signature; ``SIGNATURE_INVALID`` if no key made it."""
    response = assertion.get("response")
    for key in keys:
        if key.passkey is not None and key.passkey.credential_id == assertion.get("id") and isinstance(response, dict):
            header = {
                "alg": key.algorithm.value,
                "kid": key.key_id,
                "typ": TYPE,
                "authenticatorData": str(response.get("authenticatorData", "")),
                "clientDataJSON": str(response.get("clientDataJSON", "")),
            }
            text = json.dumps(header, separators=(",", ":"))
            return f"{_text(text.encode())}..{response.get('signature', '')}"
    raise invalid(SignedPart.KEY)


def verify_signature(signature: str, payload: str, key: SigningKey) -> None:
    """Check a signature over exactly this text, by a passkey or any other key.

    Raises ``SIGNATURE_INVALID`` with the part that does not fit (R7.2): the key, the text, the form or the signature.
    A device's counter is not checked: an assertion is valid for one text only, so a copy of it is worthless.
    """
    if key.passkey is None:
        verify_detached(signature, payload, key)
        return
    from webauthn import verify_authentication_response  # noqa: PLC0415 - as above
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    header = header_of(signature)
    if header.keys() != PARTS or header["typ"] != TYPE:
        raise invalid(SignedPart.UNREADABLE)
    if header["alg"] != key.algorithm or header["kid"] != key.key_id:
        raise invalid(SignedPart.KEY)
    _require_said(header, payload, site=key.passkey.site)
    try:
        verify_authentication_response(
            credential=_assertion(key.passkey.credential_id, header, signature.rpartition(".")[2]),
            expected_challenge=challenge_of(payload),
            expected_rp_id=key.passkey.site.host,
            expected_origin=key.passkey.site.origin,
            credential_public_key=_bytes(key.passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, LookupError, TypeError, RecursionError):
        raise invalid(SignedPart.SIGNATURE) from None


def digest_of(passkey: Passkey) -> str:
    """Return the name under which a device's own id for a key is kept, whoever enrols it."""
    return hashlib.sha256(_bytes(passkey.credential_id)).hexdigest()


def _require_said(header: Mapping[str, Any], payload: str, *, site: Site) -> None:
    """Refuse what the device says it signed, before its signature is looked at: another text, or in another form."""
    try:
        said = json.loads(_bytes(str(header["clientDataJSON"])))
        is_this = said["challenge"] == _text(challenge_of(payload))
        told = _bytes(str(header["authenticatorData"]))
        is_verified = bool(told[FLAGS] & USER_VERIFIED)
    except (ValueError, LookupError, TypeError, RecursionError):
        raise invalid(SignedPart.UNREADABLE) from None
    if not is_this:
        raise invalid(SignedPart.CONTENT)
    try:
        _require_own_page(str(header["clientDataJSON"]))
    except ValueError:
        raise invalid(SignedPart.FORM) from None
    is_here = said.get("origin") == site.origin and told.startswith(hashlib.sha256(site.host.encode()).digest())
    if not is_verified or not is_here or said.get("type") != "webauthn.get":
        raise invalid(SignedPart.FORM)


def _require_own_page(client_data: str) -> None:
    """Refuse what was asked for in a frame of another site; ``ValueError``.

    Whoever signs there sees another site's page around ours. Browsers say so with ``crossOrigin``, and since level 3
    with ``topOrigin`` (WebAuthn level 3, 5.8.1, 7.1 and 7.2); our pages are never framed.
    """
    said = json.loads(_bytes(client_data))
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        message = "the page was in a frame of another site"
        raise ValueError(message)


def _registration(given: Mapping[str, Any]) -> "RegistrationCredential":
    from webauthn.helpers import parse_registration_credential_json  # noqa: PLC0415 - as above

    return parse_registration_credential_json(dict(given))


def _assertion(credential_id: str, header: Mapping[str, Any], signature: str) -> "AuthenticationCredential":
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415 - as above

    response = {name: header[name] for name in ("authenticatorData", "clientDataJSON")} | {"signature": signature}
    return parse_authentication_credential_json(
        {"id": credential_id, "rawId": credential_id, "type": "public-key", "response": response},
    )


def _key_of(cose_key: bytes, *, at: datetime) -> SigningKey:
    """Read a COSE key (RFC 9053), to treat it like any other key; ``ValueError`` for another kind."""
    from webauthn.helpers import decode_credential_public_key  # noqa: PLC0415 - as above
    from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithms  # noqa: PLC0415
    from webauthn.helpers.decode_credential_public_key import (  # noqa: PLC0415
        DecodedEC2PublicKey,
        DecodedOKPPublicKey,
        DecodedRSAPublicKey,
    )

    key = decode_credential_public_key(cose_key)
    if isinstance(key, DecodedEC2PublicKey) and key.alg == Algorithms.ECDSA_SHA_256:
        return signing_key_of({"kty": "EC", "crv": "P-256", "x": _text(key.x), "y": _text(key.y)}, at=at)
    if isinstance(key, DecodedOKPPublicKey) and key.alg == Algorithms.EDDSA:
        return signing_key_of({"kty": "OKP", "crv": "Ed25519", "x": _text(key.x)}, at=at)
    if isinstance(key, DecodedRSAPublicKey) and key.alg == Algorithms.RSASSA_PKCS1_v1_5_SHA_256:
        return _rsa_key_of(key, at=at)
    raise ValueError(type(key).__name__)


def _rsa_key_of(key: "DecodedRSAPublicKey", *, at: datetime) -> SigningKey:
    """Accept an RSA key of a usual size with the usual exponent; ``ValueError`` for others."""
    modulus, exponent = int.from_bytes(key.n), int.from_bytes(key.e)
    if modulus.bit_length() not in RSA_BITS or modulus % 2 == 0 or exponent != RSA_EXPONENT:
        message = "an RSA key has 2048 to 4096 bits and the exponent 65537"
        raise ValueError(message)
    public = {"e": _number(exponent), "kty": "RSA", "n": _number(modulus)}
    return key_named(public, Algorithm.RS256, at=at)


def _number(value: int) -> str:
    """Write a number without leading zeros, as a JWK has it (RFC 7518, 2)."""
    return _text(value.to_bytes((value.bit_length() + 7) // 8))


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
