"""The table of identity conflicts."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.credit.model.identity_conflicts import Conflict
from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByState(GlobalSecondaryIndex["ConflictRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Conflicts in one state, oldest first."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    said_at = InstantAttribute(range_key=True)


class ConflictRow(OwnerRow):
    """A conflict; ``pk`` is ``conflict:<conflict id>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("conflicts")

    state = UnicodeAttribute()
    said_at = InstantAttribute()
    document: DocumentAttribute[Conflict] = DocumentAttribute(lambda: Conflict)

    by_state = ByState()
