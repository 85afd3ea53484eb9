"""The table of authorities."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.authorities.model import Authority
from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByPrincipal(GlobalSecondaryIndex["AuthorityRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """What somebody gave, or is said to have given, in the order in which it came."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_principal"
        projection = AllProjection()

    principal = UnicodeAttribute(hash_key=True)
    made_at = UnicodeAttribute(range_key=True)


class ByAgent(GlobalSecondaryIndex["AuthorityRow"]):  # type: ignore[no-untyped-call]  # as above
    """What somebody holds, by principal, so that what one principal gave them is one short stretch."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_agent"
        projection = AllProjection()

    agent = UnicodeAttribute(hash_key=True)
    for_whom = UnicodeAttribute(range_key=True)


class ByDesk(GlobalSecondaryIndex["AuthorityRow"]):  # type: ignore[no-untyped-call]  # as above
    """The claims that wait for an officer of a department; all others are not in it."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_desk"
        projection = AllProjection()

    desk = UnicodeAttribute(hash_key=True)
    made_at = UnicodeAttribute(range_key=True)


class AuthorityRow(OwnerRow):
    """``pk`` is ``authority:<id>``; ``made_at`` is the instant plus the id, ``for_whom`` the principal plus both."""

    class Meta:
        """The table's name."""

        table_name = settings().table("authorities")

    principal = UnicodeAttribute()
    agent = UnicodeAttribute()
    made_at = UnicodeAttribute()
    for_whom = UnicodeAttribute()
    desk = UnicodeAttribute(null=True)
    document = DocumentAttribute[Authority](lambda: Authority)

    by_principal = ByPrincipal()
    by_agent = ByAgent()
    by_desk = ByDesk()
