"""The table of walks: how far each part has come."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.walks.model import Part


class PartRow(Row):
    """A part of a walk; all parts of one stand together."""

    class Meta:
        """The table's name."""

        table_name = settings().table("walks")

    walk = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    rev = NumberAttribute()
    document: DocumentAttribute[Part] = DocumentAttribute(lambda: Part)
