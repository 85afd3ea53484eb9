"""A local cloud of a browser's own, beside one that somebody uses."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
STATE: Final = ROOT / ".local" / "browser"
OWN: Final = {"XINNUO_LOCAL_DIR": str(STATE), "XINNUO_CLOUD_PORT": "4966", "XINNUO_PROVIDER_PORT": "4967"}


class NotUpError(Exception):
    """The local cloud did not come up; the message is what it said."""


@contextmanager
def own_cloud() -> Iterator[str]:
    """Start an empty cloud, deploy onto it, publish the sample items; give the portal's address, and stop it all."""
    shutil.rmtree(STATE, ignore_errors=True)
    try:
        yield _run("up").splitlines()[-1]
    finally:
        _run("down")


def _run(verb: str) -> str:
    """Run the local cloud's own command without what tests put into the environment."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("XINNUO_", "AWS_"))}
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", verb],
        cwd=ROOT,
        env=outside | OWN,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotUpError(done.stdout + done.stderr)
    return done.stdout
