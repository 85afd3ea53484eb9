"""Files as people hand them in: as small as each format allows, and those that are not what they seem."""

import struct
import zipfile
from io import BytesIO

A_PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
A_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
A_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every scanner takes for a virus."""


def an_archive(*names: str) -> bytes:
    """A ZIP archive of small files."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return written.getvalue()


def with_brands(major: bytes, *others: bytes) -> bytes:
    """The beginning of an ISO base media file (HEIC, AVIF, MP4)."""
    box = b"ftyp" + major + b"\x00\x00\x00\x00" + b"".join(others)
    return struct.pack(">I", len(box) + 4) + box + b"\x00\x00\x00\x18meta" + b"\x00" * 16


AN_OFD = an_archive("OFD.xml", "Doc_0/Document.xml")
A_HEIC = with_brands(b"heic", b"mif1", b"heic")
