"""The table of credit: one summary per subject, and its records and queries."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.credit.model.records import Query, Record, Summary
from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class AllSummaries(GlobalSecondaryIndex["SummaryRow"]):  # type: ignore[no-untyped-call]  # as below
    """Every summary, in shards; neither part of the key ever changes, so each entry is written once."""

    class Meta:
        """The index's name; it holds only keys."""

        index_name = "summaries"
        projection = KeysOnlyProjection()

    shard = NumberAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class SummaryRow(OwnerRow):
    """A summary; ``pk`` is ``credit:<subject key>``, and filings are bound to ``version``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("credit")

    shard = NumberAttribute(null=True)
    document: DocumentAttribute[Summary] = DocumentAttribute(lambda: Summary)

    in_shards = AllSummaries()


class BySubject(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The records and queries about a subject, by kind of row and then in order."""

    class Meta:
        """The index's name; it holds whole rows."""

        index_name = "by_subject"
        projection = AllProjection()

    subject = UnicodeAttribute(hash_key=True)
    record_id = UnicodeAttribute(range_key=True)


class Ending(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]  # as above
    """Records by their last day; sparse, as favourable and ended records are not in it."""

    class Meta:
        """The index's name; it holds only keys."""

        index_name = "ending"
        projection = KeysOnlyProjection()

    ending = NumberAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class OnDisplay(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]  # as above
    """What may be displayed of a subject, by its last day; sparse, as most records are favourable."""

    class Meta:
        """The index holds what a grade counts."""

        index_name = "displayed"
        projection = IncludeProjection(["severity", "since", "named"])

    displayed = UnicodeAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class Unconfirmed(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]  # as above
    """The records of a source that wait to be served or confirmed, by id; sparse, as few records are that grave."""

    class Meta:
        """The index's name; it holds whole rows."""

        index_name = "unconfirmed"
        projection = AllProjection()

    unconfirmed_of = UnicodeAttribute(hash_key=True)
    record_id = UnicodeAttribute(range_key=True)


class EntryRow(Row):
    """A record (``record:<source>:<id>``) or a query (``query:<id>``) about a subject; ``record_id`` repeats ``pk``.

    ``by_whom`` is the import and line that a record came from.
    ``ending`` is the shard in which the daily job finds ending records, and ``ends_on`` their last day.
    ``displayed`` is the subject of one that may be displayed; the three after it repeat the record.
    ``unconfirmed_of`` is the source of one that bars nobody before it was served and a second person confirmed it.
    """

    class Meta:
        """The table's name, shared with the summaries."""

        table_name = settings().table("credit")

    pk = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute()
    record_id = UnicodeAttribute()
    stored_version = NumberAttribute(null=True)
    by_whom = UnicodeAttribute(null=True)
    ending = NumberAttribute(null=True)
    ends_on = UnicodeAttribute(null=True)
    displayed = UnicodeAttribute(null=True)
    severity = UnicodeAttribute(null=True)
    since = UnicodeAttribute(null=True)
    named = UnicodeAttribute(null=True)
    unconfirmed_of = UnicodeAttribute(null=True)
    record: DocumentAttribute[Record] = DocumentAttribute(lambda: Record, null=True)
    query_made: DocumentAttribute[Query] = DocumentAttribute(lambda: Query, null=True)

    by_subject = BySubject()
    by_end = Ending()
    on_display = OnDisplay()
    unconfirmed = Unconfirmed()
