"""Loading and saving aliases, and the editions of their kinds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkLaw, IdentityLinkState
from chalicelib.credit.table.identity_links import IdentityLinkRow
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline

KINDS = Path(__file__).parents[1] / "editions" / "identity-link-kinds.json"

Position = dict[str, dict[str, Any]] | None
"""Where the next page begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinkPage:
    """A page of aliases, oldest first; ``after`` is where the next one begins."""

    aliases: tuple[IdentityLink, ...]
    after: Position


class IdentityLinkStore:
    """All aliases."""

    row = IdentityLinkRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def load(self, alias_id: str) -> IdentityLink:
        """Return an alias, strongly consistent; ``NOT_FOUND`` if there is none."""
        try:
            row = IdentityLinkRow.get(f"alias:{alias_id}", consistent_read=True)
        except IdentityLinkRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None
        return _alias_of(row)

    def add(self, alias: IdentityLink, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> IdentityLink:
        """Put a new alias and its first event."""
        head = self._timeline.append(facts, owner=alias.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(alias, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(
        self, before: IdentityLink, after: IdentityLink, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction
    ) -> IdentityLink:
        """Put what became of an alias, with its events; ``ConflictError`` if ``before`` is no more."""
        head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
        made = replace(after, version=before.version + 1, head=head)
        tx.put(_row_of(made), condition=IdentityLinkRow.head_hash == before.head.hash, on_failure=ConflictError())
        return made

    def page(self, state: IdentityLinkState, *, limit: int, after: Position) -> IdentityLinkPage:
        """Return a page of aliases in one state, oldest first."""
        rows = IdentityLinkRow.by_state.query(state.value, limit=limit, last_evaluated_key=after)
        return IdentityLinkPage(aliases=tuple(_alias_of(row) for row in rows), after=rows.last_evaluated_key)


@cache
def identity_link_laws() -> tuple[IdentityLinkLaw, ...]:
    """Return the packaged editions of the kinds of aliases; read once a process."""
    adapter: TypeAdapter[tuple[IdentityLinkLaw, ...]] = TypeAdapter(tuple[IdentityLinkLaw, ...])
    return adapter.validate_json(KINDS.read_text(encoding="utf-8"))


def _alias_of(row: IdentityLinkRow) -> IdentityLink:
    alias: IdentityLink = row.document
    return replace(alias, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))


def _row_of(alias: IdentityLink) -> IdentityLinkRow:
    return IdentityLinkRow(
        alias.owner,
        version=alias.version,
        head_seq=alias.head.seq,
        head_hash=alias.head.hash,
        state=alias.state.value,
        proposed_at=alias.proposed.at,
        document=alias,
    )
