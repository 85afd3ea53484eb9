"""The table of complaints and suggestions."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.feedback.model.complaints import Complaint
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByDepartment(GlobalSecondaryIndex["ComplaintRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """What a department has to answer or has answered, in the order in which it was received."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByPerson(GlobalSecondaryIndex["ComplaintRow"]):  # type: ignore[no-untyped-call]  # as above
    """What one person sent, in the order in which it was received."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_person"
        projection = AllProjection()

    person = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ComplaintRow(OwnerRow):
    """``pk`` is ``complaint:<id>``; ``listed_at`` is the instant of receipt and the id, and so unique."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("complaints")

    department = UnicodeAttribute()
    person = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    state = UnicodeAttribute()
    document = DocumentAttribute[Complaint](lambda: Complaint)

    by_department = ByDepartment()
    by_person = ByPerson()
