"""What a file is, by its content: its name and its declared type are anybody's to choose."""

import struct
import zipfile
from io import BytesIO

import puremagic

from chalicelib.documents.model import MEDIA_TYPES, Format

HEAD = 4096
"""The bytes in which a format shows itself."""

PDF_STARTS_WITHIN = 1024
"""Readers take a PDF with other bytes before its header; scanners and mail systems put some there."""

BOX = 8
"""Where the brands of an ISO base media file begin (ISO/IEC 14496-12): after the size and the name of its first box."""

HEVC = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})
STILL = frozenset({b"mif1", b"msf1"})
AV1 = frozenset({b"avif", b"avis"})

ENTRY = b"PK\x01\x02"
MOST_ENTRIES = 10_000
"""An OFD has some files a page; beyond this, listing them costs more than anybody's document is worth."""

BY_MEDIA_TYPE = {MEDIA_TYPES[one]: one for one in (Format.PDF, Format.JPEG, Format.PNG)}


def format_of(content: bytes) -> Format | None:
    """Return the format of a file; ``None`` for one that is not taken, or for nothing at all.

    ``puremagic`` takes an OFD for a Word document and knows few brands of HEIC, so these are looked at here.
    """
    head = content[:HEAD]
    if head.startswith(b"PK"):
        return Format.OFD if _holds_ofd(content) else None
    if head[4:BOX] == b"ftyp":
        return Format.HEIC if _is_heic(head) else None
    try:
        media_type = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        media_type = ""
    if media_type:
        return BY_MEDIA_TYPE.get(media_type)
    return Format.PDF if b"%PDF-" in head[:PDF_STARTS_WITHIN] else None


def _is_heic(head: bytes) -> bool:
    """Whether the brands are those of HEIC: named, or as some cameras write, only those of still images."""
    words = head[BOX : int.from_bytes(head[:4])]
    major = words[:4]
    brands = {words[place : place + 4] for place in (0, *range(8, len(words), 4))}  # the second word is a version
    return bool(brands & HEVC) or (major in STILL and not brands & AV1)


def _holds_ofd(content: bytes) -> bool:
    """Whether a ZIP archive has the file that every OFD begins with (GB/T 33190, 6.2)."""
    if content.count(ENTRY) > MOST_ENTRIES:
        return False
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return "OFD.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error):
        return False
