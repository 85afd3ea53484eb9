"""Names that a source of a higher rank has corrected, on the timeline of the subject's credit."""

from datetime import datetime

from chalicelib.credit.rules.names import correction_event
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import Transaction
from chalicelib.subjects.model.subjects import Known, NameSource


class CorrectedNames:
    """Records corrections that come one by one; files of records write them with their own events."""

    def __init__(self, summaries: CreditStore) -> None:
        """Take the store of summaries, which own the timeline."""
        self._summaries = summaries

    def record(self, known: Known, said_by: NameSource, at: datetime, tx: Transaction) -> None:
        """Add the event in the transaction in which the name is corrected; no check depends on it."""
        summary = self._summaries.summary(known.key)
        self._summaries.save(summary, summary, [correction_event(known, said_by, at=at)], at=at, tx=tx)
