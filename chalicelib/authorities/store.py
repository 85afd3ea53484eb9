"""Loading and saving authorities."""

from typing import Any

from chalicelib.authorities.model import Authority
from chalicelib.authorities.table import AuthorityRow
from chalicelib.clock import instant_text
from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.repository import Repository


class AuthorityStore(Repository[Authority]):
    """All authorities."""

    kind = "authority"
    row = AuthorityRow

    def between(self, principal: SubjectKey, agent: SubjectKey, *, limit: int) -> tuple[str, ...]:
        """Return the ids of what one gave the other, newest first; one from this very moment may be missing."""
        within = AuthorityRow.for_whom.startswith(f"{principal}#")
        found = AuthorityRow.by_agent.query(agent, within, scan_index_forward=False, limit=limit)
        return tuple(row.pk.partition(":")[2] for row in found)

    def given_by(self, principal: SubjectKey, *, limit: int, after: Position | None) -> Page[Authority]:
        """Return a page of what somebody gave, newest first."""
        rows = AuthorityRow.by_principal.query(
            principal, scan_index_forward=False, limit=limit, last_evaluated_key=after
        )
        return page_of(rows, self.from_row)

    def held_by(self, agent: SubjectKey, *, limit: int, after: Position | None) -> Page[Authority]:
        """Return a page of what somebody holds, by principal, for each the newest first."""
        rows = AuthorityRow.by_agent.query(agent, scan_index_forward=False, limit=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def waiting_at(self, department: str, *, limit: int, after: Position | None) -> Page[Authority]:
        """Return a page of the claims that wait for a department, oldest first."""
        rows = AuthorityRow.by_desk.query(department, limit=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def require_unchanged(self, authority: Authority, tx: Transaction) -> None:
        """Make a transaction fail with ``ConflictError`` unless the authority is still as it was read."""
        unchanged = AuthorityRow.is_at(authority.version, authority.head)
        tx.require(AuthorityRow(authority.owner), condition=unchanged, on_failure=ConflictError())

    def _columns(self, authority: Authority) -> dict[str, Any]:
        made = f"{instant_text(authority.made_at)}#{authority.authority_id}"
        return {
            "document": authority,
            "principal": authority.principal.subject,
            "agent": authority.agent.subject,
            "made_at": made,
            "for_whom": f"{authority.principal.subject}#{made}",
            "desk": authority.department if authority.is_waiting else None,
        }
