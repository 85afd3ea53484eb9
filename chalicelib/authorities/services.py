"""Giving, claiming, confirming and ending authorities, and the one place that says what an agent may do."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.authorities import rules
from chalicelib.authorities.model import (
    Act,
    Authority,
    AuthorityAction,
    AuthorityDocument,
    Grant,
    Matter,
    Party,
    Side,
)
from chalicelib.authorities.store import AuthorityStore
from chalicelib.bounds.model import Counted
from chalicelib.catalogue.services.offers import Offers
from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.identity_conflicts import Cause, Mismatch
from chalicelib.credit.rules.identity_conflicts import mismatch_of
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role, require, require_another_person
from chalicelib.subjects.model.subjects import Identity, NameRank, SubjectKey
from chalicelib.subjects.rules.identifiers import SubjectKeys, require_valid
from chalicelib.subjects.rules.names import masked_name
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

if TYPE_CHECKING:
    from chalicelib.bounds.store import CountStore
    from chalicelib.credit.services.identity_conflicts import Conflicts

PRINCIPALS = (Role.APPLICANT,)
AGENTS = (Role.AGENT,)
SIDES = (*PRINCIPALS, *AGENTS)
OFFICERS = (Role.OFFICER,)
READERS = (*SIDES, *OFFICERS)

MOST_BETWEEN = 100
"""How many of the newest authorities between two people are looked at, which is one read."""


class Authorities:
    """All authorities (委托授权)."""

    def __init__(
        self,
        store: AuthorityStore,
        *,
        subjects: Subjects,
        keys: SubjectKeys,
        offers: Offers,
        counts: "CountStore",
        conflicts: Callable[[], "Conflicts"],
    ) -> None:
        """``offers`` knows which items there are and whose; ``counts`` how many somebody has made today.

        ``conflicts`` take names that do not match to a person.
        """
        self._conflicts = conflicts
        self._store = store
        self._subjects = subjects
        self._keys = keys
        self._offers = offers
        self._counts = counts

    # Making one

    @retry_on_conflict
    def give(
        self,
        grant: Grant,
        agent: Identity,
        *,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None = None,
    ) -> tuple[Authority, bool]:
        """Let somebody act for the caller, in force at once; also return whether an earlier request had done so.

        Nothing is looked up about the agent, so the answer is the same whoever the number belongs to, and only somebody
        with this number and this name can use the authority. Raises ``INVALID_IDENTIFIER``, ``ITEM_NOT_LISTED``,
        ``INVALID_BODY`` with every fault, and ``TOO_MANY_REQUESTS``.
        """
        me = self._own(by, roles=PRINCIPALS)
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.load(made), True
        self._departments(grant, at=at)
        known = self._subjects.know(me, by.naming(NameRank.PLATFORM), at)
        authority = Authority(
            authority_id=secrets.token_hex(16),
            principal=replace(self._party(me, at=at), masked_name=known.masked_name),
            agent=self._party(agent, at=at),
            grant=grant,
            made_at=at,
        )
        return self._add(
            authority,
            mismatch=mismatch_of(Cause.FILING, known, me, by=by, reference=authority.authority_id),
            by=by,
            at=at,
            idempotency_key=idempotency_key,
        )

    @retry_on_conflict
    def claim(
        self,
        grant: Grant,
        principal: Identity,
        document: AuthorityDocument,
        *,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None = None,
    ) -> tuple[Authority, bool]:
        """Claim an authority that a document gives; nothing may be done on it before an officer has confirmed it.

        Raises the errors of ``give``, and ``INVALID_BODY`` unless all items are named and of one department.
        """
        me = self._own(by, roles=AGENTS)
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.load(made), True
        departments = self._departments(grant, at=at)
        if len(departments) != 1:
            raise DomainError(ErrorCode.INVALID_BODY, faults=(_of_one_department(),))
        authority = Authority(
            authority_id=secrets.token_hex(16),
            principal=self._party(principal, at=at),
            agent=self._party(me, at=at),
            grant=grant,
            made_at=at,
            department=departments[0],
            document=document,
        )
        return self._add(authority, by=by, at=at, idempotency_key=idempotency_key)

    def _add(
        self,
        authority: Authority,
        *,
        mismatch: Mismatch | None = None,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None,
    ) -> tuple[Authority, bool]:
        """Save a new authority; a name that does not match is referred with it, so that nobody refers many of them."""
        is_claim = authority.document is not None
        kind = EventKind.AUTHORITY_CLAIMED if is_claim else EventKind.AUTHORITY_GIVEN
        rules.require_grantable(
            authority.grant,
            principal=authority.principal,
            agent=authority.agent,
            pointer="/principal" if is_claim else "/agent",
            today=day_in_shanghai(at),
        )
        with transaction() as tx:
            if mismatch is not None:
                self._conflicts().add(mismatch, at=at, tx=tx)
            authority = self._store.add(authority, [_made(kind, authority, by=by, at=at)], at=at, tx=tx)
            self._counts.count(Counted.AUTHORITIES, by.own_subject(), at=at, tx=tx, roles=by.roles)
            if idempotency_key is not None:
                idempotency_key.remember(authority.authority_id, tx, at=at)
        return authority, False

    # What becomes of one

    @retry_on_conflict
    def confirm(self, authority_id: str, principal: Identity, *, by: Caller, version: int, at: datetime) -> Authority:
        """Confirm a claim, naming the principal as the document does; it is in force from now on.

        Raises ``SAME_PERSON`` for the agent, ``INVALID_BODY`` if the document names another principal than the agent
        did, ``IDENTITY_CONFLICT`` if number and name do not belong together, and ``STEP_NOT_ALLOWED``.
        """
        before = self._claimed(authority_id, by=by, version=version)
        action = AuthorityAction(by=by.actor, at=at)
        after = rules.confirm(before, action, principal=self._party(principal, at=at))
        # What an officer read in a document is the first that the register hears of somebody who never came.
        known = self._subjects.know(principal, by.naming(NameRank.OFFICE), at)
        mismatch = mismatch_of(Cause.AGENT, known, principal, by=by, reference=authority_id)
        if mismatch is not None:
            self._conflicts().open(mismatch, at=at)
            raise DomainError(ErrorCode.IDENTITY_CONFLICT)
        after = replace(after, principal=replace(after.principal, masked_name=known.masked_name))
        return self._saved(before, after, EventKind.AUTHORITY_CONFIRMED, action, by=by)

    @retry_on_conflict
    def refuse(self, authority_id: str, *, reason: str, by: Caller, version: int, at: datetime) -> Authority:
        """Refuse a claim, with the reason; ``SAME_PERSON`` for the agent, ``STEP_NOT_ALLOWED`` once it is decided."""
        before = self._claimed(authority_id, by=by, version=version)
        action = AuthorityAction(by=by.actor, at=at, reason=reason)
        return self._saved(before, rules.refuse(before, action), EventKind.AUTHORITY_REFUSED, action, by=by)

    @retry_on_conflict
    def end(self, authority_id: str, *, by: Caller, at: datetime) -> Authority:
        """End an authority: its principal at any moment, whatever it rests on, or its agent, who gives it back.

        From this write on nothing can be done on it. Idempotent.
        """
        before = self._of_a_side(authority_id, by=by)
        action = AuthorityAction(by=by.actor, at=at)
        after = rules.end(before, action)
        return before if after is before else self._saved(before, after, EventKind.AUTHORITY_ENDED, action, by=by)

    def _saved(
        self, before: Authority, after: Authority, kind: EventKind, action: AuthorityAction, *, by: Caller
    ) -> Authority:
        event = NewEvent(
            kind=kind,
            occurred_at=action.at,
            actor=by.actor,
            department=before.department,
            data={"by": "office" if by.is_staff else str(rules.side_of(before, by.subject))},
            texts={"reason": action.reason} if action.reason else {},
        )
        with transaction() as tx:
            return self._store.save(before, after, [event], at=action.at, tx=tx)

    # Reading them

    def read(self, authority_id: str, *, by: Caller) -> Authority:
        """Return an authority to its two sides and, if it is a claim, to the officers of its department."""
        if not by.is_staff:
            return self._of_a_side(authority_id, by=by)
        found = self._store.load(authority_id)
        if found.document is None:
            # What people gave each other is no office's business; each case says who acts in it.
            raise DomainError(ErrorCode.NOT_FOUND)
        require(by, roles=OFFICERS, department=found.department, subjects=_people(found))
        return found

    def page(self, side: Side, *, by: Caller, limit: int, after: Position | None) -> Page[Authority]:
        """Return a page of the caller's authorities: those that they gave, newest first, or those that they hold."""
        subject = by.own_subject()
        require(by, roles=SIDES, subjects=(subject,))
        if side is Side.PRINCIPAL:
            return self._store.given_by(subject, limit=limit, after=after)
        found = self._store.held_by(subject, limit=limit, after=after)
        return found._replace(items=tuple(each for each in found.items if self._is_named(by, each)))

    def waiting(self, *, by: Caller, limit: int, after: Position | None) -> Page[Authority]:
        """Return a page of the claims that wait for the caller's department, oldest first, but for the caller's own."""
        require(by, roles=OFFICERS, department=by.department)
        found = self._store.waiting_at(by.department or "", limit=limit, after=after)
        return found._replace(items=tuple(each for each in found.items if by.own.isdisjoint(_people(each))))

    # What an agent may do

    def find(self, authority_id: str, *, by: Caller) -> Authority:
        """Return an authority that the caller holds as agent; ``AUTHORITY_REQUIRED`` for any other."""
        found = self._store.find(authority_id)
        if found is None or not self._is_held(by, found):
            raise DomainError(ErrorCode.AUTHORITY_REQUIRED)
        return found

    def require_principal(self, authority: Authority, identity: Identity, *, at: datetime) -> None:
        """Raise ``AUTHORITY_REQUIRED`` if an authority is somebody else's than the principal whom an agent names."""
        if self._keys.key_of(require_valid(identity, on=day_in_shanghai(at))) != authority.principal.subject:
            raise DomainError(ErrorCode.AUTHORITY_REQUIRED)

    def require_covers(self, authority: Authority, act: Act, matter: Matter, *, at: datetime) -> None:
        """Raise ``AUTHORITY_REQUIRED`` unless this very authority covers an act in a matter now."""
        if not rules.covers(authority, act, matter, at=at):
            raise DomainError(ErrorCode.AUTHORITY_REQUIRED)

    def require(self, act: Act, matter: Matter, *, by: Caller, at: datetime) -> Authority:
        """Return an authority on which the caller may act in a matter: the one on record, or one given since.

        ``AUTHORITY_REQUIRED`` for its agent and for whoever may look at it without more, ``NOT_FOUND`` for everybody
        else: to them it must look like a matter that does not exist.
        """
        may_look = matter.agent == by.subject
        for authority in self._candidates(matter, by=by):
            if rules.covers(authority, act, matter, at=at):
                return authority
            may_look = may_look or rules.covers(authority, Act.VIEW, matter, at=at)
        raise DomainError(ErrorCode.AUTHORITY_REQUIRED if may_look else ErrorCode.NOT_FOUND)

    def visible(self, matters: Sequence[Matter], *, by: Caller, at: datetime) -> tuple[bool, ...]:
        """Return for each matter whether the caller may look at it as agent; one read if those on record hold good."""
        known = {one.authority_id: one for one in self._store.together([each.named for each in matters if each.named])}
        later: dict[SubjectKey, tuple[Authority, ...]] = {}

        def is_visible(matter: Matter) -> bool:
            named = known.get(matter.named)
            if named is not None and self._is_held(by, named) and rules.covers(named, Act.VIEW, matter, at=at):
                return True
            if matter.principal not in later:
                later[matter.principal] = tuple(self._between(matter.principal, by=by))
            return any(rules.covers(one, Act.VIEW, matter, at=at) for one in later[matter.principal])

        return tuple(is_visible(matter) for matter in matters)

    def require_unchanged(self, authority: Authority, tx: Transaction) -> None:
        """Make a transaction fail with ``ConflictError`` if the authority has been ended since it was read."""
        self._store.require_unchanged(authority, tx)

    def _candidates(self, matter: Matter, *, by: Caller) -> Iterator[Authority]:
        """Yield what the caller holds from the principal, the one on record first; each is read strongly consistent."""
        if Role.AGENT not in by.roles:
            return
        named = self._store.find(matter.named) if matter.named else None
        if named is not None and self._is_held(by, named):
            yield named
        yield from self._between(matter.principal, by=by)

    def _between(self, principal: SubjectKey, *, by: Caller) -> Iterator[Authority]:
        for authority in self._store.together(self._store.between(principal, by.own_subject(), limit=MOST_BETWEEN)):
            if self._is_held(by, authority):
                yield authority

    def _is_held(self, by: Caller, authority: Authority) -> bool:
        return Role.AGENT in by.roles and by.subject == authority.agent.subject and self._is_named(by, authority)

    def _is_named(self, by: Caller, authority: Authority) -> bool:
        """Whether the caller has the name, too, that the principal wrote: a slip in a number lets nobody in."""
        return by.identity is not None and self._keys.is_name_of(by.identity, digest=authority.agent.name_digest)

    # Loading

    def _own(self, by: Caller, *, roles: Sequence[Role]) -> Identity:
        subject = by.own_subject()
        require(by, roles=roles, subjects=(subject,))
        if by.identity is None:
            raise DomainError(ErrorCode.INSUFFICIENT_IDENTITY)
        return by.identity

    def _of_a_side(self, authority_id: str, *, by: Caller) -> Authority:
        found = self._store.load(authority_id)
        side = rules.side_of(found, by.subject)
        is_seen = Role.APPLICANT in by.roles if side is Side.PRINCIPAL else self._is_held(by, found)
        if side is None or not is_seen:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def _claimed(self, authority_id: str, *, by: Caller, version: int) -> Authority:
        found = self._store.load(authority_id)
        if found.document is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        require(by, roles=OFFICERS, department=found.department)
        require_another_person(by, f"subject:{found.agent.subject}")
        require(by, roles=OFFICERS, department=found.department, subjects=_people(found))
        if found.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        return found

    def _party(self, identity: Identity, *, at: datetime) -> Party:
        valid = require_valid(identity, on=day_in_shanghai(at))
        return Party(
            subject=self._keys.key_of(valid),
            kind=valid.kind,
            masked_name=masked_name(valid.name),
            name_digest=self._keys.digest_of_name(valid),
        )

    def _departments(self, grant: Grant, *, at: datetime) -> tuple[str, ...]:
        """Return whose the named items are; ``ITEM_NOT_LISTED`` for one that is not published."""
        offered = (self._offers.offered(code, at=at) for code in grant.items or ())
        return tuple(dict.fromkeys(each.department for each in offered))


def _people(authority: Authority) -> tuple[SubjectKey, ...]:
    return (authority.principal.subject, authority.agent.subject)


def _of_one_department() -> FieldError:
    return FieldError(
        pointer="/items",
        detail="请逐一写明事项，并且都属于同一部门，由该部门核对委托书。",
        english="Name each item, all of one department: that department checks the document.",
    )


def _made(kind: EventKind, authority: Authority, *, by: Caller, at: datetime) -> NewEvent:
    grant, document = authority.grant, authority.document
    data: dict[str, Json] = {
        "principal": authority.principal.subject,
        "agent": authority.agent.subject,
        "items": None if grant.items is None else list(grant.items),
        "acts": [act.value for act in grant.acts],
        "from": grant.starts_on.isoformat(),
        "until": grant.ends_on.isoformat(),
    }
    if document is not None:
        data["document"] = document.sha256
    return NewEvent(
        kind=kind,
        occurred_at=at,
        actor=by.actor,
        department=authority.department,
        data=data,
        texts={} if document is None else {"document": document.name},
    )
