"""Reading a form: its fields and its files, or a refusal with the reasons that bodies of JSON are refused with."""

import hashlib

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.parsing import FORM, LARGEST_BODY, Form, Upload, form_of

WITH_FILES = "multipart/form-data; boundary=x"


def part(content: bytes, disposition: str, *more: str) -> bytes:
    head = "\r\n".join((f"Content-Disposition: form-data; {disposition}", *more))
    return b"--x\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def read(media_type: str, *parts: bytes) -> Form:
    return form_of(media_type, b"".join(parts), read={"document_file": "document"})


def reason(media_type: str, *parts: bytes) -> ErrorCode:
    with pytest.raises(DomainError) as error:
        read(media_type, *parts)
    return error.value.code


def test_every_value_of_a_field_is_there_also_an_empty_one() -> None:
    form = read(f"{FORM}; charset=UTF-8", b"a=1&b=&a=%E4%B9%89+2")

    assert form == Form(fields={"a": ("1", "义 2"), "b": ("",)})


def test_of_a_file_the_name_and_the_digest_are_kept() -> None:
    file = part(b"bytes", 'name="photo"; filename="a\x00.jpg"', "Content-Type: image/jpeg")
    not_chosen = part(b"", 'name="other"; filename=""', "Content-Type: application/octet-stream")

    form = read(WITH_FILES, part("义".encode(), 'name="a"'), file, not_chosen, b"--x--\r\n")

    assert form.fields == {"a": ("义",)}
    assert form.uploads == (Upload(field="photo", name="a.jpg", sha256=hashlib.sha256(b"bytes").hexdigest(), size=5),)


def test_a_file_that_is_text_is_read_into_its_field_as_if_it_had_been_typed() -> None:
    typed, chosen = part(b"typed", 'name="document"'), 'name="document_file"; filename="a.json"'

    assert read(WITH_FILES, part(b"\xef\xbb\xbf{}", chosen), typed, b"--x--\r\n").fields == {"document": ("{}",)}
    too_large = read(WITH_FILES, part(b" " * (LARGEST_BODY + 1), chosen), typed, b"--x--\r\n")
    assert too_large.fields == {"document": ("typed",)}
    assert [upload.field for upload in too_large.uploads] == ["document_file"]


def test_a_boundary_may_be_quoted() -> None:
    body = part(b"1", 'name="a"').replace(b"--x", b"--y;z") + b"--y;z--\r\n"

    assert read('Multipart/Form-Data; Boundary="y;z"', body).fields == {"a": ("1",)}


@pytest.mark.parametrize(
    ("media_type", "body", "expected"),
    [
        ("", b"a=1", ErrorCode.UNSUPPORTED_MEDIA_TYPE),
        ("text/plain", b"a=1", ErrorCode.UNSUPPORTED_MEDIA_TYPE),
        ("application/json", b"{}", ErrorCode.UNSUPPORTED_MEDIA_TYPE),
        (f"{FORM}; charset=gbk", b"a=1", ErrorCode.UNSUPPORTED_MEDIA_TYPE),
        (f"{FORM} a=1", b"a=1", ErrorCode.UNSUPPORTED_MEDIA_TYPE),
        ("multipart/form-data", b"--x--\r\n", ErrorCode.UNSUPPORTED_MEDIA_TYPE),
        (FORM, b"a=\xff", ErrorCode.INVALID_BODY),
        (FORM, b"a=%FF", ErrorCode.INVALID_BODY),
        (FORM, b"&" * 1000, ErrorCode.BODY_TOO_LARGE),
        (WITH_FILES, b"", ErrorCode.INVALID_BODY),
        (WITH_FILES, b"--x\r\n", ErrorCode.INVALID_BODY),
        (WITH_FILES, part(b"\xff", 'name="a"') + b"--x--\r\n", ErrorCode.INVALID_BODY),
        (WITH_FILES, part(b"1", 'name="a"') * 1001 + b"--x--\r\n", ErrorCode.BODY_TOO_LARGE),
    ],
)
def test_what_is_no_form_is_refused(media_type: str, body: bytes, expected: ErrorCode) -> None:
    assert reason(media_type, body) is expected
