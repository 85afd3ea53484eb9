"""The table of events, and the beats that go through its stream."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import InstantAttribute, Row
from chalicelib.settings import settings


class AsWrittenAttribute(UnicodeAttribute):
    """Text that loads whatever was written into it: an altered event must be shown, not fail to load."""

    def get_value(self, value: dict[str, Any]) -> Any:  # noqa: ANN401 - as PynamoDB declares it
        """Return a value of another type as text."""
        return value.get("S", repr(value))


class EventRow(Row):
    """One event; the service may add and read rows, and has no permission to change or delete any.

    ``texts`` is JSON: to each name its text and the salt that its digest covers.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("timeline")

    owner = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True)
    kind = AsWrittenAttribute(default="")
    occurred_at = AsWrittenAttribute(default="")
    recorded_at = AsWrittenAttribute(default="")
    actor = AsWrittenAttribute(default="")
    department = AsWrittenAttribute(default="")
    data = AsWrittenAttribute(default="")
    prev_hash = AsWrittenAttribute(default="")
    hash = AsWrittenAttribute(default="")
    texts = AsWrittenAttribute(null=True)


class BeatRow(Row):
    """What is sent through the stream to see how far it has got; it is no event, and each replaces the one before."""

    class Meta:
        """In the same table as the events, because it must take their way."""

        table_name = settings().table("timeline")

    owner = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True, default=0)
    at = InstantAttribute()
