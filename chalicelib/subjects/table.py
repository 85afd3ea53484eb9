"""The table of subjects: encrypted identities, and signing keys."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.dynamo.model import BytesAttribute, DocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import SigningKey


class SubjectRow(Row):
    """``pk``: subject key, ``sk``: ``identity``. ``identity`` is the KMS ciphertext of kind, number and name.

    ``name_digest`` is the digest of its name and ``rank`` whose word that is; ``also`` are digests of further names
    that a person has linked to the subject.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("subjects")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="identity")
    masked_name = UnicodeAttribute()
    name_digest = UnicodeAttribute()
    rank = UnicodeAttribute()
    identity = BytesAttribute()
    known_since = UnicodeAttribute()
    also: DocumentAttribute[tuple[str, ...]] = DocumentAttribute(lambda: tuple[str, ...], null=True)


class RegisteredRow(Row):
    """``pk``: subject key, ``sk``: ``registered``. Somebody is kept under this key, whatever the secret in use."""

    class Meta:
        """In the same table as the subjects."""

        table_name = settings().table("subjects")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="registered")


class SigningKeyRow(Row):
    """``pk``: subject key, ``sk``: ``key:<key id>``."""

    class Meta:
        """In the same table as the subjects."""

        table_name = settings().table("subjects")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document: DocumentAttribute[SigningKey] = DocumentAttribute(lambda: SigningKey)


class CredentialRow(Row):
    """``pk``: ``credential:<digest of a device's id for its key>``, ``sk``: ``owner``. Whose passkey it is."""

    class Meta:
        """In the same table as the subjects."""

        table_name = settings().table("subjects")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="owner")
    subject = UnicodeAttribute()
