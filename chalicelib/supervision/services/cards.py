"""Giving cards, replying and appealing, deciding and withdrawing; each step is an event on the timeline concerned."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.alerts.rules.alerts import MONITORING
from chalicelib.cases.rules.filing import limit_of
from chalicelib.cases.services.commands import OFFICE
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import (
    Caller,
    Role,
    department_shown,
    require,
    require_another_person,
    require_no_interest,
    sees,
)
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.staff.services import Staff
from chalicelib.supervision.model.cards import Card, CardState, CardStep, Finding, Outcome, Word
from chalicelib.supervision.rules import cards
from chalicelib.supervision.services.outages import Outages
from chalicelib.supervision.store.cards import CardStore, Wanted
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json, NewEvent
from chalicelib.timeline.store import Timeline

WATCHERS = cards.GIVERS
READERS = (*WATCHERS, Role.OFFICER)
OWNERS = frozenset({"case", "flag"})
"""The kinds of timelines that a card may be about."""

AWAITED: Mapping[CardState, ClockKind] = {
    CardState.GIVEN: ClockKind.CARD_REPLY,
    CardState.APPEALED: ClockKind.CARD_APPEAL,
}
"""The clock that runs while a card is in a state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCommand:
    """Who acts on which card, and when; ``version`` is the version they saw."""

    card_id: str
    by: Caller
    version: int | None
    at: datetime


class Cards:
    """All cards."""

    def __init__(  # noqa: PLR0913 - what a card rests on, and whom it names
        self,
        store: CardStore,
        timeline: Timeline,
        clocks: Clocks,
        outages: Outages,
        staff: Staff,
        *,
        concerned: Callable[[str], Collection[str]],
        pack: Callable[[str, datetime], RulePack],
        usual: str,
    ) -> None:
        """Take the neighbours.

        ``concerned`` returns whom a timeline concerns, ``pack`` an edition; ``usual`` is the pack where none is named.
        """
        self._store = store
        self._timeline = timeline
        self._clocks = clocks
        self._outages = outages
        self._staff = staff
        self._concerned = concerned
        self._pack = pack
        self._usual = usual

    @retry_on_conflict
    def give(
        self, finding: Finding, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Card, bool]:
        """Give a card; also return whether an earlier request with the same key had given it.

        ``NOT_FOUND`` for an unknown timeline, ``SAME_PERSON`` for a card about oneself, ``STEP_NOT_ALLOWED`` with its
        ``card_id`` if it was given before, ``STAFF_UNKNOWN`` for an officer who does not work in the department, and
        whatever the rules refuse.
        """
        require(by, roles=cards.GIVERS)
        made_before = idempotency_key.look_up() if idempotency_key is not None else None
        if made_before is not None:
            return self._store.load(made_before), True
        events = self._events(finding.owner, by=by)
        named = cards.stated(events, finding)
        code = next((str(event.data["pack"]) for event in events if "pack" in event.data), self._usual)
        pack = self._pack(code, at)
        rests_on = cards.bearing(named, cards.ground_of(pack, finding.ground, finding.colour))
        department = rests_on[0].department
        require(by, roles=cards.GIVERS, department=department)
        require_another_person(by, f"staff:{finding.officer}")
        require_no_interest(by, lambda: self._concerned(finding.owner))
        if finding.officer:
            self._staff.require(finding.officer, department=department)
        cards.require_window_over(named, pack, at=at)
        self._require_not_excused(rests_on, at=at)
        if self._store.is_given(finding.card_id):
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED, card_id=finding.card_id)
        with transaction() as tx:
            clock = self._start(ClockKind.CARD_REPLY, finding, department, code, at=at, tx=tx)
            card = self._store.add(
                Card(
                    card_id=finding.card_id,
                    finding=finding,
                    department=department,
                    pack=code,
                    given_by=by.actor,
                    by_monitor=Role.MONITOR in by.roles,
                    given_at=at,
                    reply_due_at=clock.due_at,
                ),
                tx,
            )
            started: dict[str, Json] = {"clocks_started": clocks_payload(clock)}
            self._tell(EventKind.CARD_GIVEN, card, by=by, at=at, tx=tx, data=started, text={"facts": finding.facts})
            if idempotency_key is not None:
                idempotency_key.remember(card.card_id, tx, at=at)
        return card, False

    @retry_on_conflict
    def reply(self, act: CardCommand, text: str) -> Card:
        """Reply to a card; still possible after the deadline, but then marked as late."""
        card = self._taken(CardStep.REPLY, act)
        with transaction() as tx:
            stopped = self._stop(card, at=act.at, tx=tx)
            word = Word(text=text, by=act.by.actor, at=act.at, late=any(clock.is_late(act.at) for clock in stopped))
            data: dict[str, Json] = {"late": word.late, "clocks_stopped": clocks_payload(*stopped)}
            answered = self._store.save(replace(card, state=CardState.ANSWERED, reply=word), tx)
            self._tell(EventKind.CARD_ANSWERED, answered, by=act.by, at=act.at, tx=tx, data=data, text={"reply": text})
        return answered

    @retry_on_conflict
    def appeal(self, act: CardCommand, grounds: str) -> Card:
        """Appeal against a card, which also counts as a reply; the monitoring office's clock starts."""
        card = self._taken(CardStep.APPEAL, act)
        with transaction() as tx:
            stopped = self._stop(card, at=act.at, tx=tx)
            word = Word(text=grounds, by=act.by.actor, at=act.at)
            started = self._start(ClockKind.CARD_APPEAL, card.finding, MONITORING, card.pack, at=act.at, tx=tx)
            data: dict[str, Json] = {
                "clocks_stopped": clocks_payload(*stopped),
                "clocks_started": clocks_payload(started),
            }
            appealed = self._store.save(replace(card, state=CardState.APPEALED, appeal=word), tx)
            self._tell(
                EventKind.CARD_APPEALED, appealed, by=act.by, at=act.at, tx=tx, data=data, text={"grounds": grounds}
            )
        return appealed

    @retry_on_conflict
    def decide(self, act: CardCommand, outcome: Outcome, reasons: str) -> Card:
        """Decide on an appeal: uphold or withdraw the card; never by whoever gave it."""
        card = self._taken(CardStep.DECISION, act)
        kind = EventKind.CARD_UPHELD if outcome is Outcome.UPHELD else EventKind.CARD_WITHDRAWN
        word = Word(text=reasons, by=act.by.actor, at=act.at)
        return self._ended(replace(card, state=CardState(outcome.value), decision=word), kind, act, reasons)

    @retry_on_conflict
    def withdraw(self, act: CardCommand, reason: str) -> Card:
        """Withdraw a card: it leaves every score and stays in the timeline."""
        card = self._taken(CardStep.WITHDRAWAL, act)
        word = Word(text=reason, by=act.by.actor, at=act.at)
        withdrawn = replace(card, state=CardState.WITHDRAWN, withdrawal=word)
        return self._ended(withdrawn, EventKind.CARD_WITHDRAWN, act, reason)

    def card(self, card_id: str, *, by: Caller) -> Card:
        """Return one card to the staff of its department and to the monitoring office."""
        card = self._store.load(card_id)
        require(by, roles=READERS, department=card.department)
        return card

    def running(self, card: Card) -> Clock | None:
        """Return the running clock of a reply or an appeal; ``None`` if nothing is owed."""
        kind = AWAITED.get(card.state)
        return None if kind is None else self._clocks.get(card.finding.owner, f"{kind}.{card.card_id}")

    def page(self, wanted: Wanted, *, by: Caller, limit: int, after: Position | None) -> Page[Card]:
        """Return a page of cards, newest first: the caller's own department, or all for the monitoring office.

        ``FORBIDDEN`` for another department, except for the monitoring office.
        """
        department = department_shown(wanted.department, by=by, roles=READERS)
        return self._store.page(replace(wanted, department=department), limit=limit, after=after)

    def _events(self, owner: str, *, by: Caller) -> tuple[Event, ...]:
        events = self._timeline.events(owner) if owner.partition(":")[0] in OWNERS else ()
        if not events:
            raise DomainError(ErrorCode.NOT_FOUND)
        if not any(sees(by, roles=cards.GIVERS, department=event.department) for event in events):
            raise DomainError(ErrorCode.FORBIDDEN)
        return events

    def _require_not_excused(self, rests_on: Sequence[Event], *, at: datetime) -> None:
        clocks = [
            self._clocks.get(event.owner, str(event.data["clock_id"]))
            for event in rests_on
            if event.kind == EventKind.CLOCK_PASSED
        ]
        if excused := self._outages.excused(clocks, at=at):
            raise DomainError(ErrorCode.EXCUSED_BY_OUTAGE, outage_id=next(iter(excused.values())))

    def _taken(self, step: CardStep, act: CardCommand) -> Card:
        """Return the card after checking right, version and state, in this order."""
        card = self._store.load(act.card_id)
        cards.require_may(card, step, act.by)
        require_no_interest(act.by, lambda: self._concerned(card.finding.owner))
        if act.version is not None and act.version != card.rev:
            raise DomainError(ErrorCode.STALE_VERSION)
        cards.require_step(card, step)
        return card

    def _start(
        self, kind: ClockKind, finding: Finding, department: str, code: str, *, at: datetime, tx: Transaction
    ) -> Clock:
        is_reply = kind is ClockKind.CARD_REPLY
        term = self._pack(code, at).limit_term(TermKey.CARD_REPLY if is_reply else TermKey.CARD_APPEAL)
        return self._clocks.start(
            kind,
            limit_of(term),
            owner=finding.owner,
            department=department,
            responsible=(finding.officer or OFFICE) if is_reply else Role.MONITOR.value,
            pack=code,
            started_at=at,
            tx=tx,
            about=finding.card_id,
            suffix=finding.card_id,
        )

    def _stop(self, card: Card, *, at: datetime, tx: Transaction) -> list[Clock]:
        running = [
            clock
            for clock in self._clocks.of_owner(card.finding.owner)
            if clock.about == card.card_id and clock.stopped_at is None
        ]
        return [self._clocks.stop(clock, at=at, tx=tx) for clock in running]

    def _ended(self, card: Card, kind: EventKind, act: CardCommand, reason: str) -> Card:
        with transaction() as tx:
            data: dict[str, Json] = {"clocks_stopped": clocks_payload(*self._stop(card, at=act.at, tx=tx))}
            ended = self._store.save(card, tx)
            self._tell(kind, ended, by=act.by, at=act.at, tx=tx, data=data, text={"reason": reason})
        return ended

    def _tell(  # noqa: PLR0913 - what happened, to what, by whom and when
        self,
        kind: EventKind,
        card: Card,
        *,
        by: Caller,
        at: datetime,
        tx: Transaction,
        data: Mapping[str, Json],
        text: Mapping[str, str],
    ) -> None:
        about: dict[str, Json] = {
            "card_id": card.card_id,
            "colour": card.finding.colour.value,
            "ground": card.finding.ground,
            "events": sorted(set(card.finding.events)),
            "officer": card.finding.officer,
        }
        event = NewEvent(
            kind=kind,
            occurred_at=at,
            actor=by.actor,
            department=card.department,
            data={**about, **data},
            texts=text,
        )
        self._timeline.append([event], owner=card.finding.owner, at=at, tx=tx)
