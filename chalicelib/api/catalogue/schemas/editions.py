"""Responses for the versions of items: the one in force and the one to come."""

from datetime import date, datetime

from chalicelib.api.catalogue.schemas.items import AbolitionResponse
from chalicelib.catalogue.model.versions import ItemVersions
from chalicelib.clock import day_in_shanghai
from chalicelib.http.routes import PageResponse, ResponseBody


class ItemEditionResponse(ResponseBody):
    """A version of an item, and the day from which it is in force."""

    version: int
    effective_from: date
    name: str
    name_en: str
    department: str


class ItemEditionsResponse(ResponseBody):
    """An item's version in force and the one to come; ``latest`` is the highest version number so far.

    ``abolition`` says when and by what it ends; from that day on no version is in force.
    """

    item_code: str
    latest: int
    in_force: ItemEditionResponse | None
    to_come: ItemEditionResponse | None
    abolition: AbolitionResponse | None


class ItemEditionsPageResponse(PageResponse):
    """A page of items with their versions, by code."""

    items: tuple[ItemEditionsResponse, ...]


def editions_response(shelf: ItemVersions, *, at: datetime) -> ItemEditionsResponse:
    """Build the response for an item's version in force at an instant, and the one to come."""
    last = shelf.on(day_in_shanghai(at))
    in_force = None if shelf.is_abolished(day_in_shanghai(at)) else last
    to_come = None if shelf.upcoming is None or shelf.upcoming == last else shelf.upcoming
    return ItemEditionsResponse.of(shelf, item_code=shelf.code, in_force=in_force, to_come=to_come)
