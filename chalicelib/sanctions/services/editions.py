"""Loading editions of the list of measures, and previewing what they would suspend."""

from dataclasses import replace
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role, require
from chalicelib.sanctions.model.editions import EditionStatus, Evaluation, Loaded, Place, Preview
from chalicelib.sanctions.model.flags import MeasureList
from chalicelib.sanctions.rules import editions as rules
from chalicelib.sanctions.rules import measures as listed
from chalicelib.sanctions.services.re_evaluation import ReEvaluation
from chalicelib.sanctions.store.editions import EditionIndexStore, LoadedLists
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.workdays.rules.due_dates import start_of_day

PUBLISHERS = (Role.CREDIT_OFFICER,)
"""Of the credit office alone: an edition can suspend the flags of every department."""


class MeasureEditions:
    """Loads and lists the editions of the list of measures."""

    def __init__(self, store: EditionIndexStore, lists: LoadedLists, evaluations: ReEvaluation) -> None:
        """Take the store, the loaded lists, and the re-evaluation of flags."""
        self._store = store
        self._lists = lists
        self._evaluations = evaluations

    def preview(self, edition: MeasureList, *, by: Caller, at: datetime, limit: int, after: Place | None) -> Preview:
        """Return a page of the live flags that an edition would suspend (dry run); writes nothing.

        Flags are checked as of the edition's first day in force. Raises ``EDITION_NOT_ACCEPTABLE`` with every fault.
        """
        require(by, roles=PUBLISHERS, department=CREDIT_OFFICE)
        self._lists.refresh()
        if edition not in self._lists.current():
            self._require_acceptable(edition)
        on = max(edition.in_force_from, day_in_shanghai(at))
        return self._evaluations.preview(edition, on=on, limit=limit, after=after)

    def load(self, edition: MeasureList, *, by: Caller, at: datetime) -> EditionStatus:
        """Load an edition and re-evaluate the first live flags; the sweep continues with the rest. Idempotent.

        For an edition that comes into force later, this starts with its first day.
        """
        require(by, roles=PUBLISHERS, department=CREDIT_OFFICE)
        self._lists.refresh()
        if edition in self._lists.current():
            return EditionStatus(edition=edition, evaluation=self._evaluations.of(edition.edition))
        evaluation: Evaluation | None = self._load(edition, by=by, at=at)
        self._lists.refresh()
        if evaluation is not None:
            evaluation = self._evaluations.go_on(evaluation, at=at)
        return EditionStatus(edition=edition, evaluation=evaluation or self._evaluations.of(edition.edition))

    @retry_on_conflict
    def _load(self, edition: MeasureList, *, by: Caller, at: datetime) -> Evaluation:
        self._lists.refresh()
        self._require_acceptable(edition)
        before = self._store.index()
        event = NewEvent(
            kind=EventKind.MEASURES_LOADED,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={
                "edition": edition.edition,
                "title": edition.title,
                "in_force_from": edition.in_force_from.isoformat(),
                "measures": [measure.code for measure in edition.measures],
                "sources": edition.sources,
            },
        )
        evaluation = rules.begin(edition, begins_at=start_of_day(edition.in_force_from), at=at)
        loaded = Loaded(edition.edition, edition.in_force_from, at, by.actor)
        with transaction() as tx:
            after = replace(before, loaded=(*before.loaded, loaded))
            self._store.add_edition(edition, before, after, [event], at=at, tx=tx)
            self._evaluations.begin(evaluation, tx)
        return evaluation

    def _require_acceptable(self, edition: MeasureList) -> None:
        faults: tuple[FieldError, ...] = rules.faults_of(edition, self._lists.current())
        if faults:
            raise DomainError(ErrorCode.EDITION_NOT_ACCEPTABLE, faults=faults)

    def editions(self, *, by: Caller) -> tuple[EditionStatus, ...]:
        """Return every edition, oldest first, with the progress of its re-evaluation."""
        require(by, roles=PUBLISHERS, department=CREDIT_OFFICE)
        self._lists.refresh()
        known = self._lists.current()
        return tuple(EditionStatus(edition=each, evaluation=self._evaluations.of(each.edition)) for each in known)

    def in_force(self, *, at: datetime) -> MeasureList:
        """Return the edition in force."""
        return listed.list_in_force(self._lists.current(), on=day_in_shanghai(at))
