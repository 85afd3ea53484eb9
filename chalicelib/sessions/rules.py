"""Secrets, the values derived from them, and safe redirect targets."""

import base64
import hashlib
import hmac
import re
from typing import Final

from chalicelib.sessions.model import LONGEST_NEXT

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 random bytes in base64url."""

ONWARD: Final = re.compile(r"[a-z0-9][A-Za-z0-9/_.~%?=&+-]*|")
"""A page relative to the portal's root: no scheme, no host, no way up, nothing that a browser would read as one."""


def is_secret(text: str) -> bool:
    """Return whether a text has the form of a secret."""
    return SECRET.fullmatch(text) is not None


def place_of(secret: str) -> str:
    """Return the key of a secret's row: a digest that does not reveal the secret."""
    return hashlib.sha256(f"place {secret}".encode()).hexdigest()


def seal_key_of(secret: str) -> bytes:
    """Return the key that encrypts the row's content: the table alone reveals nothing."""
    return hashlib.sha256(f"seal {secret}".encode()).digest()


def form_token(secret: str) -> str:
    """Return the token in every form of a session, which keeps other sites from submitting one (CSRF)."""
    return _text(hmac.new(secret.encode(), b"form", hashlib.sha256).digest())


def is_form_token(given: str, *, secret: str) -> bool:
    """Return whether a form came from a page of this session."""
    return hmac.compare_digest(given.encode(errors="replace"), form_token(secret).encode())


def challenge_of(verifier: str) -> str:
    """Return the challenge that a verifier answers (S256, RFC 7636, 4.2)."""
    return _text(hashlib.sha256(verifier.encode()).digest())


def person_of(issuer: str, sub: str, *, key: bytes) -> str:
    """Return the keyed digest of a person, who is an issuer's ``sub`` whatever their roles.

    All their sessions are found under it, and so are the subject keys that they were vouched for.
    """
    return hmac.new(key, f"person {issuer} {sub}".encode(), hashlib.sha256).hexdigest()


def onward_of(wanted: str) -> str:
    """Return the page to continue to, or the start page for anything that is not clearly one of ours."""
    is_ours = len(wanted) <= LONGEST_NEXT and ONWARD.fullmatch(wanted) is not None
    plain = wanted.lower().replace("%2e", ".")
    return wanted if is_ours and ".." not in plain and "//" not in plain else ""


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
