"""Drafts: what would be signed, and whether a promise is possible (草稿、告知)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.authorities.model import Act, Matter
from chalicelib.bounds.model import Counted
from chalicelib.cases.model.case import Agent, Draft, Way
from chalicelib.cases.model.stages import CommitmentStatus
from chalicelib.cases.rules import filing
from chalicelib.cases.rules.answers import give, signed
from chalicelib.cases.rules.case_numbers import case_no_for, new_draft_id, new_tracking_code
from chalicelib.cases.services.access import CaseAccess, matter_of_draft
from chalicelib.cases.services.answers import CaseAnswers
from chalicelib.cases.services.repeat_promise import RepeatPromise
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.rules.answers import read_answers
from chalicelib.catalogue.rules.items import checklist, notice_hash
from chalicelib.catalogue.services.catalogue import Catalogue
from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.credit.model.identity_conflicts import Cause, Mismatch
from chalicelib.credit.model.records import Eligibility, Ground
from chalicelib.credit.rules.identity_conflicts import mismatch_of
from chalicelib.credit.services.checks import Credit
from chalicelib.credit.store.records import UnreadableError
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.logging import logger
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.subjects.model.subjects import Identity, NameRank, SubjectKey, SubjectKind
from chalicelib.subjects.rules.names import masked_name
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.chain import new_salt

if TYPE_CHECKING:
    from chalicelib.authorities.services import Authorities
    from chalicelib.bounds.store import CountStore
    from chalicelib.credit.services.identity_conflicts import Conflicts

DRAFT_LIVES = timedelta(hours=24)
"""How long a draft can be signed; filing checks everything again anyway."""


MOST_WAITING = 20
"""How many of a person's drafts are listed at most; few people make more in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The id of the authority on which an agent acts (委托授权), and whom the agent names as principal, if anybody."""

    authority: str
    identity: Identity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request for a draft; ``later`` are the materials that the applicant will bring within their own time."""

    item_code: str
    answers: Mapping[str, object]
    way: Way
    on_behalf_of: Principal | None = None
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft with the gate's current answer on a promise; the certificate way is always open (R1.1, R1.3).

    ``grounds`` are the reasons from credit; those of the item itself are in ``draft.closed_by``.
    """

    draft: Draft
    standing: CommitmentStatus
    grounds: tuple[Ground, ...]
    is_repeat: bool = False
    is_filed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Party:
    subject: SubjectKey
    kind: SubjectKind
    masked_name: str
    name_digest: str
    agent: Agent | None
    mismatches: tuple[Mismatch | None, ...]


class Drafting:
    """Makes and reads drafts."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: CaseStore,
        *,
        catalogue: Catalogue,
        credit: Credit,
        subjects: Subjects,
        packs: Sequence[RulePack],
        again: RepeatPromise,
        counts: "CountStore",
        authorities: "Callable[[], Authorities]",
        access: CaseAccess,
        conflicts: Callable[[], "Conflicts"],
        answers: CaseAnswers,
    ) -> None:
        """Take the stores of items, credit and people; ``counts`` knows how many drafts somebody has begun.

        ``conflicts`` take names that do not match to a person, ``answers`` encrypts what is sensitive.
        """
        self._answers = answers
        self._conflicts = conflicts
        self._counts = counts
        self._authorities = authorities
        self._access = access
        self._store = store
        self._catalogue = catalogue
        self._credit = credit
        self._subjects = subjects
        self._packs = packs
        self._again = again

    @retry_on_conflict
    def draft(self, wish: Wish, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None = None) -> Drafted:
        """Make a draft and say whether it may be signed as a promise; a refusal is not an error.

        Raises ``ITEM_NOT_LISTED``, ``ITEM_ABOLISHED``, ``ANSWERS_MISSING``, ``MATERIAL_NOT_LISTED`` for what cannot be
        brought later, ``NOT_FOR_AUDIENCE``,
        ``AUTHORITY_REQUIRED`` for an agent whose authority does not cover this, ``PROXY_NOT_ALLOWED`` if an agent
        wants to promise on an item that forbids it, and ``TOO_MANY_REQUESTS`` after so many drafts in a day.
        """
        made = idempotency_key.look_up() if idempotency_key else None
        if made is not None:
            draft = self._store.load_draft(made)
            self._access.require_draft(draft, by=by, at=at)
            return self._judged(draft, at=at, is_repeat=True)
        item = self._catalogue.current(wish.item_code, at=at)
        party = self._party(wish, item, by=by, at=at)
        filing.require_audience(item, party.kind)
        if party.agent is not None and wish.way is Way.COMMITMENT and not item.proxy_allowed:
            raise DomainError(ErrorCode.PROXY_NOT_ALLOWED)
        draft = self._drafted(wish, item, party=party, by=by, at=at)
        drafted = self._judged(draft, at=at)
        drafted = replace(drafted, draft=replace(draft, refused_by=filing.refused_by(drafted.grounds)))
        if party.agent is not None:
            self._access.tell(matter_of_draft(draft), "draft", by=by, at=at)
        with transaction() as tx:
            for found in filter(None, party.mismatches):
                self._conflicts().add(found, at=at, tx=tx)
            self._store.add_draft(drafted.draft, tx=tx)
            self._counts.count(Counted.DRAFTS, draft.maker, at=at, tx=tx, roles=by.roles)
            if idempotency_key:
                idempotency_key.remember(draft.draft_id, tx, at=at)
        return drafted

    def read(self, draft_id: str, *, by: Caller, at: datetime) -> Drafted:
        """Return the caller's own draft with the gate's current answer; ``NOT_FOUND`` for anybody else's.

        ``AUTHORITY_REQUIRED`` for an agent whose authority has ended.
        """
        draft = self._store.load_draft(draft_id)
        self._access.require_draft(draft, by=by, at=at)
        return replace(self._judged(draft, at=at), is_filed=self._store.case_of_draft(draft) is not None)

    def waiting(self, *, by: Caller, at: datetime) -> tuple[Draft, ...]:
        """Return the caller's drafts that can still be filed, newest first."""
        drafts = self._store.open_drafts(by.own_subject(), at=at, limit=MOST_WAITING)
        return self._access.visible_drafts(drafts, by=by, at=at)

    def _party(self, wish: Wish, item: Item, *, by: Caller, at: datetime) -> _Party:
        """Return who the applicant is and who acts; an agent needs an authority for item, way and instant (R1.8).

        The principal is whom the authority says, so that nothing that an agent types becomes anybody's name. Names that
        do not match are referred with the draft, so that nobody refers more of them than they may make drafts.
        """
        principal = wish.on_behalf_of
        own = by.own_subject()
        if by.identity is None:
            raise DomainError(ErrorCode.INSUFFICIENT_IDENTITY)
        me = self._subjects.know(by.identity, by.naming(NameRank.PLATFORM), at)
        mine = mismatch_of(Cause.FILING, me, by.identity, by=by, reference=wish.item_code)
        if principal is None:
            if Role.APPLICANT not in by.roles:
                raise DomainError(ErrorCode.AUTHORITY_REQUIRED)
            return _Party(
                subject=own,
                kind=by.identity.kind,
                masked_name=masked_name(by.identity.name),
                name_digest=me.name_digest,
                agent=None,
                mismatches=(mine,),
            )
        if Role.AGENT not in by.roles:
            raise DomainError(ErrorCode.FORBIDDEN)
        authorities = self._authorities()
        authority = authorities.find(principal.authority, by=by)
        if principal.identity is not None:
            authorities.require_principal(authority, principal.identity, at=at)
        whose = authority.principal
        matter = Matter(principal=whose.subject, item_code=item.code, pack=item.jurisdiction, agent=own)
        act = Act.PROMISE if wish.way is Way.COMMITMENT else Act.FILE
        authorities.require_covers(authority, act, matter, at=at)
        theirs = None
        if principal.identity is not None:
            known = self._subjects.know(principal.identity, by.naming(NameRank.AGENT), at)
            theirs = mismatch_of(Cause.AGENT, known, principal.identity, by=by, reference=wish.item_code)
        return _Party(
            subject=whose.subject,
            kind=whose.kind,
            masked_name=whose.masked_name,
            name_digest=whose.name_digest,
            agent=Agent(subject=own, name=me.masked_name, authority=authority.authority_id),
            mismatches=(mine, theirs),
        )

    def _drafted(self, wish: Wish, item: Item, *, party: _Party, by: Caller, at: datetime) -> Draft:
        pack = pack_in_force(self._packs, item.jurisdiction, on=day_in_shanghai(at))
        replies = read_answers(item, wish.answers, on=day_in_shanghai(at))
        needed = checklist(item, {reply.question.id: reply.value for reply in replies})
        later = filing.later_of(needed, wish.later, way=wish.way)
        draft_id = new_draft_id()
        conditions = filing.conditions_asked(needed, replies)
        answers, secret = give(replies, make_salt=new_salt)
        told = notice_hash(item)
        payload = filing.payload_of(
            {
                "item_code": item.code,
                "item_name": item.name,
                "item_version": item.version,
                "notice_hash": told,
                "conditions": [{"id": each.id, "text": each.text, "value": each.value} for each in conditions],
                "answers": signed(answers),
                **filing.later_signed(later, needed),
                "subject": party.subject,
                "agent": None
                if party.agent is None
                else {"subject": party.agent.subject, "authority": party.agent.authority},
                "draft_id": draft_id,
                "case_no": case_no_for(draft_id),
                "way": wish.way.value,
                "made_at": instant_text(at),
                "salt": new_salt(),
            },
        )
        return Draft(
            draft_id=draft_id,
            case_no=case_no_for(draft_id),
            tracking_code=new_tracking_code(),
            maker=by.own_subject(),
            subject=party.subject,
            applicant_name=party.masked_name,
            agent=party.agent,
            way=wish.way,
            closed_by=filing.reasons_of_item(
                item,
                pack,
                checklist=needed,
                is_by_proxy=party.agent is not None,
                may_promise_again=self._again.is_allowed(
                    item.recommitment, item_code=item.code, subject=party.subject, at=at
                ),
            ),
            conditions=conditions,
            materials=filing.materials_asked(needed),
            notice_hash=told,
            payload=payload,
            payload_hash=filing.digest_of(payload),
            terms=filing.terms_of(item, pack),
            made_at=at,
            expires_at=at + DRAFT_LIVES,
            name_digest=party.name_digest,
            answers=answers,
            sealed=self._answers.seal(secret, case_no=case_no_for(draft_id)),
            later=later,
        )

    def _judged(self, draft: Draft, *, at: datetime, is_repeat: bool = False) -> Drafted:
        found: Eligibility | None = None
        try:
            summary = self._credit.summary(draft.subject)
        except UnreadableError:
            logger("cases").warning("credit_unreadable")
        else:
            found = filing.eligibility_for(draft.terms, summary, name_digest=draft.name_digest, on=day_in_shanghai(at))
        return Drafted(
            draft=draft,
            standing=filing.standing_of(draft, found),
            grounds=() if found is None else found.reasons,
            is_repeat=is_repeat,
        )
