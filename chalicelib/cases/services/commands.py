"""One command on a case: read it, check it, and write it with its events and clocks, all or nothing (办件经办)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import LateReason
from chalicelib.cases.rules.handling import (
    STEPS,
    CaseStep,
    StepsOf,
    require_occurred,
    require_step,
    responsible_for,
    step_suffix,
    timed,
    without_interruptions,
)
from chalicelib.cases.services.access import CaseAccess, Step
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.model.items import Step as ItemStep
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import OUTLASTING, Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent
from chalicelib.workdays.model.limits import Limit, Unit

OFFICE = "officer"
PERSON = "applicant"
"""Who is responsible for a clock: the office (the officer in charge, if any) or the applicant."""


Lengthen = Callable[[Clock, datetime], Clock]
"""Returns a person's clock as of an instant, with the time that an outage took given back (系统故障)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who does what to which case, and when.

    ``version`` is the version that an officer acts on; None for applicants, whose steps hold whatever has changed.
    ``occurred_at`` is when it happened if it is recorded later; clocks still go by ``at``.
    """

    case_no: str
    by: Caller
    at: datetime
    version: int | None = None
    idempotency_key: IdempotencyKey | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The case after a command, or as it stands if an earlier request had already carried it out."""

    case: Case
    is_repeat: bool = False


@dataclass(kw_only=True)
class CaseContext:
    """The working context of a command: the case as read, its clocks, and the events to be written.

    ``officer`` is responsible for what the command starts or changes; blank while the case is unassigned.
    """

    case: Case
    pack: RulePack
    clocks: Clocks
    actor: str
    at: datetime
    tx: Transaction
    lengthen: Lengthen
    steps_of: StepsOf
    officer: str = ""
    occurred_at: datetime | None = None
    facts: list[NewEvent] = field(default_factory=list)
    _moved: dict[str, list[Clock]] = field(default_factory=dict)

    @cached_property
    def all_clocks(self) -> tuple[Clock, ...]:
        """All clocks of the case, from one strongly consistent query."""
        return self.clocks.of_owner(self.case.owner)

    def running(self, *kinds: ClockKind) -> tuple[Clock, ...]:
        """Return the running clocks of these kinds, or all the case's own if none is named.

        Clocks for answering alerts and cards are left out: that duty outlives the case.
        """
        wanted = kinds or tuple(kind for kind in ClockKind if kind not in OUTLASTING)
        return tuple(clock for clock in self.all_clocks if clock.stopped_at is None and clock.kind in wanted)

    def clock(self, kind: ClockKind) -> Clock | None:
        """Return the running clock of a kind, if there is one."""
        return next(iter(self.running(kind)), None)

    def persons_clock(self, kind: ClockKind) -> Clock | None:
        """Return the running clock of what a person must do, with the time that an outage took given back (R4.17)."""
        clock = self.clock(kind)
        return None if clock is None else self.lengthen(clock, self.at)

    def start(
        self,
        kind: ClockKind,
        limit: Limit,
        *,
        responsible: str = OFFICE,
        since: datetime | None = None,
        suffix: str | None = None,
        about: str = "",
    ) -> Clock:
        """Start a clock now, or as of ``since`` where the law backdates it; ``about`` is what it refers to."""
        clock = self.clocks.start(
            kind,
            limit,
            owner=self.case.owner,
            department=self.case.department,
            responsible=self.officer or OFFICE if responsible == OFFICE else responsible,
            pack=self.case.terms.pack,
            started_at=since or self.at,
            tx=self.tx,
            suffix=self.case.clock_suffix if suffix is None else suffix,
            item=self.case.terms.item_code,
            about=about,
        )
        return self._note("clocks_started", clock)

    @property
    def steps(self) -> Sequence[ItemStep]:
        """The steps of handling that have clocks of their own, in the item's order (R4.13)."""
        return timed(self.steps_of(self.case.terms))

    def start_handling(self, *, since: datetime, suffix: str | None = None) -> None:
        """Start the promised and statutory handling times, which run from acceptance, and that of the first step."""
        self.start(ClockKind.HANDLING_PROMISED, self.case.terms.promised, since=since, suffix=suffix)
        self.start(ClockKind.HANDLING_STATUTORY, self.case.terms.statutory, since=since, suffix=suffix)
        for step in self.steps[:1]:
            self.start_step(step, since=since, suffix=suffix)

    def await_later(self, case: Case) -> None:
        """Give whatever the person still has to bring its time again, unless that runs (容缺待补)."""
        running = {clock.about for clock in self.running(ClockKind.LATER_MATERIAL)}
        for owed in case.owed_later:
            if owed.id not in running:
                suffix = f"{owed.id}-{case.clock_suffix}"
                self.start(ClockKind.LATER_MATERIAL, owed.limit, responsible=PERSON, suffix=suffix, about=owed.id)

    def start_step(self, step: ItemStep, *, since: datetime | None = None, suffix: str | None = None) -> Clock:
        """Start the clock of a step, for the officer who has the case."""
        suffix = step_suffix(step, self.case.clock_suffix if suffix is None else suffix)
        return self.start(ClockKind.STEP, step.limit.counted(), since=since, suffix=suffix, about=step.id)

    def stop(self, *kinds: ClockKind, about: Collection[str] = ()) -> None:
        """Stop the running clocks of these kinds, or all if none is named; only those ``about`` something, if it is.

        Milestones already passed but not yet recorded by the sweep are recorded first, so that nobody escapes one.
        """
        for clock in self.running(*kinds):
            if about and clock.about not in about:
                continue
            self.facts.extend(self.clocks.untold(clock, at=self.at))
            self._note("clocks_stopped", self.clocks.stop(self._named(clock), at=self.at, tx=self.tx))

    def pause(self, *kinds: ClockKind, ground: str, basis: str, expected_until: date) -> None:
        """Pause the running clocks of these kinds; milestones already passed are recorded first, as in ``stop``."""
        for clock in self.running(*kinds):
            self.facts.extend(self.clocks.untold(clock, at=self.at))
            paused = self.clocks.pause(
                self._named(clock),
                ground=ground,
                basis=basis,
                expected_until=expected_until,
                at=self.at,
                tx=self.tx,
            )
            self._note("clocks_changed", paused)

    def resume(self, *kinds: ClockKind) -> None:
        """Resume the paused clocks of these kinds."""
        for clock in self.running(*kinds):
            self._note("clocks_changed", self.clocks.resume(self._named(clock), at=self.at, tx=self.tx))

    def restart(self, clock: Clock, *, since: datetime) -> Clock:
        """Let a clock count from another instant."""
        return self._note("clocks_changed", self.clocks.restart(clock, started_at=since, at=self.at, tx=self.tx))

    def deemed_at(self) -> datetime:
        """Return when what the person is told now counts as received if no proof of that comes (视为送达)."""
        term = self.pack.limit_term(TermKey.DEEMED_DELIVERY)
        limit = Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)
        return self.clocks.last_second(limit, at=self.at)

    def extend(self, *kinds: ClockKind, by: Limit) -> None:
        """Extend the clocks of these kinds."""
        for clock in self.running(*kinds):
            self._note("clocks_changed", self.clocks.extend(self._named(clock), by, at=self.at, tx=self.tx))

    def assign(self, officer: str) -> None:
        """Make an officer responsible for all the running clocks of the case's own office; others keep theirs."""
        for clock in self.running():
            if clock.department == self.case.department and clock.responsible not in {officer, PERSON}:
                self.clocks.save(replace(clock, responsible=officer, rev=clock.rev + 1), self.tx)

    def tell(
        self,
        kind: EventKind,
        data: Mapping[str, Json] | None = None,
        *,
        texts: Mapping[str, str | None] | None = None,
        occurred_at: datetime | None = None,
    ) -> None:
        """Add an event, with the clock changes since the last one; blank texts are left out."""
        clocks: dict[str, Json] = {change: clocks_payload(*moved) for change, moved in self._moved.items()}
        self._moved.clear()
        self.facts.append(
            NewEvent(
                kind=kind,
                occurred_at=occurred_at or self.occurred_at or self.at,
                actor=self.actor,
                department=self.case.department,
                data={**(data or {}), **clocks},
                texts={name: text for name, text in (texts or {}).items() if text},
            ),
        )

    def _named(self, clock: Clock) -> Clock:
        """Put the officer on an office clock that has nobody responsible yet."""
        return replace(clock, responsible=self.officer) if self.officer and clock.responsible == OFFICE else clock

    def _note(self, change: str, clock: Clock) -> Clock:
        self._moved.setdefault(change, []).append(clock)
        return clock


def end_interruptions(context: CaseContext) -> Case:
    """Return the case with its special procedure or suspension ended now, if one is under way."""
    return without_interruptions(context.case, at=context.at, by=context.actor)


CommandHandler = Callable[[CaseContext], Case]
"""Carries out a step: changes clocks, adds events, and returns the new case."""


class CaseCommands:
    """Runs every step on a case in the same way."""

    def __init__(
        self,
        store: CaseStore,
        clocks: Clocks,
        *,
        access: CaseAccess,
        packs: Sequence[RulePack],
        lengthen: Lengthen,
        steps_of: StepsOf,
    ) -> None:
        """Take the stores of cases and clocks, who may do what, and the rule packs of all jurisdictions.

        ``lengthen`` gives people back the time that an outage took from them, ``steps_of`` knows the steps of items.
        """
        self._steps_of = steps_of
        self._lengthen = lengthen
        self._access = access
        self._store = store
        self._clocks = clocks
        self._packs = packs

    @retry_on_conflict
    def take(self, step: CaseStep, command: Command, handler: CommandHandler) -> Result:
        """Take a step on the current case, checking rights, repetition, version and state in this order.

        Raises ``FORBIDDEN`` for staff of another role or department and ``NOT_FOUND`` for strangers,
        ``AUTHORITY_REQUIRED`` or ``PROXY_NOT_ALLOWED`` for agents, ``STALE_VERSION`` if the case has changed since the
        caller read it, and ``STEP_NOT_ALLOWED`` if its state forbids the step.
        """
        case = self._store.load(command.case_no)
        right = STEPS[step]
        wanted = Step(roles=right.roles, act=right.act, told=step.value)
        authority = self._access.require(case, wanted, by=command.by, at=command.at)
        if command.idempotency_key is not None and command.idempotency_key.look_up() is not None:
            return Result(case=self._store.load(command.case_no), is_repeat=True)
        if command.version is not None and command.version != case.version:
            raise DomainError(ErrorCode.STALE_VERSION)
        require_step(case, step)
        require_occurred(case, command.occurred_at, at=command.at)
        with transaction() as tx:
            self._access.keep(authority, tx)
            context = self.work_on(case, actor=command.by.actor, at=command.at, tx=tx)
            context.officer = responsible_for(case, command.by)
            context.occurred_at = command.occurred_at
            after = handler(context)
            done = self._store.save(case, after, context.facts, at=command.at, tx=tx)
            if command.idempotency_key is not None:
                command.idempotency_key.remember(case.case_no, tx, at=command.at)
        return Result(case=done)

    def work_on(self, case: Case, *, actor: str, at: datetime, tx: Transaction) -> CaseContext:
        """Build the working context of a case, with the rule pack in force when it was received."""
        pack = pack_in_force(self._packs, case.terms.pack, on=day_in_shanghai(case.received_at))
        return CaseContext(
            case=case,
            pack=pack,
            clocks=self._clocks,
            actor=actor,
            at=at,
            tx=tx,
            lengthen=self._lengthen,
            steps_of=self._steps_of,
            officer=case.officer,
        )


def with_late_reason(case: Case, reason: str | None, *, clock: ClockKind, context: CaseContext) -> Case:
    """Return the case with the reason for lateness added, if any; the applicant can read it (R4.18)."""
    if reason is None:
        return case
    given = LateReason(clock=clock.value, reason=reason, given_at=context.at, given_by=context.actor)
    return replace(case, late_reasons=(*case.late_reasons, given))
