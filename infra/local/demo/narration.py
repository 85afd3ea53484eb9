"""What the person at the keyboard reads while the story goes on, and the page that keeps it."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STARTED = time.monotonic()
LONGEST = 150

PAGE = """# What `make demo` shows

The whole story as the demo tells it, without the requests and answers between.
`make demo` writes this page to `.local/demo.md` when every step was as it should be.
Numbers of cases differ from run to run.

```
{story}
```
"""

_kept: list[str] = []


def seconds() -> float:
    """Return how long the story has taken."""
    return time.monotonic() - STARTED


def step(number: int, chinese: str, english: str) -> None:
    """Begin a step."""
    print(f"\n第 {number} 步 · {chinese}\nStep {number} · {english}  [{seconds():.0f} s]", flush=True)
    _kept.extend(("", f"第 {number} 步 · {chinese}", f"Step {number} · {english}"))


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
    _say(f"    ✓ {chinese}" + (f" · {english}" if english else ""))


def note(text: str) -> None:
    """Say something by the way."""
    _say(f"    {text}")


def part(chinese: str, english: str) -> None:
    """Begin what comes after the steps."""
    print(f"\n{chinese}\n{english}", flush=True)
    _kept.extend(("", chinese, english))


def end(steps: int) -> None:
    """Say that every step was as it should be."""
    said = f"全部 {steps} 步都如所料 · All {steps} steps were as they should be."
    print(f"\n{said}  [{seconds():.0f} s]", flush=True)
    _kept.extend(("", said))


def write_page(path: Path) -> None:
    """Keep the story as a page of the documentation."""
    path.write_text(PAGE.format(story="\n".join(_kept).strip()), encoding="utf-8")


def _say(line: str) -> None:
    print(line, flush=True)
    _kept.append(line)


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
