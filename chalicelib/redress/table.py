"""The table of objections, repairs and reversals, and of documents on which nothing may stand any more."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.redress.model import Objection, Repair, Revocation
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByDepartment(GlobalSecondaryIndex["RedressRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """What a department has to decide or has decided, of one kind, in the order in which it came."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByPerson(GlobalSecondaryIndex["RedressRow"]):  # type: ignore[no-untyped-call]  # as above
    """What one subject asked for, of one kind, in the order in which it came."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_person"
        projection = AllProjection()

    person = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByEntry(GlobalSecondaryIndex["RedressRow"]):  # type: ignore[no-untyped-call]  # as above
    """Objections to one entry, in the order in which they came."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_entry"
        projection = AllProjection()

    entry = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class RedressRow(OwnerRow):
    """``pk`` is the owner, such as ``objection:<id>``; ``person`` and ``department`` begin with the kind too.

    ``listed_at`` is the instant of the beginning and the id, and so unique; one of the three documents is there.
    """

    class Meta:
        """Where the table is."""

        table_name = settings().table("redress")

    department = UnicodeAttribute()
    person = UnicodeAttribute()
    entry = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute()
    objection: DocumentAttribute[Objection] = DocumentAttribute(lambda: Objection, null=True)
    repair: DocumentAttribute[Repair] = DocumentAttribute(lambda: Repair, null=True)
    reversal: DocumentAttribute[Revocation] = DocumentAttribute(lambda: Revocation, null=True)

    by_department = ByDepartment()
    by_person = ByPerson()
    by_entry = ByEntry()


class FallenRow(Row):
    """``document:<digest of subject, organ and number>``: nothing may be built on this document again."""

    class Meta:
        """In the same table."""

        table_name = settings().table("redress")

    pk = UnicodeAttribute(hash_key=True)
    because = UnicodeAttribute()
    fallen_at = InstantAttribute()
