"""The table of ratings, and how many people a device spoke for on a day."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.feedback.model.ratings import Rating
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByDepartment(GlobalSecondaryIndex["RatingRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The ratings of a department's handlings by day, and within a day in an order that tells nothing."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class RatingRow(OwnerRow):
    """``pk`` is ``rating:<keyed digest of case and handling>``; ``listed_at`` is the day and that digest."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("ratings")

    department = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    level = NumberAttribute()
    is_suspicious = BooleanAttribute()
    document = DocumentAttribute[Rating](lambda: Rating)

    by_department = ByDepartment()


class DeviceRow(Row):
    """``pk`` is ``device:<keyed digest of address, browser and day>``; ``raters`` are digests that live as long.

    The row goes two days later, by the day's end and not by the instant of the last rating.
    """

    class Meta:
        """In the same table as the ratings: it is written in the same transaction, and by nothing else."""

        table_name = settings().table("ratings")

    pk = UnicodeAttribute(hash_key=True)
    rev = NumberAttribute()
    raters = DocumentAttribute[tuple[str, ...]](lambda: tuple[str, ...])
    expires = NumberAttribute()
