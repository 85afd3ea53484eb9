"""The table of figures: sums by day, sums by the second, and which events are counted in them."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.dynamo.model import Row
from chalicelib.settings import settings


class StatisticsRow(Row):
    """One row of sums, or the mark that an event has been counted.

    Sums of days: ``pk`` is the department, ``sk`` ``<day>#<item>``. Sums of seconds: ``pk`` is ``<department>@<day>``,
    ``sk`` ``<instant>#<item>``. Late decisions: ``pk`` is ``late@<department>``, ``sk`` ``<due>#<done>#<item>#<event
    id>``. Measures of the list: ``pk`` is ``measures@<department>``, ``sk`` ``<day>#<edition>#<measure>``, or
    ``in_force#<edition>#<measure>`` for the number of flags in force. Marks: ``pk`` is ``event:<event id>``.

    ``numbers`` holds all the row's numbers by name; the names (levels, categories, buckets) are open-ended.
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
