"""AWS clients, each created once and on first use, because creating one delays a Lambda's first response."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from chalicelib.settings import settings


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def client(service: str) -> Any:  # noqa: ANN401 - botocore builds its clients at run time and types none of them
    """Return the one client of a service; timeouts are short, because a caller is waiting."""
    return _session().create_client(
        service,
        region_name=settings().region,
        config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"}),
    )


def secret(name: str) -> str:
    """Return the current text of a secret; raises botocore's ``ClientError`` if it does not exist."""
    text: str = client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return text
