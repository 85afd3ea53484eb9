"""Letting somebody act for another, as tests do it: through the API, or on the services as they are wired."""

from datetime import date, datetime
from typing import Any

from chalicelib.authorities.model import Act, Grant
from chalicelib.cases.services.drafting import Principal
from chalicelib.container import container
from chalicelib.policy import Caller
from chalicelib.subjects.model.subjects import Identity
from tests.builders import NOON
from tests.cloud import PERSONAS, Client

UNTIL = date(2026, 12, 31)


def a_grant(**other: Any) -> Grant:  # noqa: ANN401 - any field of a grant
    """Every item and every act, from September to the end of the year."""
    fields: dict[str, Any] = {"items": None, "acts": tuple(Act), "starts_on": date(2026, 9, 1), "ends_on": UNTIL}
    return Grant(**{**fields, **other})


def for_(
    principal: Caller,
    agent: Identity,
    *,
    at: datetime = NOON,
    **other: Any,  # noqa: ANN401 - any field of a grant
) -> Principal:
    """Let an agent act for somebody, and return what the agent's wish for a draft says of it."""
    made, _ = container().authorities.give(a_grant(**other), agent, by=principal, at=at)
    return Principal(authority=made.authority_id)


def a_grant_body(**other: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of the body
    """The body that lets the agent act in everything until the end of the year."""
    acts = [act.value for act in Act]
    agent = PERSONAS["agent"]["claims"]["subject"]
    return {"agent": agent, "items": None, "acts": acts, "until": UNTIL.isoformat(), **other}


def let_act(client: Client, principal: str, **other: Any) -> str:  # noqa: ANN401 - any field of the body
    """Let the agent act for whoever has this token, and return the authority's id."""
    made = client.post("/v1/authorities", a_grant_body(**other), token=principal)
    assert made.status == 201, made.text
    return str(made.body["id"])
