"""The cookies of a session and of logins under way: no script reads them, no other site's form brings them."""

from collections.abc import Mapping
from typing import Final

from chalicelib.sessions.model import LOGIN_LIVES
from chalicelib.settings import Stage, settings

SESSION: Final = "xinnuo"
LOGIN: Final = "xinnuo-login"
ROLE: Final = "xinnuo-role"
"""The role in which somebody with several acts; it says nothing that the token does not."""

TYPE: Final = "xinnuo-type"
LARGE: Final = "large"
"""The size of type that somebody wants in this browser (适老); it stays for a year."""
YEAR: Final = 365 * 24 * 60 * 60


def login_named(state: str) -> str:
    """Return the cookie of one login under way: two tabs may be at the identity provider at the same time."""
    return f"{LOGIN}-{state[:8]}"


def read_cookies(header: str) -> Mapping[str, str]:
    """Return a browser's cookies by name; of two with one name the first, which is the one nearest to us."""
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, is_one, value = part.strip().partition("=")
        if is_one:
            found.setdefault(name, value)
    return found


def held(cookies: Mapping[str, str], name: str) -> str:
    """Return the secret that a cookie of ours holds; empty if the browser has none."""
    return cookies.get(_full(name), "")


def given(name: str, secret: str) -> str:
    """Return the header that lets a browser keep something until it is closed.

    What belongs to a login under way is kept until that can no longer end, the size of type for a year.
    """
    seconds = LOGIN_LIVES.seconds if name.startswith(LOGIN) else YEAR if name == TYPE else 0
    lives = f"Max-Age={seconds}; " if seconds else ""
    return f"{_full(name)}={secret}; {lives}{_manner()}"


def taken(name: str) -> str:
    """Return the header that lets a browser forget it."""
    return f"{_full(name)}=; Max-Age=0; {_manner()}"


def _full(name: str) -> str:
    """Return the name under which a browser takes a cookie from this host alone (RFC 6265bis, 4.1.3.2)."""
    return name if settings().stage is Stage.LOCAL else f"__Host-{name}"


def _manner() -> str:
    """Return how it is kept; the local cloud speaks plain HTTP, over which a secure one would not come back."""
    secure = "" if settings().stage is Stage.LOCAL else "; Secure"
    return f"Path=/; HttpOnly; SameSite=Lax{secure}"
