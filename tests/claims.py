"""Claims about many things in one test: whatever is wrong is collected, so that a failure names each culprit."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def about(culprit: str, wrong: dict[str, str]) -> Iterator[None]:
    """Keep what is asserted of something in vain, under its name, and go on."""
    try:
        yield
    except AssertionError as error:
        wrong[culprit] = str(error)
    except Exception as error:
        error.add_note(f"This was about {culprit}.")
        raise
