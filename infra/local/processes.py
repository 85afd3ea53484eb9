"""Programs in the background: started once, found again by their pid file, stopped gently."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.place import ENVIRONMENTS, STATE, LocalError

READY_WITHIN = 180.0
STOPPED_WITHIN = 180.0
LAST_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program of the local cloud: what it is called, how it starts, and the address that answers once it is up."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    port: int
    port_variable: str
    ready_at: str

    @property
    def pid_file(self) -> Path:
        """Where the process's number is kept while it runs."""
        return STATE / f"{self.name}.pid"

    @property
    def log_file(self) -> Path:
        """Where the process writes what it has to say."""
        return STATE / f"{self.name}.log"

    @property
    def scratch(self) -> Path:
        """Where the process puts what it needs only while it runs: the emulated AWS unpacks every function anew."""
        return STATE / f"{self.name}-scratch"

    def pid(self) -> int | None:
        """Return the running process's number; ``None`` if it is gone, or if the number now belongs to another."""
        try:
            pid = int(self.pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if str(ENVIRONMENTS) in _command_of(pid) else None

    def start(self) -> None:
        """Start it unless it runs already, and wait until it answers; raises ``LocalError`` with its last words."""
        started = None
        if self.pid() is None:
            self._require_free_port()
            started = self._launch()
        self._wait(started)

    def stop(self) -> bool:
        """Ask it to stop, which lets it save its state, and wait; says whether there was anything to stop."""
        pid = self.pid()
        if pid is None:
            self.pid_file.unlink(missing_ok=True)
            return False
        os.kill(pid, signal.SIGTERM)
        self._wait_until_gone(pid)
        return True

    def kill(self) -> None:
        """End it and all that it has started, if it runs; what it would have saved is lost."""
        pid = self.pid()
        if pid is not None:
            os.killpg(pid, signal.SIGKILL)
            self._wait_until_gone(pid)

    def _wait_until_gone(self, pid: int) -> None:
        deadline = time.monotonic() + STOPPED_WITHIN
        while self.pid() is not None or self._is_port_taken():
            if time.monotonic() > deadline:
                message = f"{self.name} (process {pid}) has not stopped within {STOPPED_WITHIN:.0f} s."
                raise LocalError(message)
            time.sleep(0.1)
        self.pid_file.unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _require_free_port(self) -> None:
        if self._is_port_taken():
            message = (
                f"Port {self.port} is in use by another program, so {self.name} cannot start. "
                f"Stop that program, or set {self.port_variable} to a free port."
            )
            raise LocalError(message)

    def _is_port_taken(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _launch(self) -> subprocess.Popen[bytes]:
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        with self.log_file.open("wb") as log:
            process = subprocess.Popen(
                self.command,
                env={**self.environment, "TMPDIR": str(self.scratch)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid_file.write_text(str(process.pid))
        return process

    def _wait(self, started: subprocess.Popen[bytes] | None) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not _answers(self.ready_at):
            ended = started is not None and started.poll() is not None
            if ended or time.monotonic() > deadline:
                last = "\n".join(self.log_file.read_text(errors="replace").splitlines()[-LAST_LINES:])
                message = f"{self.name} did not come up. The end of {self.log_file}:\n{last}"
                raise LocalError(message)
            time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own loopback address
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _command_of(pid: int) -> str:
    """Return a process's command line; empty if there is none by that number, or only what is left of one."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    done = subprocess.run(["ps", "-o", "stat=,command=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return "" if done.stdout.startswith("Z") else done.stdout
