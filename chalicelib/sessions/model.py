"""Logins under way and sessions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

LOGIN_LIVES: Final = timedelta(minutes=10)
"""How long somebody may take at the identity provider."""

LONGEST_NEXT: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login under way (登录中): what must be the same when the identity provider sends the browser back.

    ``state`` comes back in the address, ``verifier`` proves to the provider who had begun (RFC 7636), ``onward`` is
    the page that was wanted, from the portal's root and without a slash in front.
    """

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    onward: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is logged in (会话): the access token that speaks for its owner, as long as that is good."""

    token: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A login that has begun: the secret that the browser keeps, and what it takes along to the provider."""

    secret: str = field(repr=False)
    state: str = field(repr=False)
    challenge: str
