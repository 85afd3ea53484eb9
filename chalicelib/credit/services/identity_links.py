"""Links between identities: proposing one, confirming it by a second person, and revoking it."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkState, LinkAction, Party
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Document, Summary
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.credit.rules import identity_links
from chalicelib.credit.rules.linked_credit import with_link, with_reader, without_link
from chalicelib.credit.rules.names import names_joined, with_names, without_names
from chalicelib.credit.services.checks import Credit
from chalicelib.credit.store.identity_links import IdentityLinkStore, identity_link_laws
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.subjects.model.subjects import Identity, NameRank
from chalicelib.subjects.rules.identifiers import require_valid
from chalicelib.subjects.rules.names import masked_name
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

if TYPE_CHECKING:
    from chalicelib.timeline.events import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinkProposal:
    """A proposed link between ``former`` and ``present``, based on a document; ``evidence`` explains it."""

    kind: LinkKind
    former: Identity
    present: Identity
    document: Document
    evidence: str


class IdentityLinks:
    """Proposes, confirms and revokes links between identities: the credit office's own, as they concern everybody."""

    def __init__(self, store: IdentityLinkStore, credit: Credit, summaries: CreditStore, subjects: Subjects) -> None:
        """Take the stores, and ``credit``, to know what counts for whom now."""
        self._store = store
        self._credit = credit
        self._summaries = summaries
        self._subjects = subjects

    @retry_on_conflict
    def propose(
        self, proposal: IdentityLinkProposal, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None = None
    ) -> tuple[IdentityLink, bool]:
        """Propose a link; it has no effect until a second person has confirmed it.

        Also returns whether an earlier request with the same key created it. Raises ``ALIAS_NOT_ACCEPTABLE`` with every
        fault, ``IDENTITY_CONFLICT`` if a number is not known under the given name, and ``OWN_MATTER`` for an official
        who is one of the two.
        """
        require(by, roles=(Role.CREDIT_OFFICER,), department=CREDIT_OFFICE)
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.load(made), True
        today = day_in_shanghai(at)
        law = identity_links.law_in_force(identity_link_laws(), on=today)
        former, former_is_known = self._party(proposal.former, by=by, at=at)
        present, present_is_known = self._party(proposal.present, by=by, at=at)
        concerned = (former.subject, present.subject)
        require(by, roles=(Role.CREDIT_OFFICER,), department=CREDIT_OFFICE, subjects=concerned)
        link = IdentityLink(
            alias_id=secrets.token_hex(16),
            kind=proposal.kind,
            former=former,
            present=present,
            document=proposal.document,
            law=law.kinds[proposal.kind],
            edition=law.edition,
            proposed=LinkAction(by=by.actor, at=at, reason=proposal.evidence),
        )
        identity_links.require_possible(link, on=today)
        if proposal.kind is LinkKind.RENAMED:
            link = replace(
                link,
                name=_other_name(link, former_is_known=former_is_known, present_is_known=present_is_known),
            )
        elif not (former_is_known and present_is_known):
            raise DomainError(ErrorCode.IDENTITY_CONFLICT)
        self._require_room(link)
        with transaction() as tx:
            link = self._store.add(link, [_event(EventKind.ALIAS_PROPOSED, link, link.proposed, by)], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(link.alias_id, tx, at=at)
        return link, False

    @retry_on_conflict
    def confirm(self, alias_id: str, *, reason: str, by: Caller, version: int, at: datetime) -> IdentityLink:
        """Confirm a link, which takes effect on every check and promise from this write on.

        Raises ``SAME_PERSON`` for the proposer, and ``ALIAS_NOT_ACCEPTABLE`` if the two have been linked in the
        meantime by another link or by the decision on a conflict.
        """
        before = self._load(alias_id, by=by, version=version)
        action = LinkAction(by=by.actor, at=at, reason=reason)
        after = identity_links.confirm(before, action, by=by)
        self._require_room(after)
        with transaction() as tx:
            if after.name is not None:
                after = self._call(after, after.name, by=by, at=at, tx=tx)
            self._change(after, by=by, at=at, tx=tx)
            return self._store.save(before, after, [_event(EventKind.ALIAS_CONFIRMED, after, action, by)], at=at, tx=tx)

    @retry_on_conflict
    def revoke(self, alias_id: str, *, reason: str, basis: str, by: Caller, version: int, at: datetime) -> IdentityLink:
        """Revoke a link, confirmed or not; from this write on it has no effect."""
        before = self._load(alias_id, by=by, version=version)
        action = LinkAction(by=by.actor, at=at, reason=reason, basis=basis)
        after = identity_links.revoke(before, action)
        with transaction() as tx:
            if before.state is IdentityLinkState.CONFIRMED:
                if after.name is not None:
                    self._call_no_longer(after, after.name, by=by, at=at, tx=tx)
                self._change(after, by=by, at=at, tx=tx)
            return self._store.save(before, after, [_event(EventKind.ALIAS_REVOKED, after, action, by)], at=at, tx=tx)

    def get(self, alias_id: str, *, by: Caller) -> IdentityLink:
        """Return a link to the credit office; raises ``NOT_FOUND`` if there is none."""
        link = self._store.load(alias_id)
        concerned = (link.former.subject, link.present.subject)
        require(by, roles=(Role.CREDIT_OFFICER,), department=CREDIT_OFFICE, subjects=concerned)
        return link

    def page(self, state: IdentityLinkState, *, by: Caller, limit: int, after: Position | None) -> Page[IdentityLink]:
        """Return a page of links in one state, oldest first."""
        require(by, roles=(Role.CREDIT_OFFICER,), department=CREDIT_OFFICE)
        return self._store.page(state, limit=limit, after=after)

    def _load(self, alias_id: str, *, by: Caller, version: int) -> IdentityLink:
        link = self.get(alias_id, by=by)
        if link.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        return link

    def _party(self, identity: Identity, *, by: Caller, at: datetime) -> tuple[Party, bool]:
        """Return one side of the link, and whether its number is known under this name."""
        valid = require_valid(identity, on=day_in_shanghai(at))
        known = self._subjects.know(valid, by.naming(NameRank.OFFICE), at)
        party = Party(
            subject=known.key,
            first=known.first or known.key,
            kind=valid.kind,
            masked_name=masked_name(valid.name),
            name_digest=known.name_digest,
        )
        return party, not known.is_conflicting

    def _require_room(self, link: IdentityLink) -> None:
        identity_links.require_room(
            link,
            formers=self._credit.identities(link.former.subject),
            presents=self._credit.identities(link.present.subject),
        )

    def _call(self, link: IdentityLink, name: str, *, by: Caller, at: datetime, tx: Transaction) -> IdentityLink:
        """Add the name in the register and the summary, and return the link with what was added to the latter.

        Raises ``ALIAS_NOT_ACCEPTABLE`` if the name is known already.
        """
        names = self._subjects.names_of(link.former.first)
        if name in names:
            raise identity_links.linked_already()
        self._subjects.also_called(link.former.first, name, tx=tx)
        summary = self._summaries.summary(link.former.subject)
        after = with_names(summary, (name, *names))
        self._summaries.save(summary, after, [_credit_event(EventKind.NAME_LINKED, link, after, by, at)], at=at, tx=tx)
        return replace(link, joined=names_joined(summary, name, names))

    def _call_no_longer(self, link: IdentityLink, name: str, *, by: Caller, at: datetime, tx: Transaction) -> None:
        self._subjects.no_longer_called(link.former.first, name, tx=tx)
        summary = self._summaries.summary(link.former.subject)
        after = without_names(summary, link.joined)
        event = _credit_event(EventKind.NAME_UNLINKED, link, after, by, at)
        self._summaries.save(summary, after, [event], at=at, tx=tx)

    def _change(self, identity_link: IdentityLink, *, by: Caller, at: datetime, tx: Transaction) -> None:
        """Add the link to the summaries of both sides, or remove it; a subject without a summary gets one."""
        is_over = identity_link.state is IdentityLinkState.REVOKED
        links = identity_link.links()
        readers = {link.subject: subject for subject, link in links.items()}
        for subject in dict.fromkeys((*links, *(() if is_over else readers))):
            summary = after = self._summaries.summary(subject)
            kind = EventKind.SUBJECT_MET
            if is_over:
                kind, after = EventKind.SUBJECT_UNLINKED, without_link(after, identity_link.alias_id)
            elif subject in links:
                kind, after = EventKind.SUBJECT_LINKED, with_link(after, links[subject])
            if subject in readers:
                after = with_reader(after, readers[subject])
            self._summaries.save(summary, after, [_credit_event(kind, identity_link, after, by, at)], at=at, tx=tx)


def _other_name(link: IdentityLink, *, former_is_known: bool, present_is_known: bool) -> str:
    """Return the digest of the name that is not known yet for the number."""
    if not (former_is_known or present_is_known):
        raise DomainError(ErrorCode.IDENTITY_CONFLICT)
    if former_is_known and present_is_known:
        raise identity_links.linked_already()
    return link.present.name_digest if former_is_known else link.former.name_digest


def _credit_event(kind: EventKind, identity_link: IdentityLink, after: Summary, by: Caller, at: datetime) -> NewEvent:
    data: dict[str, Json] = {
        "alias": identity_link.owner,
        "links": sorted(link.subject for link in after.links),
        "met_by": sorted(after.met_by),
        "summary_version": after.version,
    }
    return NewEvent(kind=kind, occurred_at=at, actor=by.actor, department=by.department or "", data=data)


def _event(kind: EventKind, link: IdentityLink, action: LinkAction, by: Caller) -> NewEvent:
    data: dict[str, Json] = {
        "kind": link.kind.value,
        "former": link.former.subject,
        "present": link.present.subject,
        "organ": link.document.organ,
        "document_no": link.document.number,
        "law": link.law.basis,
        "edition": link.edition,
    }
    texts = {"reason": action.reason, "basis": action.basis}
    return NewEvent(
        kind=kind,
        occurred_at=action.at,
        actor=by.actor,
        department=by.department or "",
        data=data,
        texts={name: text for name, text in texts.items() if text},
    )
