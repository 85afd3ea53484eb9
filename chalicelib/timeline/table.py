"""The table of events, and what every owner's row has in common."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import Row
from chalicelib.settings import settings
from chalicelib.timeline.events import NOTHING_BEFORE


class AsWrittenAttribute(UnicodeAttribute):
    """Text that is read back whatever somebody made of it: an altered event must be shown, not fail to load."""

    def get_value(self, value: dict[str, Any]) -> Any:  # noqa: ANN401 - as PynamoDB declares it
        """Take a value of another type than text as its text."""
        return value.get("S", repr(value))


class EventRow(Row):
    """One event; the service may add rows and read them, and has no permission to change or delete any."""

    class Meta:
        """Where the table is."""

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


class OwnerRow(Row):
    """A row that owns a timeline: ``pk`` is the owner's name in it, and the head is the condition of every write.

    ``version`` counts what people did; it is the ETag, and a clock that turns yellow does not change it.
    """

    pk = UnicodeAttribute(hash_key=True)
    version = NumberAttribute(default=0)
    head_seq = NumberAttribute(default=0)
    head_hash = UnicodeAttribute(default=NOTHING_BEFORE)
