"""The table of ratings, and of the raters per device and day."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.feedback.model.ratings import Rating
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByDepartment(GlobalSecondaryIndex["RatingRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The ratings of a department by day; the order within a day reveals nothing."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class RatingRow(OwnerRow):
    """A rating; ``pk`` is ``rating:<keyed digest of case and handling>``, ``listed_at`` the day plus that digest."""

    class Meta:
        """The table's name."""

        table_name = settings().table("ratings")

    department = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    level = NumberAttribute()
    is_suspicious = BooleanAttribute()
    document = DocumentAttribute[Rating](lambda: Rating)

    by_department = ByDepartment()


class DeviceRow(Row):
    """A device on one day; ``pk`` is ``device:<keyed digest of address, browser and day>``, ``raters`` are digests.

    The row expires two days later, counted from the day and not from the last rating.
    """

    class Meta:
        """The table's name, shared with the ratings because both are written in one transaction."""

        table_name = settings().table("ratings")

    pk = UnicodeAttribute(hash_key=True)
    rev = NumberAttribute()
    raters = DocumentAttribute[tuple[str, ...]](lambda: tuple[str, ...])
    expires = NumberAttribute()
