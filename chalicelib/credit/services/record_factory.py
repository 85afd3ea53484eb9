"""Turns submissions into records by the directory and display periods in force, and adds them to summaries."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import Record, Summary
from chalicelib.credit.model.submissions import Subject, Submission
from chalicelib.credit.rules import submissions as intake
from chalicelib.credit.rules import summary as rules
from chalicelib.credit.store.directories import directories
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.rulepacks.model.display import rules_of_the_day
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force


class RecordFactory:
    """Applies the directory and the rule packs to records."""

    def __init__(self, packs: Sequence[RulePack], pack: str) -> None:
        """Take the rule packs; ``pack`` is the code of the one whose display periods apply."""
        self._packs = tuple(packs)
        self._pack = pack
        self._kept_from = rules.severity_kept(self._packs)

    def record(
        self, submission: Submission, subject: Subject, *, before: Record | None, handed_by: str, at: datetime
    ) -> Record:
        """Return the record made from a submission; raises ``RECORD_NOT_ACCEPTABLE`` with every fault.

        ``handed_by`` is the actor who handed it in.
        """
        today = day_in_shanghai(at)
        directory = intake.directory_in_force(directories(), on=today)
        display = pack_in_force(self._packs, self._pack, on=today).display
        shown = rules_of_the_day(display, submission.judged_on or today, on=today)
        faults = intake.faults(
            submission,
            directory=directory,
            periods=shown.periods,
            subject_kind=subject.about.kind,
            on=today,
            kept_from=self._kept_from,
        )
        if faults:
            raise DomainError(ErrorCode.RECORD_NOT_ACCEPTABLE, faults=faults)
        return intake.make_record(
            submission,
            subject=subject.key,
            directory=directory,
            shown=shown,
            before=before,
            handed_by=handed_by,
            bar=intake.bar_state(submission, directory, handed_by=handed_by, kept_from=self._kept_from),
            at=at,
            on=today,
        )

    def summary(self, before: Summary, record: Record, subject: Subject, *, at: datetime) -> Summary:
        """Return the summary with a record added."""
        return rules.with_record(
            before,
            record,
            name_digest=subject.name_digest,
            on=day_in_shanghai(at),
            kept_from=self._kept_from,
        )
