"""AWS's own engine for tests of races, calls and crashes, with the whole service on it."""

from collections.abc import Iterator

import pytest

from infra.engine import running
from tests.performance.house import Elsewhere, house


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The endpoint URL of an empty DynamoDB Local that lives as long as the test run."""
    with running() as endpoint:
        yield endpoint


@pytest.fixture
def elsewhere(engine: str) -> Iterator[Elsewhere]:
    """The service on the engine with the sample catalogue, and what it says to other services of AWS."""
    with house(engine) as said:
        yield said
