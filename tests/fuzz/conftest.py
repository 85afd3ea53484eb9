"""AWS's own engine, as for the tests of performance."""

from tests.performance.conftest import engine

__all__ = ["engine"]
