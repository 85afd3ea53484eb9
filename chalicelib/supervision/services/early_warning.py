"""Telling the officer of a case in hand what has begun to bar its applicant (事中预警), and that it has ended."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Final

from chalicelib.cases.model.case import FINISHED
from chalicelib.cases.store import CaseStore
from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import Severity, Summary
from chalicelib.credit.rules.linked_credit import judge
from chalicelib.credit.services.checks import with_linked
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.supervision.rules.early_warning import concerns, entry_of, promise_in, told_of
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, NewEvent
from chalicelib.timeline.store import Timeline

MOST_CASES: Final = 50
"""The newest cases of a person that are looked at."""


class EarlyWarning:
    """Puts on the timelines of cases in hand what bars their items now; the alert follows from that event."""

    def __init__(
        self,
        cases: CaseStore,
        timeline: Timeline,
        credit: CreditStore,
        *,
        pack: Callable[[str, datetime], RulePack],
    ) -> None:
        """Take the stores; ``pack`` says from which severity on a record bars."""
        self._cases = cases
        self._timeline = timeline
        self._credit = credit
        self._pack = pack

    def on_event(self, event: Event, at: datetime) -> None:
        """Tell the cases in hand of a flag or record that began or ceased to bar. Idempotent, in any order of events.

        Raises ``UnreadableError`` while credit cannot be read, so that the event comes again.
        """
        entry = entry_of(event)
        if entry is None:
            return
        for own in self._concerned(SubjectKey(event.owner.partition(":")[2])):
            cards = islice(self._cases.each_of_subject(own.subject), MOST_CASES)
            in_hand = [card.case_no for card in cards if card.state not in FINISHED]
            if in_hand:
                summary = with_linked(own, self._credit)
                for case_no in in_hand:
                    self._tell(case_no, entry, summary, at=at)

    def _concerned(self, subject: SubjectKey) -> tuple[Summary, ...]:
        """Return the summaries of a subject and of all for whom its credit counts, or once did (R6.4)."""
        met: dict[SubjectKey, Summary] = {}
        wanted = {subject}
        while wanted:
            met |= {summary.subject: summary for summary in self._credit.summaries(sorted(wanted))}
            wanted = {reader for summary in met.values() for reader in summary.met_by} - set(met)
        return tuple(met.values())

    @retry_on_conflict
    def _tell(self, case_no: str, entry: str, summary: Summary, *, at: datetime) -> None:
        case = self._cases.load(case_no)
        pack = self._pack(case.terms.pack, at)
        found = judge(
            summary,
            case.terms.item_code,
            names=(case.name_digest,),
            on=day_in_shanghai(at),
            bar_severity=Severity(pack.bar_severity.value),
        )
        is_reason = entry in {reason.record for reason in found.reasons}
        bars = is_reason and concerns(promise_in(summary, entry), case)
        if bars is (entry in told_of(self._timeline.events(case.owner))):
            return
        event = NewEvent(
            kind=EventKind.CASE_BARRED if bars else EventKind.CASE_BAR_ENDED,
            occurred_at=at,
            actor="service:relay",
            department=case.department,
            data={"about": entry, "effect": found.effect.value, "officer": case.officer, "pack": case.terms.pack},
        )
        with transaction() as tx:
            self._timeline.append([event], owner=case.owner, at=at, tx=tx)
