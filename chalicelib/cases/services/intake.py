"""Intake of a case (受理): accept it if no officer has to, otherwise start the acceptance clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.cases.model.case import WAITING, Case, Draft, LaterMaterial
from chalicelib.cases.rules import filing_events
from chalicelib.cases.rules.filing import limit_of
from chalicelib.cases.rules.handling import StepsOf, step_suffix, timed
from chalicelib.catalogue.model.items import Step
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.dynamo.transaction import Transaction
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.timeline.events import NewEvent
from chalicelib.workdays.model.limits import Limit

RECHECK_EVERY: Mapping[ClockKind, timedelta] = {
    ClockKind.CREDIT_RECHECK: timedelta(minutes=1),
    ClockKind.IDENTITY_CHECK: timedelta(minutes=10),
}
"""How often a waiting promise is checked again, while credit cannot be read and while a person has not decided."""

WHILE_WAITING = "waiting"
"""What tells the office's time to accept, while a promise waits for its check, from the one that follows."""

OFFICER = "officer"
"""Who is responsible for the clocks of an unassigned case."""

APPLICANT = "applicant"
"""Who is responsible for handing in certificates."""

CREDIT_OFFICER = "credit_officer"
"""Who is responsible for saying whose the records under a number are, in the credit office."""


class Intake:
    """Starts the clocks of a new case."""

    def __init__(self, clocks: Clocks, *, steps_of: StepsOf) -> None:
        """Take the clocks, and what knows the steps of items."""
        self._steps_of = steps_of
        self._clocks = clocks

    def begin(
        self, case: Case, draft: Draft, *, actor: str, pack: RulePack, at: datetime, tx: Transaction
    ) -> tuple[Case, list[NewEvent], tuple[Clock, ...]]:
        """Take in a new case, or let it wait; returns the case, its events and its clocks."""
        events: list[NewEvent] = []
        later = tuple(self._await_later(each, case, at=at, tx=tx) for each in case.later)
        if case.commitment is not None:
            events.append(filing_events.signing_event(case, draft, case.commitment, actor=actor))
        if case.state in WAITING:
            waiting = self.let_wait(case, pack=pack, at=at, tx=tx)
            silence = self._start(ClockKind.ACCEPTANCE, case.terms.acceptance, case, at=at, tx=tx, suffix=WHILE_WAITING)
            events.append(filing_events.filing_event(case, actor=actor, started=[], at=at))
            clocks = (waiting, silence, *later)
            events.append(filing_events.waiting_event(case, started=clocks_payload(*clocks), at=at))
            return case, events, clocks
        case, started = self.take_in(case, since=at, at=at, tx=tx)
        started = (*started, *later)
        running = clocks_payload(*started)
        events.append(filing_events.filing_event(case, actor=actor, started=running, at=at))
        events.extend(filing_events.acceptance_events(case, started=running, at=at))
        return case, events, started

    def let_wait(self, case: Case, *, pack: RulePack, at: datetime, tx: Transaction) -> Clock:
        """Start the clock of a promise that waits; it shows the office that must act what is overdue."""
        kind, term, department, responsible = ClockKind.CREDIT_RECHECK, TermKey.CREDIT_RECHECK, case.department, OFFICER
        if case.credit is not None:
            kind, term, department = ClockKind.IDENTITY_CHECK, TermKey.IDENTITY_CHECK, CREDIT_OFFICE
            responsible = CREDIT_OFFICER
        return self._clocks.start(
            kind,
            limit_of(pack.limit_term(term)),
            owner=case.owner,
            department=department,
            responsible=responsible,
            pack=case.terms.pack,
            started_at=at,
            tx=tx,
            suffix=case.clock_suffix,
            item=case.terms.item_code,
            recheck_at=at + RECHECK_EVERY[kind],
        )

    def await_materials(self, case: Case, *, pack: RulePack, at: datetime, tx: Transaction) -> Clock:
        """Start the applicant's time to hand in certificates, after which the office may end the case."""
        limit = limit_of(pack.limit_term(TermKey.MATERIALS))
        return self._start(ClockKind.MATERIALS, limit, case, at=at, tx=tx, responsible=APPLICANT)

    def _await_later(self, owed: LaterMaterial, case: Case, *, at: datetime, tx: Transaction) -> Clock:
        """Start the applicant's time to bring what the promise says will come later."""
        return self._start(
            ClockKind.LATER_MATERIAL,
            owed.limit,
            case,
            at=at,
            tx=tx,
            responsible=APPLICANT,
            suffix=owed.id,
            about=owed.id,
        )

    def end(
        self, case: Case, *kinds: ClockKind, at: datetime, tx: Transaction
    ) -> tuple[list[NewEvent], tuple[Clock, ...]]:
        """Stop running clocks of these kinds; milestones that the sweep has not told of yet come with it."""
        running = [
            clock for clock in self._clocks.of_owner(case.owner) if clock.kind in kinds and clock.stopped_at is None
        ]
        milestones = [event for clock in running for event in self._clocks.untold(clock, at=at)]
        return milestones, tuple(self._clocks.stop(clock, at=at, tx=tx) for clock in running)

    def take_in(self, case: Case, *, since: datetime, at: datetime, tx: Transaction) -> tuple[Case, tuple[Clock, ...]]:
        """Accept a case that needs no officer, otherwise start the acceptance clock as of the receipt (``since``)."""
        if not filing_events.is_accepted_at_once(case):
            return case, (self._start(ClockKind.ACCEPTANCE, case.terms.acceptance, case, at=since, tx=tx),)
        case = filing_events.accept(case, at=at)
        if case.is_finished:
            return case, ()
        return case, (
            self._start(ClockKind.HANDLING_PROMISED, case.terms.promised, case, at=at, tx=tx),
            self._start(ClockKind.HANDLING_STATUTORY, case.terms.statutory, case, at=at, tx=tx),
            *(self._start_step(step, case, at=at, tx=tx) for step in timed(self._steps_of(case.terms))[:1]),
        )

    def _start_step(self, step: Step, case: Case, *, at: datetime, tx: Transaction) -> Clock:
        suffix = step_suffix(step, case.clock_suffix)
        return self._start(ClockKind.STEP, step.limit.counted(), case, at=at, tx=tx, suffix=suffix, about=step.id)

    def _start(  # noqa: PLR0913 - a duty has this many sides, and each is named at the call
        self,
        kind: ClockKind,
        limit: Limit,
        case: Case,
        *,
        at: datetime,
        tx: Transaction,
        responsible: str = "",
        suffix: str = "",
        about: str = "",
    ) -> Clock:
        return self._clocks.start(
            kind,
            limit,
            owner=case.owner,
            department=case.department,
            responsible=responsible or case.officer or OFFICER,
            pack=case.terms.pack,
            started_at=at,
            tx=tx,
            suffix=suffix or case.clock_suffix,
            item=case.terms.item_code,
            about=about,
        )
