"""Compares credit summaries with the records and flags they are computed from, and corrects those that differ."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.store import Task, TaskStore
from chalicelib.credit.model.records import FlagMark, Record, Severity, Summary
from chalicelib.credit.rules import expiry
from chalicelib.credit.store.records import SHARDS, CreditStore
from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.logging import logger
from chalicelib.subjects.model.subjects import SubjectKey

SLICE = 4_000
"""How many summaries a run checks, at three reads each, to stay well within its ten minutes."""

PAGE = 200
SETTLED_AFTER = 2.0
"""The seconds after which an index is up to date; only what still differs then is corrected."""

PLACE = ("upkeep:summaries", "check")
"""The task that stores the position of the walk; it is never due, so the sweep ignores it."""

MarksOf = Callable[[SubjectKey, Sequence[str]], tuple[FlagMark, ...]]
"""Returns the flags of a subject that have effect; the names are those of the flags in the summary."""


@dataclass(slots=True, kw_only=True)
class Checked:
    """The result of a run; ``is_through`` says whether it reached the last summary."""

    looked_at: int = 0
    mended: int = 0
    failed: int = 0
    is_through: bool = False


class Reconciliation:
    """Walks over all summaries."""

    def __init__(
        self,
        store: CreditStore,
        tasks: TaskStore,
        *,
        marks_of: MarksOf,
        kept_from: Severity,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the stores, ``marks_of`` for flags, and the least severity that summaries keep."""
        self._store = store
        self._tasks = tasks
        self._marks_of = marks_of
        self._kept_from = kept_from
        self._pause = pause

    def check(self, *, at: datetime, limit: int = SLICE) -> Checked:
        """Check the next summaries, correct those that differ, and save the position."""
        seen = Checked()
        task = self._tasks.get(*PLACE)
        shard, after = (0, "") if task is None else json.loads(task.text)
        while shard < SHARDS and seen.looked_at < limit:
            subjects = self._store.subjects(shard, after=after, limit=min(PAGE, limit - seen.looked_at))
            for subject in subjects:
                self._look_at(subject, seen, at)
            shard, after = (shard, subjects[-1]) if subjects else (shard + 1, "")
        seen.is_through = shard == SHARDS
        text = json.dumps([shard % SHARDS, after])
        owner, kind = PLACE
        with transaction() as tx:
            self._tasks.save(
                Task(owner=owner, kind=kind, text=text, next_at=None, rev=1 if task is None else task.rev + 1), tx
            )
        return seen

    def _look_at(self, subject: SubjectKey, seen: Checked, at: datetime) -> None:
        seen.looked_at += 1
        try:
            seen.mended += self.mend(subject, at=at)
        except Exception as error:  # noqa: BLE001 - one summary must not keep the others from being looked at
            seen.failed += 1
            logger("nightly").exception("summary_not_checked", subject=subject, error=type(error).__name__)

    def mend(self, subject: SubjectKey, *, at: datetime) -> bool:
        """Correct a summary if it differs now and still does a moment later; returns whether this call did."""
        on = day_in_shanghai(at)
        if not self._difference(self._store.summary(subject), at=at)[1]:
            return False
        self._pause(SETTLED_AFTER)
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
        logger("nightly").error("summary_mended", subject=subject, parts=list(parts))
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
