"""The table of flags."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute
from chalicelib.sanctions.model.flags import Flag
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class BySubject(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Flags of a subject, by the instant of their proposal."""

    class Meta:
        """Which index, and that it holds whole rows."""

        index_name = "by_subject"
        projection = AllProjection()

    subject = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class ByDesk(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # as above
    """Flags of a department in one state, by the instant of their proposal."""

    class Meta:
        """Which index, and that it holds whole rows."""

        index_name = "by_desk"
        projection = AllProjection()

    desk = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class ByDocumentSubject(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # as above
    """Flags of persons that stand on documents about an organisation: sparse, for all others have none."""

    class Meta:
        """Which index, and that it holds whole rows."""

        index_name = "by_document_subject"
        projection = AllProjection()

    document_subject = UnicodeAttribute(hash_key=True)
    proposed_at = InstantAttribute(range_key=True)


class Live(GlobalSecondaryIndex["FlagRow"]):  # type: ignore[no-untyped-call]  # as above
    """Flags that have, or could again have, effect, by their last day: sparse, for all others have no shard."""

    class Meta:
        """Which index, and that it holds whole rows."""

        index_name = "live"
        projection = AllProjection()

    live = NumberAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class FlagRow(OwnerRow):
    """``flag:<flag id>``: one flag; the condition of every change is its version and the head of its timeline.

    ``desk`` is ``<department>:<state>``.
    """

    class Meta:
        """Where the table is."""

        table_name = settings().table("punishment")

    subject = UnicodeAttribute()
    proposed_at = InstantAttribute()
    desk = UnicodeAttribute()
    document_subject = UnicodeAttribute(null=True)
    live = NumberAttribute(null=True)
    ends_on = UnicodeAttribute(null=True)
    document: DocumentAttribute[Flag] = DocumentAttribute(lambda: Flag)

    by_subject = BySubject()
    by_desk = ByDesk()
    by_document_subject = ByDocumentSubject()
    by_end = Live()
