"""The table of alerts."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.alerts.model.alerts import Alert
from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.settings import settings


class InboxIndex(GlobalSecondaryIndex["AlertRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """A recipient's alerts in one state, in the order in which they were raised."""

    class Meta:
        """The index's name and projection."""

        index_name = "inbox"
        projection = AllProjection()

    recipient_state = UnicodeAttribute(hash_key=True)
    raised_at = InstantAttribute(range_key=True)


class AlertRow(Row):
    """One alert; ``state`` is ``open`` until it is answered or withdrawn."""

    class Meta:
        """The table's name."""

        table_name = settings().table("alerts")

    pk = UnicodeAttribute(hash_key=True)
    recipient_state = UnicodeAttribute()
    raised_at = InstantAttribute()
    state = UnicodeAttribute()
    document = DocumentAttribute[Alert](lambda: Alert)

    inbox = InboxIndex()
