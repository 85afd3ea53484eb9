"""What a file is stands in its content, whatever it is called and whatever stands in front of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.documents.model import Format
from chalicelib.documents.rules import formats
from chalicelib.documents.rules.formats import format_of
from tests.files import A_HEIC, A_JPEG, A_PDF, A_PNG, AN_OFD, EICAR, an_archive, with_brands


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (A_PDF, Format.PDF),
        (A_JPEG, Format.JPEG),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00" + b"\x00" * 20, Format.JPEG),
        (A_PNG, Format.PNG),
        (A_HEIC, Format.HEIC),
        (AN_OFD, Format.OFD),
        (an_archive("Doc_0/Document.xml", "OFD.xml"), Format.OFD),
    ],
)
def test_each_format_is_known_by_its_content(content: bytes, format_: Format) -> None:
    assert format_of(content) is format_


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"Content-Type: application/pdf\r\n\r\n", b"\xaa" * 1019])
def test_a_pdf_may_have_something_before_its_header(before: bytes) -> None:
    assert format_of(before + A_PDF) is Format.PDF


def test_a_pdf_whose_header_comes_too_late_is_none() -> None:
    assert format_of(b"\xaa" * 1020 + A_PDF) is None


@pytest.mark.parametrize(
    "brands",
    [
        (b"heix", b"mif1"),
        (b"mif1", b"mif1", b"heic"),
        (b"mif1",),
        (b"mif1", b"mif1", b"miaf"),
        (b"msf1", b"hevc"),
        (b"hevc",),
    ],
)
def test_cameras_write_many_brands_of_heic(brands: tuple[bytes, ...]) -> None:
    assert format_of(with_brands(*brands)) is Format.HEIC


@pytest.mark.parametrize(
    "brands", [(b"avif", b"mif1"), (b"mif1", b"avif"), (b"isom", b"mp42"), (b"qt  ",), (b"mp42", b"mif1")]
)
def test_videos_and_other_pictures_in_the_same_container_are_not_taken(brands: tuple[bytes, ...]) -> None:
    assert format_of(with_brands(*brands)) is None


@pytest.mark.parametrize("size", [b"\x00\x00\x00\x00", b"\x00\x00\x00\x09", b"\xff\xff\xff\xff"])
def test_a_box_of_a_wrong_size_breaks_nothing(size: bytes) -> None:
    assert format_of(size + b"ftyp") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        "你好".encode(),
        EICAR,
        b"<html><script>alert(1)</script></html>",
        b"<html><!-- %PDF-1.4 --><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\x00" + b"\x00" * 60,
        b"GIF89a" + b"\x00" * 20,
        an_archive("[Content_Types].xml", "word/document.xml"),
        an_archive("Doc_0/OFD.xml"),
        an_archive("ofd.xml"),
        AN_OFD[:-22],
        b"PK\x03\x04",
        b"PK\x05\x06" + b"\xff" * 18,
    ],
)
def test_everything_else_is_not_taken(content: bytes) -> None:
    assert format_of(content) is None


def test_an_archive_of_too_many_files_is_not_even_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MOST_ENTRIES", 2)

    assert format_of(an_archive("OFD.xml", "a")) is Format.OFD
    assert format_of(an_archive("OFD.xml", "a", "b")) is None


@given(st.one_of(st.binary(), st.binary().map(lambda tail: b"PK\x03\x04" + tail), st.binary().map(A_HEIC.__add__)))
def test_whatever_is_sent_breaks_nothing(content: bytes) -> None:
    assert format_of(content) in {None, *Format}
