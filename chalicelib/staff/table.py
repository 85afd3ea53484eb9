"""The table of the register: its entries, and whose subject keys somebody who logs in was vouched for."""

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.staff.model import StaffMember
from chalicelib.timeline.owners import OwnerRow


class ByDepartment(GlobalSecondaryIndex["StaffRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The staff of a department, by staff id."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class ByDeputy(GlobalSecondaryIndex["StaffRow"]):  # type: ignore[no-untyped-call]  # as above
    """Those whose recorded absence names a deputy, by the deputy; all others are not in it."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_deputy"
        projection = AllProjection()

    deputy = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class StaffRow(OwnerRow):
    """``pk`` is ``staff:<staff id>``; ``roles`` and ``state`` repeat the document, for lists to filter by."""

    class Meta:
        """The table's name."""

        table_name = settings().table("staff")

    department = UnicodeAttribute(null=True)
    roles = UnicodeSetAttribute(null=True)
    state = UnicodeAttribute()
    deputy = UnicodeAttribute(null=True)
    document = DocumentAttribute[StaffMember](lambda: StaffMember)

    by_department = ByDepartment()
    by_deputy = ByDeputy()


class PersonRow(Row):
    """``pk`` is ``person:<keyed digest of issuer and sub>``, so that no citizen's ``sub`` is in any key.

    It holds nothing but the subject keys for which the identity platform has vouched.
    """

    class Meta:
        """In the same table as the entries."""

        table_name = settings().table("staff")

    pk = UnicodeAttribute(hash_key=True)
    subjects = UnicodeSetAttribute(null=True)
