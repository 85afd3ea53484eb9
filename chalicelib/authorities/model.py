"""An authority: principal, agent, items, acts and days, and what became of it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.subjects.model.subjects import SubjectKey, SubjectKind
from chalicelib.timeline.events import ChainHead


class Act(StrEnum):
    """What an agent may do (委托权限): a closed list, which covers all that is open to agents."""

    VIEW = "view"
    """See the principal's cases on these items, whoever filed them."""
    FILE = "file"
    """Apply by certificate, hand in materials, and answer a demand to complete them."""
    PROMISE = "promise"
    """Sign a promise."""
    STATEMENT = "statement"
    """State and defend (陈述申辩)."""
    WITHDRAWAL = "withdrawal"
    """Withdraw a promise."""


class Standing(StrEnum):
    """How an authority stands on a day (授权状态)."""

    CLAIMED = "claimed"
    COMING = "coming"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REFUSED = "refused"
    ENDED = "ended"


class Side(StrEnum):
    """The two sides of an authority."""

    PRINCIPAL = "principal"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The principal or the agent (委托人、受托人): never the number, and of the name the mask and the keyed digest."""

    subject: SubjectKey
    kind: SubjectKind
    masked_name: str
    name_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityDocument:
    """The document on which an agent claims an authority (授权委托书): its name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What is granted: items (``None`` is every item), acts, and the first and the last day, both included."""

    items: tuple[str, ...] | None
    acts: tuple[Act, ...]
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityAction:
    """Who confirmed, refused or ended an authority, when, and why."""

    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An authority (委托授权).

    One that the principal gave is in force at once. One that the agent claims has a ``document``, and is in force once
    an officer of ``department``, to which all its items belong, has confirmed it. ``version`` and ``head`` belong to
    the row and are not part of the stored document.
    """

    authority_id: str
    principal: Party
    agent: Party
    grant: Grant
    made_at: datetime
    department: str = ""
    document: AuthorityDocument | None = None
    confirmed: AuthorityAction | None = None
    refused: AuthorityAction | None = None
    ended: AuthorityAction | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The name of its timeline."""
        return f"authority:{self.authority_id}"

    @property
    def is_waiting(self) -> bool:
        """Whether an officer has yet to decide on it."""
        return self.document is not None and self.confirmed is self.refused is self.ended is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What somebody wants to act in for another: whose it is, on which item, and who is its agent on record.

    ``named`` is the authority that a draft or a case names. ``case_no`` is blank before there is a case; ``pack`` is
    the item's rule pack.
    """

    principal: SubjectKey
    item_code: str
    pack: str
    agent: SubjectKey | None = None
    named: str = ""
    case_no: str | None = None
