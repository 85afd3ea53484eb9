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
from chalicelib.subjects.model.subjects import Passkey, SigningKey, Site
from chalicelib.subjects.rules.signing_keys import header_of, signing_key_of, verify_detached

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticationCredential, RegistrationCredential

TYPE: Final = "webauthn"
PARTS: Final = frozenset({"alg", "kid", "typ", "authenticatorData", "clientDataJSON"})


def challenge_of(payload: str) -> bytes:
    """Return what a device is asked to sign for a payload: the SHA-256 of its UTF-8 bytes."""
    return hashlib.sha256(payload.encode()).digest()


def passkey_of(registration: Mapping[str, Any], *, site: Site, challenge: bytes, at: datetime) -> SigningKey:
    """Accept a key that a device made for us; ``UNSUITABLE_KEY`` unless site, challenge and user verification match.

    ``registration`` is the result of ``navigator.credentials.create`` as JSON (WebAuthn, 5.1); ES256 and EdDSA only,
    and only from a device that verified its user. The make of the device is not checked.
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
            supported_pub_key_algs=[Algorithms.ECDSA_SHA_256, Algorithms.EDDSA],
        )
        jwk = _jwk_of(made.credential_public_key)
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise DomainError(ErrorCode.UNSUITABLE_KEY) from None
    passkey = Passkey(
        credential_id=_text(made.credential_id),
        public_key=_text(made.credential_public_key),
        site=site,
    )
    return replace(signing_key_of(jwk, at=at), passkey=passkey)


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
    raise DomainError(ErrorCode.SIGNATURE_INVALID)


def verify_signature(signature: str, payload: str, key: SigningKey) -> None:
    """Check a signature over exactly this text, by a passkey or any other key; ``SIGNATURE_INVALID`` if it is wrong.

    A device's counter is not checked: an assertion is valid for one text only, so a copy of it is worthless.
    """
    if key.passkey is None:
        verify_detached(signature, payload, key)
        return
    from webauthn import verify_authentication_response  # noqa: PLC0415 - as above
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    header = header_of(signature)
    is_ours = header.keys() == PARTS and header["typ"] == TYPE and header["alg"] == key.algorithm
    if not is_ours or header["kid"] != key.key_id:
        raise DomainError(ErrorCode.SIGNATURE_INVALID)
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
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise DomainError(ErrorCode.SIGNATURE_INVALID) from None


def _registration(given: Mapping[str, Any]) -> "RegistrationCredential":
    from webauthn.helpers import parse_registration_credential_json  # noqa: PLC0415 - as above

    return parse_registration_credential_json(dict(given))


def _assertion(credential_id: str, header: Mapping[str, Any], signature: str) -> "AuthenticationCredential":
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415 - as above

    response = {name: header[name] for name in ("authenticatorData", "clientDataJSON")} | {"signature": signature}
    return parse_authentication_credential_json(
        {"id": credential_id, "rawId": credential_id, "type": "public-key", "response": response},
    )


def _jwk_of(cose_key: bytes) -> Mapping[str, object]:
    """Convert a COSE key (RFC 9053) to a JWK, to treat it like any other key; ``ValueError`` for another kind."""
    from webauthn.helpers import decode_credential_public_key  # noqa: PLC0415 - as above
    from webauthn.helpers.decode_credential_public_key import (  # noqa: PLC0415
        DecodedEC2PublicKey,
        DecodedOKPPublicKey,
    )

    key = decode_credential_public_key(cose_key)
    if isinstance(key, DecodedEC2PublicKey):
        return {"kty": "EC", "crv": "P-256", "x": _text(key.x), "y": _text(key.y)}
    if isinstance(key, DecodedOKPPublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.x)}
    raise ValueError(type(key).__name__)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
