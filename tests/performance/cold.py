"""How long a fresh process takes to be ready: the service with its first client, beside boto3 with one client alone."""

import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SERVICE = """
import app
from chalicelib.rows import connection
connection().client
"""
ALONE = """
import boto3
boto3.client("dynamodb", region_name="cn-north-1")
"""
FIRST_ANSWER = """
import app
event = {event}
answer = app.app(event, None)
assert answer["statusCode"] == 200, answer
"""
FIRST_READ = """
import boto3
client = boto3.client("dynamodb", region_name="cn-north-1")
client.get_item(TableName="xinnuo-local-catalogue", Key={{"pk": {{"S": "item:plate-replacement"}}}})
client.get_item(TableName="xinnuo-local-catalogue", Key={{"pk": {{"S": "version:plate-replacement:1"}}}})
"""
TIMED = """
import os, sys, time
sys.stdout = open(os.devnull, "w")
began = time.process_time(), time.perf_counter()
{source}
took = time.process_time() - began[0], time.perf_counter() - began[1]
print(*took, file=sys.stderr)
os._exit(0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Two ways to start beside each other: medians of the rounds' ratios, and of CPU milliseconds."""

    ratio: float
    wall_ratio: float
    ours_ms: float
    theirs_ms: float
    rounds: int


def is_as_deployed() -> bool:
    """Whether this machine can run the package itself, which is made for Lambda's Python 3.11 on x86-64 Linux."""
    made_for = (3, 11), "Linux", "x86_64"
    return (sys.version_info[:2], platform.system(), platform.machine()) == made_for


def start_beside(ours: str, theirs: str, *, package: Path, rounds: int, environment: Mapping[str, str]) -> Start:
    """Run two sources in fresh processes, one after the other, the other first in every other round.

    Both run on what the package holds and nothing else, theirs with boto3 beside it; where the package cannot run,
    both run in this environment.
    """
    mine: list[tuple[float, float]] = []
    other: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("boto3", "s3transfer"):
            found = importlib.util.find_spec(name)
            if found is not None and found.origin is not None:
                (Path(scratch) / name).symlink_to(Path(found.origin).parent)
        # The first round warms the disk's cache, and does not count.
        for number in range(rounds + 1):
            sides = [(mine, ours, [package]), (other, theirs, [package, Path(scratch)])]
            for times, source, path in sides if number % 2 else reversed(sides):
                times.append(_seconds(source, path, environment))
    counted = list(zip(mine, other, strict=True))[1:]
    return Start(
        ratio=median(one[0] / two[0] for one, two in counted),
        wall_ratio=median(one[1] / two[1] for one, two in counted),
        ours_ms=median(one[0] for one, _ in counted) * 1000,
        theirs_ms=median(two[0] for _, two in counted) * 1000,
        rounds=rounds,
    )


def _seconds(source: str, path: Sequence[Path], environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of CPU and of the wall clock that a source takes in a process of its own."""
    isolation = ["-S"] if is_as_deployed() else []
    # Nothing is compiled for the next process: Lambda could not write it.
    fixed = {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *isolation, "-c", TIMED.format(source=source)],
        cwd=path[0],
        env={**os.environ, **environment, **fixed},
        check=True,
        capture_output=True,
        text=True,
    )
    cpu, wall = done.stderr.split()[-2:]
    return float(cpu), float(wall)
