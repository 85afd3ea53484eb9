"""The bucket for uploaded files, and reading a file line by line in constant memory."""

import base64
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from botocore.exceptions import ClientError

from chalicelib.aws import s3
from chalicelib.bounds.model import ImportBounds
from chalicelib.credit.model.imports import Declared, Format, Found, Import, Problem
from chalicelib.credit.rules.imports import LONGEST_LINE, format_of, is_header

UPLOAD_SECONDS = 3600
DOWNLOAD_SECONDS = 900
BLOCK = 1 << 20
PIECE = 8 << 20
"""The bytes of a part of an upload; S3 requires at least 5 MB except for the last, and at most 10,000 parts."""

GZIP = b"\x1f\x8b"
BOM = "\ufeff"


class FileError(ValueError):
    """A file that cannot be read at all; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        """Keep the reason."""
        super().__init__(problem.value)
        self.problem = problem


class Bucket:
    """The files of imports."""

    def __init__(self, name: str) -> None:
        """Take the name of the bucket."""
        self._name = name

    def upload_address(self, name: str, declared: Declared) -> tuple[str, dict[str, str]]:
        """Return an address to PUT a file to within an hour, and the headers that bind it to the declared file."""
        digest = base64.b64encode(bytes.fromhex(declared.sha256)).decode()
        parameters = {"Bucket": self._name, "Key": name, "ContentLength": declared.size, "ChecksumSHA256": digest}
        address: str = s3().generate_presigned_url("put_object", Params=parameters, ExpiresIn=UPLOAD_SECONDS)
        return address, {"content-length": str(declared.size), "x-amz-checksum-sha256": digest}

    def download_address(self, name: str) -> str:
        """Return an address to read a file from, valid for a quarter of an hour."""
        parameters = {"Bucket": self._name, "Key": name}
        address: str = s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=DOWNLOAD_SECONDS)
        return address

    def has(self, name: str) -> bool:
        """Whether a file exists."""
        try:
            s3().head_object(Bucket=self._name, Key=name)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                return False
            raise
        return True

    def blocks(self, name: str, *, since: int = 0) -> Iterator[bytes]:
        """Yield a file block by block, starting at byte ``since``."""
        span = {"Range": f"bytes={since}-"} if since else {}
        try:
            body = s3().get_object(Bucket=self._name, Key=name, **span)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":
                return
            raise
        yield from body.iter_chunks(BLOCK)

    def put(self, name: str, text: str) -> None:
        """Write a small file. Idempotent."""
        s3().put_object(Bucket=self._name, Key=name, Body=text.encode(), ContentType="application/x-ndjson")

    def put_together(self, name: str, parts: Sequence[str]) -> None:
        """Write the concatenation of the parts, with no more in memory than is sent at once."""
        pieces = _pieces(block for part in parts for block in self.blocks(part))
        first, second = next(pieces, b""), next(pieces, None)
        if second is None:
            s3().put_object(Bucket=self._name, Key=name, Body=first, ContentType="application/x-ndjson")
            return
        place = {"Bucket": self._name, "Key": name}
        upload = s3().create_multipart_upload(**place, ContentType="application/x-ndjson")["UploadId"]
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


def decompressed(blocks: Iterator[bytes], *, is_compressed: bool) -> Iterator[bytes]:
    """Yield the decompressed blocks; raises ``FileError`` for an invalid or truncated gzip."""
    if not is_compressed:
        yield from blocks
        return
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


def lines(blocks: Iterator[bytes], *, skip: int = 0) -> Iterator[tuple[bytes, int]]:
    """Yield each line without its end, and the bytes it took, after skipping ``skip`` bytes.

    Only the beginning of an overlong line is kept.
    """
    rest, passed_over = b"", 0
    for block in blocks:
        if skip:
            cut = min(skip, len(block))
            skip -= cut
            block = block[cut:]  # noqa: PLW2901 - what is left of it
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield line, len(line) + 1 + passed_over
            passed_over = 0
        if len(rest) > 2 * LONGEST_LINE:
            passed_over += len(rest) - LONGEST_LINE - 1
            rest = rest[: LONGEST_LINE + 1]
    if rest:
        yield rest, len(rest) + passed_over


def inspect_file(blocks: Iterator[bytes], *, declared: int, allowed: ImportBounds) -> Found:
    """Read a file once for its size, digest, format and number of records.

    ``declared`` is the size that it should have. Raises ``FileError`` if it is unreadable, and as soon as it has
    expanded, or held blank lines, beyond what is allowed: those cost time and say nothing.
    """
    digest, size, blank = hashlib.sha256(), 0, 0

    def seen() -> Iterator[bytes]:
        nonlocal size
        for block in blocks:
            digest.update(block)
            size += len(block)
            yield block

    source = seen()
    first = next(source, b"")
    is_compressed = first.startswith(GZIP)
    count, format_, header = 0, Format.JSON_LINES, ""
    expanded = decompressed(_again(first, source), is_compressed=is_compressed)
    for line, _ in lines(bounded(expanded, most=allowed.most_bytes(declared)) if is_compressed else expanded):
        if not line.strip():
            blank += 1
            if blank > allowed.blank_lines:
                raise FileError(Problem.TOO_MANY_BLANK_LINES)
            continue
        if not count and not header:
            text = text_of(line) or ""
            format_ = format_of(text)
            if format_ is Format.CSV:
                if not is_header(text):
                    raise FileError(Problem.HEADER_UNKNOWN)
                header = text
                continue
        count += 1
    return Found(
        size=size,
        sha256=digest.hexdigest(),
        count=count,
        format=format_,
        is_compressed=is_compressed,
        header=header,
    )


def numbered(bucket: Bucket, import_: Import, found: Found) -> Iterator[tuple[int, str | None, int]]:
    """Yield the remaining lines: number, text (None if not UTF-8), and the offset after each."""
    offset, number = import_.progress.offset, import_.progress.line
    since = 0 if found.is_compressed else offset
    blocks = decompressed(bucket.blocks(import_.upload, since=since), is_compressed=found.is_compressed)
    for line, taken in lines(blocks, skip=offset - since):
        offset += taken
        number += 1
        yield number, text_of(line), offset


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def text_of(line: bytes) -> str | None:
    """Return a line's text without a byte order mark, or None if it is not UTF-8."""
    try:
        # A truncated line may end within a character; it is refused as too long anyway.
        text = line.decode(errors="replace" if len(line) > LONGEST_LINE else "strict")
    except UnicodeDecodeError:
        return None
    return text.removeprefix(BOM).rstrip("\r")
