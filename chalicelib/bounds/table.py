"""The table of what is counted towards a bound."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import Row
from chalicelib.settings import settings


class CountRow(Row):
    """``pk``: ``<what>#<whose>``, with ``#<window>`` if it is counted by time; ``expires`` in seconds, then only.

    Each counts in a row of its own, so that nobody waits for anybody else. Addresses stand here as keyed digests.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("bounds")

    pk = UnicodeAttribute(hash_key=True)
    number = NumberAttribute()
    expires = NumberAttribute(null=True)
