"""Links between identities: proposing one, confirming it by a second person, and revoking it."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkState, LinkAction, Party
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Document, Summary
from chalicelib.credit.rules import identity_links
from chalicelib.credit.rules.linked_credit import with_link, with_names, with_reader, without_link, without_name
from chalicelib.credit.services.checks import Credit
from chalicelib.credit.store.identity_links import IdentityLinkStore, identity_link_laws
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.subjects.model.subjects import Identity
from chalicelib.subjects.rules.identifiers import masked_name, require_valid
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
    """Proposes, confirms and revokes links between identities."""

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
        fault, and ``IDENTITY_CONFLICT`` if a number is not known under the given name.
        """
        require(by, roles=(Role.CREDIT_OFFICER,))
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.load(made), True
        today = day_in_shanghai(at)
        law = identity_links.law_in_force(identity_link_laws(), on=today)
        former, former_is_known = self._party(proposal.former, at)
        present, present_is_known = self._party(proposal.present, at)
        alias = IdentityLink(
            alias_id=secrets.token_hex(16),
            kind=proposal.kind,
            former=former,
            present=present,
            document=proposal.document,
            law=law.kinds[proposal.kind],
            edition=law.edition,
            proposed=LinkAction(by=by.actor, at=at, reason=proposal.evidence),
        )
        identity_links.require_possible(alias, on=today)
        if proposal.kind is LinkKind.RENAMED:
            alias = replace(
                alias,
                name=_other_name(alias, former_is_known=former_is_known, present_is_known=present_is_known),
            )
        elif not (former_is_known and present_is_known):
            raise DomainError(ErrorCode.IDENTITY_CONFLICT)
        self._require_room(alias)
        with transaction() as tx:
            alias = self._store.add(alias, [_fact(EventKind.ALIAS_PROPOSED, alias, alias.proposed, by)], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(alias.alias_id, tx, at=at)
        return alias, False

    @retry_on_conflict
    def confirm(self, alias_id: str, *, reason: str, by: Caller, version: int, at: datetime) -> IdentityLink:
        """Confirm a link, which takes effect on every check and promise from this write on.

        Raises ``SAME_PERSON`` for the proposer, and ``ALIAS_NOT_ACCEPTABLE`` if the two have been linked in the
        meantime by another link or by the decision on a conflict.
        """
        before = self._load(alias_id, by=by, version=version)
        deed = LinkAction(by=by.actor, at=at, reason=reason)
        after = identity_links.confirmed(before, deed)
        self._require_room(after)
        with transaction() as tx:
            if after.name is not None:
                self._call(after, after.name, by=by, at=at, tx=tx)
            self._change(after, by=by, at=at, tx=tx)
            return self._store.save(before, after, [_fact(EventKind.ALIAS_CONFIRMED, after, deed, by)], at=at, tx=tx)

    @retry_on_conflict
    def revoke(self, alias_id: str, *, reason: str, basis: str, by: Caller, version: int, at: datetime) -> IdentityLink:
        """Revoke a link, confirmed or not; from this write on it has no effect."""
        before = self._load(alias_id, by=by, version=version)
        deed = LinkAction(by=by.actor, at=at, reason=reason, basis=basis)
        after = identity_links.revoked(before, deed)
        with transaction() as tx:
            if before.state is IdentityLinkState.CONFIRMED:
                if after.name is not None:
                    self._call_no_longer(after, after.name, by=by, at=at, tx=tx)
                self._change(after, by=by, at=at, tx=tx)
            return self._store.save(before, after, [_fact(EventKind.ALIAS_REVOKED, after, deed, by)], at=at, tx=tx)

    def get(self, alias_id: str, *, by: Caller) -> IdentityLink:
        """Return a link to a credit officer; raises ``NOT_FOUND`` if there is none."""
        require(by, roles=(Role.CREDIT_OFFICER,))
        return self._store.load(alias_id)

    def page(self, state: IdentityLinkState, *, by: Caller, limit: int, after: Position | None) -> Page[IdentityLink]:
        """Return a page of links in one state, oldest first."""
        require(by, roles=(Role.CREDIT_OFFICER,))
        return self._store.page(state, limit=limit, after=after)

    def _load(self, alias_id: str, *, by: Caller, version: int) -> IdentityLink:
        alias = self.get(alias_id, by=by)
        if alias.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        return alias

    def _party(self, identity: Identity, at: datetime) -> tuple[Party, bool]:
        """Return one side of the link, and whether its number is known under this name."""
        valid = require_valid(identity)
        known = self._subjects.know(valid, at)
        party = Party(
            subject=known.key,
            first=known.first or known.key,
            kind=valid.kind,
            masked_name=masked_name(valid.name),
            name_digest=known.name_digest,
        )
        return party, not known.is_conflicting

    def _require_room(self, alias: IdentityLink) -> None:
        identity_links.require_room(
            alias,
            formers=self._credit.identities(alias.former.subject),
            presents=self._credit.identities(alias.present.subject),
        )

    def _call(self, alias: IdentityLink, name: str, *, by: Caller, at: datetime, tx: Transaction) -> None:
        """Add the name in the register and the summary; raises ``ALIAS_NOT_ACCEPTABLE`` if it is known already."""
        names = self._subjects.names_of(alias.former.first)
        if name in names:
            raise identity_links.linked_already()
        self._subjects.also_called(alias.former.first, name, tx=tx)
        summary = self._summaries.summary(alias.former.subject)
        after = with_names(summary, (name, *names))
        self._summaries.save(summary, after, [_credit_fact(EventKind.NAME_LINKED, alias, after, by, at)], at=at, tx=tx)

    def _call_no_longer(self, alias: IdentityLink, name: str, *, by: Caller, at: datetime, tx: Transaction) -> None:
        self._subjects.no_longer_called(alias.former.first, name, tx=tx)
        summary = self._summaries.summary(alias.former.subject)
        after = without_name(summary, name)
        fact = _credit_fact(EventKind.NAME_UNLINKED, alias, after, by, at)
        self._summaries.save(summary, after, [fact], at=at, tx=tx)

    def _change(self, alias: IdentityLink, *, by: Caller, at: datetime, tx: Transaction) -> None:
        """Add the link to the summaries of both sides, or remove it; a subject without a summary gets one."""
        is_over = alias.state is IdentityLinkState.REVOKED
        links = alias.links()
        readers = {link.subject: subject for subject, link in links.items()}
        for subject in dict.fromkeys((*links, *(() if is_over else readers))):
            summary = after = self._summaries.summary(subject)
            kind = EventKind.SUBJECT_MET
            if is_over:
                kind, after = EventKind.SUBJECT_UNLINKED, without_link(after, alias.alias_id)
            elif subject in links:
                kind, after = EventKind.SUBJECT_LINKED, with_link(after, links[subject])
            if subject in readers:
                after = with_reader(after, readers[subject])
            self._summaries.save(summary, after, [_credit_fact(kind, alias, after, by, at)], at=at, tx=tx)


def _other_name(alias: IdentityLink, *, former_is_known: bool, present_is_known: bool) -> str:
    """Return the digest of the name that is not known yet for the number."""
    if not (former_is_known or present_is_known):
        raise DomainError(ErrorCode.IDENTITY_CONFLICT)
    if former_is_known and present_is_known:
        raise identity_links.linked_already()
    return alias.present.name_digest if former_is_known else alias.former.name_digest


def _credit_fact(kind: EventKind, alias: IdentityLink, after: Summary, by: Caller, at: datetime) -> NewEvent:
    data: dict[str, Json] = {
        "alias": alias.owner,
        "links": sorted(link.subject for link in after.links),
        "met_by": sorted(after.met_by),
        "summary_version": after.version,
    }
    return NewEvent(kind=kind, occurred_at=at, actor=by.actor, department=by.department or "", data=data)


def _fact(kind: EventKind, alias: IdentityLink, deed: LinkAction, by: Caller) -> NewEvent:
    data: dict[str, Json] = {
        "kind": alias.kind.value,
        "former": alias.former.subject,
        "present": alias.present.subject,
        "organ": alias.document.organ,
        "document_no": alias.document.number,
        "law": alias.law.basis,
        "edition": alias.edition,
    }
    texts = {"reason": deed.reason, "basis": deed.basis}
    return NewEvent(
        kind=kind,
        occurred_at=deed.at,
        actor=by.actor,
        department=by.department or "",
        data=data,
        texts={name: text for name, text in texts.items() if text},
    )
