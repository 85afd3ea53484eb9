from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib import aws
from chalicelib.container import container
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import connection
from chalicelib.dynamo.transaction import read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import Known, Site, SubjectKey, SubjectKind
from chalicelib.subjects.services import Subjects
from chalicelib.subjects.store import SubjectStore, Vault
from tests.builders import AN_OFFICE, NOON, KeyPair, an_identity, an_organisation
from tests.device import Device
from tests.wire import interrupted, watched

pytestmark = pytest.mark.usefixtures("cloud")

CHALLENGE = b"\x01" * 32
SITE = Site(host="localhost", origin="http://localhost:8000")
LI = SubjectKey("k1.li")
WANG = SubjectKey("k1.wang")


def not_expected(known: Known, *_: object) -> None:
    raise AssertionError(known)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls to KMS from now on."""
    calls: list[str] = []
    encrypt = aws.client("kms").encrypt

    def counting(**call: Any) -> Any:  # noqa: ANN401 - as botocore has it
        calls.append(call["EncryptionContext"]["subject"])
        return encrypt(**call)

    monkeypatch.setattr(aws.client("kms"), "encrypt", counting)
    return calls


def test_a_subject_is_encrypted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch)

    first = container().subjects.know(an_identity(), AN_OFFICE, NOON)
    second = container().subjects.know(an_identity(number=" 330725196806180004 "), AN_OFFICE, NOON)

    assert first == second
    assert calls == [first.key]
    assert first.key == container().subject_keys.key_of(an_identity())


@pytest.mark.requirement("R7.7")
def test_nothing_stored_says_who_it_is_without_the_key_and_its_context() -> None:
    known = container().subjects.know(an_identity(), AN_OFFICE, NOON)
    table = settings().table("subjects")
    (item,) = connection().dispatch("Scan", {"TableName": table})["Items"]

    assert "330725196806180004" not in str(item)
    assert "李示例" not in str(item)
    sealed = b64decode(item["identity"]["B"])
    opened = aws.client("kms").decrypt(CiphertextBlob=sealed, EncryptionContext={"subject": known.key})
    assert opened["Plaintext"].decode() == '{"kind": "resident_id", "number": "330725196806180004", "name": "李示例"}'
    with pytest.raises(aws.client("kms").exceptions.ClientError):
        aws.client("kms").decrypt(CiphertextBlob=sealed, EncryptionContext={"subject": "k1.another"})


def test_another_name_for_a_number_is_marked_and_changes_nothing() -> None:
    container().subjects.know(an_identity(), AN_OFFICE, NOON)

    known = container().subjects.know(an_identity(name="李示列"), AN_OFFICE, NOON)

    assert known.is_conflicting
    assert not container().subjects.know(an_identity(), AN_OFFICE, NOON).is_conflicting
    assert known.masked_name == "李*"


def test_namesakes_are_different_subjects() -> None:
    one = container().subjects.know(an_identity(), AN_OFFICE, NOON)
    other = container().subjects.know(an_identity(number="310225197509100008"), AN_OFFICE, NOON)

    assert one.key != other.key
    assert not other.is_conflicting


def test_a_bad_number_is_never_stored() -> None:
    with pytest.raises(DomainError, match="INVALID_IDENTIFIER"):
        container().subjects.know(an_organisation(number="91330782MA0000029Y"), AN_OFFICE, NOON)
    with pytest.raises(DomainError, match="INSUFFICIENT_IDENTITY"):
        container().subjects.know(replace(an_identity(), number=""), AN_OFFICE, NOON)


def test_a_name_is_shown_masked() -> None:
    known = container().subjects.know(an_organisation(name="义乌示例"), AN_OFFICE, NOON)

    assert container().subjects.masked(known.key) == "义*"
    assert container().subjects.masked(LI) == "*"


def test_two_who_meet_a_subject_at_once_store_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store = SubjectStore()
    known = store.known

    def a_moment_too_early(_keys: tuple[SubjectKey, ...]) -> Any:  # noqa: ANN401 - as the store has it
        monkeypatch.setattr(store, "known", known)
        container().subjects.know(an_identity(), AN_OFFICE, NOON)
        return ()

    monkeypatch.setattr(store, "known", a_moment_too_early)
    slower = Subjects(container().subject_keys, store, Vault(settings().identity_key), on_correction=not_expected)

    assert slower.know(an_identity(), AN_OFFICE, NOON) == container().subjects.know(an_identity(), AN_OFFICE, NOON)


def test_a_key_enrolled_twice_is_one_key() -> None:
    pair = KeyPair()

    first = container().signing_keys.enrol(LI, pair.jwk, at=NOON)
    second = container().signing_keys.enrol(LI, pair.jwk, at=NOON + timedelta(days=1))

    assert first.key.key_id == pair.key_id
    assert (second.key, second.is_repeated) == (first.key, True)
    assert container().signing_keys.list(LI) == (first.key,)


def test_a_key_may_be_enrolled_by_another_subject_too() -> None:
    pair = KeyPair()
    container().signing_keys.enrol(LI, pair.jwk, at=NOON)
    container().signing_keys.revoke(LI, pair.key_id, at=NOON)

    assert not container().signing_keys.enrol(WANG, pair.jwk, at=NOON).is_repeated
    assert container().signing_keys.list(WANG)[0].revoked_at is None


def test_the_same_request_enrols_once_and_another_body_is_refused() -> None:
    pair = KeyPair()
    once = IdempotencyKey.of(caller="li", route="POST /v1/signing-keys", key="k", body=b"a")

    first = container().signing_keys.enrol(LI, pair.jwk, at=NOON, idempotency_key=once)
    again = container().signing_keys.enrol(LI, pair.jwk, at=NOON, idempotency_key=once)

    assert (again.key, again.is_repeated) == (first.key, True)
    with pytest.raises(DomainError, match="IDEMPOTENCY_KEY_REUSED"):
        container().signing_keys.enrol(LI, KeyPair().jwk, at=NOON, idempotency_key=replace(once, request="other"))


def test_a_revoked_key_stays_revoked() -> None:
    pair = KeyPair()
    container().signing_keys.enrol(LI, pair.jwk, at=NOON)

    revoked = container().signing_keys.revoke(LI, pair.key_id, at=NOON + timedelta(hours=1))
    again = container().signing_keys.revoke(LI, pair.key_id, at=NOON + timedelta(hours=2))

    assert revoked.revoked_at == NOON + timedelta(hours=1)
    assert again == revoked
    with pytest.raises(DomainError, match="KEY_REVOKED"):
        container().signing_keys.enrol(LI, pair.jwk, at=NOON + timedelta(hours=3))


def test_a_key_of_somebody_else_is_not_found() -> None:
    pair = KeyPair()
    container().signing_keys.enrol(LI, pair.jwk, at=NOON)

    for subject, key_id in ((WANG, pair.key_id), (LI, "another")):
        with pytest.raises(DomainError) as refused:
            container().signing_keys.revoke(subject, key_id, at=NOON)
        assert refused.value.code is ErrorCode.NOT_FOUND


def test_a_key_is_read_in_a_batch_with_other_rows() -> None:
    pair = KeyPair()
    enrolled = container().signing_keys.enrol(LI, pair.jwk, at=NOON).key
    keys = container().signing_keys

    present, absent = read_together(keys.row(LI, pair.key_id), keys.row(WANG, pair.key_id))

    assert keys.from_row(present) == enrolled
    assert keys.from_row(absent) is None


def test_a_subject_has_twenty_keys_at_most() -> None:
    for number in range(1, 21):
        pair = KeyPair(ec.derive_private_key(number, ec.SECP256R1()))
        container().signing_keys.enrol(LI, pair.jwk, at=NOON)

    with pytest.raises(DomainError, match="TOO_MANY_KEYS"):
        container().signing_keys.enrol(LI, KeyPair().jwk, at=NOON)

    container().signing_keys.revoke(LI, pair.key_id, at=NOON)
    container().signing_keys.enrol(LI, KeyPair().jwk, at=NOON)


def test_of_two_keys_enrolled_at_once_only_one_is_the_twentieth() -> None:
    for number in range(1, 20):
        container().signing_keys.enrol(LI, KeyPair(ec.derive_private_key(number, ec.SECP256R1())).jwk, at=NOON)
    other = KeyPair()

    with (
        watched(interrupted("TransactWriteItems", lambda: container().signing_keys.enrol(LI, other.jwk, at=NOON))),
        pytest.raises(DomainError, match="TOO_MANY_KEYS"),
    ):
        container().signing_keys.enrol(LI, KeyPair().jwk, at=NOON)

    kept = container().signing_keys.list(LI)
    assert (len(kept), other.key_id in {key.key_id for key in kept}) == (20, True)


def test_a_passkey_belongs_to_one_person() -> None:
    device, keys = Device(), container().signing_keys
    made = device.make(CHALLENGE)

    first = keys.enrol_passkey(LI, made, site=SITE, challenge=CHALLENGE, at=NOON)
    again = keys.enrol_passkey(LI, made, site=SITE, challenge=CHALLENGE, at=NOON)
    for subject, registration in ((WANG, made), (LI, other_key_of(device).make(CHALLENGE))):
        with pytest.raises(DomainError, match="KEY_TAKEN"):
            keys.enrol_passkey(subject, registration, site=SITE, challenge=CHALLENGE, at=NOON)
    keys.revoke(LI, first.key.key_id, at=NOON)
    with pytest.raises(DomainError, match="KEY_TAKEN"):
        keys.enrol_passkey(WANG, made, site=SITE, challenge=CHALLENGE, at=NOON)

    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert keys.list(WANG) == ()


def test_of_two_persons_who_enrol_one_passkey_at_once_only_one_has_it() -> None:
    made, keys = Device().make(CHALLENGE), container().signing_keys

    def second() -> None:
        keys.enrol_passkey(WANG, made, site=SITE, challenge=CHALLENGE, at=NOON)

    with watched(interrupted("TransactWriteItems", second)), pytest.raises(DomainError, match="KEY_TAKEN"):
        keys.enrol_passkey(LI, made, site=SITE, challenge=CHALLENGE, at=NOON)

    assert (len(keys.list(LI)), len(keys.list(WANG))) == (0, 1)


def other_key_of(device: Device) -> Device:
    """Another key that claims to be the same credential."""
    other = Device()
    other.id = device.id
    return other


def test_kinds_of_identifiers_are_closed() -> None:
    assert [kind.value for kind in SubjectKind] == ["resident_id", "uscc", "passport", "residence_permit"]
