"""The table of objections, repairs, revocations and amendments, and of revoked documents."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.redress.model import Amendment, Objection, Repair, Revocation
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByDepartment(GlobalSecondaryIndex["RedressRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The matters of a department, of one kind, in order of arrival."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByPerson(GlobalSecondaryIndex["RedressRow"]):  # type: ignore[no-untyped-call]  # as above
    """The matters of a subject, of one kind, in order of arrival."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_person"
        projection = AllProjection()

    person = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByEntry(GlobalSecondaryIndex["RedressRow"]):  # type: ignore[no-untyped-call]  # as above
    """The objections to an entry, and under ``amendment:proposed`` the amendments that wait, in order of arrival."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_entry"
        projection = AllProjection()

    entry = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class RedressRow(OwnerRow):
    """A matter; ``pk`` is its owner, such as ``objection:<id>``, and ``person`` and ``department`` begin with its kind.

    ``listed_at`` is the instant it began plus the id, and so unique. Only the document of its kind is set.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("redress")

    department = UnicodeAttribute()
    person = UnicodeAttribute()
    entry = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute()
    objection: DocumentAttribute[Objection] = DocumentAttribute(lambda: Objection, null=True)
    repair: DocumentAttribute[Repair] = DocumentAttribute(lambda: Repair, null=True)
    reversal: DocumentAttribute[Revocation] = DocumentAttribute(lambda: Revocation, null=True)
    amendment: DocumentAttribute[Amendment] = DocumentAttribute(lambda: Amendment, null=True)

    by_department = ByDepartment()
    by_person = ByPerson()
    by_entry = ByEntry()


class FallenRow(Row):
    """A revoked document; ``pk`` is ``document:<digest of subject, organ and number>``."""

    class Meta:
        """The table's name, shared with the matters."""

        table_name = settings().table("redress")

    pk = UnicodeAttribute(hash_key=True)
    because = UnicodeAttribute()
    fallen_at = InstantAttribute()
