"""The daily expiry: records whose last day has passed leave the summary, and this is recorded."""

from collections.abc import Callable, Collection
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import FlagMark, Summary
from chalicelib.credit.rules import expiry
from chalicelib.credit.rules import summary as rules
from chalicelib.credit.rules.names import flag_with_name
from chalicelib.credit.store.records import SHARDS, CreditStore
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.walks.model import Place, Step
from chalicelib.walks.services import step_over

PAGE = 100
"""How many records of a shard one step ends."""

PARTS = tuple(str(shard) for shard in range(SHARDS))


class CreditExpiry:
    """Expires records; whether something has effect always follows from its dates, not from this job."""

    def __init__(self, store: CreditStore, *, names_of: Callable[[SubjectKey], Collection[str]]) -> None:
        """Take the store of records and summaries; ``names_of`` returns the registered names of a subject."""
        self._store = store
        self._names_of = names_of

    def expire(self, _about: str, shard: str, place: Place, at: datetime) -> Step:
        """End the next records of a shard that have expired, as a step of a walk; safe to repeat, late or at once."""
        ended = self._store.ended(int(shard), on=day_in_shanghai(at), limit=PAGE, after=place or None)
        return step_over(ended, lambda name: self._end(*name, at), named="/".join)

    @retry_on_conflict
    def _end(self, source: str, record_id: str, at: datetime) -> bool:
        """End one record; returns whether this call did."""
        before = self._store.record(source, record_id)
        today = day_in_shanghai(at)
        if before is None or not expiry.has_ended(before, on=today):
            return False
        record = expiry.end_display(before, at=at)
        summary = self._store.summary(record.subject)
        after = expiry.without_ended(summary, on=today)
        event = expiry.display_ended_event(record, after, at=at)
        with transaction() as tx:
            self._store.save_record(record, tx)
            self._store.save(summary, after, [event], at=at, tx=tx)
        return True

    def take_flag_out(
        self, subject: SubjectKey, flag_id: str, kind: EventKind, *, at: datetime, tx: Transaction
    ) -> None:
        """Remove a flag from the summary in the caller's transaction, because it expired or a new list suspends it."""
        summary = self._store.summary(subject)
        self._save(summary, rules.without_flag(summary, flag_id), kind, flag_id, at=at, tx=tx)

    def put_flag_back(
        self, subject: SubjectKey, flag: FlagMark, *, name_digest: str, at: datetime, tx: Transaction
    ) -> None:
        """Put a suspended flag back into the summary in the caller's transaction."""
        summary = self._store.summary(subject)
        flag = flag_with_name(flag, summary, name_digest, names_of=lambda: self._names_of(subject))
        after = rules.with_flag(summary, flag, name_digest=name_digest, on=day_in_shanghai(at))
        self._save(summary, after, EventKind.FLAG_RESUMED, flag.flag_id, at=at, tx=tx)

    def _save(
        self, before: Summary, after: Summary, kind: EventKind, flag_id: str, *, at: datetime, tx: Transaction
    ) -> None:
        event = expiry.flag_ended_event(kind, flag_id, after, at=at)
        self._store.save(before, after, [event], at=at, tx=tx)
