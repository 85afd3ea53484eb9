"""The bucket of artefacts: archives and templates by their digests, and which release followed which on a stage."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import ClientError

from infra.deploy.errors import DeployError
from infra.packaging import yaml

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RELEASE: Final = "Release"
"""The output by which a stack says which release it runs."""
CITY: Final = "City"
"""The output by which a stack says whose departments and sources it has."""
KEPT: Final = 20
"""So many releases of a stage are remembered; their archives and templates stay in the bucket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release of a stage: the digest of its template, which names the archives, and what it was told."""

    digest: str
    parameters: Mapping[str, str]

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(digest=held["digest"], parameters=held["parameters"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """The bucket, which must belong to ``account``."""

    client: "S3Client"
    bucket: str
    account: str

    def require_bucket(self, region: str) -> None:
        """Make the bucket, private and with all versions, if there is none; ``DeployError`` if it is another's."""
        try:
            self.client.head_bucket(Bucket=self.bucket, ExpectedBucketOwner=self.account)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
                message = f"The bucket {self.bucket} cannot be used: {error}"
                raise DeployError(message) from error
            print(f"Making the bucket {self.bucket} ...")
            self._make(region)

    def _make(self, region: str) -> None:
        # The template is for regions where a bucket's place must be named.
        where: Any = {"LocationConstraint": region}
        self.client.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=where)
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        configuration: Any = dict.fromkeys(closed, True)
        self.client.put_public_access_block(Bucket=self.bucket, PublicAccessBlockConfiguration=configuration)
        self.client.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})

    def upload(self, folder: Path, *, city: str) -> str:
        """Put a package into the bucket, each archive under its own digest; return the digest of its template.

        ``city`` is the digest of the departments and sources that are packaged.
        """
        template = yaml.read(folder / "sam.yaml")
        keys = {archive.name: self._upload_archive(archive) for archive in sorted(folder.glob("*.zip"))}
        take_code_from(self.bucket, keys, template)
        template.setdefault("Outputs", {})[CITY] = {"Value": city}
        digest = hashlib.sha256(json.dumps(template).encode()).hexdigest()
        template["Outputs"][RELEASE] = {"Value": digest}
        self._put(f"templates/{digest}.json", template)
        return digest

    def _upload_archive(self, archive: Path) -> str:
        key = f"archives/{hashlib.sha256(archive.read_bytes()).hexdigest()}.zip"
        held = self.client.list_objects_v2(Bucket=self.bucket, Prefix=key, ExpectedBucketOwner=self.account)
        if not held["KeyCount"]:
            print(f"Uploading {archive.name} as {key} ...")
            self.client.upload_file(str(archive), self.bucket, key, ExtraArgs={"ExpectedBucketOwner": self.account})
        return key

    def template_url(self, digest: str) -> str:
        """Return where CloudFormation reads a template: in the call itself it would be too large."""
        return f"{self.client.meta.endpoint_url}/{self.bucket}/templates/{digest}.json"

    def releases(self, stage: str) -> list[Release]:
        """Return the releases of a stage, the newest last."""
        try:
            read = self.client.get_object(
                Bucket=self.bucket, Key=f"stages/{stage}.json", ExpectedBucketOwner=self.account
            )
        except (self.client.exceptions.NoSuchKey, self.client.exceptions.NoSuchBucket):
            return []
        return [Release.of(each) for each in json.loads(read["Body"].read())]

    def remember(self, stage: str, releases: list[Release]) -> None:
        """Write down the releases of a stage, the newest last."""
        kept = [{"digest": each.digest, "parameters": dict(each.parameters)} for each in releases[-KEPT:]]
        self._put(f"stages/{stage}.json", kept)

    def _put(self, key: str, content: object) -> None:
        body = json.dumps(content).encode()
        self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ExpectedBucketOwner=self.account)


def take_code_from(bucket: str, keys: Mapping[str, str], template: Mapping[str, Any]) -> None:
    """Let the functions of a packaged template take their archives, by name, from their keys in a bucket."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "CodeUri" in properties:
            properties["CodeUri"] = {"Bucket": bucket, "Key": keys[Path(properties["CodeUri"]).name]}
