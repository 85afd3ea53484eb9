import base64
import hashlib
import json
from typing import Any

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Algorithm, SigningKey, Site
from chalicelib.subjects.rules.passkeys import challenge_of, digest_of, passkey_of, signature_of, verify_signature
from chalicelib.subjects.rules.signing_keys import signing_key_of
from tests.builders import NOON, KeyPair
from tests.device import Device, text

SITE = Site(host="localhost", origin="http://localhost:8000")
CHALLENGE = challenge_of("enrol")
PAYLOAD = '{"item":"plate-replacement"}'


class Liar(Device):
    """A device that says something else of its key than is so."""

    def __init__(self, **said: Any) -> None:  # noqa: ANN401 - whatever COSE can hold
        super().__init__()
        self.said = {int(label.replace("minus", "-")): value for label, value in said.items()}

    def _cose(self) -> dict[int, Any]:
        return super()._cose() | self.said


def rsa_of(*, n: bytes = b"\xff" * 256, e: bytes = b"\x01\x00\x01", algorithm: int = -257) -> Device:
    return Liar(**{"1": 3, "3": algorithm, "minus1": n, "minus2": e})


def enrolled(device: Device) -> SigningKey:
    return passkey_of(device.make(CHALLENGE), site=SITE, challenge=CHALLENGE, at=NOON)


def signed(device: Device, key: SigningKey) -> str:
    return signature_of(device.sign(challenge_of(PAYLOAD)), [key])


@pytest.mark.requirement("R7.1")
@pytest.mark.parametrize(
    ("device", "algorithm"),
    [
        (Device(), Algorithm.ES256),
        (Device(edwards=True), Algorithm.EDDSA),
        (Device(rsa_bits=2048), Algorithm.RS256),
        (Device(rsa_bits=4096), Algorithm.RS256),
    ],
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
    [
        rsa_of(algorithm=-7),
        rsa_of(algorithm=-65535),
        rsa_of(algorithm=-258),
        rsa_of(n=b"\x7f" + b"\xff" * 255),
        rsa_of(n=b"\xff" * 255 + b"\xfe"),
        rsa_of(n=b"\x01" + b"\xff" * 512),
        rsa_of(n=b""),
        rsa_of(e=b"\x03"),
        rsa_of(e=b"\x00"),
        Liar(**{"3": -257}),
        Liar(**{"3": -8}),
        Liar(minus2=7),
        Device(knows_its_owner=False),
        Device(host="example.com"),
        Device(origin="https://example.com"),
        Device(client_data={"crossOrigin": True}),
        Device(client_data={"crossOrigin": "false"}),
        Device(client_data={"topOrigin": "https://example.com"}),
        Device(client_data={"crossOrigin": True, "topOrigin": "http://localhost:8000"}),
    ],
    ids=[
        "an RSA key that is called a curve's",
        "SHA-1",
        "SHA-384",
        "2047 bits",
        "an even modulus",
        "4097 bits",
        "no modulus",
        "exponent 3",
        "exponent 0",
        "a curve's key that is called RSA",
        "a curve's key that is called Edwards'",
        "a coordinate that is a number",
        "no user verification",
        "another site",
        "another origin",
        "a frame",
        "perhaps a frame",
        "a page above",
        "our own page above",
    ],
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


@pytest.mark.parametrize("said", [{"crossOrigin": True}, {"topOrigin": "https://example.com"}, {"crossOrigin": None}])
def test_what_a_device_signed_in_another_sites_frame_is_no_signature(said: dict[str, object]) -> None:
    device = Device()
    key = enrolled(device)
    device.client_data = said

    with pytest.raises(DomainError) as refused:
        verify_signature(signed(device, key), PAYLOAD, key)

    assert refused.value.code is ErrorCode.SIGNATURE_INVALID


def part_of(signature: str, key: SigningKey, *, payload: str = PAYLOAD) -> str | None:
    with pytest.raises(DomainError) as refused:
        verify_signature(signature, payload, key)
    (fault,) = refused.value.faults
    return fault.code


def with_header(signature: str, **other: object) -> str:
    """A signature whose header says something else."""
    header = json.loads(base64.urlsafe_b64decode(signature.partition(".")[0] + "=="))
    return f"{text(json.dumps(header | other).encode())}..{signature.rpartition('.')[2]}"


def with_a_byte_altered(value: str, place: int) -> str:
    whole = bytearray(base64.urlsafe_b64decode(value + "=="))
    whole[place] ^= 1
    return text(bytes(whole))


@pytest.mark.requirement("R7.2")
def test_a_refusal_says_which_part_of_what_the_device_signed_does_not_fit() -> None:
    device = Device()
    key = enrolled(device)
    signature = signed(device, key)
    head, _, value = signature.rpartition(".")

    assert part_of(signature, key, payload=f"{PAYLOAD} ") == "CONTENT"
    assert part_of(f"{head}.{with_a_byte_altered(value, 20)}", key) == "SIGNATURE"
    assert part_of(with_header(signature, kid="a" * 43), key) == "KEY"
    assert part_of(with_header(signature, alg="EdDSA"), key) == "KEY"
    assert part_of(with_header(signature, typ="another"), key) == "UNREADABLE"
    assert part_of(with_header(signature, more=1), key) == "UNREADABLE"
    assert part_of(with_header(signature, clientDataJSON=text(b"{}")), key) == "UNREADABLE"
    assert part_of(with_header(signature, authenticatorData=text(b"short")), key) == "UNREADABLE"


@pytest.mark.requirement("R7.2")
@pytest.mark.parametrize(
    "other",
    [
        {"knows_its_owner": False},
        {"host": "example.com"},
        {"origin": "https://example.com"},
        {"client_data": {"type": "webauthn.create"}},
        {"client_data": {"crossOrigin": True}},
    ],
    ids=["no user verification", "another site", "another origin", "not for signing", "in a frame"],
)
def test_what_was_signed_in_another_form_is_said_to_be_so(other: dict[str, Any]) -> None:
    device = Device()
    key = enrolled(device)
    elsewhere = Device(**other)
    elsewhere.key, elsewhere.id = device.key, device.id

    assert part_of(signed(elsewhere, key), key) == "FORM"


@pytest.mark.requirement("R7.2")
@pytest.mark.parametrize("name", ["authenticatorData", "clientDataJSON"])
def test_no_byte_of_what_a_device_signed_can_be_altered(name: str) -> None:
    device = Device()
    key = enrolled(device)
    signature = signed(device, key)
    header = json.loads(base64.urlsafe_b64decode(signature.partition(".")[0] + "=="))

    parts = {
        part_of(with_header(signature, **{name: with_a_byte_altered(header[name], place)}), key)
        for place in range(len(base64.urlsafe_b64decode(header[name] + "==")))
    }

    assert parts <= {"CONTENT", "FORM", "SIGNATURE", "UNREADABLE"}
    assert "FORM" in parts


def test_a_browser_may_be_too_old_to_speak_of_frames() -> None:
    device = Device()
    registration = device.make(CHALLENGE)
    said = {"type": "webauthn.create", "challenge": text(CHALLENGE), "origin": SITE.origin}
    registration["response"]["clientDataJSON"] = text(json.dumps(said).encode())

    assert passkey_of(registration, site=SITE, challenge=CHALLENGE, at=NOON).passkey is not None


def test_what_nests_deeper_than_anybody_can_read_is_refused() -> None:
    device = Device()
    registration = device.make(CHALLENGE)
    key = enrolled(device)
    assertion = device.sign(challenge_of(PAYLOAD))
    for response in (registration["response"], assertion["response"]):
        response["clientDataJSON"] = text(b"[" * 5000)

    with pytest.raises(DomainError, match="UNSUITABLE_KEY"):
        passkey_of(registration, site=SITE, challenge=CHALLENGE, at=NOON)
    with pytest.raises(DomainError, match="SIGNATURE_INVALID"):
        verify_signature(signature_of(assertion, [key]), PAYLOAD, key)


def test_an_rsa_key_is_named_by_its_numbers_however_long_it_is_written() -> None:
    short, long = rsa_of(), rsa_of(n=b"\x00" + b"\xff" * 256)

    assert enrolled(short).key_id == enrolled(long).key_id


def test_a_credential_is_kept_under_the_digest_of_its_id_whoever_enrols_it() -> None:
    device = Device()
    first, again = enrolled(device).passkey, enrolled(device).passkey

    assert first is not None
    assert again is not None
    assert digest_of(first) == digest_of(again) == hashlib.sha256(device.id).hexdigest()
