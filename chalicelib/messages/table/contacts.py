"""Contacts, in the table of messages: a message and how its recipient is reached are read together."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.messages.model.contacts import Contact
from chalicelib.settings import settings


class ByPhone(GlobalSecondaryIndex["ContactRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Who has confirmed a phone number, by its keyed digest; whoever has none is not in it."""

    class Meta:
        """The index holds only keys."""

        index_name = "by_phone"
        projection = KeysOnlyProjection()

    phone = UnicodeAttribute(hash_key=True)


class ContactRow(Row):
    """A person's contacts: ``sk`` is ``contact``; ``sealed`` is the KMS ciphertext of the values themselves.

    ``phone`` is the keyed digest of the confirmed number.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("messages")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    rev = NumberAttribute()
    document = DocumentAttribute[Contact](lambda: Contact)
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    phone = UnicodeAttribute(null=True)

    by_phone = ByPhone()
