"""Every field of every body, spoiled one at a time: left out, of another type, out of range, of another world."""

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest

from chalicelib.http.routes import ROUTES, Route
from tests.api.bodies import token_of
from tests.api.examples import Example, known
from tests.api.judging import require_sound
from tests.api.world import World, world
from tests.claims import about
from tests.cloud import Reply
from tests.depth import goes

__all__ = ["known", "world"]

Place: TypeAlias = tuple[str | int, ...]

# Importing the world has imported every route.
WITH_BODY = [route for route in ROUTES if route.body]
STAND_INS: tuple[Any, ...] = (
    None,
    True,
    1.5,
    -1,
    0,
    10**9,
    10**30,
    "",
    " \t ",
    "x" * 5000,
    {"x": "x"},
    [{}],
    ["x"] * 200,
)
HAN = re.compile(r"[\u4e00-\u9fff]")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d")
TEXTS = ("\u202e义\0乌😀",)
MOMENTS = (
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2199-12-30T23:59:59Z",
)
FORGED: dict[str, Any] = {"list": {"0": 1}, "dict": [1], "str": 7, "int": "7", "bool": "true", "NoneType": [[]]}
"""For each JSON type a value of another one."""
NAMED_OTHERWISE = {("answers",), ("contents",), ("jwk",), ("holidays",), ("make_up_days",), ("allowed",)}
"""Answers, contents, keys, festivals and cells are named by items, sources, RFC 7517, days and conducts."""

CLEANED = {("POST /v1/documents", ("name",))}
"""What a device calls a file is cleaned and kept, and no reason to refuse the file."""


def code_of(place: Place) -> tuple[int, str]:
    """How a wrong value is refused: answers are read by the rules of their kinds, everything else at the edge."""
    return (422, "ANSWERS_MISSING") if place[0] == "answers" and len(place) > 1 else (400, "INVALID_BODY")


def send(world: World, route: Route, example: Example, body: object, *, language: str | None = None) -> Reply:
    """Send a changed body; a change that was taken is taken back."""
    text = json.dumps(body)
    # One body is always asked about in one language, and half of all bodies in English.
    headers = {"Accept-Language": language or "en"} if language or len(text) % 2 else {}
    if example.version is not None:
        headers["If-Match"] = f'"{example.version}"'
    url = example.url(route.path)
    reply = world.client.call(route.method, url, text, token=token_of(str(example.by)), headers=headers)
    require_sound(reply, is_unmasked=route.path.endswith("/unmasking"))
    if reply.status < 300:
        world.rewind()
    return reply


def places(body: object, *at: str | int) -> Iterator[Place]:
    """Every field and entry of a body, from the outside in; of a long list the first entry stands for all."""
    inner = body.items() if isinstance(body, dict) else list(enumerate(body))[:1] if isinstance(body, list) else ()
    for step, value in inner:
        yield (*at, step)
        yield from places(value, *at, step)


def value_at(body: Any, place: Place) -> Any:  # noqa: ANN401 - any JSON
    for step in place:
        body = body[step]
    return body


def changed(body: object, place: Place, value: object) -> Any:  # noqa: ANN401 - any JSON
    """The body with another value in one place; ``...`` takes the place away."""
    whole = copy.deepcopy(body)
    holder = value_at(whole, place[:-1])
    if value is ...:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return whole


def pointer(place: Place) -> str:
    return "".join(f"/{step}" for step in place)


def test_a_value_of_another_type_is_named(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in WITH_BODY:
        example = known[route.name]
        for place in places(example.body):
            with about(f"{route.name} {pointer(place)}", wrong):
                value = FORGED[type(value_at(example.body, place)).__name__]
                reply = send(world, route, example, changed(example.body, place, value))
                assert (reply.status, reply.code) == code_of(place), reply.text
                assert reply.pointers[0] == pointer(place)

    assert wrong == {}


def test_a_field_that_nobody_named_is_refused_wherever_it_is(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in WITH_BODY:
        example = known[route.name]
        for place in ((), *places(example.body)):
            if not isinstance(value_at(example.body, place), dict) or place[-1:] in NAMED_OTHERWISE:
                continue
            with about(f"{route.name} {pointer(place)}", wrong):
                reply = send(world, route, example, changed(example.body, (*place, "no/such~field"), 1))
                assert (reply.status, reply.code) == code_of((*place, "no/such~field"))
                assert reply.pointers == [f"{pointer(place)}/no~1such~0field"]

    assert wrong == {}


def test_a_field_left_out_is_a_fault_or_has_a_default(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in WITH_BODY:
        example = known[route.name]
        fields = route.body.model_fields if route.body else {}
        required = {field.alias or name for name, field in fields.items() if field.is_required()}
        for place in places(example.body):
            with about(f"{route.name} {pointer(place)}", wrong):
                reply = send(world, route, example, changed(example.body, place, ...))
                assert reply.status in {route.status, 400, 409, 422}, reply.text
                if len(place) == 1 and place[0] in required:
                    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_BODY", [pointer(place)])

    assert wrong == {}


@pytest.mark.parametrize(
    ("unreadable", "detail"),
    [
        ("\u2800\u3164", "There is nothing to see in this text."),
        ("re\u200bason", "Remove the hidden character U+200B."),
        ("\u202enosaer", "Remove the hidden character U+202E."),
        ("rea\x07son", "Remove the hidden character U+0007."),
    ],
)
def test_a_text_that_nobody_can_read_is_refused_by_every_route(
    world: World, known: dict[str, Example], unreadable: str, detail: str
) -> None:
    wrong: dict[str, str] = {}
    looked_at = 0
    for route in WITH_BODY:
        example = known[route.name]
        for place in places(example.body):
            if (route.name, place) in CLEANED or place[0] == "answers":
                continue
            # Codes, days and choices are refused as such, in other words.
            if isinstance(value_at(example.body, place), str) and HAN.search(value_at(example.body, place)):
                looked_at += 1
                with about(f"{route.name} {pointer(place)}", wrong):
                    reply = send(world, route, example, changed(example.body, place, unreadable), language="en")
                    assert (reply.status, reply.code) == (400, "INVALID_BODY"), reply.text
                    assert reply.body["errors"] == [{"pointer": pointer(place), "detail": detail}]

    assert wrong == {}
    assert looked_at > 50


@goes("values a field", usually=3, deep=len(STAND_INS) + len(MOMENTS))
def test_no_value_breaks_anything(world: World, known: dict[str, Example], values_a_field: int) -> None:
    wrong: dict[str, str] = {}
    for route in WITH_BODY:
        example = known[route.name]
        for place in places(example.body):
            was = value_at(example.body, place)
            fitting = () if not isinstance(was, str) else MOMENTS if MOMENT.match(was) else TEXTS
            values = (*STAND_INS, *fitting)
            chance = random.Random(f"{route.name} {pointer(place)}")
            for value in chance.sample(values, min(values_a_field, len(values))):
                with about(f"{route.name} {pointer(place)} as {str(value)[:20]!r}", wrong):
                    reply = send(world, route, example, changed(example.body, place, value))
                    assert reply.status in {route.status, 400, 404, 409, 422}, reply.text

    assert wrong == {}


def test_every_text_may_be_of_another_world_at_once(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in WITH_BODY:
        example = known[route.name]
        for strange in ("\u202e义\0乌😀", "'; DROP TABLE cases; --<script>${jndi:ldap://x}\u2028%s{}"):
            body = example.body
            for place in places(example.body):
                if isinstance(value_at(example.body, place), str):
                    body = changed(body, place, strange)
            with about(f"{route.name} {strange[:12]!r}", wrong):
                assert send(world, route, example, body).status < 500

    assert wrong == {}
