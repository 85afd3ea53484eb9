"""A local cloud of a browser's own, beside one that somebody uses."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
STATE: Final = ROOT / ".local" / "browser"
PORTS: Final = ("XINNUO_CLOUD_PORT", "XINNUO_PROVIDER_PORT", "XINNUO_CATCHER_PORT", "XINNUO_CATCHER_MAIL_PORT")


class NotUpError(Exception):
    """The local cloud did not come up; the message is what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A local cloud that runs: the portal's address, and the settings by which the cloud is its own."""

    portal: str
    own: dict[str, str]

    def inhabit(self, *, opened: int, late: int) -> None:
        """Let a town (``infra.browser.town``) file its cases, and let the sweep see which are late."""
        told = (shlex.split(line)[1] for line in _run("environment", self.own).splitlines())
        environment = dict(line.split("=", 1) for line in told)
        _started("infra.browser.town", str(opened), str(late), environment=environment)
        _run("sweep", self.own)


@contextmanager
def own_cloud() -> Iterator[Cloud]:
    """Start an empty cloud, deploy onto it, publish the sample items; give it, and end it all without saving.

    One that an earlier run has left behind is stopped first.
    """
    own = {"XINNUO_LOCAL_DIR": str(STATE), **dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))}
    _run("discard", own)
    shutil.rmtree(STATE, ignore_errors=True)
    try:
        yield Cloud(portal=_run("up", own).splitlines()[-1], own=own)
    finally:
        _run("discard", own)


def _free_ports(number: int) -> list[str]:
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [str(probe.getsockname()[1]) for probe in probes]


def _run(verb: str, own: dict[str, str]) -> str:
    return _started("infra.local", verb, environment=own)


def _started(module: str, *arguments: str, environment: dict[str, str]) -> str:
    """Run a module with this environment, without what tests put into theirs, and return what it prints."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("XINNUO_", "AWS_"))}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=outside | environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotUpError(done.stdout + done.stderr)
    return done.stdout
