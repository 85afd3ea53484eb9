"""Undoing in steps what was too much for one transaction (分步撤销); the document is barred from the first one on."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.clocks.model import TaskKind
from chalicelib.credit.model.records import Record, RepairState
from chalicelib.credit.rules.redress import Changes
from chalicelib.credit.rules.redress import rests_on as record_rests_on
from chalicelib.credit.services.redress import CreditRedress
from chalicelib.dynamo.model import Page
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.policy import Caller, Role
from chalicelib.redress import rules
from chalicelib.redress.model import Phase, Remainder
from chalicelib.redress.services.impact import Impact
from chalicelib.redress.services.withdrawal import Withdrawal
from chalicelib.redress.store import RedressStore, RemainderStore
from chalicelib.sanctions.model.flags import Flag
from chalicelib.sanctions.services.redress import FlagRedress, RedressStep
from chalicelib.sanctions.services.redress import rests_on as flag_rests_on
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

PAGE = 100
"""How many entries of a subject are looked at together."""

STEPS_AT_ONCE = 20
"""How many transactions the sweep makes in one go."""


class Remainders:
    """Goes on with what is left of each document."""

    def __init__(
        self,
        store: RemainderStore,
        withdrawal: Withdrawal,
        *,
        matters: RedressStore,
        impact: Impact,
        credit: CreditRedress,
        flags: FlagRedress,
    ) -> None:
        """Take the stores, and what undoes entries and finds the cases that they affected."""
        self._store = store
        self._matters = matters
        self._impact = impact
        self._withdrawal = withdrawal
        self._credit = credit
        self._flags = flags

    def step(self, owner: str, _kind: str, at: datetime) -> None:
        """Go on for the sweep with some transactions. Each saves what it undid and how far it came, or nothing."""
        for _ in range(STEPS_AT_ONCE):
            if not self._go_on(owner, at=at):
                return

    @retry_on_conflict
    def _go_on(self, owner: str, *, at: datetime) -> bool:
        """Undo as many entries of the present page as one transaction takes; returns whether there is more to do."""
        before = self._store.of(owner)
        if before is None or before.next_at is None or before.next_at > at:
            return False
        page = self._page(before)
        all_records = tuple(one for one in page.items if isinstance(one, Record))
        all_flags = tuple(one for one in page.items if isinstance(one, Flag))
        records, flags = rules.at_once(all_records, all_flags, base=before.base)
        after = rules.counted(before, len(records) + len(flags))
        if (records, flags) == (all_records, all_flags):
            after = rules.moved_on(after, page.after, at=at)
        by = Caller(sub=before.sub, roles=frozenset({Role.CREDIT_OFFICER}), department=before.department or None)
        with transaction() as tx:
            step = RedressStep(because=before.lifting.because, by=by, at=at, tx=tx)
            self._withdrawal.undo_some(before.base, records, flags, before.undoing(at), step)
            self._note_cases(before, flags, at=at, tx=tx)
            if after.finished_at is not None:
                self._credit.change(before.base, Changes(facts=[_finished(after, by=by, at=at)]), at=at, tx=tx)
            self._store.save(after, tx)
        return after.next_at is not None

    def of(self, subject: SubjectKey, *, organ: str, number: str) -> Remainder | None:
        """Return what is or was left of a document about a subject after the first transaction, or None."""
        return self._store.of(f"{TaskKind.WITHDRAWAL}:{rules.name_of_document(subject, organ=organ, number=number)}")

    def _note_cases(self, place: Remainder, flags: Sequence[Flag], *, at: datetime, tx: Transaction) -> None:
        """Add the cases that flags affected to those of the decision that undoes them (R8.4).

        A repair has none: what it undoes was right.
        """
        if place.state is not RepairState.WITHDRAWN or not flags:
            return
        matters, name = self._matters.named(place.lifting.because)
        matter = matters.load(name)
        after = rules.with_affected(matter, self._impact.by((), flags))
        if after != matter:
            matters.save(matter, after, [], at=at, tx=tx)

    def _page(self, place: Remainder) -> Page[Record | Flag]:
        """Return what of the next page rests on the document and is not undone, as the index has it."""
        organ, number = place.document.organ, place.document.number
        if place.phase is Phase.RECORDS:
            found = self._credit.page(place.base, limit=PAGE, after=place.after)
            return Page(
                tuple(one for one in self._credit.fresh(found.items) if record_rests_on(one, organ, number)),
                found.after,
            )
        if place.phase is Phase.FLAGS_OF_OTHERS:
            listed = self._flags.page_of_others(place.base, limit=PAGE, after=place.after)
        else:
            listed = self._flags.page(place.person or place.base, limit=PAGE, after=place.after)
        flags = (flag for flag in self._flags.fresh(listed.items) if flag.party.document_subject == place.base)
        return Page(tuple(flag for flag in flags if flag_rests_on(flag, organ, number)), listed.after)


def _finished(remainder: Remainder, *, by: Caller, at: datetime) -> NewEvent:
    return NewEvent(
        kind=EventKind.DOCUMENT_UNDONE,
        occurred_at=at,
        actor=by.actor,
        department=remainder.department,
        data={
            "organ": remainder.document.organ,
            "document_no": remainder.document.number,
            "because": remainder.lifting.because,
            "undone": remainder.undone,
        },
    )
