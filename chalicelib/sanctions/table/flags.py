"""The table of flags."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute
from chalicelib.sanctions.model.flags import Flag
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class BySubject(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Flags of a subject, by time of proposal."""

    class Meta:
        """The index's name; it holds whole rows."""

        index_name = "by_subject"
        projection = AllProjection()

    subject = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class ByDesk(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # as above
    """Flags of a department in one state, by time of proposal."""

    class Meta:
        """The index's name; it holds whole rows."""

        index_name = "by_desk"
        projection = AllProjection()

    desk = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class ByDocumentSubject(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # as above
    """Flags of persons based on documents about an organisation; sparse, as other flags are not in it."""

    class Meta:
        """The index's name; it holds whole rows."""

        index_name = "by_document_subject"
        projection = AllProjection()

    document_subject = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class ByDocument(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # as above
    """Flags of a department that stand on a document, by time of proposal."""

    class Meta:
        """The index's name; it holds whole rows."""

        index_name = "by_document"
        projection = AllProjection()

    of_document = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class Live(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # as above
    """Live flags by last day; sparse, as other flags have no shard."""

    class Meta:
        """The index's name; it holds whole rows."""

        index_name = "live"
        projection = AllProjection()

    live = NumberAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class FlagRow(OwnerRow):
    """A flag; ``pk`` is ``flag:<flag id>``, and changes are conditional on its version.

    ``desk`` is ``<department>:<state>``, ``of_document`` is ``<department>:<document number as it is compared>``.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("punishment")

    subject = UnicodeAttribute()
    proposed_at = InstantAttribute()
    desk = UnicodeAttribute()
    of_document = UnicodeAttribute()
    document_subject = UnicodeAttribute(null=True)
    live = NumberAttribute(null=True)
    ends_on = UnicodeAttribute(null=True)
    document: DocumentAttribute[Flag] = DocumentAttribute(lambda: Flag)

    by_subject = BySubject()
    by_desk = ByDesk()
    by_document_subject = ByDocumentSubject()
    by_document = ByDocument()
    by_end = Live()
