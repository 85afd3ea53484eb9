"""Logging in and out of the portal."""

import json
import secrets
from collections.abc import Callable
from datetime import datetime

from chalicelib.sessions.model import LOGIN_LIVES, Begun, Login, Session
from chalicelib.sessions.rules import challenge_of, is_secret, onward_of, person_of
from chalicelib.sessions.store import SessionStore


class Sessions:
    """All sessions; times are real, like those of tokens, even if the service clock is shifted."""

    def __init__(self, store: SessionStore, *, issuer: str, key: Callable[[], bytes]) -> None:
        """``key`` returns what derives the digest under which the sessions of one of the issuer's people are found."""
        self._store = store
        self._issuer = issuer
        self._key = key

    def begin(self, onward: str, *, at: datetime) -> Begun:
        """Begin a login that will continue to one of our pages."""
        secret, state, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        login = {"state": state, "verifier": verifier, "onward": onward_of(onward)}
        self._store.add(secret, json.dumps(login), person=None, at=at, ends_at=at + LOGIN_LIVES)
        return Begun(secret=secret, state=state, challenge=challenge_of(verifier))

    def come_back(self, secret: str, *, state: str, at: datetime) -> Login | None:
        """Return the login with which a browser returns, once; ``None`` if this browser began no such login."""
        text = self._store.take(secret, at=at) if is_secret(secret) else None
        login = None if text is None else Login(**json.loads(text))
        is_same = login is not None and secrets.compare_digest(login.state.encode(), state.encode(errors="replace"))
        return login if is_same else None

    def open(self, token: str, *, sub: str, at: datetime, ends_at: datetime) -> str:
        """Open a session with a verified token, and return the browser's secret."""
        secret = secrets.token_urlsafe(32)
        self._store.add(secret, token, person=self._person(sub), at=at, ends_at=ends_at)
        return secret

    def find(self, secret: str, *, at: datetime) -> Session | None:
        """Return a browser's session; ``None`` if it has none or it has ended."""
        found = self._store.read(secret, at=at) if is_secret(secret) else None
        return None if found is None else Session(token=found[0], ends_at=found[1])

    def end(self, secret: str) -> None:
        """End one session, when another replaces it."""
        if is_secret(secret):
            self._store.remove(secret)

    def leave(self, secret: str, *, sub: str) -> None:
        """End all of a person's sessions, wherever they were opened."""
        self.end(secret)
        self._store.remove_all(self._person(sub))

    def end_older(self, person: str, *, than: datetime) -> None:
        """End the sessions of a person, by the digest, that were opened before an instant."""
        self._store.remove_older(person, than=than)

    def _person(self, sub: str) -> str:
        return person_of(self._issuer, sub, key=self._key())
