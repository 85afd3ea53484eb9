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


class Waiting(GlobalSecondaryIndex["MandateRow"]):  # type: ignore[no-untyped-call]  # as above
    """A department's mandates that wait for a second inspector, in the order of requests; sparse."""

    class Meta:
        """The index's name and projection."""

        index_name = "waiting"
        projection = AllProjection()

    waits_in = UnicodeAttribute(hash_key=True)
    asked_at = InstantAttribute(range_key=True)


class MandateRow(OwnerRow):
    """``pk`` is ``mandate:<id>``; ``waits_in`` is the inspectors' department until one of them approves."""

    class Meta:
        """The table's name."""

        table_name = settings().table("inspection")

    inspector = UnicodeAttribute()
    asked_at = InstantAttribute()
    waits_in = UnicodeAttribute(null=True)
    document = DocumentAttribute[Mandate](lambda: Mandate)

    by_inspector = ByInspector()
    waiting = Waiting()
