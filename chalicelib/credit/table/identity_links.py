"""The table of links between identities."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.credit.model.identity_links import IdentityLink
from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByState(GlobalSecondaryIndex["IdentityLinkRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Links in one state, oldest first."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class IdentityLinkRow(OwnerRow):
    """A link; ``pk`` is ``alias:<alias id>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("aliases")

    state = UnicodeAttribute()
    proposed_at = InstantAttribute()
    document: DocumentAttribute[IdentityLink] = DocumentAttribute(lambda: IdentityLink)

    by_state = ByState()
