"""Storing sessions, encrypted with a secret that only the browser has."""

import os
from contextlib import suppress
from datetime import UTC, datetime

from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.sessions.rules import place_of, seal_key_of
from chalicelib.sessions.table import SessionRow

NONCE = 12
"""Length of the AES-GCM nonce, which precedes the ciphertext."""


class SessionStore:
    """All sessions and logins in progress."""

    def add(self, secret: str, text: str, *, person: str | None, at: datetime, ends_at: datetime) -> None:
        """Save a text until an instant, readable only with its secret."""
        row = self._row(secret)
        row.sealed = _sealed(text, secret)
        row.person = person
        row.opened_at = at
        row.expires = int(ends_at.timestamp())
        tx = Transaction()
        tx.add(row, on_failure=ConflictError())
        tx.commit()

    def read(self, secret: str, *, at: datetime) -> tuple[str, datetime] | None:
        """Return the saved text and when it ends; ``None`` if there is none or it has ended."""
        try:
            row = SessionRow.get(place_of(secret), consistent_read=True)
        except SessionRow.DoesNotExist:
            return None
        if at.timestamp() >= row.expires:
            return None
        return _opened(row.sealed, secret), datetime.fromtimestamp(row.expires, UTC)

    def remove(self, secret: str) -> None:
        """Delete one."""
        self._row(secret).delete()

    def take(self, secret: str, *, at: datetime) -> str | None:
        """Read one and delete it: of two requests with the same secret, one gets nothing."""
        found = self.read(secret, at=at)
        if found is None:
            return None
        tx = Transaction()
        tx.remove(self._row(secret), condition=SessionRow.pk.exists(), on_failure=ConflictError())
        try:
            tx.commit()
        except ConflictError:
            return None
        return found[0]

    def remove_all(self, person: str) -> None:
        """Delete all sessions of a person."""
        for row in SessionRow.by_person.query(person):
            SessionRow(row.pk).delete()

    def remove_older(self, person: str, *, than: datetime) -> None:
        """Delete the sessions of a person that were opened before an instant."""
        for row in SessionRow.by_person.query(person):
            tx = Transaction()
            tx.remove(SessionRow(row.pk), condition=SessionRow.opened_at < than, on_failure=ConflictError())
            with suppress(ConflictError):  # opened since, or gone already
                tx.commit()

    def _row(self, secret: str) -> SessionRow:
        return SessionRow(place_of(secret))


def _sealed(text: str, secret: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - few requests need its library

    nonce = os.urandom(NONCE)
    return nonce + AESGCM(seal_key_of(secret)).encrypt(nonce, text.encode(), None)


def _opened(sealed: bytes, secret: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    return AESGCM(seal_key_of(secret)).decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()
