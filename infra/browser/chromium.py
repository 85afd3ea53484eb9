"""Finds Chromium: at the variable CHROMIUM, else on the path, else by the system's packages where they may be used."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES: Final = ("chromium", "fonts-noto-cjk")
"""What Debian and Ubuntu call the browser, and letters for Chinese, without which pictures show boxes."""


class NoChromiumError(Exception):
    """There is no browser, and the message says how to come by one."""

    def __init__(self, why: str) -> None:
        """Keep why."""
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        """Say why, and what to do."""
        return (
            f"No Chromium: {self.why}. Install it (on Debian: apt-get install {' '.join(PACKAGES)}), "
            "or name one: CHROMIUM=/path/to/chromium make test."
        )


def find() -> Path | None:
    """Return where Chromium is; ``None`` if there is none. Raises ``NoChromiumError`` if CHROMIUM names nothing."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            why = f"CHROMIUM={named} is no program"
            raise NoChromiumError(why)
        return Path(named)
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return None if found is None else Path(found)


def require() -> Path:
    """Return where Chromium is, after installing the system's package if there is none and that is allowed."""
    found = find()
    if found is not None:
        return found
    apt = shutil.which("apt-get")
    if apt is None:
        why = "this system has no apt-get"
        raise NoChromiumError(why)
    become = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if become and shutil.which("sudo") is None:
        why = "only root may install it, and there is no sudo"
        raise NoChromiumError(why)
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(
            [*become, apt, *step],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            why = f"apt-get {step[0]} failed ({' '.join(last)})"
            raise NoChromiumError(why)
    found = find()
    if found is None:
        why = "the system's package did not bring one"
        raise NoChromiumError(why)
    return found
