"""Logging in and out: OpenID Connect's code flow with PKCE (RFC 6749, 7636), and a session that the server keeps."""

import json
from typing import Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from chalicelib.bounds.model import Counted
from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.parsing import address_of
from chalicelib.http.tokens import recognised
from chalicelib.logging import logger
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.web.core import pages
from chalicelib.web.core.cookies import ROLE, SESSION, given, held, login_named, taken
from chalicelib.web.core.navigation import home_of
from chalicelib.web.core.request import Page, PageRequest, Redirect

PATIENCE: Final = 5
"""Seconds that the identity provider has to exchange a code."""

LARGEST_ANSWER: Final = 64 * 1024


@pages.get("/login", public=True)
def log_in(visit: PageRequest) -> Redirect:
    """Send the browser to the identity provider, and remember where it wanted to go.

    ``TOO_MANY_REQUESTS`` for an address from which too many logins were begun: each is kept for a while.
    """
    known = settings()
    if not known.portal_url or not known.authorize_url:
        logger("web").error("portal_url_unknown")
        raise DomainError(ErrorCode.UNAVAILABLE)
    at = real_now()
    counts = container().counts
    with transaction() as tx:
        counts.count(Counted.LOGINS, counts.digest_of(address_of(visit.context)), at=at, tx=tx)
    begun = container().sessions.begin(visit.query.get("next", ""), at=at)
    asked = {
        "response_type": "code",
        "client_id": known.client_id,
        "redirect_uri": _callback(),
        "scope": "openid",
        "state": begun.state,
        "code_challenge": begun.challenge,
        "code_challenge_method": "S256",
    }
    if "fresh" in visit.query:
        asked |= {"prompt": "login", "max_age": "0"}
    return Redirect(
        url=f"{known.authorize_url}?{urlencode(asked)}", cookies=(given(login_named(begun.state), begun.secret),)
    )


@pages.get("/login/callback", public=True)
def come_back(visit: PageRequest) -> Redirect | Page:
    """Exchange the code for a token, open a session and go on to the page that was wanted.

    Whoever comes here again, by going back, is logged in already and goes on to where their work begins.
    """
    at = real_now()
    state = visit.query.get("state", "")
    login = container().sessions.come_back(held(visit.cookies, login_named(state)), state=state, at=at)
    code = visit.query.get("code")
    if login is None or not code:
        if container().sessions.find(held(visit.cookies, SESSION), at=at) is not None:
            return Redirect(to="home")
        return Page(template="not_logged_in.html", status=400)
    token = exchanged(code, verifier=login.verifier)
    caller, ends_at = recognised(token, at=at)
    if caller.phone or caller.email:
        container().contacts.learn(caller, language=visit.language, at=container().clock.now())
    container().sessions.end(held(visit.cookies, SESSION))
    secret = container().sessions.open(token, sub=caller.sub, at=at, ends_at=ends_at)
    return Redirect(to=login.onward or "home", cookies=(taken(login_named(login.state)), given(SESSION, secret)))


@pages.get("/home", roles=tuple(Role))
def go_home(visit: PageRequest) -> Redirect:
    """Go on to the page where somebody's work begins."""
    return Redirect(to=home_of(visit.caller))


@pages.post("/logout", roles=tuple(Role), form="/home", undecided=True)
def log_out(visit: PageRequest) -> Redirect:
    """End every session of the person, on every device."""
    container().sessions.leave(visit.secret or "", sub=visit.caller.sub)
    return Redirect(to="logged-out", cookies=(taken(SESSION), taken(ROLE)))


@pages.get("/logged-out", public=True)
def logged_out(_visit: PageRequest) -> Page:
    """Say that it is over, and how to come back."""
    return Page(template="logged_out.html")


def exchanged(code: str, *, verifier: str) -> str:
    """Return the access token for a code; ``UNAUTHENTICATED`` if the provider gives none."""
    known = settings()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback(),
        "client_id": known.client_id,
        "client_secret": container().secrets.client_secret,
        "code_verifier": verifier,
    }
    status, text = sent(known.token_url, urlencode(form).encode())
    try:
        token = json.loads(text)["access_token"] if status == 200 else None  # noqa: PLR2004 - HTTP's own
    except (ValueError, KeyError, TypeError):
        token = None
    if not isinstance(token, str):
        logger("web").warning("code_refused", status=status)
        raise DomainError(ErrorCode.UNAUTHENTICATED)
    return token


def sent(url: str, form: bytes) -> tuple[int, bytes]:
    """Post a form to the identity provider; ``UNAVAILABLE`` if it cannot be had."""
    from urllib.error import HTTPError  # noqa: PLC0415 - only the first login of a process needs it

    try:
        with urlopen(Request(url, data=form), timeout=PATIENCE) as answer:  # noqa: S310 - the deployment's own setting
            return answer.status, answer.read(LARGEST_ANSWER)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, b""
    except OSError:
        logger("web").warning("provider_unreachable")
        raise DomainError(ErrorCode.UNAVAILABLE) from None


def _callback() -> str:
    return f"{settings().portal_url}/login/callback"
