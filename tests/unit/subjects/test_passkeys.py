from typing import Any

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Algorithm, SigningKey, Site
from chalicelib.subjects.rules.passkeys import challenge_of, passkey_of, signature_of, verify_signature
from chalicelib.subjects.rules.signing_keys import signing_key_of
from tests.builders import NOON, KeyPair
from tests.device import Device

SITE = Site(host="localhost", origin="http://localhost:8000")
CHALLENGE = challenge_of("enrol")
PAYLOAD = '{"item":"plate-replacement"}'


class Liar(Device):
    """A device that calls an RSA key an elliptic curve's."""

    def _cose(self) -> dict[int, Any]:
        return {1: 3, 3: -7, -1: bytes(256), -2: b"\x01\x00\x01"}


def enrolled(device: Device) -> SigningKey:
    return passkey_of(device.make(CHALLENGE), site=SITE, challenge=CHALLENGE, at=NOON)


def signed(device: Device, key: SigningKey) -> str:
    return signature_of(device.sign(challenge_of(PAYLOAD)), [key])


@pytest.mark.requirement("R7.1")
@pytest.mark.parametrize(
    ("device", "algorithm"), [(Device(), Algorithm.ES256), (Device(edwards=True), Algorithm.EDDSA)]
)
def test_a_passkey_signs_exactly_one_text(device: Device, algorithm: Algorithm) -> None:
    key = enrolled(device)
    signature = signed(device, key)

    verify_signature(signature, PAYLOAD, key)

    assert key.algorithm is algorithm
    with pytest.raises(DomainError) as refused:
        verify_signature(signature, PAYLOAD + " ", key)
    assert refused.value.code is ErrorCode.SIGNATURE_INVALID


def test_a_signature_by_another_passkey_of_the_same_person_is_invalid() -> None:
    one, other = Device(), Device()

    with pytest.raises(DomainError) as refused:
        verify_signature(signed(one, enrolled(one)), PAYLOAD, enrolled(other))

    assert refused.value.code is ErrorCode.SIGNATURE_INVALID


def test_an_assertion_of_a_credential_that_nobody_enrolled_is_no_signature() -> None:
    with pytest.raises(DomainError) as refused:
        signature_of(Device().sign(CHALLENGE), [enrolled(Device())])

    assert refused.value.code is ErrorCode.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "device",
    [Liar(), Device(knows_its_owner=False), Device(host="example.com"), Device(origin="https://example.com")],
    ids=["key of another kind", "no user verification", "another site", "another origin"],
)
def test_an_unsuitable_key_is_refused(device: Device) -> None:
    with pytest.raises(DomainError) as refused:
        enrolled(device)

    assert refused.value.code is ErrorCode.UNSUITABLE_KEY


def test_a_key_that_is_on_no_device_signs_by_itself() -> None:
    pair = KeyPair()
    key = signing_key_of(pair.jwk, at=NOON)

    verify_signature(pair.sign(PAYLOAD), PAYLOAD, key)

    with pytest.raises(DomainError) as refused:
        verify_signature(pair.sign(PAYLOAD), PAYLOAD + " ", key)
    assert refused.value.code is ErrorCode.SIGNATURE_INVALID
