"""When what could not be told is tried again, in what portions the past is, and whether everything has been told."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

MOST_ATTEMPTS: Final = 24
"""How often an event is told again to a listener that cannot take it: within five hours and a quarter."""

FIRST_WAIT: Final = timedelta(minutes=1)
"""As long as a run of the relay may take, so that what it notes of an event is there before it is told again."""

LONGEST_WAIT: Final = timedelta(minutes=15)
"""The longest for which the queue holds a message back."""

WITHIN: Final = timedelta(minutes=3)
"""The longest that an event may take to be told: beats are sent each minute, and some may be missed."""

MOST_AT_ONCE: Final = 100
MOST_BYTES: Final = 200_000
"""How much goes into one message: as many events as the stream brings at once, and less than the queue takes."""


def wait(attempt: int) -> timedelta:
    """Return how long to wait before an attempt to tell an event again; the first is attempt 1."""
    waited: timedelta = FIRST_WAIT * 2 ** (attempt - 1)
    return min(waited, LONGEST_WAIT)


def behind(told_until: datetime | None, *, at: datetime) -> int | None:
    """Return for how many seconds not everything has been told; three minutes are still in time and give 0.

    ``None`` while it is not known until when everything has been told, and if that lies ahead: then the clock has been
    set back, and what was noted by it says nothing.
    """
    if told_until is None or told_until - at > WITHIN:
        return None
    return 0 if at - told_until <= WITHIN else int((at - told_until).total_seconds())


def portions(texts: Iterable[str]) -> Iterator[list[str]]:
    """Divide texts, in order, among messages; one that is too large for a message is alone in one."""
    portion: list[str] = []
    size = 0
    for text in texts:
        length = len(text.encode())
        if portion and (len(portion) == MOST_AT_ONCE or size + length > MOST_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(text)
        size += length
    if portion:
        yield portion
