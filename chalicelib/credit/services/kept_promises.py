"""Kept promises (履约记录), which count in the credit of whoever made them."""

from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import Dates, Document, Publicity, Record, Severity
from chalicelib.credit.rules import submissions as intake
from chalicelib.credit.rules.summary import with_kept_promise
from chalicelib.credit.store.directories import directories
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import Transaction
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

KIND_OF_PROMISES = "commitment"
BASIS_OF_PROMISES = "国办发〔2020〕42号;全国公共信用信息基础目录(信用承诺及履行情况信息)"


class KeptPromises:
    """Records of kept promises."""

    def __init__(self, store: CreditStore) -> None:
        """Take the store of records and summaries."""
        self._store = store

    def count(self, subject: SubjectKey, case_no: str, *, by: str, at: datetime, tx: Transaction) -> None:
        """Add a kept promise to the subject's credit in the caller's transaction (R1.20): one read, three writes.

        ``by`` is the actor who found it kept. Raises ``ConflictError`` at the commit if it is already counted.
        """
        summary = self._store.summary(subject)
        today = day_in_shanghai(at)
        record = Record(
            subject=subject,
            source=intake.OWN_SOURCE,
            record_id=case_no,
            kind=KIND_OF_PROMISES,
            edition=intake.directory_in_force(directories(), on=today).edition,
            severity=Severity.NONE,
            publicity=Publicity.QUERY_ONLY,
            document=Document(number=case_no, organ=intake.OWN_SOURCE, effective_on=today),
            dates=Dates(judged_on=today, received_on=today, effective_on=today),
            basis=BASIS_OF_PROMISES,
            repair_notice="",
            received_at=at,
        )
        event = NewEvent(
            kind=EventKind.PROMISE_KEPT,
            occurred_at=at,
            actor=by,
            department="",
            data={"case_no": case_no, "kept_promises": summary.kept_promises + 1},
        )
        self._store.save_record(record, tx)
        self._store.save(summary, with_kept_promise(summary), [event], at=at, tx=tx)
