"""The process dies at a call to AWS: before it goes out, or after it had its effect."""

from collections.abc import Callable

from tests.performance.house import Elsewhere
from tests.wire import Parameters, Wire, watched


class DiedError(BaseException):
    """The process is gone: nothing of the service may catch this."""


class Death:
    """Dies at the call of that number, counted from 1: before it goes out, or when its effect is there unseen."""

    def __init__(self, at_call: int, *, after: bool) -> None:
        self.at_call = at_call
        self.passed = 0
        self.wire = Wire(after=self._die) if after else Wire(before=self._die)

    def _die(self, _operation: str, _parameters: Parameters) -> None:
        self.passed += 1
        if self.passed == self.at_call:
            raise DiedError


Attempt = Callable[[], object]
"""What is done, once before the process dies and once after."""
MOST_CALLS = 30


def dying_everywhere(
    prepare: Callable[[int], tuple[Attempt, Callable[[], None]]], elsewhere: Elsewhere, *, calls: int
) -> None:
    """Let an attempt die at each of its calls, try again, and look; ``prepare`` gives a fresh attempt and the look.

    ``calls`` is how many the attempt makes when it lives, so that no call can be passed over unnoticed.
    """
    number = 0
    for after in (False, True):
        at_call = 0
        died = True
        while died and at_call < MOST_CALLS:
            at_call, number = at_call + 1, number + 1
            attempt, look = prepare(number)
            death = Death(at_call, after=after)
            elsewhere.wire = death.wire
            with watched(death.wire):
                try:
                    attempt()
                    died = False
                except DiedError:
                    pass
            elsewhere.wire = Wire()
            if died:
                attempt()
            look()
        assert at_call - 1 == calls
