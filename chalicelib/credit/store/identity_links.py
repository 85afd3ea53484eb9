"""The store of links between identities, and the editions of their kinds."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkLaw, IdentityLinkState
from chalicelib.credit.table.identity_links import IdentityLinkRow
from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.timeline.repository import Repository

KINDS = Path(__file__).parents[1] / "editions" / "identity-link-kinds.json"


class IdentityLinkStore(Repository[IdentityLink]):
    """All links."""

    kind = "alias"
    row = IdentityLinkRow

    def page(self, state: IdentityLinkState, *, limit: int, after: Position | None) -> Page[IdentityLink]:
        """Return a page of links in one state, oldest first."""
        rows = IdentityLinkRow.by_state.query(state.value, limit=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def _columns(self, link: IdentityLink) -> dict[str, Any]:
        return {"document": link, "state": link.state.value, "proposed_at": link.proposed.at}


@cache
def identity_link_laws() -> tuple[IdentityLinkLaw, ...]:
    """Return the packaged editions of the kinds of links; cached per process."""
    adapter: TypeAdapter[tuple[IdentityLinkLaw, ...]] = TypeAdapter(tuple[IdentityLinkLaw, ...])
    return adapter.validate_json(KINDS.read_text(encoding="utf-8"))
