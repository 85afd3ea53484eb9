"""Contacts, in the table of messages: a message and how its recipient is reached are read together."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import BytesAttribute, DocumentAttribute, Row
from chalicelib.messages.model.contacts import Contact
from chalicelib.settings import settings


class ContactRow(Row):
    """A person's contacts: ``sk`` is ``contact``; ``sealed`` is the KMS ciphertext of the values themselves."""

    class Meta:
        """The table's name."""

        table_name = settings().table("messages")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    rev = NumberAttribute()
    document = DocumentAttribute[Contact](lambda: Contact)
    sealed = BytesAttribute(null=True)


class PhoneRow(Row):
    """That somebody has confirmed a phone number: ``sealed`` is the KMS ciphertext of the subject key.

    ``pk`` is ``phone:<keyed digest of the number>``, ``sk`` a keyed digest of the number and its owner, so that the
    table tells neither whose a number is nor who share one.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("messages")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sealed = BytesAttribute()
