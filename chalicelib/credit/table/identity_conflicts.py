"""The table of conflicts of identity."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.credit.model.identity_conflicts import Conflict
from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByState(GlobalSecondaryIndex["ConflictRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Conflicts in one state, oldest first."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    said_at = InstantAttribute(range_key=True)


class ConflictRow(OwnerRow):
    """``conflict:<conflict id>``: one conflict."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("conflicts")

    state = UnicodeAttribute()
    said_at = InstantAttribute()
    document: DocumentAttribute[Conflict] = DocumentAttribute(lambda: Conflict)

    by_state = ByState()
