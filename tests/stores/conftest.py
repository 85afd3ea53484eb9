"""The stores in a cloud of each test's own."""

from tests.cloud import cloud

__all__ = ["cloud"]
