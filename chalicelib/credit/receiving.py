"""What sources hand in: one record stored with its summary and event, all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit import rules
from chalicelib.credit.fallen import held_to_fallen
from chalicelib.credit.intake import rules as intake
from chalicelib.credit.intake.model import Batch, Fate, Handed, Subject, Submission, Taken, is_source_of
from chalicelib.credit.model import Record, Summary
from chalicelib.credit.store import CreditStore, directories
from chalicelib.errors import Reason, Refusal
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.display import rules_of_the_day
from chalicelib.rulepacks.model import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.subjects.model import Identity
from chalicelib.subjects.rules import SubjectKeys, require_valid
from chalicelib.subjects.service import Subjects
from chalicelib.timeline.kinds import EventKind
from chalicelib.timeline.model import Fact, Json
from chalicelib.timeline.store import Timeline
from chalicelib.transaction import MovedError, again_if_moved, transaction

MOST_TOGETHER = 98
"""Records that are written in one transaction: it holds 100 writes, and the summary and the event are two."""


class Receiving:
    """Where records come in."""

    def __init__(
        self,
        store: CreditStore,
        timeline: Timeline,
        subjects: Subjects,
        keys: SubjectKeys,
        *,
        packs: Sequence[RulePack],
        pack: str,
    ) -> None:
        """Name subjects by ``keys``; ``subjects`` remembers who they are.

        ``pack`` is the code of the one of ``packs`` whose display periods count.
        """
        self._packs = tuple(packs)
        self._pack = pack
        self._kept_from = rules.severity_kept(self._packs)
        self._store = store
        self._timeline = timeline
        self._subjects = subjects
        self._keys = keys

    def put_record(self, submission: Submission, *, about: Identity, by: Caller, at: datetime) -> Record:
        """Store a record with its summary and event, all or nothing; return the record as it now stands.

        Saying again what is stored changes nothing, and an older version comes too late and does not win (R8.2).
        ``RECORD_NOT_ACCEPTABLE`` names every fault; ``IDENTITY_CONFLICT`` if the number is known under another name.
        """
        require_own_source(submission.source, by)
        subject = self.subject(about)
        self._subjects.require_consistent(subject.about, at)
        return self._store_record(submission, subject, by=by, at=at)

    def subject(self, about: Identity) -> Subject:
        """Return whom lines of a file are about; ``INVALID_IDENTIFIER`` if the number is none."""
        valid = require_valid(about)
        return Subject(about=valid, key=self._keys.key_of(valid), name_digest=self._keys.digest_of_name(valid))

    def take(self, group: Sequence[Handed], batch: Batch) -> tuple[Taken, ...]:
        """Store lines of a file about one subject, as many together as fit; say of each what became of it.

        The same rules count as for one record, and the same end comes of lines that are taken twice (R8.2).
        """
        return tuple(taken for lines in _together(group) for taken in self._take_together(lines, batch))

    def _take_together(self, lines: Sequence[Handed], batch: Batch) -> list[Taken]:
        """Store lines of one subject; of one whom nobody has spoken of yet no record is looked for first."""
        summary = self._store.summary(lines[0].subject.key)
        if not summary.head.seq:
            # A record that is there after all, or was put there meanwhile, fails the transaction and is looked at.
            with suppress(MovedError):
                return self._stored(lines, batch, summary=summary, known={})
        return self._looked_up(lines, batch)

    @again_if_moved
    def _looked_up(self, lines: Sequence[Handed], batch: Batch) -> list[Taken]:
        known = self._store.named([line.name for line in lines])
        return self._stored(lines, batch, summary=self._store.summary(lines[0].subject.key), known=known)

    def _stored(
        self,
        lines: Sequence[Handed],
        batch: Batch,
        *,
        summary: Summary,
        known: Mapping[tuple[str, str], tuple[Record, str]],
    ) -> list[Taken]:
        """Store lines with the summary and one event, all or nothing; ``known`` are those of them that are there."""
        at, after = batch.at, summary
        taken: list[Taken] = []
        stored: list[tuple[Record, Handed]] = []
        names: dict[str, Refusal | None] = {}
        for line in lines:
            before, by_whom = known.get(line.name, (None, ""))
            try:
                self._require_name(line, names, at=at)
                record = self._judged(line.submission, line.subject, before=before, at=at)
                if before is not None and not intake.is_news(record, before=before):
                    taken.append(Taken(handed=line, fate=_old(record, before, by_whom, line.of(batch))))
                    continue
            except Refusal as refusal:
                taken.append(Taken(handed=line, fate=Fate.REFUSED, refusal=refusal))
                continue
            record = held_to_fallen(record, after)
            after = self._with(after, record, line.subject, at=at)
            stored.append((record, line))
            taken.append(Taken(handed=line, fate=Fate.STORED))
        if stored:
            with transaction() as tx:
                for record, line in stored:
                    self._store.save_record(record, tx, by_whom=line.of(batch))
                fact = _batch_fact([record for record, _ in stored], after, batch)
                head = self._timeline.record([fact], owner=summary.owner, head=summary.head, at=at, tx=tx)
                self._store.save(summary, replace(after, head=head), tx)
        return taken

    def _require_name(self, line: Handed, names: dict[str, Refusal | None], *, at: datetime) -> None:
        """Refuse a line whose name is not the number's; the same name is looked up once."""
        about = line.subject.about
        if about.name not in names:
            names[about.name] = None
            try:
                self._subjects.require_consistent(about, at)
            except Refusal as refusal:
                names[about.name] = refusal
        known = names[about.name]
        if known is not None:
            raise known

    @again_if_moved
    def _store_record(self, submission: Submission, subject: Subject, *, by: Caller, at: datetime) -> Record:
        before = self._store.record(submission.source, submission.record_id)
        record = self._judged(submission, subject, before=before, at=at)
        if before is not None and not intake.is_news(record, before=before):
            return before
        summary = self._store.summary(record.subject)
        record = held_to_fallen(record, summary)
        after = self._with(summary, record, subject, at=at)
        with transaction() as tx:
            self._store.save_record(record, tx)
            fact = _record_fact(record, after, by, at)
            head = self._timeline.record([fact], owner=summary.owner, head=summary.head, at=at, tx=tx)
            self._store.save(summary, replace(after, head=head), tx)
        return record

    def _judged(self, submission: Submission, subject: Subject, *, before: Record | None, at: datetime) -> Record:
        """Return the record that a submission becomes; ``RECORD_NOT_ACCEPTABLE`` with every fault."""
        today = day_in_shanghai(at)
        directory = intake.directory_in_force(directories(), on=today)
        display = pack_in_force(self._packs, self._pack, on=today).display
        shown = rules_of_the_day(display, submission.judged_on or today)
        faults = intake.faults(
            submission, directory=directory, periods=shown.periods, subject_kind=subject.about.kind, on=today
        )
        if faults:
            raise Refusal(Reason.RECORD_NOT_ACCEPTABLE, faults=faults)
        return intake.accepted(
            submission,
            subject=subject.key,
            directory=directory,
            shown=shown,
            before=before,
            at=at,
            on=today,
        )

    def _with(self, summary: Summary, record: Record, subject: Subject, *, at: datetime) -> Summary:
        return rules.with_record(
            summary,
            record,
            name_digest=subject.name_digest,
            ends_on=record.display.until or record.dates.judged_on,
            on=day_in_shanghai(at),
            kept_from=self._kept_from,
        )


def require_own_source(source: str, by: Caller) -> None:
    """Let a department's system speak for its own sources alone, and credit officers for every one."""
    if Role.CREDIT_OFFICER in by.roles:
        return
    if not is_source_of(source, by.department or ""):
        raise Refusal(Reason.FORBIDDEN)


def _record_fact(record: Record, after: Summary, by: Caller, at: datetime) -> Fact:
    left_out: dict[str, Json] = {}
    if after.overflow:
        left_out["left_out_until"] = {mark.severity.value: mark.ends_on.isoformat() for mark in after.overflow}
    return Fact(
        kind=EventKind.RECORD_STORED,
        occurred_at=at,
        actor=by.actor,
        department=by.department or "",
        data={
            "record": f"{record.source}/{record.record_id}",
            "kind": record.kind,
            "edition": record.edition,
            "severity": record.severity.value,
            "document_no": record.document.number,
            "source_version": record.source_version,
            "record_version": record.version,
            "summary_version": after.version,
            "bars": sorted(bar.record for bar in after.bars),
            **left_out,
        },
    )


def _together(group: Sequence[Handed]) -> Iterator[list[Handed]]:
    """Yield the lines in their order, as many together as one transaction holds, and no record twice."""
    lines: list[Handed] = []
    names: set[tuple[str, str]] = set()
    for line in group:
        if len(lines) == MOST_TOGETHER or line.name in names:
            yield lines
            lines, names = [], set()
        lines.append(line)
        names.add(line.name)
    if lines:
        yield lines


def _old(record: Record, before: Record, by_whom: str, now: str) -> Fate:
    """Say what became of a line that changes nothing: the one that stored it, run again, has stored it."""
    batch, _, number = by_whom.rpartition(":")
    again, _, line = now.rpartition(":")
    if batch == again and int(line) <= int(number or 0):
        return Fate.STORED
    return Fate.LATE if record.source_version < before.source_version else Fate.UNCHANGED


def _batch_fact(records: Sequence[Record], after: Summary, batch: Batch) -> Fact:
    return Fact(
        kind=EventKind.RECORDS_IMPORTED,
        occurred_at=batch.at,
        actor=batch.actor,
        department=batch.department,
        data={
            "import": batch.name,
            "edition": records[0].edition,
            "records": [
                {
                    "record": f"{record.source}/{record.record_id}",
                    "kind": record.kind,
                    "severity": record.severity.value,
                    "document_no": record.document.number,
                    "source_version": record.source_version,
                    "record_version": record.version,
                }
                for record in records
            ],
            "summary_version": after.version,
            "bars": sorted(bar.record for bar in after.bars),
        },
    )
