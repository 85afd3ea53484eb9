"""Writing down what became of a promise, in the transaction of the case that says so (信用承诺及履行情况, R1.20)."""

from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.promise_keeping import PromiseReport
from chalicelib.credit.model.records import BROKEN, PromiseOutcome
from chalicelib.credit.rules import promise_keeping as rules
from chalicelib.credit.rules.names import with_name
from chalicelib.credit.rules.redress import Changes
from chalicelib.credit.rules.submissions import OWN_SOURCE, directory_in_force
from chalicelib.credit.rules.summary import with_kept_promise
from chalicelib.credit.services.redress import CreditRedress
from chalicelib.credit.store.directories import directories
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import Transaction
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent


class PromiseKeeping:
    """Records of promises: kept, broken, withdrawn, or not verifiable."""

    def __init__(self, store: CreditStore, records: CreditRedress) -> None:
        """Take the store of records and summaries, and what changes both together."""
        self._store = store
        self._records = records

    def record(self, report: PromiseReport, *, by: str, at: datetime, tx: Transaction) -> None:
        """Write a report down in the caller's transaction; one that adds nothing writes nothing.

        A kept promise counts in the summary. A broken one bars the next from this very write on: the summary's new
        version makes filings that were checked before fail. What was withdrawn or could not be verified leaves the
        summary alone, so that nobody waits for credit to withdraw. ``by`` is the actor. Raises ``ConflictError`` at the
        commit if the record was written meanwhile, ``UnreadableError`` if the summary cannot be read.
        """
        before = self._store.record(OWN_SOURCE, report.record_id)
        directory = directory_in_force(directories(), on=day_in_shanghai(at))
        record = rules.record_after(report, before, directory=directory, at=at)
        if record is None:
            return
        outcome = report.fulfilment.outcome
        if outcome in BROKEN:
            record = with_name(record, self._store.summary(report.subject), report.name_digest)
            event = rules.broken_event(report, record, before, by=by, at=at)
            self._records.change(report.subject, Changes(records=[record], facts=[event]), at=at, tx=tx)
            return
        self._store.save_record(record, tx)
        if outcome is PromiseOutcome.KEPT:
            self._count(report, by=by, at=at, tx=tx)

    def _count(self, report: PromiseReport, *, by: str, at: datetime, tx: Transaction) -> None:
        summary = self._store.summary(report.subject)
        event = NewEvent(
            kind=EventKind.PROMISE_KEPT,
            occurred_at=at,
            actor=by,
            department="",
            data={"case_no": report.fulfilment.case_no, "kept_promises": summary.kept_promises + 1},
        )
        self._store.save(summary, with_kept_promise(summary), [event], at=at, tx=tx)
