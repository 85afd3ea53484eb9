"""The table of endpoints and their deliveries."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.alerts.model.webhooks import Delivery, Webhook
from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.settings import settings


class ByDepartment(GlobalSecondaryIndex["WebhookRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The endpoints of a department that have not been ended, oldest first."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    made_at = InstantAttribute(range_key=True)


class ByLane(GlobalSecondaryIndex["DeliveryRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The deliveries of an endpoint in one state, oldest first."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_lane"
        projection = AllProjection()

    lane = UnicodeAttribute(hash_key=True)
    made_at = InstantAttribute(range_key=True)


class WebhookRow(Row):
    """One endpoint: ``pk`` is ``webhook:<id>``; ``department`` is absent once it was ended."""

    class Meta:
        """The table's name."""

        table_name = settings().table("webhooks")

    pk = UnicodeAttribute(hash_key=True)
    department = UnicodeAttribute(null=True)
    made_at = InstantAttribute()
    document = DocumentAttribute[Webhook](lambda: Webhook)

    by_department = ByDepartment()


class DeliveryRow(Row):
    """One delivery: ``pk`` is ``delivery:<id>``, ``lane`` is ``<webhook id>#<state>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("webhooks")

    pk = UnicodeAttribute(hash_key=True)
    lane = UnicodeAttribute()
    made_at = InstantAttribute()
    document = DocumentAttribute[Delivery](lambda: Delivery)

    by_lane = ByLane()
