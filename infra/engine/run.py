"""Starts DynamoDB Local in memory on a free port, and stops it when its user is done or dies."""

import http.client
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from infra.engine.installation import Engine, install

TRIES: Final = 3
"""Another process can take the free port before the engine does; then the next one is tried."""
GUARD: Final = Path(__file__).with_name("guard.py")
LIST_TABLES: Final = {
    "Authorization": (
        "AWS4-HMAC-SHA256 Credential=local/20260101/cn-north-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
    ),
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
}
"""The engine reads the access key and the region out of a signature and does not verify it."""


class EngineStartError(Exception):
    """The engine ended, or gave no answer in time; the message is what it printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Starting:
    """An engine on its way, known by an origin that it alone allows: another one may sit on the same port."""

    process: subprocess.Popen[bytes]
    port: int
    origin: str
    printed: IO[bytes]

    def answers(self, *, within_seconds: float) -> bool:
        """Wait until this engine answers `ListTables`; false if it cannot, or takes too long."""
        give_up_at = time.monotonic() + within_seconds
        while time.monotonic() < give_up_at and self.process.poll() is None and not self._lost_its_port():
            if self._lists_tables():
                return True
            time.sleep(0.05)
        return False

    def stop(self) -> None:
        """Close the guard's standard input, which ends the engine, and wait for both."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()

    def _lost_its_port(self) -> bool:
        """An engine that cannot have its port says so and then neither serves nor ends."""
        self.printed.seek(0)
        return b"BindException" in self.printed.read()

    def _lists_tables(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/", body=b"{}", headers={**LIST_TABLES, "Origin": self.origin})
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        allowed = answer.getheader("Access-Control-Allow-Origin")
        return answer.status == http.client.OK and allowed == self.origin


@contextmanager
def running(*, heap_mib: int = 1024, within_seconds: float = 180) -> Iterator[str]:
    """Install the engine if it is missing, start an empty one, and give its endpoint URL.

    Each access key sees tables of its own, in each region; a key is letters and digits.
    Nothing is kept on disk.
    The engine cannot be told to listen on loopback alone, so it must never hold anything but synthetic data.

    Raises:
        EngineStartError: on none of three ports did it answer `ListTables` within `within_seconds`.
    """
    engine = install()
    said = ""
    for _ in range(TRIES):
        # Opened to append: reading from the start does not move the place where the engine writes.
        with tempfile.TemporaryFile("a+b") as printed:
            starting = _start(engine, heap_mib=heap_mib, printed=printed)
            try:
                if starting.answers(within_seconds=within_seconds):
                    yield f"http://127.0.0.1:{starting.port}"
                    return
            finally:
                starting.stop()
            printed.seek(0)
            said = printed.read().decode(errors="replace")
    raise EngineStartError(said)


def _start(engine: Engine, *, heap_mib: int, printed: IO[bytes]) -> _Starting:
    port = _free_port()
    origin = f"http://{secrets.token_hex(8)}.invalid"
    # One collector thread leaves the cores to what is measured.
    java = [str(engine.java), f"-Xmx{heap_mib}m", "-XX:+UseSerialGC", "-Djava.library.path=DynamoDBLocal_lib"]
    options = ["-inMemory", "-disableTelemetry", "-cors", origin, "-port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-I", str(GUARD), *java, "-jar", "DynamoDBLocal.jar", *options],
        cwd=engine.folder,
        env={**os.environ, "DDB_LOCAL_TELEMETRY": "0"},
        stdin=subprocess.PIPE,
        stdout=printed,
        stderr=printed,
    )
    return _Starting(process=process, port=port, origin=origin, printed=printed)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
