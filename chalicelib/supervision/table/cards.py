"""The table of cards, and its four indexes."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.settings import settings
from chalicelib.supervision.model.cards import Card


class ByDepartment(GlobalSecondaryIndex["CardRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """A department's cards, in the order in which they were given."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    given_at = InstantAttribute(range_key=True)


class ByOfficer(GlobalSecondaryIndex["CardRow"]):  # type: ignore[no-untyped-call]  # as above
    """The cards about an officer, in the order in which they were given."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_officer"
        projection = AllProjection()

    officer = UnicodeAttribute(hash_key=True)
    given_at = InstantAttribute(range_key=True)


class ByOwner(GlobalSecondaryIndex["CardRow"]):  # type: ignore[no-untyped-call]  # as above
    """The cards on a timeline, in the order in which they were given."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_owner"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    given_at = InstantAttribute(range_key=True)


class Everywhere(GlobalSecondaryIndex["CardRow"]):  # type: ignore[no-untyped-call]  # as above
    """All cards, in the order in which they were given."""

    class Meta:
        """The index's name and projection."""

        index_name = "everywhere"
        projection = AllProjection()

    scope = UnicodeAttribute(hash_key=True)
    given_at = InstantAttribute(range_key=True)


class CardRow(Row):
    """``pk`` is the card's id; ``rev`` is its version and the condition of every later write."""

    class Meta:
        """The table's name."""

        table_name = settings().table("cards")

    pk = UnicodeAttribute(hash_key=True)
    rev = NumberAttribute()
    department = UnicodeAttribute()
    officer = UnicodeAttribute(null=True)
    owner = UnicodeAttribute()
    scope = UnicodeAttribute(default="all")
    state = UnicodeAttribute()
    given_at = InstantAttribute()
    document = DocumentAttribute[Card](lambda: Card)

    by_department = ByDepartment()
    by_officer = ByOfficer()
    by_owner = ByOwner()
    everywhere = Everywhere()
