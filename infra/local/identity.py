"""The identity provider as a program in the background, and the people it knows."""

import json
import os
from typing import TypedDict, cast

from infra.local.environments import python_of
from infra.local.place import ISSUER, PERSONAS, PROVIDER_PORT, ROOT
from infra.local.processes import Program


class Persona(TypedDict):
    """A made-up person or machine: what it is for, and the claims that its tokens carry."""

    about: str
    claims: dict[str, object]


def provider() -> Program:
    """Describe it: ``infra.local.provider`` in its own environment, loopback only."""
    return Program(
        name="provider",
        command=[python_of("provider"), "-m", "infra.local.provider"],
        environment=os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1", "PYTHONPATH": str(ROOT)},
        port=PROVIDER_PORT,
        port_variable="XINNUO_PROVIDER_PORT",
        ready_at=f"{ISSUER}/.well-known/openid-configuration",
    )


def personas() -> dict[str, Persona]:
    """Return everybody that the provider knows, by name; the name is the claim ``sub`` unless another is given."""
    return cast("dict[str, Persona]", json.loads(PERSONAS.read_text(encoding="utf-8")))
