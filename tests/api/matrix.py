"""The authorisation matrix: what each route answers to whom, by whose the thing is, as real requests find it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

from chalicelib.http.routes import ROUTES, Route
from chalicelib.policy import FOR_THEMSELVES, Role
from tests.api.bodies import token_of
from tests.api.examples import ABSENT, Example
from tests.api.world import World
from tests.cloud import PERSONAS, READING, Reply

DOCUMENT = Path(__file__).parents[2] / "docs/authorisation.md"

NOBODY: Final = "nobody"
OFFICE: Final = "credit office"
MISSING: Final = "absent"
NOT_ASKED: Final = ""

CREDIT: Final = "credit"
"""The department of the credit office, and what an officer's name begins with."""

PREFIXES: Final = {Role.CREDIT_OFFICER: CREDIT}
PEOPLE: Final = {Role.APPLICANT: ("applicant2", "applicant"), Role.AGENT: ("agent",)}
"""Who asks as another person: the first whose the thing is not."""

GROUPS: Final = {
    "catalogue": "Catalogue and guides",
    "calendars": "Calendars",
    "cases": "Cases, seen by people and offices",
    "documents": "Documents",
    "issued-documents": "Issued documents",
    "handling": "Handling of cases",
    "signing-keys": "Signing keys",
    "contact": "Contacts and what became of messages",
    "authorities": "Authorities of agents",
    "credit": "Credit records",
    "remedies": "Redress",
    "punishment": "Flags",
    "measures": "Editions of measures, and resumption",
    "flag_notices": "Subscriptions and flag notices",
    "webhooks": "Webhooks",
    "ratings": "Ratings",
    "complaints": "Complaints",
    "supervision": "Supervision",
    "inspection": "Inspection",
    "staff": "Staff",
    "health": "The service itself",
}
"""The routes of a tag stand in one table, under a heading, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of the matrix: in which column it stands, by whom it was, and what came."""

    column: str
    who: str | None
    reply: Reply


def send(world: World, route: Route, example: Example, who: str | None, **path: str) -> Reply:
    """Send an example's request as somebody, to a thing of another name if told.

    Only officers say for what they read a case.
    """
    if not (who or "").startswith(Role.OFFICER):
        asked = (one for one in example.query.split("&") if one != READING)
        example = replace(example, query="&".join(asked))
    return send_with(world, route, example, who and token_of(who), **path)


def send_with(world: World, route: Route, example: Example, token: str | None, **path: str) -> Reply:
    """Send an example's request with a token."""
    headers = {} if example.version is None else {"If-Match": f'"{example.version}"'}
    return world.client.call(route.method, example.url(route.path, **path), example.body, token=token, headers=headers)


def columns_of(role: Role) -> tuple[str, ...]:
    """Return the columns of a role: credit officers of the credit office have one of their own."""
    name = role.value.replace("_", " ")
    return (name, OFFICE) if role is Role.CREDIT_OFFICER else (name,)


def askers(route: Route, example: Example) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Yield each column with those who ask in it, whoever is nearest to the thing first; None is nobody there is."""
    for role in sorted(route.roles, key=list(Role).index):
        if role in FOR_THEMSELVES:
            yield from _people(role, example)
        else:
            yield from _staff(role, example)


def _people(role: Role, example: Example) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    owner = example.owner or example.by
    own = owner if _has(owner, role) else None
    other = next((person for person in PEOPLE[role] if person != owner), None)
    yield role.value, (own, other)


def _staff(role: Role, example: Example) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    column, *of_credit = columns_of(role)
    department = example.office or _department(example.by) or "traffic"
    prefix = PREFIXES.get(role, role.value)
    mine = example.first or example.by
    involved = (mine, example.by if example.first else f"{mine}+") if _has(mine, role) else None
    if of_credit:
        is_theirs = involved is not None and _department(mine) == CREDIT
        yield OFFICE, involved if involved and is_theirs else (CREDIT,)
        involved = None if is_theirs else involved
    of_it = involved or (f"{prefix}.{department}",)
    elsewhere = f"{prefix}.{'market' if department == 'traffic' else 'traffic'}"
    yield column, (elsewhere,) if of_credit and department == CREDIT else (*of_it, elsewhere)


def _has(who: str | None, role: Role) -> bool:
    return who is not None and role in PERSONAS[who.rstrip("+")]["claims"]["roles"]


def _department(who: str | None) -> str | None:
    return None if who is None else PERSONAS[who.rstrip("+")]["claims"].get("department")


def absent(route: Route, example: Example) -> dict[str, dict[str, str]]:
    """Return for each parameter that names a thing the path in which it names nothing."""
    return {name: {name: ABSENT[name]} for name in example.path if name in ABSENT and route.method != "PUT"}


def ask(world: World, route: Route, example: Example) -> Iterator[Asked]:
    """Ask all that a row tells; whatever was changed is put back."""
    for column, people in [(NOBODY, (None,)), *askers(route, example)]:
        for who in people:
            if who is not None or column == NOBODY:
                yield Asked(column=column, who=who, reply=_send(world, route, example, who))
    for path in absent(route, example).values():
        yield Asked(column=MISSING, who=example.by, reply=_send(world, route, example, example.by, **path))


def answers_to_all(world: World, known: Mapping[str, Example]) -> dict[str, list[Asked]]:
    """Ask all that the page tells, by route."""
    return {route.name: list(ask(world, route, known[route.name])) for route in ROUTES}


def _send(world: World, route: Route, example: Example, who: str | None, **path: str) -> Reply:
    reply = send(world, route, example, who, **path)
    if route.method != "GET" and reply.status < 300:
        world.rewind()
    return reply


def mark(reply: Reply) -> str:
    """Return what stands for an answer: a tick, an empty list, a usual status, or the code of any other refusal."""
    if reply.status < 300:
        is_empty = reply.text.startswith("{") and reply.body.get("items") == []
        return "∅" if is_empty else "✓"
    usual = {(401, "UNAUTHENTICATED"), (403, "FORBIDDEN"), (404, "NOT_FOUND")}
    return str(reply.status) if (reply.status, reply.code) in usual else reply.code.lower()


def row(route: Route, example: Example, found: Sequence[Asked]) -> dict[str, str]:
    """Return a route's cells by column."""
    marks: dict[str, list[str]] = {}
    for asked in found:
        marks.setdefault(asked.column, []).append(mark(asked.reply))
    for column, people in askers(route, example):
        if column in {Role.APPLICANT.value, Role.AGENT.value}:
            had = iter(marks.get(column, []))
            marks[column] = ["–" if who is None else next(had) for who in people]
    return {column: " ".join(cells if len(set(cells)) > 1 else cells[:1]) for column, cells in marks.items()}


def page(known: Mapping[str, Example], answers: Mapping[str, Sequence[Asked]]) -> str:
    """Return the page that people read: what it says above its tables now, and the tables of these answers."""
    said, _, _ = DOCUMENT.read_text(encoding="utf-8").partition("\n## ")
    rows = {route.name: row(route, known[route.name], answers[route.name]) for route in ROUTES}
    text = [said.rstrip()]
    order = [*GROUPS, *sorted({route.tag for route in ROUTES} - set(GROUPS))]
    listed = sorted(ROUTES, key=lambda route: (order.index(route.tag), route.path, route.method))
    for tag, routes in groupby(listed, key=lambda route: route.tag):
        members = list(routes)
        named = {column for route in members for role in route.roles for column in columns_of(role)}
        columns = [NOBODY, *(column for role in Role for column in columns_of(role) if column in named)]
        columns += [MISSING] if any(MISSING in rows[route.name] for route in members) else []
        text += [
            f"\n## {GROUPS.get(tag, tag.capitalize())}\n",
            _line(["route", *columns]),
            _line(["---"] * (1 + len(columns))),
        ]
        text += [
            _line([f"`{route.name}`", *(rows[route.name].get(column, NOT_ASKED) for column in columns)])
            for route in members
        ]
    return "\n".join(text) + "\n"


def _line(cells: Sequence[str]) -> str:
    return re.sub(r" +\|", " |", f"| {' | '.join(cells)} |")
