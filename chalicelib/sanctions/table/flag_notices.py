"""The table of subscriptions and flag notices."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.sanctions.model.flag_notices import FlagNotice, Subscription
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByFlag(GlobalSecondaryIndex["FlagNoticeRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The notices of a flag, in order."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_flag"
        projection = AllProjection()

    flag_id = UnicodeAttribute(hash_key=True)
    told_at = InstantAttribute(range_key=True)


class ByIncident(GlobalSecondaryIndex["FlagNoticeRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Notices with an incident, by its state; others are not in the index."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_incident"
        projection = AllProjection()

    incident = UnicodeAttribute(hash_key=True)
    incident_at = InstantAttribute(range_key=True)


class FlagNoticeRow(OwnerRow):
    """A notice, with a timeline of its own; ``pk`` is ``flag_notice:<notice id>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("flag_notices")

    flag_id = UnicodeAttribute()
    told_at = InstantAttribute()
    incident = UnicodeAttribute(null=True)
    incident_at = InstantAttribute(null=True)
    document: DocumentAttribute[FlagNotice] = DocumentAttribute(lambda: FlagNotice)

    by_flag = ByFlag()
    by_incident = ByIncident()


class SubscriptionRow(Row):
    """A subscription; ``pk`` is ``subscription:<id>``."""

    class Meta:
        """The table's name, shared with the notices."""

        table_name = settings().table("flag_notices")

    pk = UnicodeAttribute(hash_key=True)
    document: DocumentAttribute[Subscription] = DocumentAttribute(lambda: Subscription)


class ShelfRow(Row):
    """The subscription ids of ``item:<code>`` or ``department:<name>``, which is ``pk``; oldest first."""

    class Meta:
        """The table's name, shared with the notices."""

        table_name = settings().table("flag_notices")

    pk = UnicodeAttribute(hash_key=True)
    names: DocumentAttribute[tuple[str, ...]] = DocumentAttribute(lambda: tuple[str, ...])


class LineRow(Row):
    """The id of a subscription's nth notice; ``pk`` is ``line:<subscription id>:<number>``."""

    class Meta:
        """The table's name, shared with the notices."""

        table_name = settings().table("flag_notices")

    pk = UnicodeAttribute(hash_key=True)
    flag_notice_id = UnicodeAttribute()
