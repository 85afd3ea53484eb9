"""Loading and saving subjects and their signing keys."""

import re
import secrets
import zlib
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import client
from chalicelib.clock import instant_text
from chalicelib.dynamo.model import Position, Row, connection, unpacked
from chalicelib.dynamo.transaction import ConflictError, Transaction, existing, read_together, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import NameRank, Passkey, SigningKey, SubjectKey
from chalicelib.subjects.rules.passkeys import digest_of
from chalicelib.subjects.table import CredentialRow, RegisteredRow, SigningKeyRow, SubjectRow

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

USES_OF_A_DATA_KEY = 100_000
"""How many texts one data key encrypts; random nonces of 96 bits would allow four thousand million."""

KEPT_DATA_KEYS = 256
"""How many data keys a process keeps; the oldest goes first."""

NONCE = 12
"""Bytes of a nonce of AES-GCM."""

ROWS_A_PAGE = 500
"""How many rows a step of the walk over a table reads at most; a page of DynamoDB ends after 1 MB as well."""

REGISTERED = "registered"

IDENTITY = "identity"
"""The sort key of a subject's own row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A stored subject, as far as it is readable without decryption.

    ``rank`` says whose word its name is; ``also`` are digests of its other names.
    """

    key: SubjectKey
    masked_name: str
    name_digest: str
    rank: NameRank
    also: tuple[str, ...] = ()

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of all names of the subject."""
        return (self.name_digest, *self.also)


class SubjectStore:
    """All subjects."""

    def known(self, keys: tuple[SubjectKey, ...]) -> tuple[Remembered, ...]:
        """Return what is stored under any of a subject's keys, in their order, in one read."""
        return self.met(read_together(*self.places(keys)))

    def places(self, keys: tuple[SubjectKey, ...]) -> tuple[Row, ...]:
        """Return rows with only their keys, for a batch of reads."""
        return tuple(SubjectRow(key, IDENTITY) for key in keys)

    def met(self, rows: Iterable[Row | None]) -> tuple[Remembered, ...]:
        """Return the subjects in these rows, in their order."""
        return tuple(_remembered(row) for row in rows if isinstance(row, SubjectRow))

    def sealed(self, key: SubjectKey) -> bytes | None:
        """Return the ciphertext of a subject's identity; ``None`` for an unknown one."""
        (row,) = read_together(SubjectRow(key, IDENTITY))
        return row.identity if isinstance(row, SubjectRow) else None

    def reach(self) -> None:
        """Check that the store can be read, by reading a row that does not exist; raises if it cannot."""
        read_together(SubjectRow("-", IDENTITY))

    def add(self, subject: Remembered, *, encrypted: bytes, at: datetime, tx: Transaction) -> None:
        """Add a new subject. Raises ``ConflictError`` if another process has added it meanwhile."""
        row = SubjectRow(
            subject.key,
            IDENTITY,
            masked_name=subject.masked_name,
            name_digest=subject.name_digest,
            rank=subject.rank.value,
            identity=encrypted,
            also=subject.also or None,
            known_since=instant_text(at),
        )
        tx.add(row, on_failure=ConflictError())

    def raise_rank(self, before: Remembered, rank: NameRank, tx: Transaction) -> None:
        """Save that a source of a higher rank gives the same name. Raises ``ConflictError`` if that has changed."""
        tx.change(
            SubjectRow(before.key, IDENTITY),
            actions=[SubjectRow.rank.set(rank.value)],
            condition=_still_named(before),
            on_failure=ConflictError(),
        )

    def correct(self, before: Remembered, after: Remembered, *, encrypted: bytes, tx: Transaction) -> None:
        """Save the name that replaces the known one. Raises ``ConflictError`` if that has changed meanwhile."""
        tx.change(
            SubjectRow(before.key, IDENTITY),
            actions=[
                SubjectRow.masked_name.set(after.masked_name),
                SubjectRow.name_digest.set(after.name_digest),
                SubjectRow.rank.set(after.rank.value),
                SubjectRow.identity.set(encrypted),
            ],
            condition=_still_named(before),
            on_failure=ConflictError(),
        )

    def call(self, before: Remembered, also: tuple[str, ...], tx: Transaction) -> None:
        """Save the other names of a subject. Raises ``ConflictError`` if they have changed meanwhile."""
        row = SubjectRow(before.key, IDENTITY)
        held = SubjectRow.also == before.also if before.also else SubjectRow.also.does_not_exist()
        tx.change(
            row,
            actions=[SubjectRow.also.set(also) if also else SubjectRow.also.remove()],
            condition=SubjectRow.pk.exists() & held,
            on_failure=ConflictError(),
        )


class KeyRegister:
    """Which subject keys are in use, while there is more than one secret to make them with."""

    def are_in_use(self, keys: Sequence[SubjectKey]) -> list[bool]:
        """Return for each of at most 100 keys whether it is registered, strongly consistent, in one read."""
        return existing(*(RegisteredRow(key, REGISTERED) for key in keys))

    def add(self, key: SubjectKey, *, instead_of: Sequence[SubjectKey], tx: Transaction) -> None:
        """Register a key. Raises ``ConflictError`` if it is registered, or one of those that it is used instead of."""
        tx.add(RegisteredRow(key, REGISTERED), on_failure=ConflictError())
        for other in instead_of:
            absent = RegisteredRow.pk.does_not_exist()
            tx.require(RegisteredRow(other, REGISTERED), condition=absent, on_failure=ConflictError())

    def put(self, keys: Sequence[SubjectKey]) -> None:
        """Register keys under which something is kept already; at most 100. Idempotent."""
        with transaction() as tx:
            for key in keys:
                tx.overwrite(RegisteredRow(key, REGISTERED))

    def mentioned(
        self, key_id: str, *, table: str, segment: int, of: int, after: Position | None
    ) -> tuple[list[SubjectKey], Position | None]:
        """Return the keys of a secret that a page of a table mentions anywhere, and where the next page begins.

        Digests of names look like keys and are among them.
        """
        asked: dict[str, Any] = {
            "TableName": settings().table(table),
            "Segment": segment,
            "TotalSegments": of,
            "Limit": ROWS_A_PAGE,
            "ConsistentRead": True,
        }
        if after is not None:
            asked["ExclusiveStartKey"] = after
        page = connection().dispatch("Scan", asked)
        form = re.compile(rf"(?<![\w.-]){re.escape(key_id)}\.[0-9a-f]{{64}}(?![0-9a-f])")
        found = {SubjectKey(key) for text in _texts_in(page["Items"]) for key in form.findall(text)}
        return sorted(found), page.get("LastEvaluatedKey")


def _texts_in(rows: Iterable[Mapping[str, Mapping[str, str]]]) -> Iterator[str]:
    """Yield every text in rows as DynamoDB returned them, and that of packed documents."""
    for row in rows:
        for value in row.values():
            for kind, held in value.items():
                if kind == "S":
                    yield held
                elif kind == "B":
                    # What is encrypted is packed no more than it is text.
                    with suppress(ValueError, zlib.error):
                        yield unpacked(held)


class Vault:
    """Encrypts texts with a KMS key that never leaves KMS; each is bound to what it is about, mostly a subject."""

    def __init__(self, kms_key: str) -> None:
        """Encrypt with this KMS key."""
        self._kms_key = kms_key

    def seal(self, text: str, *, about: str) -> bytes:
        """Return the ciphertext, bound to what it is about by its encryption context."""
        sealed: bytes = client("kms").encrypt(
            KeyId=self._kms_key,
            Plaintext=text.encode(),
            EncryptionContext={"subject": about},
        )["CiphertextBlob"]
        return sealed

    def open(self, sealed: bytes, *, about: str) -> str:
        """Decrypt what was sealed about this; ``UNAVAILABLE`` while the KMS key cannot be used."""
        try:
            text: bytes = client("kms").decrypt(
                KeyId=self._kms_key, CiphertextBlob=sealed, EncryptionContext={"subject": about}
            )["Plaintext"]
        except (BotoCoreError, ClientError) as error:
            raise DomainError(ErrorCode.UNAVAILABLE) from error
        return text.decode()


class DataKeys:
    """Encrypts texts with data keys from KMS, which this process keeps (envelope encryption).

    So a text costs no call to KMS, but for the first that is encrypted here, and the first that is read of another
    process's.
    """

    def __init__(self, kms_key: str, *, purpose: str) -> None:
        """Let this KMS key encrypt the data keys; ``purpose`` is their encryption context (``purpose``)."""
        self._kms_key = kms_key
        self._context = {"purpose": purpose}
        self._open: OrderedDict[str, bytes] = OrderedDict()
        self._current = ""
        self._uses = 0

    def seal(self, text: str, *, about: str) -> tuple[str, str]:
        """Return the encrypted data key and the ciphertext, bound to what it is about, both in base64.

        Raises ``UNAVAILABLE`` if a new data key is needed and KMS gives none.
        """
        # Few requests need its library.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        if not self._current or self._uses >= USES_OF_A_DATA_KEY:
            made = self._call("generate_data_key", KeyId=self._kms_key, KeySpec="AES_256")
            self._current = b64encode(made["CiphertextBlob"]).decode()
            self._uses = 0
            self._keep(self._current, made["Plaintext"])
        self._uses += 1
        nonce = secrets.token_bytes(NONCE)
        sealed = AESGCM(self._key(self._current)).encrypt(nonce, text.encode(), about.encode())
        return self._current, b64encode(nonce + sealed).decode()

    def open(self, key: str, sealed: str, *, about: str) -> str:
        """Decrypt what was sealed about this.

        Raises ``UNAVAILABLE`` while KMS gives no key, and for anything else than what was sealed.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        stored = b64decode(sealed)
        try:
            return AESGCM(self._key(key)).decrypt(stored[:NONCE], stored[NONCE:], about.encode()).decode()
        except InvalidTag as error:
            raise DomainError(ErrorCode.UNAVAILABLE) from error

    def _key(self, encrypted: str) -> bytes:
        known = self._open.get(encrypted)
        if known is None:
            found = self._call("decrypt", KeyId=self._kms_key, CiphertextBlob=b64decode(encrypted))
            known = found["Plaintext"]
            self._keep(encrypted, known)
        return known

    def _keep(self, encrypted: str, key: bytes) -> None:
        self._open[encrypted] = key
        if len(self._open) > KEPT_DATA_KEYS:
            self._open.popitem(last=False)

    def _call(self, name: str, **wanted: Any) -> Any:  # noqa: ANN401 - botocore types none of its answers
        try:
            return getattr(client("kms"), name)(EncryptionContext=self._context, **wanted)
        except (BotoCoreError, ClientError) as error:
            raise DomainError(ErrorCode.UNAVAILABLE) from error


class SigningKeyStore:
    """All signing keys."""

    def row(self, subject: SubjectKey, key_id: str) -> SigningKeyRow:
        """Return a row with only its key, for a batch of reads."""
        return SigningKeyRow(subject, f"key:{key_id}")

    def from_row(self, row: Row | None) -> SigningKey | None:
        """Return the signing key in a row; ``None`` without a row."""
        if row is None:
            return None
        if not isinstance(row, SigningKeyRow):
            raise TypeError(type(row).__name__)
        return row.document

    def one(self, subject: SubjectKey, key_id: str) -> SigningKey | None:
        """Return one key of a subject, strongly consistent."""
        (row,) = read_together(self.row(subject, key_id))
        return self.from_row(row)

    def of(self, subject: SubjectKey) -> tuple[SigningKey, ...]:
        """Return all keys of a subject, including revoked ones, oldest first."""
        rows = SigningKeyRow.query(subject, SigningKeyRow.sk.startswith("key:"), consistent_read=True)
        return tuple(sorted((row.document for row in rows), key=lambda key: (key.enrolled_at, key.key_id)))

    def is_taken(self, passkey: Passkey) -> bool:
        """Whether somebody has enrolled this passkey, strongly consistent."""
        (row,) = read_together(_credential(passkey))
        return row is not None

    def add(self, key: SigningKey, *, subject: SubjectKey, tx: Transaction) -> None:
        """Add a new key, and with it whose passkey it is. Raises ``ConflictError`` if either exists already."""
        row = self.row(subject, key.key_id)
        row.document = key
        tx.add(row, on_failure=ConflictError())
        if key.passkey is not None:
            credential = _credential(key.passkey)
            credential.subject = subject
            tx.add(credential, on_failure=ConflictError())

    def replace(self, old: SigningKey, new: SigningKey, *, subject: SubjectKey, tx: Transaction) -> None:
        """Save the new version. Raises ``ConflictError`` if the stored version has changed."""
        row = self.row(subject, new.key_id)
        row.document = new
        tx.put(row, condition=SigningKeyRow.document == old, on_failure=ConflictError())


def _credential(passkey: Passkey) -> CredentialRow:
    return CredentialRow(f"credential:{digest_of(passkey)}", "owner")


def _remembered(row: SubjectRow) -> Remembered:
    return Remembered(
        key=SubjectKey(row.pk),
        masked_name=row.masked_name,
        name_digest=row.name_digest,
        rank=NameRank(row.rank),
        also=row.also or (),
    )


def _still_named(subject: Remembered) -> "Condition":
    still: Condition = (SubjectRow.name_digest == subject.name_digest) & (SubjectRow.rank == subject.rank.value)
    return still
