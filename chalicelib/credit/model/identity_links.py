"""A link between identities: who a subject was and is now, the document that proves it, and who confirmed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.credit.model.links import Link, LinkKind
from chalicelib.credit.model.records import Document
from chalicelib.subjects.model.subjects import SubjectKey, SubjectKind
from chalicelib.timeline.events import ChainHead


class IdentityLinkState(StrEnum):
    """The state of a link: it takes effect only once a second person has confirmed it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


class Parties(StrEnum):
    """Whom a kind of link may concern."""

    ALL = "all"
    ORGANISATIONS = "organisations"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinkKind:
    """A kind of link in law (关联情形): its ``basis``, and whether it works both ways (``is_mutual``)."""

    basis: str
    is_mutual: bool
    parties: Parties


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinkLaw:
    """An edition of the kinds of links, and the day from which it is in force."""

    edition: str
    in_force_from: date
    kinds: Mapping[LinkKind, IdentityLinkKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One of the two identities; ``first`` is the key under which it was first registered, and names are masked."""

    subject: SubjectKey
    first: SubjectKey
    kind: SubjectKind
    masked_name: str
    name_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAction:
    """Who did what to a link, when and why; ``basis`` names the document if it is not the link's own."""

    by: str
    at: datetime
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLink:
    """A link by which the ``former`` identity's credit counts for the ``present`` one (主体关联).

    ``name`` is the keyed digest of the additional name of a renamed subject. ``joined`` are those that the confirmation
    has added to the names under which credit was recorded, and that a revocation takes away again.
    """

    alias_id: str
    version: int = 1
    head: ChainHead = field(default_factory=ChainHead)
    kind: LinkKind
    former: Party
    present: Party
    document: Document
    law: IdentityLinkKind
    edition: str
    proposed: LinkAction
    confirmed: LinkAction | None = None
    revoked: LinkAction | None = None
    name: str | None = None
    joined: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The key of the link's timeline."""
        return f"alias:{self.alias_id}"

    @property
    def state(self) -> IdentityLinkState:
        """Whether the link is proposed, confirmed or revoked."""
        if self.revoked is not None:
            return IdentityLinkState.REVOKED
        return IdentityLinkState.PROPOSED if self.confirmed is None else IdentityLinkState.CONFIRMED

    def links(self) -> Mapping[SubjectKey, Link]:
        """Return the links to add to each side's summary: none for a new name, one or two for another number."""
        if self.kind is LinkKind.RENAMED:
            return {}
        sides = {self.present.subject: self._link_to(self.former, for_whom=self.present)}
        if self.law.is_mutual:
            sides[self.former.subject] = self._link_to(self.present, for_whom=self.former)
        return sides

    def _link_to(self, party: Party, *, for_whom: Party) -> Link:
        return Link(
            subject=party.subject,
            kind=self.kind,
            alias_id=self.alias_id,
            organ=self.document.organ,
            document_no=self.document.number,
            since=self.document.effective_on,
            named=for_whom.name_digest,
        )
