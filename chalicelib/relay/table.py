"""The table of how far the relay has got."""

from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.dynamo.model import InstantAttribute, Row
from chalicelib.settings import settings

TOLD: Final = "told"


class MarkRow(Row):
    """That everything up to an instant was told, as far as one mark can say.

    ``beat/<number>`` is the newest beat that has come back through the stream; ``untold/...`` an event that a listener
    has not taken yet. All are in one partition, so that one query says since when everything has been told.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("relay")

    part = UnicodeAttribute(hash_key=True, default=TOLD)
    name = UnicodeAttribute(range_key=True)
    at = InstantAttribute()
