"""Compares credit summaries with the records and flags they are computed from, and corrects those that differ."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import FlagMark, Record, Severity, Summary
from chalicelib.credit.rules import expiry
from chalicelib.credit.store.records import SHARDS, CreditStore
from chalicelib.dynamo.model import Page
from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.logging import logger
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.walks.model import Place, Step
from chalicelib.walks.services import step_over

PAGE = 100
"""How many summaries a step looks at, at three reads each."""

NIGHTS = 7
"""Each summary is looked at once in so many nights."""

PARTS = tuple(str(shard) for shard in range(SHARDS))

SETTLED_AFTER = 2.0
"""The seconds after which an index is up to date; only what still differs then is corrected."""

MarksOf = Callable[[SubjectKey, Sequence[str]], tuple[FlagMark, ...]]
"""Returns the flags of a subject that have effect; the names are those of the flags in the summary."""


def parts_of_the_night(on: date) -> tuple[str, ...]:
    """Return the shards whose summaries are looked at in a night."""
    return tuple(shard for shard in PARTS if int(shard) % NIGHTS == on.toordinal() % NIGHTS)


class Reconciliation:
    """Walks over all summaries."""

    def __init__(
        self,
        store: CreditStore,
        *,
        marks_of: MarksOf,
        kept_from: Severity,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the store, ``marks_of`` for flags, and the least severity that summaries keep."""
        self._store = store
        self._marks_of = marks_of
        self._kept_from = kept_from
        self._pause = pause

    def check(self, _about: str, shard: str, place: Place, at: datetime) -> Step:
        """Check the next summaries of a shard and correct those that still differ a moment later, as a step of a walk.

        All that differ wait for that moment together: a step takes no longer than the run has left.
        """
        subjects = self._store.subjects(int(shard), after=place.get("after", ""), limit=PAGE)
        page = Page(subjects, {"after": subjects[-1]} if len(subjects) == PAGE else None)
        differing: list[SubjectKey] = []

        def look(subject: SubjectKey) -> bool:
            if self._difference(self._store.summary(subject), at=at)[1]:
                differing.append(subject)
            return False

        seen = step_over(page, look, named=str)
        if not differing:
            return seen
        self._pause(SETTLED_AFTER)
        mended = step_over(Page(tuple(differing), None), lambda subject: self.mend(subject, at=at), named=str)
        return replace(seen, changed=mended.changed, failed=seen.failed + mended.failed)

    def mend(self, subject: SubjectKey, *, at: datetime) -> bool:
        """Correct a summary if it differs; returns whether this call did."""
        on = day_in_shanghai(at)
        before = self._store.summary(subject)
        right, parts = self._difference(before, at=at)
        if not parts:
            return False
        after = expiry.without_ended(expiry.correct(before, right), on=on)
        event = expiry.correction_event(before, after, parts, at=at)
        try:
            with transaction() as tx:
                self._store.save(before, after, [event], at=at, tx=tx)
        except ConflictError:
            return False
        logger("walks").error("summary_mended", subject=subject, parts=list(parts))
        return True

    def _difference(self, summary: Summary, *, at: datetime) -> tuple[Summary, tuple[str, ...]]:
        on = day_in_shanghai(at)
        marks = self._marks_of(summary.subject, [flag.flag_id for flag in summary.flags])
        records = self._records_of(summary)
        right = expiry.recompute(summary, records, marks, on=on, kept_from=self._kept_from)
        return right, expiry.differences(summary, right, on=on)

    def _records_of(self, summary: Summary) -> list[Record]:
        """Return the subject's records; those named in the summary are read from their own rows."""
        found = {(record.source, record.record_id): record for record in self._store.records(summary.subject)}
        for bar in summary.bars:
            record = self._store.record(bar.source, bar.record_id)
            if record is not None and record.subject == summary.subject:
                found[bar.source, bar.record_id] = record
        return list(found.values())
