"""Every route that takes an identity, tried with numbers and names that are nearly right.

Routes are found by what they take, so that a new one joins by itself.
"""

import copy
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import cycle
from typing import Any, NamedTuple, TypeAlias, get_args

import pytest
from pydantic import BaseModel

from chalicelib.clock import real_now
from chalicelib.http.routes import ROUTES
from tests.api.examples import Example, known
from tests.api.judging import require_sound
from tests.api.test_every_route_field_by_field import pointer, send
from tests.api.world import World, world
from tests.claims import about
from tests.cloud import Reply, TokenOf, token
from tests.depth import goes
from tests.near_misses import KINDS, LONGEST, NearMiss, fits, near_misses, plain

__all__ = ["known", "token", "world"]

ON = date(2026, 9, 28)
"""The day in the town."""

LONGEST_NAME = 200

Place: TypeAlias = tuple[str, ...]


class Named(NamedTuple):
    """Where in a body somebody is named, and the model that stands there."""

    at: Place
    model: type[BaseModel]


def places(model: Any, at: Place = ()) -> Iterator[Named]:  # noqa: ANN401 - any annotation
    """Every place where a body names somebody by kind and number."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        for inner in get_args(model):
            yield from places(inner, at)
        return
    if "number" in model.model_fields and kinds_of(model):
        yield Named(at, model)
    for name, field in model.model_fields.items():
        yield from places(field.annotation, (*at, field.alias or name))


def kinds_of(model: type[BaseModel]) -> set[str]:
    """The kinds of identifiers that a model lets one choose from; none if its kinds are of something else."""
    kind = model.model_fields.get("kind")
    return set() if kind is None else set(_choices(kind.annotation)) & set(KINDS)


def _choices(annotation: Any) -> Iterator[str]:  # noqa: ANN401 - any annotation
    """The texts that an enum or a literal offers."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from annotation
    for each in get_args(annotation):
        yield from [each] if isinstance(each, str) else _choices(each)


PLACES = {route.name: found for route in ROUTES if route.body and (found := tuple(places(route.body)))}
BY_NAME = {route.name: route for route in ROUTES}


def test_routes_that_take_an_identity_are_found() -> None:
    assert {f"{name} {pointer(each.at)}" for name, found in PLACES.items() for each in found} >= {
        "PUT /v1/credit/records/{source}/{record_id} /subject",
        "POST /v1/credit/checks /subject",
        "POST /v1/credit/aliases /former",
        "POST /v1/credit/aliases /present",
        "POST /v1/authorities /agent",
        "POST /v1/authorities/claims /principal",
        "POST /v1/authorities/{authority_id}/confirmation /principal",
        "POST /v1/drafts /on_behalf_of/subject",
        "POST /v1/flags /subject",
        "POST /v1/flags /document/subject",
        "POST /v1/subscriptions/{subscription_id}/subjects /subject",
        "PUT /v1/staff/{staff_id} /identity",
    }


@pytest.mark.requirement("R6.1", "R7.7")
@goes("misses a route", usually=10, deep=2_000)
@pytest.mark.parametrize("name", PLACES)
def test_every_route_tells_right_from_nearly_right(
    world: World, known: dict[str, Example], capsys: pytest.CaptureFixture[str], name: str, misses_a_route: int
) -> None:
    route, example = BY_NAME[name], known[name]
    wrong: dict[str, str] = {}
    for miss, (at, model) in zip(near_misses(misses_a_route, seed=name), cycle(PLACES[name]), strict=False):
        said = {part: value for part, value in miss.body.items() if part in model.model_fields}
        with about(f"{miss}", wrong):
            reply = send(world, route, example, with_value(example.body, at, said))
            require_told(reply, expected(miss, at, model))
            require_silence(miss, reply.text, str(reply.headers), *capsys.readouterr())

    assert wrong == {}


@pytest.mark.requirement("R6.1", "R7.7")
@goes("misses", usually=40, deep=2_000)
def test_a_token_is_told_apart_likewise(
    world: World, token: TokenOf, capsys: pytest.CaptureFixture[str], misses: int
) -> None:
    wrong: dict[str, str] = {}
    for miss in near_misses(misses, seed="tokens"):
        with about(f"{miss}", wrong):
            reply = world.client.get("/v1/cases", token=token("applicant", subject=miss.body))
            is_named = 0 < len(" ".join(miss.name.split())) <= LONGEST_NAME
            is_right = is_named and fits(miss.kind, miss.number, on=real_now().date())
            assert reply.status == (200 if is_right else 401), reply.text
            if not is_right:
                require_sound(reply)
                assert (reply.code, reply.pointers) == (
                    "UNAUTHENTICATED",
                    ["/subject/number" if is_named or not plain(miss.number) else "/subject/name"],
                )
            require_silence(miss, reply.text, str(reply.headers), *capsys.readouterr())

    assert wrong == {}


def expected(miss: NearMiss, at: Place, model: type[BaseModel]) -> tuple[str, set[str]] | None:
    """The code and the pointers that a near miss deserves; none if there is nothing wrong with it."""
    bad = {
        "kind": miss.kind not in kinds_of(model),
        "number": len(miss.number) > LONGEST,
        "name": "name" in model.model_fields and not 0 < len(miss.name.strip()) <= LONGEST_NAME,
    }
    if any(bad.values()):
        return "INVALID_BODY", {pointer((*at, name)) for name, is_bad in bad.items() if is_bad}
    if fits(miss.kind, miss.number, on=ON):
        return None
    return "INVALID_IDENTIFIER" if plain(miss.number) else "INSUFFICIENT_IDENTITY", {pointer((*at, "number"))}


def require_told(reply: Reply, deserved: tuple[str, set[str]] | None) -> None:
    """Fail unless the answer says what is wrong with the identity, and where, or nothing if it is right."""
    pointers = set(reply.pointers) if reply.status >= 400 and "errors" in reply.body else set()
    if deserved is None:
        # Other rules may still refuse whoever it is, some at the same field.
        refused = {"INVALID_IDENTIFIER", "INSUFFICIENT_IDENTITY", "UNAUTHENTICATED"}
        assert reply.status < 400 or reply.code not in refused, reply.text
        return
    code, where = deserved
    assert (reply.status, reply.code, pointers) == (400 if code == "INVALID_BODY" else 422, code, where), reply.text
    if code == "INVALID_IDENTIFIER":
        (fault,) = reply.body["errors"]
        assert "更正" in fault["detail"] or "have it put right at" in fault["detail"]


def require_silence(miss: NearMiss, *told: str) -> None:
    """Fail if a number is in an answer or in the log; shorter ones are part of anything."""
    number = plain(miss.number)
    if len(number) >= 8:
        assert [text for text in told if number in text.upper()] == []


def with_value(body: Any, at: Place, value: object) -> Any:  # noqa: ANN401 - any JSON
    """The body with a value in one place, which need not have been there."""
    whole = copy.deepcopy(body)
    holder = whole
    for step in at[:-1]:
        holder = holder.setdefault(step, {})
    holder[at[-1]] = value
    return whole
