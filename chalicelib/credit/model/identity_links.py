"""An alias: who a subject was before, who it is now, the document that says so, and who looked at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.credit.model.links import Link, LinkKind
from chalicelib.credit.model.records import Document
from chalicelib.subjects.model.subjects import SubjectKey, SubjectKind
from chalicelib.timeline.events import ChainHead


class IdentityLinkState(StrEnum):
    """How far it has come: it counts only once a second person has confirmed it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


class Parties(StrEnum):
    """Whom a kind of alias can be about."""

    ALL = "all"
    ORGANISATIONS = "organisations"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinkKind:
    """A kind by the law (关联情形): its ``basis``, and whether each counts for the other (``is_mutual``)."""

    basis: str
    is_mutual: bool
    parties: Parties


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinkLaw:
    """An edition of the kinds, and the day from which it is in force."""

    edition: str
    in_force_from: date
    kinds: Mapping[LinkKind, IdentityLinkKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One of the two identities; ``first`` is the key under which it was first remembered, names are masked."""

    subject: SubjectKey
    first: SubjectKey
    kind: SubjectKind
    masked_name: str
    name_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAction:
    """What somebody did with an alias, when, why, and on which paper if on another than the alias's own."""

    by: str
    at: datetime
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLink:
    """That the ``former`` identity's credit counts for the ``present`` one (主体关联).

    ``name`` is the keyed digest of the name that a renamed subject has beside the one that it was known by.
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

    @property
    def owner(self) -> str:
        """How the timeline names the alias."""
        return f"alias:{self.alias_id}"

    @property
    def state(self) -> IdentityLinkState:
        """Whether it counts."""
        if self.revoked is not None:
            return IdentityLinkState.REVOKED
        return IdentityLinkState.PROPOSED if self.confirmed is None else IdentityLinkState.CONFIRMED

    def links(self) -> Mapping[SubjectKey, Link]:
        """Return what each side's summary is told: nothing for a new name, one or both sides for another number."""
        if self.kind is LinkKind.RENAMED:
            return {}
        sides = {self.present.subject: self._link_to(self.former)}
        if self.law.is_mutual:
            sides[self.former.subject] = self._link_to(self.present)
        return sides

    def _link_to(self, party: Party) -> Link:
        return Link(
            subject=party.subject,
            kind=self.kind,
            alias_id=self.alias_id,
            organ=self.document.organ,
            document_no=self.document.number,
            since=self.document.effective_on,
        )
