"""Ratings: rating a handling, replying to a bad rating, and reading ratings without learning whose they are."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.cases.model.case import Case
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.cases.store import CaseStore
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_lists
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.ratings import Opinion, Rater, Rating, RatingFilter, Reply
from chalicelib.feedback.rules.ratings import (
    RatingNames,
    awaits_reply,
    closed_at,
    require_complete,
    suspicions,
    told_at,
)
from chalicelib.feedback.store.ratings import RatingStore
from chalicelib.policy import Caller, Role, department_shown, require
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json, NewEvent
from chalicelib.timeline.store import Timeline
from chalicelib.workdays.model.limits import Limit, Unit

RATERS = (Role.APPLICANT,)
"""Only the applicant, never an agent: a rating is the person's own opinion."""

READERS = (Role.OFFICER, Role.SUPERVISOR, Role.HEAD, Role.MONITOR)
ANSWERERS = (Role.OFFICER, Role.SUPERVISOR)

NOBODY = "service:rating"
"""The actor recorded for an anonymous rating."""

RATED = "rated"
"""What an Idempotency-Key stores for a rating: not its id, which would link the key's row to it."""


class Ratings:
    """Gives, answers and lists ratings."""

    def __init__(  # noqa: PLR0913 - what a rating touches, each named at the composition root
        self,
        store: RatingStore,
        cases: CaseStore,
        timeline: Timeline,
        clocks: Clocks,
        *,
        names: RatingNames,
        pack: Callable[[str, datetime], RulePack],
        departments: Sequence[str],
    ) -> None:
        """Take what a rating involves; cases are read directly, because the right to rate is the applicant's alone."""
        self.store = store
        self._cases = cases
        self._timeline = timeline
        self._clocks = clocks
        self.names = names
        self._pack = pack
        self._departments = tuple(departments)

    @retry_on_conflict
    def give(
        self,
        case_no: str,
        opinion: Opinion,
        *,
        by: Caller,
        origin: str,
        at: datetime,
        idempotency_key: IdempotencyKey | None,
    ) -> tuple[Rating, bool]:
        """Rate a handling once the case is closed (R5.8); also returns whether the same request did so before.

        ``origin`` is where the request came from; only a keyed digest, valid for one day, is kept.
        Raises ``CASE_NOT_CLOSED``, or ``ALREADY_RATED`` the second time.
        """
        case = self._own_case(case_no, by=by)
        names = self.names.of_handling(case_no, case.handling)
        if idempotency_key is not None and idempotency_key.look_up() is not None:
            return self.mine(case_no, by=by), True
        if self.store.first(*names) is not None:
            raise DomainError(ErrorCode.ALREADY_RATED)
        events = self._timeline.events(case.owner)
        closed = closed_at(case, events)
        pack = self._pack(case.terms.pack, at)
        day = day_in_shanghai(at)
        with transaction() as tx:
            if idempotency_key is not None:
                idempotency_key.remember(RATED, tx, at=at)
            rating = Rating(
                rating_id=names[0],
                level=opinion.level,
                comment=opinion.comment,
                aspects=opinion.aspects,
                item_code=case.terms.item_code,
                department=case.department,
                pack=case.terms.pack,
                day=day,
                suspicious=suspicions(
                    is_staff=_is_staff(by, events),
                    raters_on_device=self._count(by, origin, at=at, tx=tx),
                    closed=closed,
                    at=at,
                    pack=pack,
                ),
                rater=_rater(case, at=at) if opinion.real_name else None,
            )
            started = [self._start(rating, pack, at=at, tx=tx)] if awaits_reply(rating, pack) else []
            moment = told_at(opinion, at=at)
            event = _given(rating, started, by=by, at=moment)
            return self.store.add(rating, [event], at=moment, tx=tx), False

    def _own_case(self, case_no: str, *, by: Caller) -> Case:
        require(by, roles=RATERS, subjects=(by.subject or "",))
        if not is_case_no(case_no):
            raise DomainError(ErrorCode.NOT_FOUND)
        case = self._cases.load(case_no)
        require(by, roles=RATERS, subjects=(case.subject,))
        return case

    def _count(self, by: Caller, origin: str, *, at: datetime, tx: Transaction) -> int:
        """Count a rater of a device, and return how many it has had today; 0 if the origin is unknown."""
        if not origin:
            return 0
        day = day_in_shanghai(at)
        device = self.store.device(self.names.of_device(origin, day=day), day=day)
        rater = self.names.of_rater(by.own_subject(), origin=origin, day=day)
        self.store.count(device, rater, tx)
        return len(device.raters | {rater})

    def _start(self, rating: Rating, pack: RulePack, *, at: datetime, tx: Transaction) -> Clock:
        term = pack.limit_term(TermKey.BAD_RATING)
        return self._clocks.start(
            ClockKind.RATING_ANSWER,
            Limit(value=term.value, unit=Unit(term.unit), basis=term.basis),
            owner=rating.owner,
            department=rating.department,
            responsible=Role.OFFICER.value,
            pack=rating.pack,
            started_at=at,
            tx=tx,
            item=rating.item_code,
        )

    def mine(self, case_no: str, *, by: Caller) -> Rating:
        """Return the applicant's rating of a case, from the newest rated handling; raises ``NOT_FOUND`` if none."""
        case = self._own_case(case_no, by=by)
        handlings = range(case.handling, 0, -1)
        found = self.store.first(*(name for each in handlings for name in self.names.of_handling(case_no, each)))
        if found is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def page(self, sought: RatingFilter, *, by: Caller, limit: int, after: Position | None) -> Page[Rating]:
        """Return a page of the ratings that the caller may see, newest day first.

        For callers who see all departments and name none, the departments follow one another.
        """
        departments = self._watched(sought, by=by)
        return page_of_lists(
            departments,
            lambda name, most, begins: self.store.of_department(name, sought, limit=most, after=begins),
            limit=limit,
            after=after,
        )

    def _watched(self, sought: RatingFilter, *, by: Caller) -> tuple[str, ...]:
        department = department_shown(sought.department, by=by, roles=READERS)
        return self._departments if department is None else (department,)

    @retry_on_conflict
    def answer(self, rating_id: str, reply: Reply, *, by: Caller, version: int) -> Rating:
        """Reply to a bad rating under a real name; raises ``STEP_NOT_ALLOWED`` for any other, or once it is settled.

        Raises ``LATE_REASON_REQUIRED`` after the time limit; the person can read the reason (R4.18).
        """
        before = self.store.load(rating_id)
        require(by, roles=ANSWERERS, department=before.department)
        if before.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        at = reply.given_at
        if not awaits_reply(before, self._pack(before.pack, at)):
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        require_complete(reply)
        clock = self._clocks.get(before.owner, ClockKind.RATING_ANSWER)
        if clock.stopped_at is None and clock.is_late(at) and reply.late_reason is None:
            raise DomainError(ErrorCode.LATE_REASON_REQUIRED, due_on=clock.due_on.isoformat())
        after = replace(before, replies=(*before.replies, reply))
        with transaction() as tx:
            stopped = self._clocks.stop(clock, at=at, tx=tx)
            return self.store.save(before, after, [_answered(after, reply, stopped)], at=at, tx=tx)


def _is_staff(by: Caller, events: Sequence[Event]) -> bool:
    """Whether the rater belongs to an office, or has acted for the office in this very case."""
    return by.department is not None or any(event.actor == f"staff:{by.sub}" for event in events)


def _rater(case: Case, *, at: datetime) -> Rater:
    return Rater(case_no=case.case_no, subject=case.subject, masked_name=case.applicant_name, rated_at=at)


def _given(rating: Rating, started: Sequence[Clock], *, by: Caller, at: datetime) -> NewEvent:
    """Return the event of a rating; for an anonymous one, without the case and the person."""
    data: dict[str, Json] = {
        "level": rating.level,
        "aspects": {aspect.value: level for aspect, level in rating.aspects.items()},
        "item_code": rating.item_code,
        "department": rating.department,
        "day": rating.day.isoformat(),
        "real_name": rating.rater is not None,
        "suspicious": [why.value for why in rating.suspicious],
        "clocks_started": clocks_payload(*started),
    }
    if rating.rater is not None:
        data |= {"case_no": rating.rater.case_no}
    return NewEvent(
        kind=EventKind.RATING_GIVEN,
        occurred_at=at,
        actor=NOBODY if rating.rater is None else by.actor,
        department=rating.department,
        data=data,
        texts={"comment": rating.comment} if rating.comment else {},
    )


def _answered(rating: Rating, reply: Reply, stopped: Clock) -> NewEvent:
    texts = {"findings": reply.findings, "late_reason": reply.late_reason or ""}
    return NewEvent(
        kind=EventKind.RATING_ANSWERED,
        occurred_at=reply.given_at,
        actor=reply.given_by,
        department=rating.department,
        data={
            "outcome": reply.outcome.value,
            "expected_on": None if reply.expected_on is None else reply.expected_on.isoformat(),
            "item_code": rating.item_code,
            "level": rating.level,
            "clocks_stopped": clocks_payload(stopped),
        },
        texts={name: text for name, text in texts.items() if text},
    )
