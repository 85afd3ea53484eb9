"""What the person at the keyboard reads while the story goes on."""

import json
import time
from collections.abc import Mapping
from typing import Any

STARTED = time.monotonic()
LONGEST = 150


def seconds() -> float:
    """Return how long the story has taken."""
    return time.monotonic() - STARTED


def step(number: int, chinese: str, english: str) -> None:
    """Begin a step."""
    print(f"\n第 {number} 步 · {chinese}\nStep {number} · {english}  [{seconds():.0f} s]", flush=True)


def asked(who: str, method: str, path: str, body: Mapping[str, Any] | None) -> None:
    """Say what somebody asks of the service."""
    sent = "" if body is None else " " + shortened(json.dumps(body, ensure_ascii=False))
    print(f"  → {who}: {method} {path}{sent}", flush=True)


def came(status: int, problem: Mapping[str, Any] | None) -> None:
    """Say what came back: the status, and the service's own words where it says no."""
    said = "" if problem is None else f" {problem.get('code')} · {problem.get('title')}:{problem.get('detail')}"
    print(f"  ← {status}{said}", flush=True)


def fact(chinese: str, english: str = "") -> None:
    """Say what was found to be as it should be."""
    print(f"    ✓ {chinese}" + (f" · {english}" if english else ""), flush=True)


def note(text: str) -> None:
    """Say something by the way."""
    print(f"    {text}", flush=True)


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
