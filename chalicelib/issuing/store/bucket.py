"""The bucket of issued documents: each content under its document's id and its own digest, and never changed."""

from functools import cached_property
from typing import Final
from urllib.parse import quote

from chalicelib.aws import bucket_address, content_of, s3
from chalicelib.documents.model import EXTENSIONS, MEDIA_TYPES
from chalicelib.issuing.model.issued import Content, IssuedUpload

UPLOAD_SECONDS: Final = 900
VIEW_SECONDS: Final = 60

UPLOADED: Final = "upload"
SEALED: Final = "sealed"
"""What arrives from outside is put under these names, behind the document's id."""


class IssuedBucket:
    """The content of issued documents."""

    def __init__(self, name: str) -> None:
        """Take the name of the bucket."""
        self.name = name

    @cached_property
    def address(self) -> str:
        """The bucket's own address, with a slash at its end: what a page's content security policy has to name."""
        return bucket_address(self.name)

    def put(self, issued_id: str, content: Content, whole: bytes) -> None:
        """Keep a content. Idempotent: the same bytes have the same place, and other bytes another."""
        s3().put_object(
            Bucket=self.name, Key=key_of(issued_id, content), Body=whole, ContentType=MEDIA_TYPES[content.format]
        )

    def draft(self, issued_id: str, content: Content) -> bytes:
        """Return a content that was kept; raises botocore's ``ClientError`` if it is not there."""
        whole: bytes = s3().get_object(Bucket=self.name, Key=key_of(issued_id, content))["Body"].read()
        return whole

    def arrived(self, key: str, version: str, *, most: int) -> bytes | None:
        """Return what arrived from outside, and of a larger file ``most`` bytes and one; ``None`` if it is gone."""
        return content_of(self.name, key, version, most=most)

    def remove(self, key: str, version: str) -> None:
        """Delete one version of what arrived, for good. Idempotent."""
        s3().delete_object(Bucket=self.name, Key=key, VersionId=version)

    def upload(self, issued_id: str, *, most: int, back_to: str) -> IssuedUpload:
        """Return a form that takes a file of up to ``most`` bytes for a quarter of an hour.

        A file of no bytes is taken too, and refused by the job in words that people understand. S3 sends the browser on
        to ``back_to``, where there is a portal.
        """
        fields = {"success_action_redirect": back_to} if back_to else {}
        form = s3().generate_presigned_post(
            Bucket=self.name,
            Key=f"{issued_id}/{UPLOADED}",
            Fields=dict(fields),
            Conditions=[["content-length-range", 0, most], *([fields] if fields else ())],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return IssuedUpload(url=self.address, fields=form["fields"])

    def download(self, issued_id: str, content: Content, *, name: str) -> str:
        """Return an address that downloads a content for a minute, under a name without its extension."""
        whole = f"{name}{EXTENSIONS[content.format][0]}"
        parameters = {
            "Bucket": self.name,
            "Key": key_of(issued_id, content),
            "ResponseContentType": MEDIA_TYPES[content.format],
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(whole, safe='')}",
            "ResponseCacheControl": "no-store",
        }
        address: str = s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=VIEW_SECONDS)
        return address


def key_of(issued_id: str, content: Content) -> str:
    """Return where a content is kept."""
    return f"{issued_id}/{content.sha256}"
