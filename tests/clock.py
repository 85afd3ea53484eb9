"""Clocks that stand, so that nothing that a test expects depends on how long the test takes, or on the second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from unittest import mock


@dataclass(frozen=True, slots=True)
class StandingClock:
    """The service's clock, standing still."""

    at: datetime

    def now(self) -> datetime:
        return self.at.replace(microsecond=0)


@contextmanager
def a_machine_that_stands(at: datetime | None = None) -> Iterator[None]:
    """Let the machine's own time, by which tokens are judged and what goes to AWS is signed, be one moment: now.

    So a login is as old at a test's end as at its beginning, and two addresses for one thing are the same.
    """
    moment = at or datetime.now(UTC).replace(microsecond=0)
    still = SimpleNamespace(now=lambda _zone: moment, fromisoformat=datetime.fromisoformat)
    signed_at = moment.replace(tzinfo=None)
    with (
        mock.patch("chalicelib.clock.datetime", still),
        mock.patch("botocore.auth.get_current_datetime", return_value=signed_at),
        # The form of an upload takes the end of its policy from here.
        mock.patch("botocore.signers.get_current_datetime", return_value=signed_at),
    ):
        yield
