"""Logins in progress, and sessions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

LOGIN_LIVES: Final = timedelta(minutes=10)
"""How long a login at the identity provider may take."""

LONGEST_NEXT: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login in progress (登录中): what must match when the identity provider sends the browser back.

    ``state`` comes back in the address, ``verifier`` proves to the provider who began the login (RFC 7636), ``onward``
    is the requested page, relative to the portal's root and without a leading slash.
    """

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    onward: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A logged-in browser (会话): the access token of its user, and when the token ends."""

    token: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A login that has begun: the browser's secret, and what it takes along to the provider."""

    secret: str = field(repr=False)
    state: str = field(repr=False)
    challenge: str
