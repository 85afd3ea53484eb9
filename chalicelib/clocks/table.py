"""The table of clocks, its index of due clocks, and the heartbeats of the sweep."""

from dataclasses import replace

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

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


LISTED = ("document", "yellow_at", "pause_until", "kind", "responsible", "item")
"""What lists show and are filtered by; what the sweep changes is not among it."""


class BoardIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # as above
    """Open clocks of a department by due date; paused and provisional ones are on separate boards."""

    class Meta:
        """The index's name and projection."""

        index_name = "board"
        projection = IncludeProjection([*LISTED])

    board = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class KindBoardIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # as above
    """Open clocks of one kind in a department by due date, with separate lists for each status.

    Kinds that every promise has are not in it.
    """

    class Meta:
        """The index's name and projection."""

        index_name = "by_kind"
        projection = IncludeProjection([*LISTED])

    kind_board = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class OfficerBoardIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # as above
    """Open clocks of one officer in a department by due date, with separate lists for each status.

    Those of a role are not in it.
    """

    class Meta:
        """The index's name and projection."""

        index_name = "by_officer"
        projection = IncludeProjection([*LISTED])

    officer_board = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class ItemBoardIndex(GlobalSecondaryIndex["ClockRow"]):  # type: ignore[no-untyped-call]  # as above
    """Open clocks about a service item in a department by due date, with separate lists for each status."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_item"
        projection = IncludeProjection([*LISTED])

    item_board = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class ClockRow(Row):
    """One clock; ``rev`` is the condition of every change.

    In an index there are neither ``rev`` nor milestones.
    """

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
    kind = UnicodeAttribute()
    responsible = UnicodeAttribute()
    item = UnicodeAttribute(null=True)
    warned_at = InstantAttribute(null=True)
    passed_at = InstantAttribute(null=True)
    recheck_at = InstantAttribute(null=True)
    document: DocumentAttribute[Clock] = DocumentAttribute(lambda: Clock)

    due = DueIndex()
    on_board = BoardIndex()
    of_kind = KindBoardIndex()
    of_officer = OfficerBoardIndex()
    of_item = ItemBoardIndex()

    @property
    def clock(self) -> Clock:
        """The clock; as lists show it where the row comes from an index."""
        if not any((self.warned_at, self.passed_at, self.recheck_at)) and self.rev in {None, 1}:
            # As nearly every clock is until it stops; to copy one with all its fields takes time.
            return self.document
        return replace(
            self.document,
            rev=int(self.rev or 1),
            warned_at=self.warned_at,
            passed_at=self.passed_at,
            recheck_at=self.recheck_at,
        )


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
