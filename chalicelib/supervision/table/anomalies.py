"""The table of signals, and the three ways in which people go through them."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.settings import settings
from chalicelib.supervision.model.anomalies import Anomaly


class ByDepartment(GlobalSecondaryIndex["AnomalyRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """A department's signals, in the order in which they were found."""

    class Meta:
        """Which index, and that it holds whole rows."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    found_at = InstantAttribute(range_key=True)


class ByOfficer(GlobalSecondaryIndex["AnomalyRow"]):  # type: ignore[no-untyped-call]  # as above
    """What an officer's own acts showed, in the order in which it was found."""

    class Meta:
        """Which index, and that it holds whole rows."""

        index_name = "by_officer"
        projection = AllProjection()

    officer = UnicodeAttribute(hash_key=True)
    found_at = InstantAttribute(range_key=True)


class Everywhere(GlobalSecondaryIndex["AnomalyRow"]):  # type: ignore[no-untyped-call]  # as above
    """The signals of all departments in one order: the monitoring office's list, of what is rare by its nature."""

    class Meta:
        """Which index, and that it holds whole rows."""

        index_name = "everywhere"
        projection = AllProjection()

    scope = UnicodeAttribute(hash_key=True)
    found_at = InstantAttribute(range_key=True)


class AnomalyRow(Row):
    """One signal; ``pk`` names its kind and the last event that it rests on, so that it is found once."""

    class Meta:
        """Where the table is."""

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
