"""The API in a cloud of each test's own, for claims about what it does."""

from tests.cloud import client, cloud

__all__ = ["client", "cloud"]
