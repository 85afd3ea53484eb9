"""What every test stands on: no network but this machine's own, and made-up answers from the environment.

Everything else a test needs it asks for by name, from the fixtures of its own folder or from ``tests.builders``.
"""

import gc
import ipaddress
import os
import socket
from collections.abc import Callable, Generator, Iterator
from typing import Any

import hypothesis
import pytest

from tests import depth, rights

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
        "XINNUO_CLOCK_OFFSET_SECONDS": "0",
        # A sweep asks each of them.
        "XINNUO_SWEEP_SHARDS": "4",
    }
)
# A profile would win over the credentials above.
os.environ.pop("AWS_PROFILE", None)

hypothesis.settings.load_profile(depth.PROFILE)

# What tests keep for each other is large and lives on: looking through it as often as usual takes a tenth of the time.
gc.set_threshold(50_000, 20, 100)


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
    """Shut the network, and look at every call to AWS, before any test file is imported."""
    # Measurements import this file too, and would pay for it with every call.
    rights.begin()
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


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """Let a worker say why a test with a lone surrogate fails: it can send none, and would end without a word."""
    return _sendable((yield))


def _sendable(part: object) -> object:
    match part:
        case str():
            return part.encode(errors="backslashreplace").decode()
        case dict():
            return {name: _sendable(value) for name, value in part.items()}
        case list() | tuple():
            return type(part)(map(_sendable, part))
        case _:
            return part


# Rights in AWS: each test fails for what no policy grants, a run of all tests for what no call has used.

USED = pytest.StashKey[set[rights.Right]]()
UNUSED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let whoever runs all tests ask for rights that none of them has used."""
    parser.addoption("--rights", action="store_true", help="fail for rights in AWS that no test has used")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """Fail a test after which something was called that no policy grants."""
    yield
    if rights.missing:
        found = sorted(rights.missing)
        rights.missing.clear()
        pytest.fail("No policy grants:\n" + "\n".join(found), pytrace=False)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - pytest-xdist types none of it
    """Take what a worker has seen."""
    there = getattr(node, "workeroutput", {}).get("rights", ())
    node.config.stash.setdefault(USED, set()).update(rights.Right(*right) for right in there)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was seen to who asked for it, or say what was not."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["rights"] = [tuple(right) for right in rights.used]
    elif config.option.rights:
        config.stash[UNUSED] = rights.unused(config.stash.get(USED, set()) | rights.used)
        if config.stash[UNUSED] and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the rights that nobody has used."""
    for said in config.stash.get(UNUSED, ()):
        terminalreporter.line(said, red=True)
