"""Loading and saving subjects and their signing keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import client
from chalicelib.clock import instant_text
from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import SigningKey, SubjectKey
from chalicelib.subjects.table import SigningKeyRow, SubjectRow

IDENTITY = "identity"
"""The sort key of what is known of a subject itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the store holds of a subject without decrypting anything; ``also`` are digests of other names it has."""

    key: SubjectKey
    masked_name: str
    name_digest: str
    also: tuple[str, ...] = ()

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of all names that the subject has."""
        return (self.name_digest, *self.also)


class SubjectStore:
    """All subjects."""

    def known(self, keys: tuple[SubjectKey, ...]) -> tuple[Remembered, ...]:
        """Return what is stored under any of a subject's keys, in their order; one read, however many there are."""
        return self.met(read_together(*self.places(keys)))

    def places(self, keys: tuple[SubjectKey, ...]) -> tuple[Row, ...]:
        """Return rows that hold only places, for a batch of reads."""
        return tuple(SubjectRow(key, IDENTITY) for key in keys)

    def met(self, rows: Iterable[Row | None]) -> tuple[Remembered, ...]:
        """Return what was read at places, in their order."""
        return tuple(_remembered(row) for row in rows if isinstance(row, SubjectRow))

    def sealed(self, key: SubjectKey) -> bytes | None:
        """Return the ciphertext of who a subject is; None for one never met."""
        (row,) = read_together(SubjectRow(key, IDENTITY))
        return row.identity if isinstance(row, SubjectRow) else None

    def reach(self) -> None:
        """Read something that is not there: raises if the store cannot be read."""
        read_together(SubjectRow("-", IDENTITY))

    def add(self, subject: Remembered, *, encrypted: bytes, at: datetime, tx: Transaction) -> None:
        """Put a subject that is not there yet; somebody who was faster has stored the same."""
        row = SubjectRow(
            subject.key,
            IDENTITY,
            masked_name=subject.masked_name,
            name_digest=subject.name_digest,
            identity=encrypted,
            also=subject.also or None,
            known_since=instant_text(at),
        )
        tx.add(row, on_failure=ConflictError())

    def call(self, before: Remembered, also: tuple[str, ...], tx: Transaction) -> None:
        """Put which other names a subject has; ``ConflictError`` if somebody else did meanwhile."""
        row = SubjectRow(before.key, IDENTITY)
        held = SubjectRow.also == before.also if before.also else SubjectRow.also.does_not_exist()
        tx.change(
            row,
            actions=[SubjectRow.also.set(also) if also else SubjectRow.also.remove()],
            condition=SubjectRow.pk.exists() & held,
            on_failure=ConflictError(),
        )


class Vault:
    """Encrypts identities with a key of KMS that never leaves it; each opens under its own subject key only."""

    def __init__(self, kms_key: str) -> None:
        """Know which key of KMS encrypts."""
        self._kms_key = kms_key

    def seal(self, text: str, *, about: SubjectKey) -> bytes:
        """Return the ciphertext, bound to the subject by its encryption context."""
        sealed: bytes = client("kms").encrypt(
            KeyId=self._kms_key,
            Plaintext=text.encode(),
            EncryptionContext={"subject": about},
        )["CiphertextBlob"]
        return sealed

    def open(self, sealed: bytes, *, about: SubjectKey) -> str:
        """Return what was sealed about a subject; ``UNAVAILABLE`` while the key of KMS cannot be used."""
        try:
            text: bytes = client("kms").decrypt(
                KeyId=self._kms_key, CiphertextBlob=sealed, EncryptionContext={"subject": about}
            )["Plaintext"]
        except (BotoCoreError, ClientError) as error:
            raise DomainError(ErrorCode.UNAVAILABLE) from error
        return text.decode()


class SigningKeyStore:
    """All signing keys."""

    def row(self, subject: SubjectKey, key_id: str) -> SigningKeyRow:
        """Return a row that holds only the key's place, for a batch of reads."""
        return SigningKeyRow(subject, f"key:{key_id}")

    def from_row(self, row: Row | None) -> SigningKey | None:
        """Return the signing key that was read; ``None`` if there is none."""
        if row is None:
            return None
        if not isinstance(row, SigningKeyRow):
            raise TypeError(type(row).__name__)
        return row.document

    def one(self, subject: SubjectKey, key_id: str) -> SigningKey | None:
        """Read one key of a subject, strongly consistent."""
        (row,) = read_together(self.row(subject, key_id))
        return self.from_row(row)

    def of(self, subject: SubjectKey) -> tuple[SigningKey, ...]:
        """Return all keys of a subject, the revoked ones too, oldest first."""
        rows = SigningKeyRow.query(subject, SigningKeyRow.sk.startswith("key:"), consistent_read=True)
        return tuple(sorted((row.document for row in rows), key=lambda key: (key.enrolled_at, key.key_id)))

    def add(self, key: SigningKey, *, subject: SubjectKey, tx: Transaction) -> None:
        """Put a new key into a transaction."""
        row = self.row(subject, key.key_id)
        row.document = key
        tx.add(row, on_failure=ConflictError())

    def replace(self, old: SigningKey, new: SigningKey, *, subject: SubjectKey, tx: Transaction) -> None:
        """Put what became of a key into a transaction that fails if the key moved."""
        row = self.row(subject, new.key_id)
        row.document = new
        tx.put(row, condition=SigningKeyRow.document == old, on_failure=ConflictError())


def _remembered(row: SubjectRow) -> Remembered:
    return Remembered(
        key=SubjectKey(row.pk), masked_name=row.masked_name, name_digest=row.name_digest, also=row.also or ()
    )
