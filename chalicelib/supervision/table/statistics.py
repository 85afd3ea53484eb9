"""The table of figures: sums by day, sums by the second, and which events are in them."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.dynamo.model import Row
from chalicelib.settings import settings


class StatisticsRow(Row):
    """One row of sums, or the mark of an event that is in them.

    Sums of days: ``pk`` is the department, ``sk`` ``<day>#<item>``. Sums of seconds: ``pk`` is
    ``<department>@<day>``, ``sk`` ``<instant>#<item>``. Late decisions: ``pk`` is ``late@<department>``, ``sk``
    ``<due>#<told>#<item>#<event id>``. Measures of the list: ``pk`` is ``measures@<department>``, ``sk``
    ``<day>#<edition>#<measure>``, or ``in_force#<edition>#<measure>`` for how many flags there are now.
    Marks: ``pk`` is ``event:<event id>``.
    ``numbers`` are all numbers of a row by their names, which nobody could list: levels, categories, buckets.
    """

    class Meta:
        """Where the table is."""

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
