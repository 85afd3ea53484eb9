"""The table of complaints and suggestions."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.feedback.model.complaints import Complaint
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByDepartment(GlobalSecondaryIndex["ComplaintRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The complaints of a department, in order of receipt."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByPerson(GlobalSecondaryIndex["ComplaintRow"]):  # type: ignore[no-untyped-call]  # as above
    """The complaints of a person, in order of receipt."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_person"
        projection = AllProjection()

    person = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ComplaintRow(OwnerRow):
    """A complaint; ``pk`` is ``complaint:<id>``, and ``listed_at`` is the instant of receipt plus the id.

    Without a ``person``, it is in no index of persons.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("complaints")

    department = UnicodeAttribute()
    person = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute()
    state = UnicodeAttribute()
    document = DocumentAttribute[Complaint](lambda: Complaint)

    by_department = ByDepartment()
    by_person = ByPerson()
