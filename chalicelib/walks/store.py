"""The store of walks."""

from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.walks.model import Part
from chalicelib.walks.table import PartRow


class WalkStore:
    """The parts of all walks."""

    def get(self, walk: str, part: str) -> Part | None:
        """Return a part, strongly consistent, or ``None``."""
        try:
            return PartRow.get(walk, part, consistent_read=True).document
        except PartRow.DoesNotExist:
            return None

    def of(self, walk: str) -> tuple[Part, ...]:
        """Return all parts of a walk, strongly consistent; none before it has begun."""
        return tuple(row.document for row in PartRow.query(walk, consistent_read=True))

    def save(self, part: Part) -> None:
        """Save a part. Raises ``ConflictError`` if the stored revision has changed; revision 1 is a new part."""
        row = PartRow(part.walk, part.part, rev=part.rev, document=part)
        with transaction() as tx:
            if part.rev == 1:
                tx.add(row, on_failure=ConflictError())
            else:
                tx.put(row, condition=PartRow.rev == part.rev - 1, on_failure=ConflictError())
