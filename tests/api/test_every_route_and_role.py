"""Who is let in: every route tried by its own people, by nobody, by every other role, office and person."""

import json

from chalicelib.clock import real_now
from chalicelib.http.routes import ROUTES, Route
from chalicelib.policy import FOR_THEMSELVES, Role
from tests.api.bodies import subject_of, token_of
from tests.api.examples import ABSENT, Example, known
from tests.api.judging import require_sound
from tests.api.world import World, world
from tests.builders import base64url
from tests.claims import about
from tests.cloud import PERSONAS, Issuer, Reply, the_issuer

__all__ = ["known", "world"]

# Importing the world has imported every route.
GUARDED = [route for route in ROUTES if not route.is_public]


def send(world: World, route: Route, example: Example, token: str | None, **path: str) -> Reply:
    headers = {} if example.version is None else {"If-Match": f'"{example.version}"'}
    reply = world.client.call(route.method, example.url(route.path, **path), example.body, token=token, headers=headers)
    require_sound(reply, is_unmasked=route.path.endswith("/unmasking"))
    return reply


def test_every_route_has_its_example_and_every_example_its_route(known: dict[str, Example]) -> None:
    assert set(known) == {route.name for route in ROUTES}


def test_a_good_request_is_answered(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in ROUTES:
        example = known[route.name]
        with about(route.name, wrong):
            reply = send(world, route, example, example.by and token_of(example.by))
            world.rewind()
            assert reply.status == route.status, reply.text
            assert (reply.text == "") is (route.answer is None)
            assert reply.headers["x-request-id"] == "gateway-request"
            if example.version is not None:
                assert reply.headers["etag"] == f'"{reply.body["version"]}"' != f'"{example.version}"'

    assert wrong == {}


def bad_tokens(who: str) -> list[str | None]:
    """No token, texts that are none, and good ones of somebody that were spoiled."""
    persona = who.rstrip("+")
    good, now = the_issuer().token, int(real_now().timestamp())
    head, claims, signature = token_of(who).split(".")
    unsigned = base64url(json.dumps({"alg": "none", "kid": the_issuer().key.kid}).encode())
    promoted = base64url(json.dumps({**PERSONAS[persona]["claims"], "roles": list(Role)}).encode())
    return [
        None,
        "",
        "x",
        "义",
        "\ud800",
        "a.b.c",
        f"{head}.{claims}.",
        f"{unsigned}.{claims}.",
        f"{head}.{promoted}.{signature}",
        Issuer().token(persona),
        good(persona, exp=now - 60),
        good(persona, nbf=now + 600),
        good(persona, iss="https://elsewhere.test"),
        good(persona, aud="another-api"),
    ]


def test_nobody_gets_in_without_a_good_token(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in GUARDED:
        example = known[route.name]
        for token in bad_tokens(str(example.by)):
            with about(f"{route.name} with {token!r}", wrong):
                reply = send(world, route, example, token)
                assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")

    assert wrong == {}


def test_every_role_that_is_not_named_is_forbidden(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for role in [None, *Role]:
        subject = subject_of("applicant") if role in FOR_THEMSELVES else None
        token = the_issuer().token(
            "monitor", sub="somebody", roles=[role or "root"], department="traffic", subject=subject
        )
        for route in GUARDED:
            if role not in route.roles:
                with about(f"{route.name} as {role}", wrong):
                    reply = send(world, route, known[route.name], token)
                    assert (reply.status, reply.code) == (403, "FORBIDDEN")

    assert wrong == {}


def test_another_departments_thing_is_forbidden(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in GUARDED:
        example = known[route.name]
        for who in example.elsewhere:
            with about(f"{route.name} as {who}", wrong):
                reply = send(world, route, example, token_of(who))
                assert (reply.status, reply.code) == (403, "FORBIDDEN")

    assert wrong == {}


def test_another_persons_thing_is_as_good_as_absent(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in GUARDED:
        example = known[route.name]
        absent = {name: ABSENT[name] for name in list(example.path)[:1] if name in ABSENT}
        nothing = example if absent else _of_no_draft(example)
        for who in example.strangers:
            with about(f"{route.name} as {who}", wrong):
                theirs = send(world, route, example, token_of(who))
                missing = send(world, route, nothing, token_of(who), **absent)
                assert (theirs.status, theirs.code) == (404, "NOT_FOUND")
                assert (theirs.text, theirs.headers) == (missing.text, missing.headers)

    assert wrong == {}


def test_what_does_not_exist_is_not_found(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for route in ROUTES:
        example = known[route.name]
        for name in example.path:
            if name in ABSENT and route.method != "PUT":
                with about(f"{route.name} without its {name}", wrong):
                    reply = send(world, route, example, example.by and token_of(example.by), **{name: ABSENT[name]})
                    # To an inspector, what is out of scope and what does not exist are one.
                    code = "OUT_OF_SCOPE" if name == "case_no" and "mandate_id" in example.path else "NOT_FOUND"
                    assert (reply.status, reply.code) == (404, code)

    assert wrong == {}


def _of_no_draft(example: Example) -> Example:
    body = {**example.body, "draft_id": "nobodys-draft"} if example.strangers else example.body
    return Example(by=example.by, body=body)
