"""What sources hand in: one record stored with its summary and event, all or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit import rules
from chalicelib.credit.fallen import held_to_fallen
from chalicelib.credit.intake import rules as intake
from chalicelib.credit.intake.model import Submission
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
from chalicelib.transaction import again_if_moved, transaction


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
        _require_own_source(submission.source, by)
        valid = require_valid(about)
        self._subjects.require_consistent(valid, at)
        return self._store_record(submission, about=valid, by=by, at=at)

    @again_if_moved
    def _store_record(self, submission: Submission, *, about: Identity, by: Caller, at: datetime) -> Record:
        subject = self._keys.key_of(about)
        today = day_in_shanghai(at)
        directory = intake.directory_in_force(directories(), on=today)
        shown = rules_of_the_day(
            pack_in_force(self._packs, self._pack, on=today).display, submission.judged_on or today
        )
        faults = intake.faults(
            submission, directory=directory, periods=shown.periods, subject_kind=about.kind, on=today
        )
        if faults:
            raise Refusal(Reason.RECORD_NOT_ACCEPTABLE, faults=faults)
        before = self._store.record(submission.source, submission.record_id)
        record = intake.accepted(
            submission, subject=subject, directory=directory, shown=shown, before=before, at=at, on=today
        )
        if before is not None and not intake.is_news(record, before=before):
            return before
        summary = self._store.summary(subject)
        record = held_to_fallen(record, summary)
        after = rules.with_record(
            summary,
            record,
            name_digest=self._keys.digest_of_name(about),
            ends_on=record.display.until or record.dates.judged_on,
            on=today,
            kept_from=self._kept_from,
        )
        with transaction() as tx:
            self._store.save_record(record, tx)
            fact = _record_fact(record, after, by, at)
            head = self._timeline.record([fact], owner=summary.owner, head=summary.head, at=at, tx=tx)
            self._store.save(summary, replace(after, head=head), tx)
        return record


def _require_own_source(source: str, by: Caller) -> None:
    if Role.CREDIT_OFFICER in by.roles:
        return
    department = by.department or ""
    if not department or not (source == department or source.startswith(f"{department}-")):
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
