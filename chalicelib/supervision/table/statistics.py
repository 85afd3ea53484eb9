"""The table of figures: sums by day and by minute, and which events are counted in them."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.dynamo.model import Row
from chalicelib.settings import settings


class StatisticsRow(Row):
    """One row of sums, or the mark that an event has been counted.

    Sums of days: ``pk`` is the department, ``sk`` ``<day>#<shard>``, and ``open#<shard>`` for the number of cases that
    are still to be decided; by item ``items@<department>`` and
    ``<day>#<item>#<shard>``. Sums of minutes: ``<department>@<day>`` and ``<HH:MM>#<shard>``; by item
    ``items@<department>@<day>#<item>``. Measures of the list: ``measures@<department>`` and
    ``<day>#<edition>#<measure>#<shard>``, or ``in_force#<edition>#<measure>#<shard>`` for the number of flags in force.
    The longest durations of days stand in rows with ``longest`` for the shard. Late decisions: ``late@<department>``
    and ``<due>#<done>#<item>#<event id>``. Marks: ``pk`` is ``event:<event id>``.

    ``numbers`` holds all the row's numbers by name; the names (levels, categories, buckets) are open-ended. With an
    ``@``, a number is that of an hour in the sums of its day, that of a second in those of its minute.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("statistics")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    numbers: dict[str, int]

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> "StatisticsRow":
        """Read a row with its numbers."""
        row = super().from_raw_data(data)
        row.numbers = {name: int(value["N"]) for name, value in data.items() if "N" in value}
        return row
