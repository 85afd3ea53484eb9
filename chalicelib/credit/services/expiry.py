"""The daily expiry: records whose last day has passed leave the summary, and this is recorded."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import FlagMark, Summary
from chalicelib.credit.rules import expiry
from chalicelib.credit.rules import summary as rules
from chalicelib.credit.rules.names import flag_with_name
from chalicelib.credit.store.records import SHARDS, CreditStore
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.logging import logger
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind

PER_SHARD = 500
"""How many records of a shard one run ends at most, so that 16 shards fit well within its ten minutes."""


@dataclass(slots=True, kw_only=True)
class Upkept:
    """The result of a run; ``is_complete`` is false if something is left for the next run."""

    ended: int = 0
    failed: int = 0
    is_complete: bool = True

    def look_at(self, name: str, step: Callable[[], bool]) -> None:
        """Run one step and count it; a failing step must not stop the others."""
        try:
            self.ended += step()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is said and counted, and the run fails at its end
            self.failed += 1
            self.is_complete = False
            logger("nightly").exception("not_ended", about=name, error=type(error).__name__)


class CreditExpiry:
    """Expires records; whether something has effect always follows from its dates, not from this job."""

    def __init__(self, store: CreditStore, *, names_of: Callable[[SubjectKey], Collection[str]]) -> None:
        """Take the store of records and summaries; ``names_of`` returns the registered names of a subject."""
        self._store = store
        self._names_of = names_of

    def expire(self, *, at: datetime) -> Upkept:
        """End the records that have expired, up to a limit per shard; safe to run twice, late or in parallel."""
        seen = Upkept()
        today = day_in_shanghai(at)
        for shard in range(SHARDS):
            names = list(self._store.ended(shard, on=today, limit=PER_SHARD))
            for source, record_id in names:
                seen.look_at(f"{source}/{record_id}", lambda source=source, name=record_id: self._end(source, name, at))  # type: ignore[misc]
            seen.is_complete = seen.is_complete and len(names) < PER_SHARD
        return seen

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
