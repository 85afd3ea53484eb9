"""Every time that comes in with a request is bounded where it comes in."""

from datetime import date, datetime
from typing import Any, get_args
from urllib.parse import quote

from pydantic import AwareDatetime

from chalicelib.http.routes import ROUTES, Route
from tests.api.bodies import token_of
from tests.api.examples import Example, known
from tests.api.judging import require_sound
from tests.api.test_every_route_field_by_field import MOMENT, changed, code_of, places, pointer, send, value_at
from tests.api.world import World, world
from tests.claims import about
from tests.cloud import Reply

__all__ = ["known", "world"]

BEYOND: dict[type[date], tuple[str, ...]] = {
    date: ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "-001-01-01", "0", "2026-02-30"),
    datetime: (
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "1899-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "2200-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
        "2026-09-01T00:00:00",
        "0",
    ),
}
"""By kind, what no route takes: beyond the years that are supported, without an offset, on no calendar."""

WITHIN: dict[type[date], tuple[str, ...]] = {
    date: ("1900-01-01", "2199-12-31"),
    datetime: ("1900-01-01T00:00:00Z", "1900-01-01T00:00:00+23:59", "2199-12-31T23:59:59-23:59"),
}
RANGES = {date: ("2026-09-02", "2026-09-01"), datetime: ("2026-09-01T00:00:01Z", "2026-09-01T00:00:00Z")}


def kind_of(annotation: Any) -> type[date] | None:  # noqa: ANN401 - any annotation
    """Say whether a field is a day or an instant, or may be one."""
    if annotation in {date, AwareDatetime}:
        return date if annotation is date else datetime
    return next((kind for each in get_args(annotation) if (kind := kind_of(each))), None)


def times_of(route: Route) -> dict[str, type[date]]:
    """The times in a route's query, by their names."""
    fields = route.query.model_fields if route.query else {}
    kinds = {field.alias or name: kind_of(field.annotation) for name, field in fields.items()}
    return {name: kind for name, kind in kinds.items() if kind}


# Importing the world has imported every route.
WITH_TIMES = [(route, times) for route in ROUTES if (times := times_of(route))]


def ask(world: World, route: Route, example: Example, **query: str) -> Reply:
    url, _, known = example.url(route.path).partition("?")
    other = [part for part in known.split("&") if part and part.partition("=")[0] not in query]
    asked = "&".join([*other, *(f"{name}={quote(value)}" for name, value in query.items())])
    reply = world.client.call(route.method, f"{url}?{asked}", token=token_of(str(example.by)))
    require_sound(reply)
    world.rewind()
    return reply


def test_a_time_beyond_the_supported_years_is_refused_by_every_query(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route, times in WITH_TIMES:
        for name, kind in times.items():
            for value in BEYOND[kind]:
                with about(f"{route.name} {name}={value}", wrong):
                    reply = ask(world, route, known[route.name], **{name: value})
                    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_QUERY", [f"/{name}"])

    assert wrong == {}
    assert len(WITH_TIMES) >= 7


def test_a_time_at_the_end_of_the_supported_years_breaks_no_query(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route, times in WITH_TIMES:
        for name, kind in times.items():
            for value in WITHIN[kind]:
                with about(f"{route.name} {name}={value}", wrong):
                    reply = ask(world, route, known[route.name], **{name: value})
                    assert reply.status == 200 or reply.code == "INVALID_QUERY", reply.text

    assert wrong == {}


def test_a_range_that_ends_before_it_begins_is_refused_by_every_query(world: World, known: dict[str, Example]) -> None:
    ranges = [(route, times) for route, times in WITH_TIMES if {"from", "to"} <= times.keys()]
    wrong: dict[str, str] = {}
    for route, times in ranges:
        with about(route.name, wrong):
            first, last = RANGES[times["from"]]
            reply = ask(world, route, known[route.name], **{"from": first, "to": last})
            same = ask(world, route, known[route.name], **{"from": first, "to": first})
            assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_QUERY", ["/to"])
            assert same.status == 200

    assert wrong == {}
    assert len(ranges) == 6


def test_a_time_beyond_the_supported_years_is_refused_by_every_body(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    asked = 0
    for route in (route for route in ROUTES if route.body):
        example = known[route.name]
        given = {place: value_at(example.body, place) for place in places(example.body)}
        times = [(place, datetime if "T" in value else date) for place, value in given.items() if is_time(value)]
        fields = route.body.model_fields if route.body else {}
        more = {(field.alias or name,): kind_of(field.annotation) for name, field in fields.items()}
        absent = [(place, kind) for place, kind in more.items() if kind and place not in given]
        for place, kind in (*times, *absent):
            for value in BEYOND[kind]:
                asked += 1
                with about(f"{route.name} {pointer(place)} as {value}", wrong):
                    reply = send(world, route, example, changed(example.body or {}, place, value))
                    assert (reply.status, reply.code, reply.pointers) == (*code_of(place), [pointer(place)])
            for value in WITHIN[kind]:
                with about(f"{route.name} {pointer(place)} as {value}", wrong):
                    assert send(world, route, example, changed(example.body or {}, place, value)).status < 500

    assert wrong == {}
    assert asked > 200


def is_time(value: object) -> bool:
    return isinstance(value, str) and MOMENT.match(value) is not None
