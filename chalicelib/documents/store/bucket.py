"""The bucket of documents: addresses to upload to and to open from, and the content for the look at it."""

from functools import cached_property
from typing import Final
from urllib.parse import quote

from chalicelib.aws import bucket_address, content_of, s3, upload_address
from chalicelib.documents.model import MEDIA_TYPES, SHOWN, Declared, Format, Upload

UPLOAD_SECONDS: Final = 900
VIEW_SECONDS: Final = 60


class DocumentBucket:
    """The content of documents, each an object under the document's id."""

    def __init__(self, name: str) -> None:
        """Take the name of the bucket."""
        self.name = name

    @cached_property
    def address(self) -> str:
        """The bucket's own address, with a slash at its end: what a page's content security policy has to name."""
        return bucket_address(self.name)

    def upload(self, document_id: str, declared: Declared | None, *, most: int, onward: str = "") -> Upload:
        """Return an address for an upload within a quarter of an hour.

        Declared files get one that takes exactly that content. Without a declaration it is a form's, which takes up to
        ``most`` bytes, nothing at all included: S3 would refuse it in a page of its own that nobody understands.
        A form then leads ``onward``, to which whoever draws it may add a query.
        """
        if declared is None:
            conditions: list[object] = [["content-length-range", 0, most]]
            fields = {}
            if onward:
                fields["success_action_redirect"] = onward
                conditions.append(["starts-with", "$success_action_redirect", onward])
            form = s3().generate_presigned_post(
                Bucket=self.name,
                Key=document_id,
                Fields=fields,
                Conditions=conditions,
                ExpiresIn=UPLOAD_SECONDS,
            )
            return Upload(method="POST", url=form["url"], fields=form["fields"])
        url, headers = upload_address(
            self.name, document_id, size=declared.size, sha256=declared.sha256, seconds=UPLOAD_SECONDS
        )
        return Upload(method="PUT", url=url, headers=headers)

    def view(self, document_id: str, version: str, *, name: str, format_: Format) -> str:
        """Return an address that opens one version for a minute, as what it is and under its name."""
        kind = "inline" if format_ in SHOWN else "attachment"
        parameters = {
            "Bucket": self.name,
            "Key": document_id,
            "VersionId": version,
            "ResponseContentType": MEDIA_TYPES[format_],
            "ResponseContentDisposition": f"{kind}; filename*=UTF-8''{quote(name, safe='')}",
            "ResponseCacheControl": "no-store",
        }
        url: str = s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=VIEW_SECONDS)
        return url

    def content(self, document_id: str, version: str, *, most: int) -> bytes | None:
        """Return one version's content, and of a larger one ``most`` bytes and one more; ``None`` if it is gone."""
        return content_of(self.name, document_id, version, most=most)

    def remove(self, document_id: str, version: str) -> None:
        """Delete one version for good. Idempotent."""
        s3().delete_object(Bucket=self.name, Key=document_id, VersionId=version)

    def copy(self, document_id: str, *, source: str, version: str) -> str:
        """Copy one version of a document to another id, inside the bucket; return the new object's version."""
        place = {"Bucket": self.name, "Key": source, "VersionId": version}
        made: str = s3().copy_object(Bucket=self.name, Key=document_id, CopySource=place)["VersionId"]
        return made

    def remove_all(self, document_id: str) -> int:
        """Delete every version of a document for good, and return how many there were. Idempotent."""
        pages = s3().get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=document_id)
        found = [
            one["VersionId"]
            for page in pages
            for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            if one["Key"] == document_id
        ]
        for version in found:
            self.remove(document_id, version)
        return len(found)
