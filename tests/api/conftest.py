"""The API in a cloud of each test's own."""

from tests.channels import channels
from tests.cloud import client, cloud, token

__all__ = ["channels", "client", "cloud", "token"]
