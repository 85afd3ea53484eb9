"""What is answered about the versions of items: which holds, and which waits for its day."""

from datetime import date, datetime

from chalicelib.catalogue.model.versions import Listed, Shelf
from chalicelib.clock import day_in_shanghai
from chalicelib.http.routes import Page, Shape


class EditionOfItem(Shape):
    """A version of an item, and from which day on it holds."""

    version: int
    effective_from: date
    name: str
    department: str


class EditionsOfItem(Shape):
    """An item's version in force, and the one that waits for its day; ``latest`` is the highest number so far."""

    item_code: str
    latest: int
    in_force: EditionOfItem | None
    to_come: EditionOfItem | None


class ItemEditionsPage(Page):
    """A page of items with their versions, by code."""

    items: tuple[EditionsOfItem, ...]


def editions_shape(shelf: Shelf, *, at: datetime) -> EditionsOfItem:
    """Show what is in force of an item at an instant, and what is to come."""
    in_force = shelf.on(day_in_shanghai(at))
    to_come = None if shelf.upcoming is None or shelf.upcoming == in_force else shelf.upcoming
    listed: Listed = next(each for each in (in_force, to_come) if each is not None)
    return EditionsOfItem(
        item_code=listed.code,
        latest=shelf.latest,
        in_force=None if in_force is None else EditionOfItem.model_validate(in_force),
        to_come=None if to_come is None else EditionOfItem.model_validate(to_come),
    )
