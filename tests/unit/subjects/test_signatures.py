import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Algorithm, SigningKey
from chalicelib.subjects.rules.signing_keys import (
    FIELD,
    PARTS,
    SMALL_ORDER,
    SignedPart,
    key_id_of,
    signing_key_of,
    verify_detached,
)
from tests.builders import NOON, KeyPair, base64url

PAYLOAD = '{"item":"plate-replacement","subject":"k1.00"}'
ED25519 = KeyPair(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
ES256 = KeyPair(ec.derive_private_key(7, ec.SECP256R1()))
RFC_8037_KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def enrolled(pair: KeyPair) -> SigningKey:
    return signing_key_of(pair.jwk, at=NOON)


def reason_of_key(jwk: dict[str, Any]) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        signing_key_of(jwk, at=NOON)
    return refused.value.code


def reason_of_signature(jws: str, *, payload: str = PAYLOAD, key: SigningKey) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        verify_detached(jws, payload, key)
    return refused.value.code


def part_of_signature(jws: str, *, payload: str = PAYLOAD, key: SigningKey) -> str | None:
    with pytest.raises(DomainError) as refused:
        verify_detached(jws, payload, key)
    (fault,) = refused.value.faults
    return fault.code


def test_the_key_id_is_the_thumbprint_of_rfc_8037() -> None:
    key = signing_key_of(RFC_8037_KEY, at=NOON)

    assert key.key_id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert key.algorithm is Algorithm.EDDSA


def test_what_a_key_says_beside_its_public_part_is_not_kept() -> None:
    said = ES256.jwk | {"kid": "mine", "use": "sig", "alg": "ES256", "ext": True, "key_ops": ["verify"]}

    assert signing_key_of(said, at=NOON) == enrolled(ES256)
    assert enrolled(ES256).jwk == ES256.jwk


@pytest.mark.requirement("R7.1")
@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": ["EC"], "crv": "P-256"},
        ES256.jwk | {"d": "AAAA"},
        ED25519.jwk | {"d": "AAAA"},
        ES256.jwk | {"crv": "P-384"},
        ES256.jwk | {"crv": "secp256k1"},
        ED25519.jwk | {"crv": "X25519"},
        ES256.jwk | {"use": "enc"},
        ES256.jwk | {"alg": "ES384"},
        ES256.jwk | {"alg": ["ES256"]},
        ES256.jwk | {"alg": "EdDSA"},
        ES256.jwk | {"alg": "Ed25519"},
        ES256.jwk | {"use": ["sig"]},
        ES256.jwk | {"y": ES256.jwk["x"]},
        ES256.jwk | {"x": "AAAA"},
        ES256.jwk | {"x": ES256.jwk["x"] + "="},
        ES256.jwk | {"x": "义"},
        ES256.jwk | {"x": 1},
        {name: value for name, value in ES256.jwk.items() if name != "y"},
        ED25519.jwk | {"x": base64url(b"\x01" * 31)},
    ],
    ids=lambda jwk: json.dumps(jwk)[:40],
)
def test_any_other_key_is_unsuitable(jwk: dict[str, Any]) -> None:
    assert reason_of_key(jwk) is ErrorCode.UNSUITABLE_KEY


@pytest.mark.parametrize("sign_bit", [0, 1 << 255])
@pytest.mark.parametrize("y", [*SMALL_ORDER, FIELD, FIELD + 1])
def test_a_key_with_which_anybody_can_sign_is_unsuitable(y: int, sign_bit: int) -> None:
    x = base64url((y | sign_bit).to_bytes(32, "little"))

    with pytest.raises(DomainError, match="UNSUITABLE_KEY"):
        signing_key_of({"kty": "OKP", "crv": "Ed25519", "x": x}, at=NOON)


@pytest.mark.parametrize("kid", ["", "k" * 42, "k" * 44, "k" * 3000, "\ud800" * 43, 7, None, ["k"]])
def test_a_signature_names_its_key_as_keys_are_named(kid: object) -> None:
    header = base64url(json.dumps({"alg": "EdDSA", "kid": kid}).encode())

    with pytest.raises(DomainError, match="SIGNATURE_INVALID"):
        key_id_of(f"{header}..AAAA")


def test_the_newer_name_of_eddsa_is_taken() -> None:
    assert signing_key_of(ED25519.jwk | {"alg": "Ed25519"}, at=NOON).algorithm is Algorithm.EDDSA


@pytest.mark.requirement("R7.3")
@pytest.mark.parametrize("pair", [ES256, ED25519], ids=["ES256", "EdDSA"])
def test_a_signature_over_the_payload_is_good(pair: KeyPair) -> None:
    jws = pair.sign(PAYLOAD)

    verify_detached(jws, PAYLOAD, enrolled(pair))
    assert key_id_of(jws) == enrolled(pair).key_id


@pytest.mark.requirement("R7.1", "R7.2")
@pytest.mark.parametrize("pair", [ES256, ED25519], ids=["ES256", "EdDSA"])
def test_one_character_more_less_or_other_is_not_what_was_signed(pair: KeyPair) -> None:
    jws = pair.sign(PAYLOAD)

    for payload in (PAYLOAD + " ", PAYLOAD[:-1], PAYLOAD.replace("plate", "Plate"), ""):
        assert reason_of_signature(jws, payload=payload, key=enrolled(pair)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.requirement("R7.1", "R7.2")
@pytest.mark.parametrize("pair", [ES256, ED25519], ids=["ES256", "EdDSA"])
def test_every_byte_of_a_signature_counts(pair: KeyPair) -> None:
    head, _, signature = pair.sign(PAYLOAD).rpartition(".")
    value = base64.urlsafe_b64decode(signature + "==")

    for place in range(0, len(value), 7):
        altered = value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]
        jws = f"{head}.{base64url(altered)}"
        assert reason_of_signature(jws, key=enrolled(pair)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "EdDSA"},
        {"alg": None},
        {"kid": None},
        {"kid": "another"},
        {"crit": ["b64"], "b64": False},
        {"b64": True},
        {"crit": []},
    ],
    ids=str,
)
def test_a_header_that_asks_for_something_else_is_refused(header: dict[str, Any]) -> None:
    assert reason_of_signature(ES256.sign(PAYLOAD, **header), key=enrolled(ES256)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.requirement("R7.1")
def test_another_persons_signature_is_refused() -> None:
    theirs = KeyPair(ec.derive_private_key(8, ec.SECP256R1()))
    jws = theirs.sign(PAYLOAD, kid=ES256.key_id)

    assert reason_of_signature(jws, key=enrolled(ES256)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "jws",
    ["", "..", "a", "a.b.c", "e30..AA", "W10..AA", "!..AA", f"{base64url(b'[' * 9999)}..AA", "义..义", "e30..A"],
)
def test_what_is_no_detached_signature_is_refused(jws: str) -> None:
    assert reason_of_signature(jws, key=enrolled(ES256)) is ErrorCode.SIGNATURE_INVALID


def test_a_payload_in_its_place_is_not_detached() -> None:
    head, _, signature = ES256.sign(PAYLOAD).split(".")
    jws = f"{head}.{base64url(PAYLOAD.encode())}.{signature}"

    assert reason_of_signature(jws, key=enrolled(ES256)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.parametrize("length", [0, 63, 65, 70])
def test_an_es256_signature_has_64_bytes(length: int) -> None:
    head, _, _ = ES256.sign(PAYLOAD).split(".")

    assert (
        reason_of_signature(f"{head}..{base64url(b'1' * length)}", key=enrolled(ES256)) is ErrorCode.SIGNATURE_INVALID
    )


DIGEST = hashlib.sha256(PAYLOAD.encode()).hexdigest()


@pytest.mark.requirement("R7.2")
@pytest.mark.parametrize("pair", [ES256, ED25519], ids=["ES256", "EdDSA"])
def test_a_refusal_says_whether_the_text_the_key_or_the_signature_does_not_fit(pair: KeyPair) -> None:
    key, jws = enrolled(pair), pair.sign(PAYLOAD, digest=DIGEST)
    head, _, signature = jws.rpartition(".")
    altered = base64url(bytes([base64.urlsafe_b64decode(signature + "==")[0] ^ 1]) + b"0" * 63)

    verify_detached(jws, PAYLOAD, key)

    assert part_of_signature(jws, payload=f"{PAYLOAD} ", key=key) == "CONTENT"
    assert part_of_signature(f"{head}.{altered}", key=key) == "SIGNATURE"
    assert part_of_signature(pair.sign(PAYLOAD, kid="a" * 43), key=key) == "KEY"
    assert part_of_signature(pair.sign(PAYLOAD, alg="none"), key=key) == "KEY"
    assert part_of_signature("e30..AA", key=key) == "UNREADABLE"
    assert part_of_signature(pair.sign(PAYLOAD), payload=f"{PAYLOAD} ", key=key) == "CONTENT_OR_SIGNATURE"


@pytest.mark.requirement("R7.2")
def test_every_part_is_said_in_both_languages() -> None:
    assert PARTS.keys() == set(SignedPart)
    assert all(chinese and english for chinese, english in PARTS.values())
