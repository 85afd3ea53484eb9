"""Who is let in: every route tried by its own people, by nobody, by every other role, office and person.

What each is answered stands in `docs/authorisation.md`, for people to read.
"""

import json
from dataclasses import replace

import pytest

from chalicelib.clock import real_now
from chalicelib.http.routes import ROUTES, Route
from chalicelib.policy import FOR_THEMSELVES, Role
from tests.api.bodies import subject_of, token_of
from tests.api.examples import Example, known
from tests.api.judging import require_sound
from tests.api.matrix import DOCUMENT, MISSING, Asked, absent, answers_to_all, mark, page, send, send_with
from tests.api.world import World, world
from tests.builders import base64url
from tests.claims import about
from tests.cloud import PERSONAS, Issuer, the_issuer

__all__ = ["known", "world"]

# Importing the world has imported every route.
GUARDED = [route for route in ROUTES if not route.is_public]


@pytest.fixture(scope="module")
def answers(world: World, known: dict[str, Example]) -> dict[str, list[Asked]]:
    """What everybody is answered who may or may not call a route, whosever the thing is."""
    return answers_to_all(world, known)


def test_every_route_has_its_example_and_every_example_its_route(known: dict[str, Example]) -> None:
    assert set(known) == {route.name for route in ROUTES}


def test_a_good_request_is_answered(known: dict[str, Example], answers: dict[str, list[Asked]]) -> None:
    wrong: dict[str, str] = {}
    for route in ROUTES:
        example = known[route.name]
        with about(route.name, wrong):
            reply = next(asked.reply for asked in answers[route.name] if asked.who == example.by)
            assert reply.status == route.status, reply.text
            assert (reply.text == "") is (route.answer is None)
            assert reply.headers["x-request-id"] == "gateway-request"
            if example.version is not None:
                assert reply.headers["etag"] == f'"{reply.body["version"]}"' != f'"{example.version}"'

    assert wrong == {}


def test_what_everybody_is_answered_stands_in_the_table(
    known: dict[str, Example], answers: dict[str, list[Asked]]
) -> None:
    answered, written = page(known, answers).splitlines(), DOCUMENT.read_text(encoding="utf-8").splitlines()

    # If a change is meant, `make authorisation` writes the page anew.
    assert [line for line in answered if line not in written] == []
    assert answered == written


def test_every_answer_is_sound_and_what_is_hidden_is_as_good_as_absent(
    world: World, known: dict[str, Example], answers: dict[str, list[Asked]]
) -> None:
    wrong: dict[str, str] = {}
    for route in ROUTES:
        example = known[route.name]
        for asked in answers[route.name]:
            with about(f"{route.name} as {asked.who}", wrong):
                require_sound(asked.reply, is_unmasked=route.path.endswith("/unmasking"))
                nothing = nothing_like(route, example)
                if mark(asked.reply) == "404" and asked.column != MISSING and nothing is not None:
                    missing = send(world, route, nothing, asked.who)
                    assert (asked.reply.text, asked.reply.headers) == (missing.text, missing.headers)

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
                reply = send_with(world, route, example, token)
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
                    reply = send_with(world, route, known[route.name], token)
                    assert (reply.status, reply.code) == (403, "FORBIDDEN")

    assert wrong == {}


def nothing_like(route: Route, example: Example) -> Example | None:
    """The same request for what does not exist; None if it names nothing that could be absent."""
    if isinstance(example.body, dict) and "draft_id" in example.body:
        return replace(example, body={**example.body, "draft_id": "nobodys-draft"})
    paths = list(absent(route, example).values())
    return replace(example, path={**example.path, **paths[0]}) if paths else None
