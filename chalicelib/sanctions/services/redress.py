"""The effect of redress on flags: marking, shortening and lifting them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.credit.model.records import FlagMark, ObjectionState
from chalicelib.credit.rules.revoked_documents import is_same_number, normalized_document
from chalicelib.dynamo.transaction import Transaction
from chalicelib.policy import Caller
from chalicelib.sanctions.model.flags import OVER, Flag, FlagState, Lifting, MeasureClass, MeasureList
from chalicelib.sanctions.rules import flags
from chalicelib.sanctions.rules import measures as listed
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json

if TYPE_CHECKING:
    from chalicelib.dynamo.model import Page, Position

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RedressStep:
    """A step of redress in one transaction; ``because`` names the matter that calls for it."""

    because: str
    by: Caller
    at: datetime
    tx: Transaction


class FlagRedress:
    """Applies redress to flags; the caller changes the summaries of their subjects."""

    def __init__(
        self,
        store: FlagStore,
        clocks: Clocks,
        *,
        lists: Callable[[], Sequence[MeasureList]],
    ) -> None:
        """Take the stores, and ``lists`` to look up the class of a flag's measure."""
        self._store = store
        self._clocks = clocks
        self._lists = lists

    def get(self, flag_id: str) -> Flag:
        """Return a flag, strongly consistent; raises ``NOT_FOUND`` if there is none."""
        return self._store.load(flag_id)

    def on_document(
        self, subject: SubjectKey, *, organ: str, number: str, known: Collection[str] = ()
    ) -> tuple[Flag, ...]:
        """Return every flag based on a subject's document and not over, whoever it is for, from an index.

        ``known`` are further ids that the caller has, because an index may lag behind: those are read by their keys.
        """
        found = {flag.flag_id: flag for flag in self.ever_on_document(subject, organ=organ, number=number)}
        found |= {name: self._store.load(name) for name in sorted(set(known) - found.keys())}
        flags = (found[name] for name in sorted(found))
        return tuple(flag for flag in flags if flag.state not in OVER and flag.party.document_subject == subject)

    def fresh(self, found: Sequence[Flag]) -> tuple[Flag, ...]:
        """Return at most 100 flags again, strongly consistent and in one read, without those over since."""
        flags = self._store.together([flag.flag_id for flag in found])
        return tuple(flag for flag in flags if flag.state not in OVER)

    def page(self, subject: SubjectKey, *, limit: int, after: "Position | None") -> "Page[Flag]":
        """Return a page of a subject's own flags from an index."""
        return self._store.of_subject(subject, limit=limit, after=after)

    def page_of_others(self, subject: SubjectKey, *, limit: int, after: "Position | None") -> "Page[Flag]":
        """Return a page of others' flags based on documents about a subject, from an index."""
        return self._store.of_document_subject(subject, limit=limit, after=after)

    def ever_on_document(self, subject: SubjectKey, *, organ: str, number: str) -> tuple[Flag, ...]:
        """Return every flag based on a subject's document, over or not, whoever it is for, from an index."""
        return tuple(
            flag
            for flag in self._all(subject)
            if flag.party.document_subject == subject and rests_on(flag, organ, number)
        )

    def of_case(self, subject: SubjectKey, case_no: str, *, number: str) -> tuple[Flag, ...]:
        """Return the flags that rest on a document of a case and are not over, strongly consistent."""
        names = {
            flag.flag_id
            for flag in self._all(subject)
            if flag.case_no == case_no and is_same_number(flag.document.number, number)
        }
        found = [self._store.load(name) for name in sorted(names)]
        return tuple(flag for flag in found if flag.state not in OVER)

    def measure_class(self, flag: Flag) -> MeasureClass | None:
        """Return the class of a flag's measure in its own edition, or None if unknown."""
        edition = listed.edition_of(self._lists(), flag.edition, on=day_in_shanghai(flag.proposed_at))
        measure = None if edition is None else edition.measure(flag.measure_code)
        return None if measure is None else measure.class_

    def mark(self, flag: Flag, state: ObjectionState, step: RedressStep, *, is_paused: bool) -> FlagMark | None:
        """Set or clear the objection mark of a flag; returns its mark in the summary, None if it has none there."""
        is_open = state is ObjectionState.OPEN
        kind = EventKind.FLAG_OBJECTED if is_open else EventKind.FLAG_OBJECTION_ENDED
        after = replace(flag, objection=state, is_paused=is_paused)
        data: dict[str, Json] = {"because": step.because, "paused": is_paused, "was": flag.state.value}
        return self._changed(flag, after, kind, data, step)

    def shorten(self, flag: Flag, ends_on: date, step: RedressStep) -> FlagMark | None:
        """Set an earlier last day and clear the objection mark; returns the flag's mark like ``mark``."""
        after = replace(flag, ends_on=ends_on, objection=ObjectionState.NONE, is_paused=False)
        data: dict[str, Json] = {
            "because": step.because,
            "paused": False,
            "was": flag.state.value,
            "ends_on": ends_on.isoformat(),
            "ended_on_before": flag.ends_on.isoformat(),
        }
        return self._changed(flag, after, EventKind.FLAG_OBJECTION_ENDED, data, step)

    def lift(self, flag: Flag, lifting: Lifting, *, by: Caller, tx: Transaction) -> None:
        """Lift a flag, whether in force or only proposed, and stop its clocks."""
        at = lifting.lifted_at
        after = flags.lift(flag, lifting)
        running = [clock for clock in self._clocks.of_owner(flag.owner) if clock.stopped_at is None]
        stopped = [self._clocks.stop(clock, at=at, tx=tx) for clock in running]
        event = flags.flag_event(
            EventKind.FLAG_LIFTED,
            by=by,
            at=at,
            data={"was": flag.state.value, "because": lifting.because, "clocks_stopped": clocks_payload(*stopped)},
            texts={"reason": lifting.reason, "basis": lifting.basis},
        )
        self._store.save(flag, after, [event], at=at, tx=tx)

    def _all(self, subject: SubjectKey) -> Iterator[Flag]:
        for listed_by in (self._store.of_subject, self._store.of_document_subject):
            after: Position | None = None
            while True:
                page = listed_by(subject, limit=PAGE, after=after)
                yield from page.items
                after = page.after
                if after is None:
                    break

    def _changed(
        self, before: Flag, after: Flag, kind: EventKind, data: Mapping[str, Json], step: RedressStep
    ) -> FlagMark | None:
        event = flags.flag_event(kind, by=step.by, at=step.at, data=data, texts={})
        self._store.save(before, after, [event], at=step.at, tx=step.tx)
        return flags.mark_of(after) if after.state is FlagState.ACTIVE else None


def rests_on(flag: Flag, organ: str, number: str) -> bool:
    """Whether a flag is based on a document, however its number is typed."""
    return normalized_document(flag.document.organ, flag.document.number) == normalized_document(organ, number)
