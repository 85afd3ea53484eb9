"""Loading and saving cards."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_matching
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.supervision.model.cards import Card, CardState
from chalicelib.supervision.table.cards import CardRow

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Filter for cards."""

    department: str | None = None
    officer: str | None = None
    owner: str | None = None
    state: CardState | None = None


class CardStore:
    """All cards."""

    def load(self, card_id: str) -> Card:
        """Return a card, strongly consistent; ``NOT_FOUND`` if there is none."""
        try:
            return _card_of(CardRow.get(card_id, consistent_read=True))
        except CardRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def is_given(self, card_id: str) -> bool:
        """Return whether a card exists, strongly consistent."""
        try:
            CardRow.get(card_id, consistent_read=True, attributes_to_get=["pk"])
        except CardRow.DoesNotExist:
            return False
        return True

    def add(self, card: Card, tx: Transaction) -> Card:
        """Save a new card. Raises ``ConflictError`` if it exists already."""
        made = replace(card, rev=1)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(self, card: Card, tx: Transaction) -> Card:
        """Save the new version. Raises ``ConflictError`` if the stored revision has changed."""
        made = replace(card, rev=card.rev + 1)
        tx.put(_row_of(made), condition=CardRow.rev == card.rev, on_failure=ConflictError())
        return made

    def page(self, wanted: Wanted, *, limit: int, after: Position | None) -> Page[Card]:
        """Return a page of matching cards, through the index that leaves the fewest rows to filter out."""
        index: Any = CardRow.everywhere
        name = "all"
        others: list[Condition] = [] if wanted.state is None else [CardRow.state == wanted.state.value]
        if wanted.owner is not None:
            index, name = CardRow.by_owner, wanted.owner
        elif wanted.officer is not None:
            index, name = CardRow.by_officer, wanted.officer
        elif wanted.department is not None:
            index, name = CardRow.by_department, wanted.department
        if wanted.department is not None and index is not CardRow.by_department:
            others.append(CardRow.department == wanted.department)
        if wanted.officer is not None and index is CardRow.by_owner:
            others.append(CardRow.officer == wanted.officer)
        chosen: Condition | None = None
        for condition in others:
            chosen = condition if chosen is None else chosen & condition
        return page_of_matching(index, name, _card_of, limit=limit, after=after, matches=chosen)


def _card_of(row: CardRow) -> Card:
    card: Card = row.document
    return replace(card, rev=int(row.rev))


def _row_of(card: Card) -> CardRow:
    return CardRow(
        card.card_id,
        rev=card.rev,
        department=card.department,
        officer=card.finding.officer or None,
        owner=card.finding.owner,
        state=card.state.value,
        given_at=card.given_at,
        document=card,
    )
