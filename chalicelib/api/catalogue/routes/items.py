"""HTTP routes for service items: anyone may read them, editors publish them."""

from typing import Annotated

from pydantic import Field

from chalicelib.api.catalogue.schemas.editions import ItemEditionsPageResponse, ItemEditionsResponse, editions_response
from chalicelib.api.catalogue.schemas.items import (
    AbolishItemRequest,
    AbolitionResponse,
    ItemListItemResponse,
    ItemPageResponse,
    ItemResponse,
    MissedSearchesResponse,
    MissedSearchResponse,
    NearMissResponse,
    PublishItemRequest,
)
from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.model.versions import Abolition
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Answer, Call, Code, Day, PageQuery, Query, Routes
from chalicelib.policy import Role

routes = Routes("catalogue")


class ItemsQuery(PageQuery):
    """Filters: search words, audience and department."""

    q: Annotated[str, Field(max_length=100)] = ""
    audience: Audience | None = None
    department: Code | None = None


class PublishItemQuery(Query):
    """``dry_run`` validates without publishing."""

    dry_run: bool = False


class ItemEditionsQuery(PageQuery):
    """Filter: the versions of one item."""

    item: Code | None = None


class MissedSearchesQuery(Query):
    """Filter: the day in Shanghai, today if none is named."""

    day: Day | None = None


@routes.get("/v1/items", public=True, query=ItemsQuery, answer=ItemPageResponse, summary="Find items by plain words")
def find_items(call: Call[None]) -> Answer[ItemPageResponse]:
    """List the items in force that fit, best first, or all by code; only smallest units (业务办理项) are published."""
    position = call.position
    found = container().search.find(
        at=call.at,
        limit=call.query.limit,
        q=call.query.q,
        audience=call.query.audience,
        department=call.query.department,
        after=None if position is None else position["after"],
    )
    return Answer(
        body=ItemPageResponse(
            items=tuple(ItemListItemResponse.model_validate(item) for item in found.items),
            did_you_mean=tuple(NearMissResponse.model_validate(miss) for miss in found.near),
            next_cursor=None if found.after is None else call.next_cursor({"after": found.after}),
        ),
    )


@routes.get("/v1/items/{item_code}", public=True, answer=ItemResponse, summary="Read an item's version in force")
def read_item(call: Call[None]) -> Answer[ItemResponse]:
    """Return everything an applicant must know; of an abolished item the last version, with what became of it.

    An item that is not in force yet is not found.
    """
    item, abolition = container().catalogue.guide(call.path["item_code"], at=call.at)
    if item is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return _answer(item, abolition)


@routes.get(
    "/v1/items/{item_code}/versions/{version}",
    public=True,
    answer=ItemResponse,
    summary="Read one version of an item",
)
def read_item_version(call: Call[None]) -> Answer[ItemResponse]:
    """Return a version, whether or not in force: a case keeps the version it was filed under."""
    return _answer(container().catalogue.version(call.path["item_code"], int(call.path["version"])))


@routes.put(
    "/v1/items/{item_code}/versions/{version}",
    roles=(Role.CATALOGUE_EDITOR,),
    query=PublishItemQuery,
    body=PublishItemRequest,
    answer=ItemResponse,
    summary="Publish a version of an item, or see whether it could be published",
    errors=(ErrorCode.ITEM_ABOLISHED, ErrorCode.ITEM_NOT_PUBLISHABLE, ErrorCode.ITEM_VERSION_EXISTS),
)
def publish_item(call: Call[PublishItemRequest]) -> Answer[ItemResponse]:
    """Publish, or return every fault. Idempotent; with ``dry_run=true`` nothing is written."""
    item = call.body.item(call.path["item_code"], int(call.path["version"]))
    if call.query.dry_run:
        return _answer(container().catalogue.publishable(item, by=call.caller, at=call.at))
    return _answer(container().catalogue.publish(item, by=call.caller, at=call.at))


@routes.put(
    "/v1/items/{item_code}/abolition",
    roles=(Role.CATALOGUE_EDITOR,),
    body=AbolishItemRequest,
    answer=ItemEditionsResponse,
    summary="Abolish an item from a day on",
    errors=(ErrorCode.ITEM_ABOLISHED,),
)
def abolish_item(call: Call[AbolishItemRequest]) -> Answer[ItemEditionsResponse]:
    """From that day on nothing is filed; running cases keep their version and clocks. Until then it can be changed."""
    abolition = Abolition(**call.body.model_dump())
    shelf = container().catalogue.abolish(call.path["item_code"], abolition, by=call.caller, at=call.at)
    return Answer(body=editions_response(shelf, at=call.at))


@routes.get(
    "/v1/item-editions",
    roles=(Role.CATALOGUE_EDITOR,),
    query=ItemEditionsQuery,
    answer=ItemEditionsPageResponse,
    summary="Which version of each item is in force, and which waits for its day",
)
def item_editions(call: Call[None]) -> Answer[ItemEditionsPageResponse]:
    """List all items by code, including those not yet in force; with ``item`` only that one, or none."""
    query, position = call.query, call.position
    after = None if position is None else position["after"]
    found, after = container().catalogue.editions(query.item, by=call.caller, limit=query.limit, after=after)
    items: tuple[ItemEditionsResponse, ...] = tuple(editions_response(shelf, at=call.at) for shelf in found)
    return Answer(
        body=ItemEditionsPageResponse(
            items=items, next_cursor=None if after is None else call.next_cursor({"after": after})
        )
    )


@routes.get(
    "/v1/missed-searches",
    roles=(Role.CATALOGUE_EDITOR,),
    query=MissedSearchesQuery,
    answer=MissedSearchesResponse,
    summary="What people searched on a day without finding anything",
)
def missed_searches(call: Call[None]) -> Answer[MissedSearchesResponse]:
    """List words by how often they were searched; they are kept for 90 days, and none that may name somebody."""
    day = call.query.day or day_in_shanghai(call.at)
    missed = container().search.missed(day, by=call.caller, at=call.at)
    return Answer(
        body=MissedSearchesResponse(day=day, items=tuple(MissedSearchResponse.model_validate(one) for one in missed))
    )


def _answer(item: Item, abolition: Abolition | None = None) -> Answer[ItemResponse]:
    told = None if abolition is None else AbolitionResponse.model_validate(abolition)
    return Answer(body=ItemResponse.of(item, code=item.code, abolition=told), version=item.version)
