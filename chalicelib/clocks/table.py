"""The table of clocks, its index of due clocks, and the heartbeats of the sweep."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.clocks.model import Clock
from chalicelib.dynamo.model import DocumentAttribute, InstantAttribute, Row
from chalicelib.settings import settings


class DueIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # PynamoDB leaves the hook untyped
    """Clocks that the sweep must check; sparse, because other clocks have no ``next_at``."""

    class Meta:
        """The index's name and projection."""

        index_name = "due"
        projection = KeysOnlyProjection()

    shard = NumberAttribute(hash_key=True)
    next_at = InstantAttribute(range_key=True)


class BoardIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # as above
    """Open clocks of a department by due date; paused and provisional ones are on separate boards."""

    class Meta:
        """The index's name and projection."""

        index_name = "board"
        projection = AllProjection()

    board = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class KindBoardIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # as above
    """Open clocks of one kind in a department by due date, with separate lists for each status."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_kind"
        projection = AllProjection()

    kind_board = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class OfficerBoardIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # as above
    """Open clocks of one officer or role in a department by due date, with separate lists for each status."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_officer"
        projection = AllProjection()

    officer_board = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class ItemBoardIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # as above
    """Open clocks about a service item in a department by due date, with separate lists for each status."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_item"
        projection = AllProjection()

    item_board = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class ClockRow(Row):
    """One clock; ``rev`` is the condition of every change."""

    class Meta:
        """The table's name."""

        table_name = settings().table("clocks")

    owner = UnicodeAttribute(hash_key=True)
    clock_id = UnicodeAttribute(range_key=True)
    rev = NumberAttribute()
    shard = NumberAttribute()
    next_at = InstantAttribute(null=True)
    board = UnicodeAttribute(null=True)
    kind_board = UnicodeAttribute(null=True)
    officer_board = UnicodeAttribute(null=True)
    item_board = UnicodeAttribute(null=True)
    due_at = InstantAttribute()
    yellow_at = InstantAttribute()
    pause_until = UnicodeAttribute(null=True)
    document: DocumentAttribute[Clock] = DocumentAttribute(lambda: Clock)

    due = DueIndex()
    on_board = BoardIndex()
    of_kind = KindBoardIndex()
    of_officer = OfficerBoardIndex()
    of_item = ItemBoardIndex()


class TaskRow(Row):
    """Work that the sweep continues: in the index of due clocks, and on no board."""

    class Meta:
        """In the same table as the clocks, so that a sweep finds it without another query."""

        table_name = settings().table("clocks")

    owner = UnicodeAttribute(hash_key=True)
    clock_id = UnicodeAttribute(range_key=True)
    rev = NumberAttribute()
    shard = NumberAttribute()
    next_at = InstantAttribute(null=True)
    text = UnicodeAttribute()


class WatchRow(Row):
    """Since when the sweep has been complete: one row, updated by each complete sweep.

    ``waiting`` is JSON: to each shard with something due the instant since when it may have waited.
    """

    class Meta:
        """In the same table as the heartbeats, which it summarises."""

        table_name = settings().table("clocks")

    owner = UnicodeAttribute(hash_key=True)
    clock_id = UnicodeAttribute(range_key=True)
    complete_since = InstantAttribute(null=True)
    last_sweep_at = InstantAttribute()
    lag_seconds = NumberAttribute()
    waiting = UnicodeAttribute()


class HeartbeatRow(Row):
    """The report of one sweep, or of a worker's run for it; kept for three months.

    ``clock_id`` is the sweep's instant, followed by the shard and the run in a worker's.
    """

    class Meta:
        """In the same table as the clocks: written by the same function, and in nobody else's queries."""

        table_name = settings().table("clocks")

    owner = UnicodeAttribute(hash_key=True)
    clock_id = UnicodeAttribute(range_key=True)
    report = UnicodeAttribute()
    expires = NumberAttribute()
