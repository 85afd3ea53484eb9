"""The local OpenID Connect provider: oidc-provider-mock with our personas, and with what it leaves out.

Its pages load a style sheet from another host, which is taken out here: a local cloud asks nobody outside.
It leaves out three things that the service relies on, which are added here: access tokens are JWTs (RFC 9068) with
the service's audience and the person's claims; ``auth_time`` is when the person really logged in; and the proof key
for the code exchange (PKCE, RFC 7636) is demanded and checked. It runs in the provider's own environment.
"""

import base64
import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import run_simple

from infra.local.identity import personas
from infra.local.place import AUDIENCE, ISSUER, PROVIDER_PORT

TOKEN_LIVES = timedelta(hours=1)
FROM_ELSEWHERE = re.compile(r"<link\b[^>]*\bhref=\"https?://[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What must be remembered between a person's login and the exchange of the code that it gave."""

    challenge: str
    at: int


LOGINS: dict[str, Login] = {}


def application() -> flask.Flask:
    """Build the provider."""
    app = flask.Flask(oidc_provider_mock.__name__)  # where its pages are found
    app.secret_key = secrets.token_bytes(32)
    app.config["OAUTH2_ACCESS_TOKEN_GENERATOR"] = access_token
    oidc_provider_mock.init_app(
        app,
        issue_refresh_token=False,
        access_token_max_age=TOKEN_LIVES,
        user_claims=[oidc_provider_mock.User(sub=name, claims=who["claims"]) for name, who in personas().items()],
    )
    app.debug = False
    app.before_request(demand_proof_key)
    app.after_request(remember_login)
    app.after_request(load_nothing_from_elsewhere)
    return app


def demand_proof_key() -> flask.Response | None:
    """Refuse a login without a challenge, and an exchange whose verifier does not answer the login's challenge."""
    asked = flask.request
    if asked.path == "/oauth2/authorize":
        if asked.args.get("code_challenge_method") != "S256" or not asked.args.get("code_challenge"):
            return refusal("invalid_request", "code_challenge with S256 is required")
    elif asked.path == "/oauth2/token":
        login = LOGINS.get(asked.form.get("code", ""))
        digest = hashlib.sha256(asked.form.get("code_verifier", "").encode()).digest()
        answer = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if login is None or not hmac.compare_digest(answer, login.challenge):
            return refusal("invalid_grant", "the code is unknown or code_verifier does not answer its challenge")
    return None


def refusal(error: str, description: str) -> flask.Response:
    """Answer as RFC 6749, section 5.2, has it."""
    return flask.make_response({"error": error, "error_description": description}, 400)


def remember_login(response: flask.Response) -> flask.Response:
    """Keep the moment and the challenge of a login beside the code that it gave."""
    if flask.request.path == "/oauth2/authorize":
        code = parse_qs(urlsplit(response.headers.get("Location", "")).query).get("code")
        if code:
            LOGINS[code[0]] = Login(challenge=flask.request.args["code_challenge"], at=int(time.time()))
    return response


def load_nothing_from_elsewhere(response: flask.Response) -> flask.Response:
    """Take other hosts' style sheets out of a page, and let its browser load nothing at all."""
    if response.mimetype == "text/html":
        response.set_data(FROM_ELSEWHERE.sub("", response.get_data(as_text=True)))
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def access_token(
    client: object,  # noqa: ARG001 - named so by Authlib, which calls this by keyword
    grant_type: str,  # noqa: ARG001
    user: oidc_provider_mock.User,
    scope: str,
) -> str:
    """Write the access token for the login whose code is being exchanged."""
    key = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
    now = int(time.time())
    claims = {
        **user.claims,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user.claims.get("sub", user.sub),
        "client_id": flask.request.form.get("client_id", ""),
        "scope": scope,
        "auth_time": LOGINS.pop(flask.request.form["code"]).at,
        "iat": now,
        "exp": now + int(TOKEN_LIVES.total_seconds()),
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": key.kid}, claims, key)


if __name__ == "__main__":
    run_simple("127.0.0.1", PROVIDER_PORT, application(), threaded=True)
