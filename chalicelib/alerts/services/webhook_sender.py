"""Sending to addresses chosen by others: look up once, check, and connect to exactly the address that was checked."""

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Any
from urllib.parse import urlsplit

from chalicelib.alerts.rules.webhooks import is_allowed, retry_after
from chalicelib.clock import real_now
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import Stage

CONNECT_SECONDS = 3
"""How long connecting may take, shared by all addresses of a name, but a second each."""
MOST_ADDRESSES = 8
"""How many addresses of a name are tried: as many as load balancers give, and within the job's own minute."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of an attempt: a status or an ``Outcome``, and how long the receiver asks us to wait."""

    outcome: str
    retry_after: timedelta = timedelta(0)


class Sender:
    """Posts signed events; follows no redirects and reads nothing but the status and ``Retry-After``."""

    def __init__(
        self,
        stage: Stage,
        look_up: Callable[..., Sequence[Any]] | None = None,
        *,
        networks: Sequence[IPv4Network] = (),
    ) -> None:
        """Allow http and all addresses on the local stage, where everything is on one machine.

        Elsewhere only https, to the public internet and to ``networks``, the city's own.
        """
        self._stage = stage
        self._networks = networks
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
        if not ips or not (is_local or all(is_allowed(ip, networks=self._networks) for ip in ips)):
            raise DomainError(ErrorCode.ADDRESS_NOT_ALLOWED)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Destination(scheme=parts.scheme, host=parts.hostname, port=port, target=target, ips=ips)

    def send(self, url: str, *, name: str, body: str, secrets: Sequence[str]) -> Attempt:
        """Post a body under a name, signed with each secret.

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
            return Attempt(outcome=Outcome.NOT_ALLOWED)
        except OSError:
            return Attempt(outcome=Outcome.NOT_FOUND)
        return _posted(destination, headers, body.encode())


def _posted(to: Destination, headers: Mapping[str, str], body: bytes) -> Attempt:
    """Connect to the first address that answers of those that were checked, without looking them up again.

    The certificate must match the name. Once something was sent, no other address is tried.
    """
    import urllib3  # noqa: PLC0415 - only deliveries need it

    host = f"[{to.host}]" if ":" in to.host else to.host
    usual = 443 if to.scheme == "https" else 80
    sent = {**headers, "Host": host if to.port == usual else f"{host}:{to.port}"}
    ips = to.ips[:MOST_ADDRESSES]
    options: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=max(1, CONNECT_SECONDS / len(ips)), read=ANSWER_SECONDS),
        "retries": False,
        "maxsize": 1,
    }
    for ip in ips:
        pool: urllib3.HTTPConnectionPool
        if to.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                ip, to.port, server_hostname=to.host, assert_hostname=to.host, cert_reqs="CERT_REQUIRED", **options
            )
        else:
            pool = urllib3.HTTPConnectionPool(ip, to.port, **options)
        try:
            with pool:
                answer = pool.urlopen(
                    "POST",
                    to.target,
                    body=body,
                    headers=sent,
                    redirect=False,
                    preload_content=False,
                    decode_content=False,
                )
                answer.close()
                wait = retry_after(answer.headers.get("Retry-After", ""), now=real_now())
                return Attempt(outcome=str(answer.status), retry_after=wait)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            continue
        except (urllib3.exceptions.HTTPError, OSError):
            break
    return Attempt(outcome=Outcome.UNREACHABLE)
