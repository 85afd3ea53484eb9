"""What takes two persons is refused to one, in whatever roles they come back."""

from dataclasses import replace
from itertools import combinations

import pytest

from chalicelib.policy import FOR_THEMSELVES, NEVER_ONE_PERSON, Pair, Role
from tests.api.bodies import subject_of, token_of
from tests.api.examples import Example, known
from tests.api.world import World, world
from tests.claims import about
from tests.cloud import PERSONAS, Reply, the_issuer

__all__ = ["known", "world"]

FIRST = {
    "POST /v1/flags": "credit",
    "POST /v1/flags/{flag_id}/resumption": "credit",
    "POST /v1/cases/{case_no}/verification": "officer.traffic",
    "POST /v1/inspections": "inspector",
    "POST /v1/credit/aliases": "credit",
    "POST /v1/authorities/claims": "agent",
    "PUT /v1/credit/records/{source}/{record_id}": "system.market",
    "POST /v1/credit/amendments": "credit",
    "POST /v1/supervision/cards": "supervisor.traffic",
    "POST /v1/supervision/cards/{card_id}/appeal": "officer.traffic",
    "POST /v1/objections/{objection_id}/decision": "credit",
}
"""Who did the first act on the thing that each example of a second act is about."""


def send(world: World, route: str, example: Example, token: str, role: str | None = None) -> Reply:
    headers = {} if example.version is None else {"If-Match": f'"{example.version}"'}
    if role is not None:
        headers["X-Acting-Role"] = role
    method, _, path = route.partition(" ")
    return world.client.call(method, example.url(path), example.body, token=token, headers=headers)


def after_the_first_act(world: World, pair: Pair, known: dict[str, Example]) -> Example:
    """The second act's request, once the first is done where the example is about a thing before it."""
    example = known[pair.second]
    if pair.first != pair.second:
        return example
    done = send(world, pair.first, example, token_of(FIRST[pair.first]))
    assert done.status == 200, done.text
    if "objection_id" not in example.path:
        return replace(example, version=done.body["version"])
    ground = {"entry": done.body["entry"], "ground": done.body["ground"], "text": "请复核。"}
    again = world.client.post("/v1/objections", ground, token=token_of("company"))
    assert again.status == 201, again.text
    return replace(example, path={"objection_id": again.body["id"]}, version=again.body["version"])


def whoever_may(example: Example) -> tuple[str, str]:
    """The role and the department of whoever may do the second act."""
    claims = PERSONAS[str(example.by).rstrip("+")]["claims"]
    (role,) = claims["roles"]
    return role, claims["department"]


@pytest.mark.requirement("R1.13", "R2.9", "R7.10", "R7.11")
def test_no_combination_of_roles_makes_one_person_two(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for pair in NEVER_ONE_PERSON:
        example, sub = after_the_first_act(world, pair, known), FIRST[pair.first]
        needed, department = whoever_may(example)
        for one, other in combinations(Role, 2):
            offices = [role for role in (one, other) if role not in FOR_THEMSELVES]
            token = the_issuer().token("monitor", sub=sub, roles=[one, other], department=department)
            named: list[Role | None] = [*offices] or [None]
            for role in named:
                with about(f"{pair.second} by {sub} as {one} and {other}, acting as {role}", wrong):
                    reply = send(world, pair.second, example, token, role)
                    is_nobody = Role.SYSTEM in {one, other} or (Role.INSPECTOR in offices and len(offices) > 1)
                    may = role == needed and not is_nobody
                    assert (reply.status, reply.code) == ((409, "SAME_PERSON") if may else (403, "FORBIDDEN"))
        world.rewind()

    assert wrong == {}


def test_another_person_does_the_second_act(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    for pair in NEVER_ONE_PERSON:
        with about(pair.second, wrong):
            example = after_the_first_act(world, pair, known)
            other = f"{example.by}+" if example.by == FIRST[pair.first] else str(example.by)
            assert send(world, pair.second, example, token_of(other)).status == 200
        world.rewind()

    assert wrong == {}


@pytest.mark.requirement("R7.10")
def test_a_token_with_several_roles_acts_in_one_that_it_names(world: World) -> None:
    both = the_issuer().token("credit.monitor")

    def status(role: str | None, path: str) -> tuple[int, str | None]:
        headers = {} if role is None else {"X-Acting-Role": role}
        reply = world.client.call("GET", path, token=both, headers=headers)
        return reply.status, None if reply.status == 200 else reply.code

    assert status(None, "/v1/supervision/clocks") == (400, "ACTING_ROLE_MISSING")
    assert status("monitor", "/v1/supervision/clocks") == (200, None)
    assert status("credit_officer", "/v1/supervision/clocks") == (403, "FORBIDDEN")
    assert status("credit_officer", "/v1/credit/aliases?state=proposed") == (200, None)
    assert status("head", "/v1/supervision/clocks") == (403, "FORBIDDEN")
    assert status("", "/v1/supervision/clocks") == (403, "FORBIDDEN")
    assert status("Monitor", "/v1/supervision/clocks") == (403, "FORBIDDEN")


@pytest.mark.requirement("R7.10")
@pytest.mark.parametrize("beside", [role for role in Role if role is not Role.SYSTEM])
def test_a_machine_has_no_role_beside(world: World, beside: Role) -> None:
    subject = subject_of("applicant") if beside in FOR_THEMSELVES else None
    token = the_issuer().token("monitor", sub="machine", roles=["system", beside], department="market", subject=subject)

    for role in ("system", str(beside), None):
        headers = {} if role is None else {"X-Acting-Role": role}
        reply = world.client.call("GET", "/v1/subscriptions", token=token, headers=headers)
        assert (reply.status, reply.code) == (403, "FORBIDDEN")


@pytest.mark.requirement("R7.10")
@pytest.mark.parametrize("beside", [role for role in Role if role not in FOR_THEMSELVES | {Role.INSPECTOR}])
def test_an_inspector_has_no_office_beside_whatever_the_issuer_gives(world: World, beside: Role) -> None:
    roles = ["inspector", beside]
    token = the_issuer().token("monitor", sub="both", roles=roles, department="traffic", name=f"inspector {beside}")

    for role in (*roles, None):
        headers = {} if role is None else {"X-Acting-Role": role}
        for path in ("/v1/inspections", "/v1/cases"):
            reply = world.client.call("GET", path, token=token, headers=headers)
            assert (reply.status, reply.code) == (403, "FORBIDDEN")


@pytest.mark.requirement("R7.10")
def test_whoever_filed_a_case_decides_nothing_in_it_with_the_same_login(
    world: World, known: dict[str, Example]
) -> None:
    route = "POST /v1/cases/{case_no}/decision"
    citizen = the_issuer().token("applicant", sub="officer.traffic")
    own = world.client.get("/v1/cases", token=citizen)

    refused = send(world, route, known[route], token_of("officer.traffic"))
    giving = "POST /v1/cases/{case_no}/assignment"
    given = replace(known[giving], body={"officer": "officer.traffic"}, version=known[giving].version)
    assigned = send(world, giving, given, token_of("head.traffic"))
    colleague = send(world, route, known[route], token_of("officer.traffic+"))

    assert (assigned.status, assigned.code) == (403, "OWN_MATTER")
    assert (own.status, refused.status, refused.code) == (200, 403, "OWN_MATTER")
    assert colleague.status == 200
    world.rewind()


@pytest.mark.requirement("R7.10")
def test_an_objection_is_decided_by_somebody_whom_it_does_not_concern(world: World, known: dict[str, Example]) -> None:
    route = "POST /v1/objections/{objection_id}/decision"
    assert world.client.get("/v1/me/credit", token=the_issuer().token("company", sub="credit")).status == 200

    refused = send(world, route, known[route], token_of("credit"))
    listed = world.client.get("/v1/objections?department=market", token=token_of("credit")).body["items"]
    colleague = send(world, route, known[route], token_of("credit2"))

    assert (refused.status, refused.code, listed) == (403, "OWN_MATTER", [])
    assert colleague.status == 200
    world.rewind()


@pytest.mark.requirement("R7.10")
@pytest.mark.parametrize(
    ("route", "officer"),
    [
        ("PUT /v1/credit/records/{source}/{record_id}", "credit.market"),
        ("POST /v1/credit/amendments", "credit"),
        ("POST /v1/credit/amendments/{amendment_id}/confirmation", "credit2"),
        ("POST /v1/credit/amendments/{amendment_id}/withdrawal", "credit2"),
        ("POST /v1/credit/aliases", "credit"),
        ("POST /v1/credit/conflicts/{conflict_id}/decision", "credit"),
        ("GET /v1/credit/conflicts/{conflict_id}", "credit"),
    ],
)
def test_nobody_writes_what_the_register_says_of_themselves(
    world: World, known: dict[str, Example], route: str, officer: str
) -> None:
    for subject in ("applicant", "company"):
        # With a name of its own each login is looked up anew, though the tables were put back.
        citizen = the_issuer().token(subject, sub=officer, name=route)
        assert world.client.get("/v1/me/credit", token=citizen).status == 200

    refused = send(world, route, known[route], token_of(officer))
    colleague = send(world, route, known[route], token_of(f"{officer}+"))
    world.rewind()

    assert (refused.status, refused.code) == (403, "OWN_MATTER")
    assert colleague.status in {200, 201}


@pytest.mark.requirement("R7.10", "R7.11")
def test_nobody_inspects_their_own_case(world: World, known: dict[str, Example]) -> None:
    route = "GET /v1/inspections/{mandate_id}/cases/{case_no}/timeline"
    citizen = the_issuer().token("applicant", sub="inspector", name=route)
    assert world.client.get("/v1/me/credit", token=citizen).status == 200

    refused = send(world, route, known[route], the_issuer().token("inspector", name="同一人"))
    world.rewind()

    assert (refused.status, refused.code) == (403, "OWN_MATTER")


@pytest.mark.requirement("R7.10")
def test_nobody_gives_a_card_or_answers_an_alert_in_their_own_matter(world: World, known: dict[str, Example]) -> None:
    wrong: dict[str, str] = {}
    cards = "/v1/supervision/cards"
    acts = [
        f"POST {cards}",
        f"POST {cards}/{{card_id}}/reply",
        f"POST {cards}/{{card_id}}/appeal",
        f"POST {cards}/{{card_id}}/appeal/decision",
        f"POST {cards}/{{card_id}}/withdrawal",
        "POST /v1/supervision/alerts/{alert_id}/acknowledgement",
    ]
    for route in acts:
        sub = str(known[route].by)
        with about(route, wrong):
            before = send(world, route, known[route], token_of(sub))
            world.rewind()
            # Another name, so that the process looks again although the world was put back.
            login = the_issuer().token("applicant", sub=sub, name=route)
            citizen = world.client.get("/v1/cases", token=login)
            refused = send(world, route, known[route], token_of(sub))
            assert (before.status // 100, citizen.status) == (2, 200)
            assert (refused.status, refused.code) == (403, "OWN_MATTER")
        world.rewind()

    assert wrong == {}
