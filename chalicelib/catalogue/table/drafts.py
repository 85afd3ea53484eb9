"""What editors have begun, in the table of the catalogue."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.dynamo.model import InstantAttribute, Row
from chalicelib.settings import settings


class DraftRow(Row):
    """``pk`` is ``draft:<name>``: what editors have begun of an edition; ``document`` is JSON, as far as it goes."""

    class Meta:
        """The table's name."""

        table_name = settings().table("catalogue")

    pk = UnicodeAttribute(hash_key=True)
    document = UnicodeAttribute()
    department = UnicodeAttribute()
    edited_by = UnicodeAttribute()
    edited_at = InstantAttribute()
    version = NumberAttribute()
