"""Passkeys: enrolling the device with which one signs, and revoking it."""

import hashlib
import json
from typing import Any, Final
from urllib.parse import urlsplit

from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.sessions.rules import onward_of
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import Site
from chalicelib.web.core import pages
from chalicelib.web.core.forms import again
from chalicelib.web.core.request import Page, PageRequest, Redirect

LONGEST: Final = 20_000
"""Characters of what a device gives when it makes a key."""


@pages.get("/keys", roles=FOR_THEMSELVES, fresh=True)
def list_keys(visit: PageRequest) -> Page:
    """Show one's own keys, and let one more be enrolled; a stolen session is too old for this."""
    subject = visit.caller.own_subject()
    facts = {
        "keys": container().signing_keys.list(subject),
        "challenge": _challenge(visit).hex(),
        "owner": hashlib.sha256(f"owner {subject}".encode()).hexdigest(),
        "site": site(),
        "done": visit.query.get("done"),
        "onward": onward_of(visit.sent("onward") or visit.query.get("next", "")),
    }
    return Page(template="keys.html", facts=facts, scripts=("passkey",))


@pages.post("/keys", roles=FOR_THEMSELVES, form="/keys", fresh=True)
def enrol(visit: PageRequest) -> Page | Redirect:
    """Take the key that the person's device made, and go on to where it is needed."""
    try:
        container().signing_keys.enrol_passkey(
            visit.caller.own_subject(), _registration(visit), site=site(), challenge=_challenge(visit), at=visit.at
        )
    except DomainError as error:
        return again(list_keys(visit), error, visit, fields={"": "enrol"})
    return Redirect(to=onward_of(visit.sent("onward")) or "keys", query={"done": "enrolled"})


@pages.post("/keys/{key_id}/revocation", roles=FOR_THEMSELVES, form="/keys")
def revoke(visit: PageRequest) -> Redirect:
    """Revoke a key from now on; what was signed with it stays signed."""
    from chalicelib.api.cases.routes import signing_keys  # noqa: PLC0415 - only revoking needs it

    visit.do(signing_keys.revoke)
    return Redirect(to="keys", query={"done": "revoked"})


def site() -> Site:
    """Return the portal as browsers know it: passkeys are bound to its host."""
    parts = urlsplit(settings().portal_url)
    return Site(host=parts.hostname or "", origin=f"{parts.scheme}://{parts.netloc}")


def _registration(visit: PageRequest) -> dict[str, Any]:
    """Read what the person's device gave; ``UNSUITABLE_KEY`` for anything else."""
    try:
        given = json.loads(visit.sent("registration")[:LONGEST])
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise DomainError(ErrorCode.UNSUITABLE_KEY)
    return given


def _challenge(visit: PageRequest) -> bytes:
    """Return what a device signs when it makes a key: it belongs to this session, so nobody brings one along."""
    return hashlib.sha256(f"enrol {visit.secret}".encode()).digest()
