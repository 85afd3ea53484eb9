"""What every test stands on: no network but this machine's own, and made-up answers from the environment.

Everything else a test needs it asks for by name, from the fixtures of its own folder or from ``tests.builders``.
"""

import ipaddress
import os
import socket
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest

from tests import depth

os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": "cn-north-1",
        "AWS_REGION": "cn-north-1",
        # Nobody's own profile, and no asking a machine for its role.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "XINNUO_STAGE": "local",
        "XINNUO_ISSUER": "https://issuer.test",
        "XINNUO_AUDIENCE": "xinnuo-api",
        "XINNUO_JWKS_URL": "https://issuer.test/jwks",
        "XINNUO_AUTHORIZE_URL": "https://issuer.test/authorize",
        "XINNUO_TOKEN_URL": "https://issuer.test/token",
        "XINNUO_PORTAL_URL": "http://localhost:8000/api",
        "XINNUO_SECRET": "xinnuo-local",
        "XINNUO_IDENTITY_KEY": "alias/xinnuo-local-identity",
        "XINNUO_CONTACT_KEY": "alias/xinnuo-local-contacts",
        "XINNUO_ALERT_TOPIC": "arn:aws-cn:sns:cn-north-1:123456789012:xinnuo-local-alerts",
        "XINNUO_DELIVER_QUEUE": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/xinnuo-local-deliver",
        "XINNUO_UNTOLD_QUEUE": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/xinnuo-local-untold",
        "XINNUO_DEAD_LETTER_QUEUE": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/xinnuo-local-dead-letters",
        "XINNUO_IMPORT_QUEUE": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/xinnuo-local-import",
        "XINNUO_ISSUE_QUEUE": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/xinnuo-local-issue",
        "XINNUO_WALK_QUEUE": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/xinnuo-local-walks",
        # Nobody listens at either; tests that send have a gateway and a server of their own.
        "XINNUO_SMS_GATEWAY": "http://127.0.0.1:9/sms",
        "XINNUO_SMS_SIGNATURE": "信诺政务",
        "XINNUO_MAIL_HOST": "127.0.0.1",
        "XINNUO_MAIL_PORT": "9",
        "XINNUO_MAIL_TLS": "none",
        "XINNUO_MAIL_SENDER": "no-reply@xinnuo.example.com",
        "XINNUO_REGIONS": "cn-north-1,cn-northwest-1",
        "XINNUO_DEPARTMENTS": "traffic,market,credit,monitoring,inspection",
        "XINNUO_CLOCK_OFFSET_SECONDS": "0",
        # A sweep asks each of them.
        "XINNUO_SWEEP_SHARDS": "4",
    }
)
# A profile would win over the credentials above.
os.environ.pop("AWS_PROFILE", None)

hypothesis.settings.load_profile(depth.PROFILE)


class NetworkShutError(RuntimeError):
    """A test tried to reach beyond this machine."""


def is_loopback(host: object) -> bool:
    """Say whether a host is this machine: 127.0.0.0/8, ::1, localhost and every name under it, or no host at all."""
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def refuse_beyond_loopback(host: object) -> None:
    """Raise ``NetworkShutError`` unless the host is this machine."""
    if not is_loopback(host):
        message = f"tests reach this machine only, not {host!r}"
        raise NetworkShutError(message)


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:  # noqa: ANN401 - as the standard library has it
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            refuse_beyond_loopback(address[0])
        return connect(self, address)

    return guarded


def pytest_report_header() -> str:
    """Say how far the long tests go."""
    return f"xinnuo: {'deep' if depth.IS_DEEP else 'a sample of what make deep runs'}, {depth.EXAMPLES:,} examples"


def pytest_configure(config: pytest.Config) -> None:
    """Shut the network before any test file is imported."""
    config.addinivalue_line("markers", "deep: goes further in `make deep` (tests/depth.py)")
    shut = pytest.MonkeyPatch()
    config.add_cleanup(shut.undo)
    resolve = socket.getaddrinfo

    def guarded_resolve(host: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the standard library has it
        refuse_beyond_loopback(host)
        return resolve(host, *args, **kwargs)  # type: ignore[arg-type]

    shut.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
    shut.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
    shut.setattr(socket, "getaddrinfo", guarded_resolve)
