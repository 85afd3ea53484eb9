"""The services in a cloud of each test's own."""

from tests.channels import channels
from tests.cloud import cloud

__all__ = ["channels", "cloud"]
