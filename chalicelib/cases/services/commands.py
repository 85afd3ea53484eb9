"""One act on a case: read it, judge it, write it with its events and clocks, all or nothing (办件经办)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import LateReason
from chalicelib.cases.rules.handling import STEPS, CaseStep, require_occurred, require_step, responsible_for
from chalicelib.cases.store import CaseStore
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import OUTLASTING, Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, require
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent
from chalicelib.workdays.model.limits import Limit

OFFICE = "officer"
PERSON = "applicant"
"""Who must act before a clock ends: whoever of the office has the case, or the person whose case it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who does something to which case, and when.

    ``version`` is the one that an officer acts on; None for people, whose acts stand whatever happened meanwhile.
    ``occurred_at`` is when it happened, where it is told later: clocks go by ``at`` all the same.
    """

    case_no: str
    by: Caller
    at: datetime
    version: int | None = None
    idempotency_key: IdempotencyKey | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The case as an act left it, or as it stands if an earlier request had done the act already."""

    case: Case
    is_repeat: bool = False


@dataclass(kw_only=True)
class CaseContext:
    """An act being done: the case as it was read, its clocks, and what the timeline will be told.

    ``officer`` is who answers for what the act starts or changes, blank while nobody has the case.
    """

    case: Case
    pack: RulePack
    clocks: Clocks
    actor: str
    at: datetime
    tx: Transaction
    officer: str = ""
    occurred_at: datetime | None = None
    facts: list[NewEvent] = field(default_factory=list)
    _moved: dict[str, list[Clock]] = field(default_factory=dict)

    @cached_property
    def all_clocks(self) -> tuple[Clock, ...]:
        """Every clock of the case, in one strongly consistent query."""
        return self.clocks.of_owner(self.case.owner)

    def running(self, *kinds: ClockKind) -> tuple[Clock, ...]:
        """Return the clocks of these kinds that have not stopped; of all that are the case's own if none is named.

        Answering an alert or a card is its recipient's duty, which the end of the case does not settle.
        """
        wanted = kinds or tuple(kind for kind in ClockKind if kind not in OUTLASTING)
        return tuple(clock for clock in self.all_clocks if clock.stopped_at is None and clock.kind in wanted)

    def clock(self, kind: ClockKind) -> Clock | None:
        """Return the one clock of a kind that has not stopped, if there is one."""
        return next(iter(self.running(kind)), None)

    def start(
        self,
        kind: ClockKind,
        limit: Limit,
        *,
        responsible: str = OFFICE,
        since: datetime | None = None,
        suffix: str | None = None,
    ) -> Clock:
        """Start a clock now, or from ``since`` on where the law dates it back."""
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
        )
        return self._note("clocks_started", clock)

    def start_handling(self, *, since: datetime, suffix: str | None = None) -> None:
        """Start the promised and the statutory time, which run from acceptance."""
        self.start(ClockKind.HANDLING_PROMISED, self.case.terms.promised, since=since, suffix=suffix)
        self.start(ClockKind.HANDLING_STATUTORY, self.case.terms.statutory, since=since, suffix=suffix)

    def stop(self, *kinds: ClockKind) -> None:
        """Stop the running clocks of these kinds, of all if none is named.

        Milestones that they had passed before the sweep came are told first: nobody is spared by being quick.
        """
        for clock in self.running(*kinds):
            _, milestones = self.clocks.moved_on(clock, at=self.at)
            self.facts.extend(milestones)
            self._note("clocks_stopped", self.clocks.stop(self._named(clock), at=self.at, tx=self.tx))

    def pause(self, *kinds: ClockKind, ground: str, basis: str, expected_until: date) -> None:
        """Pause the running clocks of these kinds; milestones that they had passed are told first, as ``stop`` does."""
        for clock in self.running(*kinds):
            _, milestones = self.clocks.moved_on(clock, at=self.at)
            self.facts.extend(milestones)
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
        """Let the paused clocks of these kinds count again."""
        for clock in self.running(*kinds):
            self._note("clocks_changed", self.clocks.resume(self._named(clock), at=self.at, tx=self.tx))

    def extend(self, *kinds: ClockKind, by: Limit) -> None:
        """Give the clocks of these kinds more time."""
        for clock in self.running(*kinds):
            self._note("clocks_changed", self.clocks.extend(self._named(clock), by, at=self.at, tx=self.tx))

    def assign(self, officer: str) -> None:
        """Let an officer answer for every running clock that is the office's own."""
        for clock in self.running():
            if clock.responsible not in {officer, PERSON}:
                self.clocks.save(replace(clock, responsible=officer, rev=clock.rev + 1), self.tx)

    def tell(
        self,
        kind: EventKind,
        data: Mapping[str, Json] | None = None,
        *,
        texts: Mapping[str, str | None] | None = None,
        occurred_at: datetime | None = None,
    ) -> None:
        """Tell the timeline what happened, with what it did to clocks; blank texts are left out."""
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
        """Name the officer on a clock of the office that nobody answers for yet."""
        return replace(clock, responsible=self.officer) if self.officer and clock.responsible == OFFICE else clock

    def _note(self, change: str, clock: Clock) -> Clock:
        self._moved.setdefault(change, []).append(clock)
        return clock


CommandHandler = Callable[[CaseContext], Case]
"""What a step does: writes to clocks, tells facts, and returns what becomes of the case."""


class CaseCommands:
    """Where every act on a case is done the same way."""

    def __init__(self, store: CaseStore, clocks: Clocks, *, packs: Sequence[RulePack]) -> None:
        """Know where cases and clocks are kept, and the rules of every jurisdiction."""
        self._store = store
        self._clocks = clocks
        self._packs = packs

    @retry_on_conflict
    def take(self, step: CaseStep, act: Command, deed: CommandHandler) -> Result:
        """Take a step: right, repetition, version and state are judged in this order, on the case as it stands.

        Staff of another role or department are ``FORBIDDEN``, for strangers there is no such case (``NOT_FOUND``);
        ``STALE_VERSION`` if the case is no longer the one acted on; ``STEP_NOT_ALLOWED`` if its state forbids it.
        """
        case = self._store.load(act.case_no)
        require(act.by, roles=STEPS[step].roles, department=case.department, subjects=case.people)
        if act.idempotency_key is not None and act.idempotency_key.look_up() is not None:
            return Result(case=self._store.load(act.case_no), is_repeat=True)
        if act.version is not None and act.version != case.version:
            raise DomainError(ErrorCode.STALE_VERSION)
        require_step(case, step)
        require_occurred(case, act.occurred_at, at=act.at)
        with transaction() as tx:
            work = self.work_on(case, actor=act.by.actor, at=act.at, tx=tx)
            work.officer = responsible_for(case, act.by)
            work.occurred_at = act.occurred_at
            after = deed(work)
            done = self._store.save(case, after, work.facts, at=act.at, tx=tx)
            if act.idempotency_key is not None:
                act.idempotency_key.remember(case.case_no, tx, at=act.at)
        return Result(case=done)

    def work_on(self, case: Case, *, actor: str, at: datetime, tx: Transaction) -> CaseContext:
        """Lay a case on the desk, with the edition of its rule pack that was in force when it was received."""
        pack = pack_in_force(self._packs, case.terms.pack, on=day_in_shanghai(case.received_at))
        return CaseContext(case=case, pack=pack, clocks=self._clocks, actor=actor, at=at, tx=tx, officer=case.officer)


def with_late_reason(case: Case, reason: str | None, *, clock: ClockKind, work: CaseContext) -> Case:
    """Return the case with why a duty was done late, where it was: the applicant reads it (R4.18)."""
    if reason is None:
        return case
    given = LateReason(clock=clock.value, reason=reason, given_at=work.at, given_by=work.actor)
    return replace(case, late_reasons=(*case.late_reasons, given))
