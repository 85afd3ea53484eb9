"""The table of outages."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute
from chalicelib.settings import settings
from chalicelib.supervision.model.outages import Outage
from chalicelib.timeline.owners import OwnerRow


class Everywhere(GlobalSecondaryIndex["OutageRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """All outages, of which there are few, in the order in which they began."""

    class Meta:
        """The index's name and projection."""

        index_name = "everywhere"
        projection = AllProjection()

    scope = UnicodeAttribute(hash_key=True)
    starts_at = InstantAttribute(range_key=True)


class OutageRow(OwnerRow):
    """``pk`` is ``outage:<id>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("outages")

    scope = UnicodeAttribute(default="all")
    starts_at = InstantAttribute()
    document = DocumentAttribute[Outage](lambda: Outage)

    everywhere = Everywhere()
