"""Log in as a persona the way a browser does: the authorization-code flow with PKCE (RFC 6749, RFC 7636)."""

import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.request
from http.client import HTTPMessage
from typing import IO
from urllib.parse import parse_qs, urlencode, urlsplit

from infra.local.identity import personas
from infra.local.place import ISSUER, LocalError

CLIENT = "xinnuo-cli"
CALLBACK = "http://localhost/callback"
OK = 200
FOUND = 302
SHOWN = 300


def token_of(name: str) -> str:
    """Return a bearer token of a persona; raises ``LocalError`` if nobody has that name or the provider is down."""
    if name not in personas():
        message = f"There is no persona {name!r}. There are: {', '.join(personas())}."
        raise LocalError(message)
    verifier = secrets.token_urlsafe(48)
    code = _logged_in(name, verifier=verifier)
    status, answer, _ = _ask(
        "/oauth2/token",
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": CLIENT,
            "client_secret": "any",  # the provider wants one and accepts any; what proves the caller is the verifier
            "code_verifier": verifier,
        },
    )
    if status != OK:
        message = f"The identity provider gave no token ({status}): {answer[:SHOWN]}"
        raise LocalError(message)
    return str(json.loads(answer)["access_token"])


def _logged_in(name: str, *, verifier: str) -> str:
    """Open the provider's form, choose the persona, and return the code that the redirect carries."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    state = secrets.token_urlsafe(16)
    query = urlencode(
        {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": CALLBACK,
            "scope": "openid profile",
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        },
    )
    status, page, _ = _ask(f"/oauth2/authorize?{query}")
    if status != OK:
        message = f"The identity provider shows no login form ({status}): {page[:SHOWN]}"
        raise LocalError(message)
    status, page, location = _ask(f"/oauth2/authorize?{query}", form={"sub": name})
    redirected = parse_qs(urlsplit(location).query)
    if status != FOUND or redirected.get("state") != [state] or "code" not in redirected:
        message = f"The identity provider did not log {name} in ({status}): {page[:SHOWN]}"
        raise LocalError(message)
    return redirected["code"][0]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are read, not followed: the callback is nobody's address."""

    def redirect_request(
        self,
        req: urllib.request.Request,  # noqa: ARG002
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        return None


def _ask(path: str, *, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Return status, body and redirect target."""
    request = urllib.request.Request(ISSUER + path, data=urlencode(form).encode() if form else None)  # noqa: S310
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=60) as answer:
            return answer.status, answer.read().decode(), ""
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode(), answer.headers.get("Location", "")
    except urllib.error.URLError as error:
        message = f"The identity provider at {ISSUER} does not answer: {error.reason}. Is the local cloud up (make up)?"
        raise LocalError(message) from error
