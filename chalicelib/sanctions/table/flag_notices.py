"""The table of subscriptions and of what each was told."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.sanctions.model.flag_notices import FlagNotice, Subscription
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByFlag(GlobalSecondaryIndex["FlagNoticeRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Who was told of a flag, in the order in which they were."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_flag"
        projection = AllProjection()

    flag_id = UnicodeAttribute(hash_key=True)
    told_at = InstantAttribute(range_key=True)


class ByIncident(GlobalSecondaryIndex["FlagNoticeRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Incidents in one state; a notice without one is not in it."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_incident"
        projection = AllProjection()

    incident = UnicodeAttribute(hash_key=True)
    incident_at = InstantAttribute(range_key=True)


class FlagNoticeRow(OwnerRow):
    """``flag_notice:<notice id>``: one telling, with a timeline of its own."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("flag_notices")

    flag_id = UnicodeAttribute()
    told_at = InstantAttribute()
    incident = UnicodeAttribute(null=True)
    incident_at = InstantAttribute(null=True)
    document: DocumentAttribute[FlagNotice] = DocumentAttribute(lambda: FlagNotice)

    by_flag = ByFlag()
    by_incident = ByIncident()


class SubscriptionRow(Row):
    """``subscription:<id>``: one subscription."""

    class Meta:
        """In the same table as the flag_notices."""

        table_name = settings().table("flag_notices")

    pk = UnicodeAttribute(hash_key=True)
    document: DocumentAttribute[Subscription] = DocumentAttribute(lambda: Subscription)


class ShelfRow(Row):
    """``item:<code>`` and ``department:<name>``: which subscriptions there are, oldest first."""

    class Meta:
        """In the same table as the flag_notices."""

        table_name = settings().table("flag_notices")

    pk = UnicodeAttribute(hash_key=True)
    names: DocumentAttribute[tuple[str, ...]] = DocumentAttribute(lambda: tuple[str, ...])


class LineRow(Row):
    """``line:<subscription id>:<number>``: which notice a subscription was told as its nth."""

    class Meta:
        """In the same table as the flag_notices."""

        table_name = settings().table("flag_notices")

    pk = UnicodeAttribute(hash_key=True)
    flag_notice_id = UnicodeAttribute()
