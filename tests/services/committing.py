"""What happens between the reads of a step and its commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from chalicelib.dynamo.transaction import Transaction


@contextmanager
def before_commit(number: int, happens: Callable[[], object]) -> Iterator[None]:
    """Let something happen right before the n-th commit from now, once."""
    commit, seen = Transaction.commit, []

    def interrupted(tx: Transaction) -> None:
        seen.append(tx)
        if len(seen) == number:
            happens()
        commit(tx)

    with mock.patch.object(Transaction, "commit", interrupted):
        yield
