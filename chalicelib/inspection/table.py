"""The table of mandates."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute
from chalicelib.inspection.model import Mandate
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByInspector(GlobalSecondaryIndex["MandateRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """An inspector's mandates, in the order in which they were requested."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_inspector"
        projection = AllProjection()

    inspector = UnicodeAttribute(hash_key=True)
    asked_at = InstantAttribute(range_key=True)


class MandateRow(OwnerRow):
    """``pk`` is ``mandate:<id>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("inspection")

    inspector = UnicodeAttribute()
    asked_at = InstantAttribute()
    document = DocumentAttribute[Mandate](lambda: Mandate)

    by_inspector = ByInspector()
