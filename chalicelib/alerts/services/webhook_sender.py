"""Sending to addresses chosen by others: look up once, check, and connect to exactly the address that was checked."""

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from chalicelib.alerts.rules.webhooks import is_public
from chalicelib.clock import real_now
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import Stage

CONNECT_SECONDS = 3
ANSWER_SECONDS = 5
PORTS = frozenset({443, 8443})
"""The ports at which public endpoints may listen."""


class Outcome(StrEnum):
    """The outcome of an attempt without an HTTP status."""

    NOT_ALLOWED = "ADDRESS_NOT_ALLOWED"
    NOT_FOUND = "NAME_NOT_FOUND"
    UNREACHABLE = "UNREACHABLE"
    ENDED = "WEBHOOK_ENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A parsed address; ``ips`` are all addresses that its name resolved to."""

    scheme: str
    host: str
    port: int
    target: str
    ips: tuple[str, ...]


class Sender:
    """Posts signed events; follows no redirects and reads nothing but the status."""

    def __init__(self, stage: Stage, look_up: Callable[..., Sequence[Any]] | None = None) -> None:
        """Allow http and private addresses on the local stage only, where everything is on one machine."""
        self._stage = stage
        self._look_up = look_up or socket.getaddrinfo

    def destination(self, url: str) -> Destination:
        """Parse an address, look its name up, and check every result; ``ADDRESS_NOT_ALLOWED`` if one is not allowed.

        ``OSError`` if the name cannot be looked up.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise DomainError(ErrorCode.ADDRESS_NOT_ALLOWED) from None
        is_local = self._stage is Stage.LOCAL
        if parts.scheme not in ({"https", "http"} if is_local else {"https"}) or not parts.hostname:
            raise DomainError(ErrorCode.ADDRESS_NOT_ALLOWED)
        if parts.username is not None or parts.password is not None or parts.fragment or not url.isascii():
            raise DomainError(ErrorCode.ADDRESS_NOT_ALLOWED)
        port = port or (443 if parts.scheme == "https" else 80)
        if not is_local and port not in PORTS:
            raise DomainError(ErrorCode.ADDRESS_NOT_ALLOWED)
        found = self._look_up(parts.hostname, port, type=socket.SOCK_STREAM)
        ips = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not ips or not (is_local or all(is_public(ip) for ip in ips)):
            raise DomainError(ErrorCode.ADDRESS_NOT_ALLOWED)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Destination(scheme=parts.scheme, host=parts.hostname, port=port, target=target, ips=ips)

    def send(self, url: str, *, name: str, body: str, secrets: Sequence[str]) -> str:
        """Post a body under a name, signed with each secret; return the status or the ``Outcome``.

        The signature uses the machine's own time, because receivers check its age against theirs.
        """
        from standardwebhooks.webhooks import Webhook as Signer  # noqa: PLC0415 - only deliveries need it

        now = real_now().astimezone(UTC)
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "User-Agent": "xinnuo-webhooks/1",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Signer(secret).sign(name, now, body) for secret in secrets),
        }
        try:
            destination = self.destination(url)
        except DomainError:
            return Outcome.NOT_ALLOWED
        except OSError:
            return Outcome.NOT_FOUND
        return _posted(destination, headers, body.encode())


def _posted(to: Destination, headers: Mapping[str, str], body: bytes) -> str:
    """Connect to the address that was checked, without looking it up again; the certificate must match the name."""
    import urllib3  # noqa: PLC0415 - only deliveries need it

    host = f"[{to.host}]" if ":" in to.host else to.host
    usual = 443 if to.scheme == "https" else 80
    sent = {**headers, "Host": host if to.port == usual else f"{host}:{to.port}"}
    options: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS),
        "retries": False,
        "maxsize": 1,
    }
    pool: urllib3.HTTPConnectionPool
    if to.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            to.ips[0], to.port, server_hostname=to.host, assert_hostname=to.host, cert_reqs="CERT_REQUIRED", **options
        )
    else:
        pool = urllib3.HTTPConnectionPool(to.ips[0], to.port, **options)
    try:
        with pool:
            answer = pool.urlopen(
                "POST", to.target, body=body, headers=sent, redirect=False, preload_content=False, decode_content=False
            )
            answer.close()
            return str(answer.status)
    except (urllib3.exceptions.HTTPError, OSError):
        return Outcome.UNREACHABLE
