"""AWS: one session, and one client per service, created on first use.

A function's first response waits for every file that is read, so the session knows only the services that the code
calls, and none of the four hundred others.
"""

import base64
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.session import Session, get_session

from chalicelib.settings import Stage, settings

AWS_DATA = Path(__file__).with_name("awsdata")
"""What botocore must know of the services that are called; ``infra/awsdata`` writes it."""

GONE: Final = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
"""What S3 says of an object or a version that is not there."""


@cache
def session() -> Session:
    """Return the one session of this process."""
    made = get_session()
    made.register_component(
        "data_loader", Loader(extra_search_paths=[str(AWS_DATA)], include_default_search_paths=False)
    )
    made.set_default_client_config(Config(user_agent="xinnuo", account_id_endpoint_mode="disabled"))
    return made


@cache
def client(service: str) -> Any:  # noqa: ANN401 - botocore builds its clients at run time and types none of them
    """Return the one client of a service; timeouts are short, because a caller is waiting."""
    return session().create_client(
        service,
        region_name=settings().region,
        config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"}),
    )


@cache
def s3() -> Any:  # noqa: ANN401 - as above
    """Return the client of S3, on a session of its own: its rules for addresses are large, and few calls need them.

    The local cloud has no DNS names for buckets.
    """
    style: Literal["path", "auto"] = "path" if settings().stage is Stage.LOCAL else "auto"
    return get_session().create_client(
        "s3",
        region_name=settings().region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": style},
            connect_timeout=2,
            read_timeout=30,
            retries={"total_max_attempts": 3},
        ),
    )


def upload_address(bucket: str, key: str, *, size: int, sha256: str, seconds: int) -> tuple[str, dict[str, str]]:
    """Return an address to PUT exactly this content to, and the headers that bind it; ``sha256`` is hexadecimal."""
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    parameters = {"Bucket": bucket, "Key": key, "ContentLength": size, "ChecksumSHA256": digest}
    address: str = s3().generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds)
    return address, {"content-length": str(size), "x-amz-checksum-sha256": digest}


def bucket_address(bucket: str) -> str:
    """Return a bucket's own address, with a slash at its end: what a page's content security policy has to name."""
    url: str = s3().generate_presigned_post(Bucket=bucket, Key="-")["url"]
    return f"{url.rstrip('/')}/"


def content_of(bucket: str, key: str, version: str, *, most: int) -> bytes | None:
    """Return one version's content, and of a larger one ``most`` bytes and one more; ``None`` if it is gone."""
    try:
        found = s3().get_object(Bucket=bucket, Key=key, VersionId=version)
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return None
        raise
    content: bytes = found["Body"].read(most + 1)
    return content


def secret(name: str) -> str:
    """Return the current text of a secret; raises botocore's ``ClientError`` if it does not exist."""
    text: str = client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return text
