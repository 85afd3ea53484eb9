"""Learning who works where as people log in, loading it, and answering for everything that names staff."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chalicelib.clock import day_in_shanghai, real_now
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_lists
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import ALL_DEPARTMENTS, FOR_THEMSELVES, Caller, Role, department_shown, require
from chalicelib.sessions.rules import person_of
from chalicelib.sessions.services import Sessions
from chalicelib.staff import rules
from chalicelib.staff.model import Absence, Loaded, StaffMember, StaffState
from chalicelib.staff.store import StaffStore
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json, NewEvent

LOADERS: Final = (Role.SYSTEM, Role.HEAD, Role.MONITOR)
"""Who loads entries: a department's personnel system and its head, and the monitoring office for all of them."""

SUPERIORS: Final = (Role.SUPERVISOR, Role.HEAD)
"""Who records the absence of others."""

REGISTER: Final = "service:staff"
"""The service's own name for what it learns from logins."""

GOOD_FOR: Final = 60.0
"""Seconds for which a process does not look again at somebody whom it has recognised."""

KEPT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFilter:
    """Which staff a list shows; without a department the caller's own, or all for the monitoring office."""

    department: str | None = None
    role: Role | None = None
    state: StaffState | None = None


class Staff:
    """The register of staff."""

    def __init__(  # noqa: PLR0913 - who is whose, by which key, where and when
        self,
        store: StaffStore,
        *,
        sessions: Callable[[], Sessions],
        issuer: str,
        key: Callable[[], bytes],
        departments: Sequence[str],
        now: Callable[[], datetime],
        ticks: Callable[[], float] = lambda: real_now().timestamp(),
    ) -> None:
        """``key`` derives the digests of persons, ``now`` is the service's clock.

        ``ticks`` counts real seconds, also while the process is frozen between two requests.
        """
        self._store = store
        self._sessions = sessions
        self._issuer = issuer
        self._key = key
        self._departments = tuple(departments)
        self._now = now
        self._ticks = ticks
        self._recognised: OrderedDict[Caller, tuple[Caller, float]] = OrderedDict()

    # Learning from logins

    def recognise(self, caller: Caller, *, is_acting: bool = False) -> Caller:
        """Return the caller with the subject keys that are their own, and learn what their login says of them.

        ``caller`` has every role of the token, and in ``own`` what the token itself vouches for. Machines are passed
        on unread. Who acts for an office (``is_acting``) is looked up each time, so that nobody decides what they did
        as a citizen a moment before; for a reader the last minute's word will do. ``UNAUTHENTICATED`` for staff who
        have left, for a login with a role or a department that has ended since, and for one that is named by a
        citizen's number, which would stand in timelines for ever.
        """
        if Role.SYSTEM in caller.roles:
            return caller
        known, at = self._recognised.get(caller, (caller, float("-inf")))
        if self._ticks() - at >= GOOD_FOR or (is_acting and caller.is_staff):
            known = replace(caller, own=self._met(caller))
            self._recognised[caller] = known, self._ticks()
            self._recognised.move_to_end(caller)
            if len(self._recognised) > KEPT:
                self._recognised.popitem(last=False)
        return known

    def _met(self, caller: Caller) -> frozenset[SubjectKey]:
        person = self._person(caller.sub)
        if caller.roles & FOR_THEMSELVES:
            vouched: frozenset[SubjectKey] = self._store.vouched(person)
            loaded: tuple[SubjectKey, ...] = ()
        else:
            member, vouched = self._learned(caller, person)
            loaded = member.subjects
        if not caller.own <= vouched:
            self._store.vouch(person, caller.own)
        return caller.own | vouched | frozenset(loaded)

    @retry_on_conflict
    def _learned(self, caller: Caller, person: str) -> tuple[StaffMember, frozenset[SubjectKey]]:
        if rules.is_of_a_citizen(caller.sub):
            raise DomainError(ErrorCode.UNAUTHENTICATED)
        known, vouched = self._store.known(caller.sub, person)
        if known is not None:
            if known.state is StaffState.ENDED:
                raise DomainError(ErrorCode.UNAUTHENTICATED)
            if rules.is_superseded(known, caller):
                if rules.goes_beyond(caller, known):
                    raise DomainError(ErrorCode.UNAUTHENTICATED)
                return known, vouched
        after = rules.learn(known, caller, person=person, heard_at=caller.told_at or real_now())
        if known is not None and rules.is_same(known, after):
            return known, vouched
        return self._saved(known, after, actor=REGISTER, at=self._now()), vouched

    # Loading, and absences

    @retry_on_conflict
    def load(self, staff_id: str, loaded: Loaded, *, by: Caller, at: datetime) -> StaffMember:
        """Enter or change somebody. Idempotent.

        ``FORBIDDEN`` for another department than the caller's, be it the one that somebody leaves or has left, for
        somebody of no department, and for ending somebody who is not known; the monitoring office does all of it.
        ``DEPARTMENT_UNKNOWN`` for one that is not served, ``STAFF_ID_NOT_ALLOWED`` for the number of an identity
        document.
        """
        require(by, roles=LOADERS, department=loaded.department)
        rules.require_staff_id(staff_id)
        if loaded.department not in self._departments:
            raise DomainError(ErrorCode.DEPARTMENT_UNKNOWN)
        known = self._store.find(staff_id)
        if known is not None:
            require(by, roles=LOADERS if known.department else ALL_DEPARTMENTS, department=known.department)
        elif loaded.state is StaffState.ENDED:
            require(by, roles=ALL_DEPARTMENTS)
        after = rules.load(
            known, loaded, staff_id=staff_id, person=self._person(staff_id), heard_at=real_now().replace(microsecond=0)
        )
        if known is not None and rules.is_same(known, after):
            return known
        return self._saved(known, after, actor=by.actor, at=at)

    @retry_on_conflict
    def be_absent(self, staff_id: str, absence: Absence, *, by: Caller, at: datetime) -> StaffMember:
        """Record an absence, in place of an earlier one. Idempotent.

        ``FORBIDDEN`` unless it is the caller's own or they are a superior in the department, and of a head a head;
        ``STAFF_UNKNOWN`` for a deputy who cannot stand in, ``INVALID_BODY`` for days in the wrong order or over.
        """
        member = self._changeable(staff_id, by=by)
        rules.require_absence(member, absence, self._store.find(absence.deputy), today=day_in_shanghai(at))
        if member.absence == absence:
            return member
        days: dict[str, Json] = {
            "from": absence.since.isoformat(),
            "until": absence.until.isoformat(),
            "deputy": absence.deputy,
        }
        return self._with_absence(member, absence, EventKind.STAFF_ABSENT, days, by=by, at=at)

    @retry_on_conflict
    def be_back(self, staff_id: str, *, by: Caller, at: datetime) -> StaffMember:
        """End an absence, or take back one to come. Idempotent; ``FORBIDDEN`` as in ``be_absent``."""
        member = self._changeable(staff_id, by=by)
        if member.absence is None:
            return member
        return self._with_absence(member, None, EventKind.STAFF_BACK, {}, by=by, at=at)

    def _changeable(self, staff_id: str, *, by: Caller) -> StaffMember:
        member = self._store.load(staff_id)
        if not (by.is_staff and by.sub == staff_id):
            require(by, roles=superiors_of(member.roles), department=member.department)
        return member

    def _with_absence(
        self,
        member: StaffMember,
        absence: Absence | None,
        kind: EventKind,
        data: Mapping[str, Json],
        *,
        by: Caller,
        at: datetime,
    ) -> StaffMember:
        event = NewEvent(kind=kind, occurred_at=at, actor=by.actor, department=member.department, data=data)
        with transaction() as tx:
            return self._store.save(member, replace(member, absence=absence), [event], at=at, tx=tx)

    # Reading

    def member(self, staff_id: str, *, by: Caller) -> StaffMember:
        """Return an entry to the staff of its department and to the monitoring office; ``FORBIDDEN`` for others."""
        member = self._store.load(staff_id)
        require(by, roles=rules.STAFF_ROLES | {Role.SYSTEM}, department=member.department)
        return member

    def page(self, wanted: StaffFilter, *, by: Caller, limit: int, after: Position | None) -> Page[StaffMember]:
        """Return a page of a department's staff, and where the next one begins.

        For the monitoring office, if it names no department, the departments follow one another. ``FORBIDDEN`` for
        another department's staff, and for somebody of no department who names none.
        """
        departments = self._asked(wanted.department, by=by)
        return page_of_lists(
            departments,
            lambda name, most, begins: self._store.of_department(
                name, role=wanted.role, state=wanted.state, limit=most, after=begins
            ),
            limit=limit,
            after=after,
        )

    def _asked(self, department: str | None, *, by: Caller) -> tuple[str, ...]:
        asked = department_shown(department, by=by, roles=rules.STAFF_ROLES | {Role.SYSTEM})
        return self._departments if asked is None else (asked,)

    # For everything that names staff

    def find(self, staff_id: str) -> StaffMember | None:
        """Return an entry, or ``None``."""
        return self._store.find(staff_id)

    def named(self, staff_ids: Collection[str]) -> Mapping[str, StaffMember]:
        """Return the entries that exist among these, by staff id, for pages to show names."""
        return {member.staff_id: member for member in self._store.named(frozenset(staff_ids))}

    def require(self, staff_id: str, *roles: Role, department: str) -> StaffMember:
        """Return who is meant by a staff id; ``STAFF_UNKNOWN`` unless they work there now, in one of the roles."""
        member = self._store.find(staff_id)
        if member is None or not member.serves(department, *roles):
            raise DomainError(ErrorCode.STAFF_UNKNOWN)
        return member

    def in_charge(self, staff_id: str, *, department: str, people: Collection[SubjectKey], at: datetime) -> str:
        """Return who gets a case that is given to somebody: they, or while they are absent their deputy.

        ``STAFF_UNKNOWN`` unless they can be in charge of the department's cases, ``OWN_MATTER`` if they are one of the
        people whom it concerns.
        """
        member = self.require(staff_id, *rules.IN_CHARGE, department=department)
        acting = rules.acting_for(member, *rules.IN_CHARGE, on=day_in_shanghai(at), find=self._store.find)
        if self._is_one_of(people, acting):
            raise DomainError(ErrorCode.OWN_MATTER)
        return acting.staff_id

    def concerns(self, staff_id: str, people: Collection[SubjectKey]) -> bool:
        """Return whether somebody is one of the people whom a matter concerns, as far as the register knows."""
        member = self._store.find(staff_id)
        return member is not None and self._is_one_of(people, member)

    def _is_one_of(self, people: Collection[SubjectKey], member: StaffMember) -> bool:
        _, vouched = self._store.known(member.staff_id, member.person)
        return not vouched.union(member.subjects).isdisjoint(people)

    def is_in_charge(self, staff_id: str, *, department: str) -> bool:
        """Return whether somebody can be in charge of a department's cases now."""
        member = self._store.find(staff_id)
        return member is not None and member.serves(department, *rules.IN_CHARGE)

    def successor(self, staff_id: str, *, department: str, at: datetime) -> str:
        """Return who takes over the cases of somebody whose role has ended: their deputy, or nobody (blank).

        The deputy is the one of an absence that is not over, and must be able to be in charge.
        """
        member = self._store.find(staff_id)
        today = day_in_shanghai(at)
        if member is None or member.absence is None or member.absence.until < today:
            return ""
        deputy = self._store.find(member.absence.deputy)
        if deputy is None or not deputy.serves(department, *rules.IN_CHARGE):
            return ""
        return rules.acting_for(deputy, *rules.IN_CHARGE, on=today, find=self._store.find).staff_id

    def absent_for(self, by: Caller) -> tuple[StaffMember, ...]:
        """Return the colleagues for whom the caller is deputy today."""
        today = day_in_shanghai(self._now())
        return tuple(
            member
            for member in self._store.deputised_by(by.sub)
            if member.department == by.department and member.absence is not None and member.absence.covers(today)
        )

    def on_event(self, event: Event, _at: datetime) -> None:
        """End the portal's sessions from before a role ended. Idempotent."""
        if event.kind == EventKind.STAFF_ROLE_ENDED:
            member = self._store.load(event.owner.partition(":")[2])
            self._sessions().end_older(member.person, than=member.heard_at)

    def _person(self, sub: str) -> str:
        return person_of(self._issuer, sub, key=self._key())

    def _saved(self, before: StaffMember | None, after: StaffMember, *, actor: str, at: datetime) -> StaffMember:
        event = rules.change_event(before, after, actor=actor, at=at)
        with transaction() as tx:
            if before is None:
                return self._store.add(after, [event], at=at, tx=tx)
            return self._store.save(before, after, [event], at=at, tx=tx)


def superiors_of(roles: Collection[Role]) -> tuple[Role, ...]:
    """Return who records the absence of somebody with these roles: of a head only a head, whose alerts it moves."""
    return (Role.HEAD,) if Role.HEAD in roles else SUPERIORS
