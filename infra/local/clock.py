"""The local stage's clock: it runs on from any instant, at its usual pace."""

from datetime import UTC, datetime

from infra.local.environments import in_cloud
from infra.local.place import CLOCK_FILE, LocalError


def set_clock(wanted: str) -> str:
    """Let the clock run on from an instant (RFC 3339), or from the real time (``now``); say what it shows then."""
    offset = 0 if wanted == "now" else round((_instant(wanted) - datetime.now(UTC)).total_seconds())
    in_cloud("shift", str(offset))
    CLOCK_FILE.write_text(str(offset))
    shown = datetime.now(UTC).timestamp() + offset
    return datetime.fromtimestamp(shown, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def keep_clock() -> None:
    """Set the functions' clock again after a deployment, which starts them with the real one."""
    if CLOCK_FILE.exists():
        in_cloud("shift", CLOCK_FILE.read_text())


def instant(text: str) -> str:
    """Return an RFC 3339 instant in UTC, as events have it; raises ``LocalError`` for anything else."""
    return _instant(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no RFC 3339 instant. Write for example 2026-10-09T09:00:00+08:00."
        raise LocalError(message) from error
    if instant.tzinfo is None:
        message = f"{text!r} has no offset from UTC. Write for example 2026-10-09T09:00:00+08:00."
        raise LocalError(message)
    return instant
