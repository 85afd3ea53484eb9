"""The table of aliases."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.credit.model.identity_links import IdentityLink
from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByState(GlobalSecondaryIndex["IdentityLinkRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Aliases in one state, oldest first."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class IdentityLinkRow(OwnerRow):
    """``alias:<alias id>``: one alias."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("aliases")

    state = UnicodeAttribute()
    proposed_at = InstantAttribute()
    document: DocumentAttribute[IdentityLink] = DocumentAttribute(lambda: IdentityLink)

    by_state = ByState()
