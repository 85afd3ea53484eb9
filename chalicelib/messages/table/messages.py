"""The table of messages: all of one person's rows stand together, under their subject key."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.messages.model.messages import Delivery, Message, Turn
from chalicelib.settings import settings


class MessageRow(Row):
    """One message: ``sk`` is ``message#<message id>``, which sorts by time; ``read_at`` is absent until it is read."""

    class Meta:
        """The table's name."""

        table_name = settings().table("messages")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    read_at = InstantAttribute(null=True)
    deliveries = DocumentAttribute[tuple[Delivery, ...]](lambda: tuple[Delivery, ...], null=True)
    document = DocumentAttribute[Message](lambda: Message)


class TurnRow(Row):
    """Whose turn it is in one matter: ``sk`` is ``turn#<owner>``; ``seq`` only grows."""

    class Meta:
        """The table's name."""

        table_name = settings().table("messages")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    seq = NumberAttribute()
    document = DocumentAttribute[Turn](lambda: Turn)


class InboxRow(Row):
    """How many messages are unread: ``sk`` is ``inbox``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("messages")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    unread = NumberAttribute(default=0)


class HandedOverRow(Row):
    """Whose message was handed to the SMS gateway under a name: ``pk`` is ``handed_over:<name>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("messages")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="handed_over")
    recipient = UnicodeAttribute()
    message_id = UnicodeAttribute()
