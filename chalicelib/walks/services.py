"""Beginning walks and going on with them, a message at a time."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, TypeAlias, TypeVar

from chalicelib.clock import instant_text
from chalicelib.dynamo.model import Page
from chalicelib.dynamo.transaction import ConflictError
from chalicelib.logging import logger
from chalicelib.publisher import DelayingPublisher
from chalicelib.walks.model import Part, Place, Step
from chalicelib.walks.store import WalkStore

T = TypeVar("T")

LONGEST_DELAY: Final = timedelta(minutes=15)
"""How long SQS holds a message back at most; what waits longer is put back again."""

Stepping: TypeAlias = Callable[[str, str, Place, datetime], Step]
"""One step of a walk: what it is for, which part, where it begins, when. It may be repeated, and run beside itself."""


def step_over(page: Page[T], change: Callable[[T], bool], *, named: Callable[[T], str]) -> Step:
    """Do one thing with each row of a page, and count what it changed; a failing row must not stop the others."""
    changed = failed = 0
    for row in page.items:
        try:
            changed += change(row)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is said and counted, and an alarm follows it
            failed += 1
            logger("walks").exception("walk_row_failed", about=named(row), error=type(error).__name__)
    return Step(looked_at=len(page.items), changed=changed, failed=failed, place=page.after)


class Walks:
    """All walks. Each message names a part; the part's row knows the place, so a message that comes twice is harmless.

    Of two that do the same step one notes it, and the other leaves.
    """

    def __init__(self, store: WalkStore, queue: DelayingPublisher, steps: Mapping[str, Stepping]) -> None:
        """``steps`` are the walks by their kinds, ``queue`` takes the messages."""
        self._store = store
        self._queue = queue
        self._steps = steps

    def of(self, walk: str) -> tuple[Part, ...]:
        """Return how far the parts of a walk have come; none before it has begun."""
        return self._store.of(walk)

    def begin(self, walk: str, parts: Sequence[str], *, at: datetime) -> None:
        """Begin a walk that is done once: parts that have begun go on, those that are done stay so. Idempotent."""
        begun = self._all_begun(walk, parts)
        for name in parts:
            if not begun[name].is_done:
                self._send(walk, name, at=at)

    def repeat(self, walk: str, parts: Sequence[str], *, at: datetime) -> None:
        """Begin a walk that is repeated: parts that are done begin anew, the others go on where they are."""
        begun = self._all_begun(walk, parts)
        for name in parts:
            if begun[name].is_done:
                with suppress(ConflictError):
                    self._store.save(begun[name].anew())
            self._send(walk, name, at=at)

    def go_on(self, walk: str, name: str, *, is_time_left: Callable[[], bool], now: Callable[[], datetime]) -> Step:
        """Take steps until the part is done or the time is over, then send the part on; return what the steps did."""
        kind, _, about = walk.partition(":")
        done = Step()
        part = self._store.get(walk, name)
        while part is not None and part.place is not None:
            at = now()
            if part.not_before is not None and at < part.not_before:
                self._send(walk, name, at=at, after=min(part.not_before - at, LONGEST_DELAY))
                break
            if not is_time_left():
                self._send(walk, name, at=at)
                break
            step = self._steps[kind](about, name, part.place, at)
            part = part.after(step)
            try:
                self._store.save(part)
            except ConflictError:
                logger("walks").info("walk_goes_on_elsewhere", walk=walk, part=name)
                break
            done = Step(
                looked_at=done.looked_at + step.looked_at,
                changed=done.changed + step.changed,
                failed=done.failed + step.failed,
            )
        return done

    def _all_begun(self, walk: str, parts: Sequence[str]) -> dict[str, Part]:
        """Return all parts, adding those that are missing before any is sent: a walk is never done without one."""
        begun = {part.part: part for part in self._store.of(walk)}
        for name in parts:
            if name not in begun:
                begun[name] = Part(walk=walk, part=name, place={})
                with suppress(ConflictError):
                    self._store.save(begun[name])
        return begun

    def _send(self, walk: str, name: str, *, at: datetime, after: timedelta = timedelta(0)) -> None:
        message = json.dumps({"walk": walk, "part": name})
        self._queue.send(message, name=f"{walk}/{name}@{instant_text(at)}", after=after)
