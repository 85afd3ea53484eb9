"""The bucket for uploaded files, and decompressing them in constant memory."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from botocore.exceptions import ClientError

from chalicelib.aws import GONE, s3, upload_address
from chalicelib.credit.model.imports import Declared, Place, Problem

UPLOAD_SECONDS = 3600
DOWNLOAD_SECONDS = 900
BLOCK = 1 << 20
PIECE = 8 << 20
"""The bytes of a part of an upload; S3 requires at least 5 MB except for the last, and at most 10,000 parts."""

PIECE_READ = 256 << 10
"""The bytes that are read at once to find some lines of a file."""
LINES = "application/x-ndjson"
TABLE = "text/csv; charset=utf-8"


class FileError(ValueError):
    """A file that cannot be read at all; ``problem`` says why, ``place`` where."""

    def __init__(self, problem: Problem, place: Place | None = None) -> None:
        """Keep the reason, and where in the file it is."""
        super().__init__(problem.value)
        self.problem = problem
        self.place = place


class Bucket:
    """The files of imports."""

    def __init__(self, name: str) -> None:
        """Take the name of the bucket."""
        self._name = name

    def upload_address(self, name: str, declared: Declared) -> tuple[str, dict[str, str]]:
        """Return an address to PUT a file to within an hour, and the headers that bind it to the declared file."""
        return upload_address(self._name, name, size=declared.size, sha256=declared.sha256, seconds=UPLOAD_SECONDS)

    def upload_form(self, name: str, *, most: int, onward: str) -> tuple[str, dict[str, str]]:
        """Return where a form sends a file of up to ``most`` bytes within an hour, and its fields before the file.

        The form then leads ``onward``, to which whoever draws it may add a query; nowhere if that is blank.
        """
        conditions: list[object] = [["content-length-range", 0, most]]
        fields = {}
        if onward:
            fields["success_action_redirect"] = onward
            conditions.append(["starts-with", "$success_action_redirect", onward])
        form = s3().generate_presigned_post(
            Bucket=self._name, Key=name, Fields=fields, Conditions=conditions, ExpiresIn=UPLOAD_SECONDS
        )
        return form["url"], form["fields"]

    def download_address(self, name: str) -> str:
        """Return an address to read a file from, under its own name, valid for a quarter of an hour."""
        saved_as = f'attachment; filename="{name.rpartition("/")[2]}"'
        parameters = {"Bucket": self._name, "Key": name, "ResponseContentDisposition": saved_as}
        address: str = s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=DOWNLOAD_SECONDS)
        return address

    def size(self, name: str) -> int | None:
        """Return how many bytes a file has; None if there is none."""
        try:
            found: int = s3().head_object(Bucket=self._name, Key=name)["ContentLength"]
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return None
            raise
        return found

    def names(self, prefix: str) -> list[str]:
        """Return the names of all files that begin with a prefix, in order."""
        pages = s3().get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a file block by block."""
        yield from s3().get_object(Bucket=self._name, Key=name)["Body"].iter_chunks(BLOCK)

    def text(self, name: str) -> str:
        """Return the text of a small file."""
        return b"".join(self.blocks(name)).decode()

    def lines(self, name: str, *, start: int, limit: int) -> tuple[list[str], int | None]:
        """Return up to ``limit`` lines of a file from a byte on, and at which byte to go on; None after the last."""
        reach = PIECE_READ
        while True:
            found = s3().get_object(Bucket=self._name, Key=name, Range=f"bytes={start}-{start + reach - 1}")
            total = int(found["ContentRange"].rpartition("/")[2])
            read = found["Body"].read()
            lines = read.splitlines(keepends=True)
            if lines and not lines[-1].endswith(b"\n"):
                lines.pop()
            if lines or start + len(read) >= total:
                break
            reach *= 2
        end = start + sum(map(len, lines[:limit]))
        return [line.decode() for line in lines[:limit]], end if end < total else None

    def put(self, name: str, text: str) -> None:
        """Write a small file. Idempotent."""
        s3().put_object(Bucket=self._name, Key=name, Body=text.encode(), ContentType=LINES)

    def put_together(self, name: str, parts: Sequence[str]) -> None:
        """Write the concatenation of the parts, with no more in memory than is sent at once."""
        self.put_blocks(name, (block for part in parts for block in self.blocks(part)), media_type=LINES)

    def put_blocks(self, name: str, blocks: Iterable[bytes], *, media_type: str) -> None:
        """Write a file, with no more in memory than is sent at once. Idempotent."""
        pieces = _pieces(blocks)
        first, second = next(pieces, b""), next(pieces, None)
        if second is None:
            s3().put_object(Bucket=self._name, Key=name, Body=first, ContentType=media_type)
            return
        place = {"Bucket": self._name, "Key": name}
        upload = s3().create_multipart_upload(**place, ContentType=media_type)["UploadId"]
        sent = []
        for number, piece in enumerate(chain((first, second), pieces), 1):
            answer = s3().upload_part(**place, UploadId=upload, PartNumber=number, Body=piece)
            sent.append({"PartNumber": number, "ETag": answer["ETag"]})
        s3().complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": sent})

    def remove(self, name: str) -> None:
        """Delete a file, if it exists."""
        s3().delete_object(Bucket=self._name, Key=name)


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces large enough for the parts of an S3 upload; the last may be smaller."""
    piece = bytearray()
    for block in blocks:
        piece += block
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def bounded(blocks: Iterator[bytes], *, most: int) -> Iterator[bytes]:
    """Yield the blocks; raises ``FileError`` once there are more than ``most`` bytes of them."""
    passed = 0
    for block in blocks:
        passed += len(block)
        if passed > most:
            raise FileError(Problem.EXPANDS_TOO_MUCH)
        yield block


def decompressed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the decompressed blocks; raises ``FileError`` for an invalid or truncated gzip."""
    reader = zlib.decompressobj(wbits=31)
    try:
        for block in blocks:
            rest = block
            while rest:
                yield reader.decompress(rest, BLOCK)
                rest = reader.unconsumed_tail
                if reader.eof:
                    rest = reader.unused_data
                    reader = zlib.decompressobj(wbits=31) if rest else reader
    except zlib.error:
        raise FileError(Problem.NOT_GZIP) from None
    if not reader.eof:
        raise FileError(Problem.NOT_GZIP)
