"""The table of anomalies, and its three indexes."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.settings import settings
from chalicelib.supervision.model.anomalies import Anomaly


class ByDepartment(GlobalSecondaryIndex["AnomalyRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """A department's anomalies, in the order in which they were found."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    found_at = InstantAttribute(range_key=True)


class ByOfficer(GlobalSecondaryIndex["AnomalyRow"]):  # type: ignore[no-untyped-call]  # as above
    """The anomalies about an officer's own acts, in the order in which they were found."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_officer"
        projection = AllProjection()

    officer = UnicodeAttribute(hash_key=True)
    found_at = InstantAttribute(range_key=True)


class Everywhere(GlobalSecondaryIndex["AnomalyRow"]):  # type: ignore[no-untyped-call]  # as above
    """The anomalies of all departments in one order, for the monitoring office; they are rare by nature."""

    class Meta:
        """The index's name and projection."""

        index_name = "everywhere"
        projection = AllProjection()

    scope = UnicodeAttribute(hash_key=True)
    found_at = InstantAttribute(range_key=True)


class AnomalyRow(Row):
    """One anomaly; ``pk`` names its kind and its last event, so that it is saved only once."""

    class Meta:
        """The table's name."""

        table_name = settings().table("signals")

    pk = UnicodeAttribute(hash_key=True)
    scope = UnicodeAttribute(default="all")
    department = UnicodeAttribute()
    officer = UnicodeAttribute(null=True)
    kind = UnicodeAttribute()
    found_at = InstantAttribute()
    document = DocumentAttribute[Anomaly](lambda: Anomaly)

    by_department = ByDepartment()
    by_officer = ByOfficer()
    everywhere = Everywhere()
