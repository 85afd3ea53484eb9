"""The table of what was searched in vain."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import Row
from chalicelib.settings import settings


class MissedRow(Row):
    """``words`` searched on a ``day``, at their ``place`` among those of the day; ``expires`` in seconds."""

    class Meta:
        """The table's name."""

        table_name = settings().table("missed_searches")

    day = UnicodeAttribute(hash_key=True)
    place = NumberAttribute(range_key=True)
    words = UnicodeAttribute()
    times = NumberAttribute()
    expires = NumberAttribute()
