"""Who may look at a case or act in it: the applicant, an agent by authority, its department (查看、代办)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.authorities.model import Act, Authority, Matter
from chalicelib.cases.model.case import Case, CaseCard, Draft
from chalicelib.catalogue.model.items import ProxyAct
from chalicelib.credit.model.records import Purpose
from chalicelib.dynamo.transaction import Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.subjects.rules.names import masked_name

if TYPE_CHECKING:
    from chalicelib.authorities.services import Authorities
    from chalicelib.credit.services.checks import Credit

LISTED_BY_ITEM = {Act.STATEMENT: ProxyAct.STATEMENT, Act.WITHDRAWAL: ProxyAct.WITHDRAWAL}
"""What an agent may do only on items that say so; promises have a rule of their own (``proxy_allowed``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody wants to do to a case: who may in general, and for which act an agent needs authority.

    ``told`` is what the principal reads of it in the list of who asked.
    """

    roles: Collection[Role]
    act: Act
    told: str


class CaseAccess:
    """Lets in those whom a draft or a case concerns, and agents on an authority that covers item, act and instant.

    Whatever an agent is let in for stands in the principal's list of who asked before anything is told (R7.15).
    """

    def __init__(self, authorities: "Callable[[], Authorities]", credit: "Callable[[], Credit]") -> None:
        """Both are asked for when an agent comes: ``credit`` keeps the lists of who asked."""
        self._authorities = authorities
        self._credit = credit

    def require(self, case: Case, step: Step, *, by: Caller, at: datetime) -> Authority | None:
        """Let somebody in, and return the authority on which they act, if on one.

        Raises ``FORBIDDEN`` for staff of another role or department, ``OWN_MATTER``, ``NOT_FOUND`` for strangers,
        ``AUTHORITY_REQUIRED`` for agents without authority, and ``PROXY_NOT_ALLOWED`` where the item keeps the act for
        the applicant.
        """
        if not is_agent(by, case.subject) or Role.AGENT not in step.roles:
            require(
                by,
                roles=step.roles,
                department=case.department,
                subjects=case.people if by.is_staff else (case.subject,),
            )
            return None
        authority = self._authorities().require(step.act, matter_of(case), by=by, at=at)
        listed = LISTED_BY_ITEM.get(step.act)
        if listed is not None and listed not in case.terms.proxy_acts:
            raise DomainError(ErrorCode.PROXY_NOT_ALLOWED)
        self.tell(matter_of(case), step.told, by=by, at=at)
        return authority

    def require_draft(self, draft: Draft, *, by: Caller, at: datetime) -> None:
        """Let the applicant or the agent look at a draft; ``NOT_FOUND`` for strangers, ``AUTHORITY_REQUIRED``."""
        if by.own_subject() not in {draft.maker, draft.subject}:
            raise DomainError(ErrorCode.NOT_FOUND)
        if is_agent(by, draft.subject):
            self._authorities().require(Act.VIEW, matter_of_draft(draft), by=by, at=at)
            self.tell(matter_of_draft(draft), "draft", by=by, at=at)

    def require_filing(self, draft: Draft, act: Act, *, told: str, by: Caller, at: datetime) -> Authority | None:
        """Let the applicant file, or the agent on the very authority that the draft names, which was signed with it.

        ``told`` is what the principal reads of it.
        """
        if not is_agent(by, draft.subject):
            return None
        authority = self._authorities().find("" if draft.agent is None else draft.agent.authority, by=by)
        matter = replace(matter_of_draft(draft), case_no=draft.case_no)
        self._authorities().require_covers(authority, act, matter, at=at)
        self.tell(matter, told, by=by, at=at)
        return authority

    def keep(self, authority: Authority | None, tx: Transaction) -> None:
        """Make a transaction fail with ``ConflictError`` if the authority it rests on has been ended since."""
        if authority is not None:
            self._authorities().require_unchanged(authority, tx)

    def visible_drafts(self, drafts: Sequence[Draft], *, by: Caller, at: datetime) -> tuple[Draft, ...]:
        """Return the drafts that somebody may still look at; one's own always."""
        matters = [matter_of_draft(draft) for draft in drafts]
        seen = self._visible(matters, by=by, at=at)
        return tuple(draft for draft, is_seen in zip(drafts, seen, strict=True) if is_seen)

    def visible_cards(self, cards: Sequence[CaseCard], *, by: Caller, at: datetime) -> tuple[CaseCard, ...]:
        """Return the cards of the cases that an agent may still look at; each principal reads that somebody did."""
        matters = [_matter_of_card(card, agent=by.subject) for card in cards]
        seen = self._visible(matters, by=by, at=at)
        told: set[SubjectKey] = set()
        for matter, is_seen in zip(matters, seen, strict=True):
            if is_seen and is_agent(by, matter.principal) and matter.principal not in told:
                self.tell(matter, "list", by=by, at=at)
                told.add(matter.principal)
        return tuple(card for card, is_seen in zip(cards, seen, strict=True) if is_seen)

    def tell(self, matter: Matter, what: str, *, by: Caller, at: datetime) -> None:
        """Write an agent's look into the principal's list; ``UNAVAILABLE`` if that fails, and then nothing is told."""
        # Only what agents do needs them; the sweep takes steps on cases, too.
        from chalicelib.credit.services.checks import Inquiry  # noqa: PLC0415
        from chalicelib.credit.store.records import UnreadableError  # noqa: PLC0415

        inquiry = Inquiry(
            item_code=matter.item_code,
            purpose=Purpose.AGENCY,
            case_no=matter.case_no,
            pack=matter.pack,
            name="" if by.identity is None else masked_name(by.identity.name),
        )
        try:
            self._credit().log(inquiry, matter.principal, fields=(what,), result_size=1, by=by, at=at)
        except UnreadableError:
            raise DomainError(ErrorCode.UNAVAILABLE) from None

    def _visible(self, matters: Sequence[Matter], *, by: Caller, at: datetime) -> tuple[bool, ...]:
        theirs = [matter for matter in matters if is_agent(by, matter.principal)]
        if not theirs:
            return (True,) * len(matters)
        found = iter(self._authorities().visible(theirs, by=by, at=at))
        return tuple(next(found) if is_agent(by, matter.principal) else True for matter in matters)


def is_agent(by: Caller, principal: SubjectKey) -> bool:
    """Return whether somebody who is no official looks at what is another's."""
    return not by.is_staff and by.subject != principal


def matter_of(case: Case) -> Matter:
    """Return what an authority must cover for a case."""
    return Matter(
        principal=case.subject,
        item_code=case.terms.item_code,
        pack=case.terms.pack,
        agent=None if case.agent is None else case.agent.subject,
        named="" if case.agent is None else case.agent.authority,
        case_no=case.case_no,
    )


def matter_of_draft(draft: Draft) -> Matter:
    """Return what an authority must cover for a draft."""
    return Matter(
        principal=draft.subject,
        item_code=draft.terms.item_code,
        pack=draft.terms.pack,
        agent=None if draft.agent is None else draft.agent.subject,
        named="" if draft.agent is None else draft.agent.authority,
    )


def _matter_of_card(card: CaseCard, *, agent: SubjectKey | None) -> Matter:
    """Return what an authority must cover for a card of the list of an agent's own cases."""
    return Matter(
        principal=card.subject,
        item_code=card.item_code,
        pack=card.pack,
        agent=agent,
        named=card.authority,
        case_no=card.case_no,
    )
