"""The table of credit: one summary a subject, and what is kept beside it."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.credit.model.records import Query, Record, Summary
from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class AllSummaries(GlobalSecondaryIndex["SummaryRow"]):  # type: ignore[no-untyped-call]  # as below
    """Every summary, in shards: written once with its row, for neither part of its key ever changes."""

    class Meta:
        """Which index, and that it holds only keys."""

        index_name = "summaries"
        projection = KeysOnlyProjection()

    shard = NumberAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class SummaryRow(OwnerRow):
    """``credit:<subject key>``: all that a check reads; ``version`` is what filing is bound to."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("credit")

    shard = NumberAttribute(null=True)
    document: DocumentAttribute[Summary] = DocumentAttribute(lambda: Summary)

    in_shards = AllSummaries()


class BySubject(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """What is kept about a subject, by kind of row and then in order."""

    class Meta:
        """Which index, and that it holds whole rows."""

        index_name = "by_subject"
        projection = AllProjection()

    subject = UnicodeAttribute(hash_key=True)
    record_id = UnicodeAttribute(range_key=True)


class Ending(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]  # as above
    """Records by their last day: sparse, for one that harms nobody, or whose display has ended, has none."""

    class Meta:
        """Which index, and that it holds only keys."""

        index_name = "ending"
        projection = KeysOnlyProjection()

    ending = NumberAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class EntryRow(Row):
    """A record (``record:<source>:<id>``) or a query (``query:<id>``) about a subject; ``record_id`` repeats ``pk``.

    ``by_whom`` is the import and the line that a record came in.
    ``ending`` is the shard in which the daily job looks for records that end, and ``ends_on`` their last day.
    """

    class Meta:
        """In the same table as the summaries."""

        table_name = settings().table("credit")

    pk = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute()
    record_id = UnicodeAttribute()
    stored_version = NumberAttribute(null=True)
    by_whom = UnicodeAttribute(null=True)
    ending = NumberAttribute(null=True)
    ends_on = UnicodeAttribute(null=True)
    record: DocumentAttribute[Record] = DocumentAttribute(lambda: Record, null=True)
    query_made: DocumentAttribute[Query] = DocumentAttribute(lambda: Query, null=True)

    by_subject = BySubject()
    by_end = Ending()
