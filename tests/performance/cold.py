"""What a fresh process takes until it has answered: the package as it ships, beside boto3 making the same calls.

Lambda starts the service (INIT) on a full core and answers on the share of one that the function's memory buys.
"""

import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any
from unittest import mock

from botocore import xform_name

from tests.cloud import SECRET, Client, the_issuer
from tests.performance.bare import Bare

ROOT = Path(__file__).parents[2]
SHARE = 0.58
"""The share of a core that 1,024 MB buy: 1,769 MB are one."""

OF_BOTO3 = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
"""What an environment with boto3 and nothing else holds."""

SERVICE = """
import app
done()
answer = app.app(given, None)
assert answer["statusCode"] == 200, answer
done()
"""
BOTO3 = """
import boto3
client = boto3.client("dynamodb", region_name="cn-north-1")
done()
for method, parameters in given:
    getattr(client, method)(**parameters)
done()
"""
TIMED = """
import json, os, sys, time
given, paper, sys.stdout = json.load(sys.stdin), sys.stdout, open(os.devnull, "w")
marks = [time.process_time()]
def done():
    marks.append(time.process_time())
{source}
json.dump(marks, paper)
paper.flush()
os._exit(0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The service's start beside boto3's: the median of the rounds' ratios, and medians of CPU milliseconds."""

    ratio: float
    init_ms: float
    request_ms: float
    theirs_ms: float


def is_as_deployed() -> bool:
    """Whether this machine can run the package itself, which is made for Lambda's Python 3.11 on x86-64 Linux."""
    made_for = (3, 11), "Linux", "x86_64"
    return (sys.version_info[:2], platform.system(), platform.machine()) == made_for


def start_beside_boto3(event: dict[str, Any], *, client: Client, bare: Bare, package: Path, rounds: int) -> Start:
    """Let fresh processes answer an event, and others make the same calls to DynamoDB, in turn.

    Both run on what they need and nothing else, with its bytecode; where the package cannot run, both run in this
    environment.
    """
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    rehearsal = bare.rehearse(partial(client.send, event))
    calls = [(xform_name(call.operation), call.parameters) for call in rehearsal.calls]
    with _neighbours(), _boto3_alone() as alone:
        # The first round warms the disk's cache, and does not count.
        for number in range(rounds + 1):
            sides = [(ours, SERVICE, package, event), (theirs, BOTO3, alone, calls)]
            for times, source, path, given in sides if number % 2 else reversed(sides):
                times.append(_milliseconds(source, path, given))
                bare.put_back(rehearsal)
    del ours[0], theirs[0]
    return Start(
        ratio=median(sum(one) / sum(other) for one, other in zip(ours, theirs, strict=True)),
        init_ms=median(init for init, _ in ours),
        request_ms=median(request for _, request in ours),
        theirs_ms=median(map(sum, theirs)),
    )


def _milliseconds(source: str, path: Path, given: object) -> list[float]:
    """CPU milliseconds of each step of a source in a process of its own."""
    done = subprocess.run(
        [sys.executable, *(["-S"] if is_as_deployed() else []), "-c", TIMED.format(source=source)],
        cwd=path if is_as_deployed() else ROOT,
        # Nothing is compiled for the next process: in Lambda there is nowhere to write it.
        env={**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1", "_HANDLER": "app.app"},
        input=json.dumps(given),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    marks = json.loads(done.stdout)
    return [(end - begin) * 1000 for begin, end in pairwise(marks)]


@contextmanager
def _boto3_alone() -> Iterator[Path]:
    """Lay a folder that holds boto3 and what it requires, compiled as an installer leaves them."""
    with tempfile.TemporaryDirectory() as scratch:
        links = []
        for name in OF_BOTO3:
            found = importlib.util.find_spec(name)
            if found is None or found.origin is None:
                message = f"{name} is not installed"
                raise ModuleNotFoundError(message)
            origin = Path(found.origin)
            origin = origin.parent if origin.name == "__init__.py" else origin
            links.append(Path(scratch) / origin.name)
            links[-1].symlink_to(origin)
        subprocess.run([sys.executable, "-m", "compileall", "-q", *map(str, links)], check=True)
        yield Path(scratch)


class _Neighbour(BaseHTTPRequestHandler):
    """The issuer's keys for whoever gets, the service's secret for whoever posts."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(the_issuer().jwks("https://issuer.test/jwks"))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"Name": "xinnuo-local", "SecretString": json.dumps(SECRET)})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Log nothing."""

    def _answer(self, body: Mapping[str, object]) -> None:
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def _neighbours() -> Iterator[None]:
    """Be the issuer and the secret store of the processes that are started in the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Neighbour) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            with mock.patch.dict(
                "os.environ",
                {"XINNUO_JWKS_URL": f"{address}/jwks", "AWS_ENDPOINT_URL_SECRETS_MANAGER": address},
            ):
                yield
        finally:
            server.shutdown()
